"""Interrupting deploys: the cable is pulled at a random step, the board is looked at as it would boot, and
then the owner runs the same command again, or a rollback."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.deploy_fat_route import FatBoard
from benchmarks.deploy_stories import KINDS, Story, make, story
from station.deploy_image import MANIFEST, SETTINGS, STARTS
from station.deploy_plan import UNFINISHED
from station.deploy_route import Route, RouteError
from station.deploy_run import carry, prepare, ready
from station.deploy_store import Versions

Files = Mapping[str, bytes]


class Board(Protocol):
    """A board that can be cut off."""

    def plugged(self, seed: str, cut_at: int | None) -> Route:
        """A way to it that is cut at a step; None: never."""

    def repair(self) -> None:
        """What the owner's system does to its drive after a cut, when asked."""

    def files(self) -> Files:
        """What lies on it, as it finds it when it boots; what cannot be read is left out."""

    @property
    def steps(self) -> int:
        """How many steps the last route took."""


#: A new board with these files on it.
Maker = Callable[[Files], Board]


@dataclass(slots=True)
class Count:
    """What came of the interruptions. Each list holds the seeds."""

    interruptions: int = 0
    half_states: list[int] = field(default_factory=list)
    lost_settings: list[int] = field(default_factory=list)
    not_completed: list[int] = field(default_factory=list)
    repaired: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """One story played without a cut: what is there before and after, and how many steps it takes."""

    story: Story
    before: Files
    after: Files
    steps: int


def known(number: int, maker: Maker, folder: Path) -> Known:
    """Play the story of a seed to its end."""
    told = story(KINDS[number % len(KINDS)], number // len(KINDS))
    board = maker(told.before)
    route = board.plugged("", None)
    _deploy(told, route, Versions("known", folder / f"known-{number}"))
    return Known(told, told.before, board.files(), board.steps)


def interrupt(seed: int, tale: Known, maker: Maker, folder: Path, count: Count) -> None:
    """Cut a deploy once or twice, then complete it, or roll it back."""
    dice = random.Random(f"cuts {seed}")
    board, versions = maker(tale.before), Versions("board", folder / str(seed))
    for turn in range(1 + (dice.random() < 0.3)):
        cut_at = dice.randint(1, tale.steps)
        _until_cut(tale.story, board.plugged(f"{seed}.{turn}", cut_at), versions)
        count.interruptions += 1
        if not is_whole(board.files(), tale):
            count.half_states.append(seed)
    back = dice.random() < 0.25 and versions.pending() is not None
    finish = _roll_back if back else _complete
    try:
        finish(tale.story, board, versions)
    except RouteError:  # the drive is damaged: what is said is to check it first
        count.repaired.append(seed)
        board.repair()
        finish(tale.story, board, versions)
    expected, found = _named_alike(tale.before if back else tale.after), _named_alike(board.files())
    if found.get(SETTINGS) != expected.get(SETTINGS):
        count.lost_settings.append(seed)
    if found != expected:
        count.not_completed.append(seed)


def copied_over(seed: int, tale: Known) -> bool:
    """Copy all files one by one, as drag and drop does, and cut: True if a half state then runs."""
    board = FatBoard(tale.before)
    route = board.plugged(f"peer {seed}", random.Random(f"peer {seed}").randint(1, tale.steps))
    with suppress(RouteError):
        for path in sorted(tale.after):
            route.write(path, tale.after[path])
        for path in set(tale.before) - set(tale.after):
            route.delete(path)
    return not is_whole(board.files(), tale)


def is_whole(found: Files, tale: Known) -> bool:
    """Whether what runs by itself, if anything does, runs with all of its own version and nothing else."""
    running = set(_named_alike(found)) & set(STARTS)
    return not running or _agrees(found, tale.before) or _agrees(found, tale.after)


def _agrees(found: Files, version: Files) -> bool:
    """All of a version is there and no more, but for the last steps of a deploy: code.py and manifest."""
    found, version = _named_alike(found), _named_alike(version)
    rest = {path for path in found if not path.endswith(UNFINISHED)} - set(version)
    differ = {path for path in version if found.get(path) != version[path]}
    waiting = {path for path in STARTS if path not in found}
    return not rest and differ <= waiting | {MANIFEST}  # which nothing reads that runs


def _named_alike(files: Files) -> dict[str, bytes]:
    """FAT takes CODE.PY for code.py, and a cut may take the long name that says it in small letters."""
    return {path.casefold(): content for path, content in files.items()}


def _deploy(told: Story, route: Route, versions: Versions) -> None:
    carry(prepare(told.wanted, route, versions, make), route)


def _until_cut(told: Story, route: Route, versions: Versions) -> None:
    try:
        _deploy(told, route, versions)
    except RouteError:
        return


def _complete(told: Story, board: Board, versions: Versions) -> None:
    _deploy(told, board.plugged("", None), versions)


def _roll_back(told: Story, board: Board, versions: Versions) -> None:
    del told
    route, image = board.plugged("", None), versions.target_of_rollback()
    assert image is not None
    carry(ready(image, route, route.boot(), versions, ()), route, rollback=True)
