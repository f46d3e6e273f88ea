"""Carrying out a plan so that no half state ever runs.

First of all code.py goes, then boot.py and safemode.py: one directory entry each, and from then on nothing of
ours runs. Then the rest is deleted and written, libraries before settings, the manifest, and boot.py,
safemode.py and code.py under another name. All of it is compared, and at last those three are renamed: one
directory entry again. Cut anywhere, the drive holds the old version whole, the new one whole, or no
code.py; a second run finds by their digests which files are there already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from station.deploy_image import MANIFEST, SETTINGS, STARTS, Image
from station.deploy_plan import DELETED, UNFINISHED, Fate, Plan
from station.deploy_route import Route, RouteError
from station.errors import Exit

#: Told on the way: what happens, and bytes written so far.
Told = Callable[[str, int], None]
#: What is told last, when all of it is there.
RESTARTING = "restarting"
#: How often a file is written before the medium is called bad.
TRIES = 3


def carry_out(plan: Plan, image: Image, route: Route, told: Told = lambda what, done: None) -> None:
    """Make the drive what the image says. Returns when all of it is on the medium and was read back.

    Raises
    ------
    RouteError : cut off, full, read-only, or what was written reads back differently. A second run completes.
    """
    if plan.idle:
        return
    with route.quiet():
        if plan.paths(Fate.NEW, Fate.CHANGED) == [MANIFEST] and not plan.paths(*DELETED):
            _write_all([MANIFEST], image, route, told)
            return
        _disarm(plan, route, told)
        changed = set(plan.paths(Fate.NEW, Fate.CHANGED))
        early = [path for path in image.files if path in changed and not _is_late(path)]
        _write_all(early, image, route, told)
        told(SETTINGS, sum(len(image.files[path]) for path in early))
        if SETTINGS in changed:
            _replace(SETTINGS, image, route)
        if MANIFEST in changed:
            _write_all([MANIFEST], image, route)
        starts = [path for path in STARTS if path in image.files]
        for path in starts:
            _write_beside(path, image, route)
        _compare_all(image, route)
        for path in starts:
            _give_name(path, route)
        told("all there", plan.to_write)


def _is_late(path: str) -> bool:
    return path in (SETTINGS, MANIFEST, *STARTS)


def _disarm(plan: Plan, route: Route, told: Told) -> None:
    """Nothing of ours runs any more; then what is to go goes."""
    told("clearing", 0)
    there = {row.path for row in plan.rows if row.fate is not Fate.NEW}
    for path in reversed(STARTS):
        if path in there:
            route.delete(path)
    if MANIFEST in plan.paths(Fate.CHANGED):
        route.delete(MANIFEST)
    whole = SETTINGS + UNFINISHED
    for path in plan.paths(*DELETED):
        if path == whole and SETTINGS not in there:  # the last deploy was cut off between delete and rename
            route.rename(whole, SETTINGS)
        elif path not in STARTS:
            route.delete(path)
    _drop_empty_folders(plan, route)


def _drop_empty_folders(plan: Plan, route: Route) -> None:
    """Folders in which every file was one of those that went."""
    kept = {row.path for row in plan.rows if row.fate not in DELETED}
    went = {path.rpartition("/")[0] for path in plan.paths(*DELETED)} - {""}
    for folder in sorted(went, key=len, reverse=True):
        if not any(path.startswith(folder + "/") for path in kept):
            route.delete(folder)


def _compare_all(image: Image, route: Route) -> None:
    """Hold everything against the image once more, what was there already too. Two files may share clusters
    after a cut, and then one of them changes with the other. After this nothing is written, only renamed."""
    due = {path + UNFINISHED if path in STARTS else path: path for path in image.files}
    for _ in range(TRIES):
        found = route.digests(due)
        spoilt = [name for name, path in due.items() if found.get(name) != image.digests[path]]
        if not spoilt:
            return
        for name in spoilt:
            if name == SETTINGS:
                _replace(name, image, route)
            else:
                route.write(name, image.files[due[name]])
    raise RouteError(
        f"{due[spoilt[0]]} changes when other files are written: the drive is damaged.", Exit.MISMATCH
    )


def _write_all(
    paths: Sequence[str], image: Image, route: Route, told: Told = lambda what, done: None
) -> None:
    """Write files and read them back; those that differ again."""
    done = 0
    left = list(paths)
    for _ in range(TRIES):
        for path in left:
            told(path, done)
            route.write(path, image.files[path])
            done += len(image.files[path])
        found = route.digests(left)
        left = [path for path in left if found.get(path) != image.digests[path]]
        if not left:
            return
        done -= sum(len(image.files[path]) for path in left)
    raise RouteError(f"{left[0]} reads back differently from what was written, {TRIES} times.", Exit.MISMATCH)


def _replace(path: str, image: Image, route: Route) -> None:
    """Old or new, never anything else: written beside, compared, then renamed."""
    _write_beside(path, image, route)
    _give_name(path, route)


def _write_beside(path: str, image: Image, route: Route) -> None:
    beside = path + UNFINISHED
    for _ in range(TRIES):
        route.write(beside, image.files[path])
        if route.digests([beside]).get(beside) == image.digests[path]:
            return
    raise RouteError(f"{path} reads back differently from what was written, {TRIES} times.", Exit.MISMATCH)


def _give_name(path: str, route: Route) -> None:
    route.delete(path)
    route.rename(path + UNFINISHED, path)
