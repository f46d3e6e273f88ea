"""Which file a board imports when two could be meant, and which names are ours whoever put them there.

CircuitPython looks into the root before lib/, and in one folder at a package before NAME.py before NAME.mpy:
an old NAME.py beside a new NAME.mpy is what runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from sim.application import ROOT

_ENDS = (".py", ".mpy")
#: What CircuitPython would run in place of code.py.
BEFORE_CODE = "code.txt"


def dotted(path: str) -> str:
    """The module that a file is ("torpor.policy", "waking"), "" if it is none. Without lib/."""
    stem, dot, end = path.casefold().removeprefix("lib/").rpartition(".")
    return stem.removesuffix("/__init__").replace("/", ".") if "." + end in _ENDS and dot else ""


def shadows(paths: Iterable[str], ours: Iterable[str]) -> frozenset[str]:
    """Of `paths` those that a board would import in place of one of `ours`."""
    ours = frozenset(ours) - {"code.py", "boot.py", "safemode.py", "install.py"}  # run by name, not imported
    place = {dotted(path): path for path in ours if dotted(path)}
    tops = {name.partition(".")[0]: path.startswith("lib/") for name, path in place.items()}
    return frozenset(path for path in paths if path not in ours and _shadows(path, place, tops))


def _shadows(path: str, place: Mapping[str, str], tops: Mapping[str, bool]) -> bool:
    name, in_lib = dotted(path), path.casefold().startswith("lib/")
    top = name.partition(".")[0]
    if not name or top not in tops:
        return False
    if tops[top] and not in_lib:  # the root comes before lib/
        return True
    if tops[top] != in_lib:
        return False
    if name in place:  # where ours is a folder, one file of its name comes after it
        return _begins_folder(path) or not _begins_folder(place[name])
    return top in place and not _begins_folder(place[top])  # a folder where ours is one file


def _begins_folder(path: str) -> bool:
    return path.casefold().rpartition("/")[2].startswith("__init__.")


@cache
def modules_ever_ours() -> frozenset[str]:
    """Names of our applications' modules, and of what is made for each node."""
    found = {path.stem for path in (ROOT / "firmware").glob("*/*.py")}
    return frozenset(found - {"code", "boot", "safemode"} | {"node", "rows"})


def is_ours_by_name(path: str) -> bool:
    """Whether a file can only be of an earlier deploy, even if no manifest names it."""
    name = dotted(path)
    if name.startswith("torpor.") or name == "torpor":
        return path.casefold().startswith("lib/")
    return "/" not in path and name in modules_ever_ours()
