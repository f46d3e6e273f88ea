"""What a deploy will do to a drive, file by file, and the room that it takes: all known before it begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from station.deploy_image import MANIFEST, SETTINGS, STARTS, Image, named_in
from station.deploy_modules import BEFORE_CODE, is_ours_by_name, shadows
from station.deploy_route import NoRoom, Route, RouteError, RouteLost, Space
from station.errors import Exit, StationError

#: What a file is called until it is whole.
UNFINISHED = ".new"
#: How such a file is called when a cut took its long name.
SHORT = re.compile(r"((CODEPY|BOOTPY|SAFEMO|SETTIN)~\d\.NEW|TORPOR~\d\.JSO|SETTIN~\d\.TOM)", re.IGNORECASE)
#: An entry of a FAT folder, bytes; a long name takes one more for every 13 characters.
_ENTRY, _NAME_PART = 32, 13
#: What an earlier deploy may have brought, and is the owner's all the same.
_KEPT = (SETTINGS, "home.pem")
#: Entries of the root folder, as CircuitPython makes it.
_ROOT_ENTRIES = 512


class Fate(StrEnum):
    """What becomes of a file."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OBSOLETE = "obsolete"  # ours, of a version before: deleted
    SHADOW = "in the way"  # would be imported in place of ours: deleted
    LITTER = "litter"  # half a file of an interrupted deploy, or what macOS leaves: deleted
    FOREIGN = "kept"


DELETED = frozenset((Fate.OBSOLETE, Fate.SHADOW, Fate.LITTER))


@dataclass(frozen=True, slots=True)
class Row:
    """One file: its fate, and its size before and after in bytes (0: not there)."""

    path: str
    fate: Fate
    was: int
    size: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will happen.

    Attributes
    ----------
    rows : by path. space : of the drive now. peak : most bytes taken on the way, above what is taken now.
    """

    rows: tuple[Row, ...]
    space: Space
    peak: int

    def paths(self, *fates: Fate) -> list[str]:
        return [row.path for row in self.rows if row.fate in fates]

    @property
    def idle(self) -> bool:
        """Whether the drive is already as it is to be."""
        return not any(row.fate is not Fate.SAME and row.fate is not Fate.FOREIGN for row in self.rows)

    @property
    def to_write(self) -> int:
        """Bytes that will be written."""
        return sum(row.size for row in self.rows if row.fate in (Fate.NEW, Fate.CHANGED))


def make_plan(image: Image, route: Route, known: Iterable[str] = ()) -> Plan:
    """Hold what lies on the drive against an image.

    Parameters
    ----------
    known : paths that an earlier deploy is known to have written (beside those its manifest names).

    Raises
    ------
    NoRoom : it does not fit. StationError : something on the drive would run in place of code.py.
    """
    there = _as_in(image, route.files())
    _check_starts(there, image)
    _check_folders(there, image)
    ours = frozenset(known) | _named(there, route)
    same = _same(image, there, route)
    fates = {path: _fate(path, there, same) for path in image.files}
    others = [path for path in there if path not in image.files]
    in_the_way = shadows(others, image.files)
    fates |= {path: _fate_of_other(path, path in ours, path in in_the_way, image) for path in others}
    rows = tuple(
        Row(path, fate, there.get(path, 0), 0 if fate in DELETED else _size(path, image, there))
        for path, fate in sorted(fates.items())
    )
    space = route.space()
    plan = Plan(rows, space, _peak(rows, space.cluster))
    _check_room(plan)
    return plan


def _as_in(image: Image, there: Mapping[str, int]) -> dict[str, int]:
    """Paths spelled as the image has them: FAT takes LIB for lib."""
    spelled = {path.casefold(): path for path in image.files}
    return {spelled.get(path.casefold(), path): size for path, size in there.items()}


def _check_starts(there: Mapping[str, int], image: Image) -> None:
    if BEFORE_CODE in there and "code.py" in image.files and BEFORE_CODE not in image.gone:
        raise StationError(
            f"There is a {BEFORE_CODE} on the drive, which CircuitPython runs instead of code.py:"
            " rename or delete it, then deploy again.",
            Exit.FAILED,
        )


def _check_folders(there: Mapping[str, int], image: Image) -> None:
    """StationError for a file where a folder of ours should be, and for a folder in a file's place."""
    files = {path.casefold(): path for path in there}
    for path in image.files:
        for folder in _above(path):
            if folder.casefold() in files:
                raise StationError(
                    f"{files[folder.casefold()]} on the drive is a file, and a folder of that name is needed:"
                    " rename it, then deploy again."
                )
    for path in there:
        for folder in _above(path):
            if folder in image.files:
                raise StationError(
                    f"{folder} on the drive is a folder, and is to be a file: rename it, then deploy again."
                )


