"""Deploys that are interrupted: does a half state ever run, is a setting lost, does a second run complete?

For each route 1,000 interruptions and more, seeded: of first deploys, updates, other settings and another
design. On the drive the cable is pulled between any two sectors that the computer writes, those since the
last barrier written in any order or not at all (`deploy_medium`); on the console it is pulled at any byte, or
the board's supply breaks down within a write; on the network the supply breaks down at any request or 64
bytes (`deploy_far_boards`). Then the board is looked at as it would boot, and the same command is run again,
or a rollback. Now and then a second cut comes before that.

`half_states`: something ran by itself (code.py, boot.py, safemode.py) without all of its own version.
`lost_settings`: the owner's settings.toml was not as it should be in the end. `not_completed`: anything else
was not. `repaired`: the drive had to be checked by the system (fsck, chkdsk) first, as the sentence says.
`serial_s`: the link's time for everything onto a bare board, at 115200 baud; what the board's flash takes
beside that is not in it. Peer: the same files copied one by one over each other, as drag and drop does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, fields
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contract import Figure, Progress, Result
from benchmarks.deploy_cuts import Count, Known, Maker, copied_over, interrupt, known
from benchmarks.deploy_far_boards import SerialBoard, makers
from benchmarks.deploy_fat_route import FatBoard
from benchmarks.deploy_stories import story
from station.deploy_run import carry, prepare
from station.deploy_store import Versions

ROUTES = ("drive", "serial", "web")
#: Of each route; three in ten are cut twice.
SEEDS = 800
#: How many are played in one go; the boards and deploys of a go are played once without a cut.
GO = 50
TALES = 12
PEERS = 100


def run(progress: Progress) -> Result:
    goes = [(route, first) for route in ROUTES for first in range(0, SEEDS, GO)]
    counts = {route: Count() for route in ROUTES}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        due = {pool.submit(play, route, range(first, first + GO)): route for route, first in goes}
        for number, done in enumerate(as_completed(due)):
            _add(counts[due[done]], done.result())
            progress(
                f"{sum(count.interruptions for count in counts.values())} interruptions", number / len(goes)
            )
    told = {route: _told(count) for route, count in counts.items()}
    sums: dict[str, Figure] = {
        name: sum(int(str(figures[name])) for figures in told.values())
        for name in ("interruptions", "half_states", "lost_settings")
    }
    return Result({**sums, "serial_s": serial_s(), **told}, {"copied over each other": _peer()})


def play(route: str, seeds: range) -> Count:
    """Interrupt the deploys of some seeds."""
    count = Count()
    tales: dict[int, Known] = {}
    with TemporaryDirectory(dir=_memory()) as name, _maker(route, Path(name)) as maker:
        for seed in seeds:
            number = seed % TALES
            tales[number] = tales.get(number) or known(number, maker, Path(name, "kept"))
            interrupt(seed, tales[number], maker, Path(name, "kept"), count)
    return count


def serial_s() -> float:
    """Seconds on the wire for everything onto a board with nothing of ours, at 115200 baud."""
    told = story("first", 0)
    with TemporaryDirectory(dir=_memory()) as name, makers(Path(name)) as made:
        board = made["serial"](told.before)
        assert isinstance(board, SerialBoard)
        route = board.plugged("", None)
        carry(prepare(told.wanted, route, Versions("board", Path(name))), route)
        return round(board.serial_s, 2)


@contextmanager
def _maker(route: str, folder: Path) -> Iterator[Maker]:
    if route == "drive":
        yield FatBoard
        return
    with makers(folder) as made:
        yield made[route]


def _add(total: Count, more: Count) -> None:
    for one in fields(Count):
        setattr(total, one.name, getattr(total, one.name) + getattr(more, one.name))


def _told(count: Count) -> Mapping[str, Figure]:
    """Numbers, and the seeds that replay what went wrong."""
    lists = {name: sorted(found) for name, found in asdict(count).items() if isinstance(found, list)}
    seeds: dict[str, Figure] = {name: found for name, found in lists.items() if found}
    return {
        "interruptions": count.interruptions,
        **{name: len(found) for name, found in lists.items()},
        "seeds": seeds,
    }


def _peer() -> Mapping[str, Figure]:
    """The same cuts while files are copied one by one onto a drive."""
    with TemporaryDirectory(dir=_memory()) as name:
        tales = [known(number, FatBoard, Path(name)) for number in range(TALES)]
        half = sum(copied_over(seed, tales[seed % TALES]) for seed in range(PEERS))
    return {"interruptions": PEERS, "half_states": half}


def _memory() -> str | None:
    """A folder in memory where there is one: what is kept there is made durable file by file."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