def _above(path: str) -> list[str]:
    """The folders that a path lies in."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _named(there: Mapping[str, int], route: Route) -> frozenset[str]:
    """What the manifest on the drive names as ours; one that cannot be read names nothing."""
    if MANIFEST not in there:
        return frozenset()
    try:
        return named_in(route.read(MANIFEST))
    except RouteLost:
        raise
    except RouteError:
        return frozenset()


def _same(image: Image, there: Mapping[str, int], route: Route) -> frozenset[str]:
    """Paths whose bytes are those of the image already."""
    alike = [path for path, content in image.files.items() if there.get(path) == len(content)]
    found = route.digests(alike)
    return frozenset(path for path in alike if found.get(path) == image.digests[path])


def _fate(path: str, there: Mapping[str, int], same: frozenset[str]) -> Fate:
    if path in same:
        return Fate.SAME
    return Fate.CHANGED if path in there else Fate.NEW


def _fate_of_other(path: str, known: bool, in_the_way: bool, image: Image) -> Fate:
    name = path.rpartition("/")[2]
    unfinished = path in (start + UNFINISHED for start in (*STARTS, SETTINGS)) or SHORT.fullmatch(path)
    if name.startswith("._") or unfinished:
        return Fate.LITTER
    if path in image.gone or ((known or is_ours_by_name(path)) and path not in _KEPT):
        return Fate.OBSOLETE
    return Fate.SHADOW if in_the_way else Fate.FOREIGN


def _size(path: str, image: Image, there: Mapping[str, int]) -> int:
    return len(image.files[path]) if path in image.files else there[path]


def _peak(rows: tuple[Row, ...], cluster: int) -> int:
    """Most bytes above those taken now, in whole clusters: first what goes is deleted, then each file is
    written anew; one that is written beside its old self takes room for both."""
    taken = -sum(_whole(row.was, cluster) for row in rows if row.fate in DELETED)
    folders: dict[str, int] = {}
    for row in rows:
        if row.fate not in (Fate.NEW, *DELETED):
            _enter(row.path, folders)
    before = _room_of(folders, cluster)
    peak = 0
    for row in rows:
        if row.fate in (Fate.NEW, Fate.CHANGED):
            _enter(row.path, folders)  # beside its old self, one entry more
            taken += _whole(row.size, cluster)
            peak = max(peak, taken)
            taken -= _whole(row.was, cluster)
    return max(peak + _room_of(folders, cluster) - before, 0)


def _whole(size: int, cluster: int) -> int:
    return -(-size // cluster) * cluster


def _enter(path: str, folders: dict[str, int]) -> None:
    """Count the entry of a file in its folder, and those of folders that are new with it."""
    folder, _, name = path.rpartition("/")
    if folder and folder not in folders:
        folders[folder] = 2 * _ENTRY  # for itself and for what it lies in
        _enter(folder, folders)
    folders[folder] = folders.get(folder, 0) + (1 + -(-len(name) // _NAME_PART)) * _ENTRY


def _room_of(folders: Mapping[str, int], cluster: int) -> int:
    """What folders take; the root has its room from the beginning."""
    return sum(_whole(size, cluster) for folder, size in folders.items() if folder)


def _check_room(plan: Plan) -> None:
    folders: dict[str, int] = {}
    for row in plan.rows:
        if row.fate not in DELETED:
            _enter(row.path, folders)
    if folders.get("", 0) > _ROOT_ENTRIES * _ENTRY:
        raise NoRoom(f"The drive's root would hold more than {_ROOT_ENTRIES} entries: delete files there.")
    if plan.peak > plan.space.free:
        raise NoRoom(
            f"The drive has {plan.space.free:,} bytes free of {plan.space.total:,}, and {plan.peak:,} are"
            " needed: delete what is not needed there (torpor deploy --dry-run lists it)."
        )
