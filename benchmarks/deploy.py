"""Deploys that are interrupted: does a half state ever run, is a setting lost, does a second run complete?

For each route 1,000 interruptions, seeded: of first deploys, updates, other settings and another design. On
the drive the cable is pulled between any two sectors that the computer writes, those since the last barrier
written in any order or not at all (`deploy_medium`); then the board is looked at as it would boot, and the
same command is run again, or a rollback. Now and then a second cut comes before that.

`half_states`: something ran by itself (code.py, boot.py, safemode.py) without all of its own version.
`lost_settings`: the owner's settings.toml was not as it should be in the end. `not_completed`: anything else
was not. `repaired`: the drive had to be checked by the system (fsck, chkdsk) first, as the sentence says.
Peer: the same files copied one by one over each other, as drag and drop does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contract import Figure, Progress, Result
from benchmarks.deploy_cuts import Count, Known, Maker, copied_over, interrupt, known
from benchmarks.deploy_fat_route import FatBoard

INTERRUPTIONS = 1_000
#: Different boards and deploys, each played once without a cut.
TALES = 24
ROUTES: Mapping[str, Maker] = {"drive": FatBoard}


def run(progress: Progress) -> Result:
    figures: dict[str, Figure] = {"interruptions": 0, "half_states": 0, "lost_settings": 0}
    peers: dict[str, Figure] = {}
    with TemporaryDirectory(dir=_memory()) as folder:
        for route, maker in ROUTES.items():
            tales = [known(number, maker, Path(folder, route)) for number in range(TALES)]
            count = count_of(tales, maker, Path(folder, route), INTERRUPTIONS, progress, route)
            figures[route] = _told(count)
            for name in ("interruptions", "half_states", "lost_settings"):
                figures[name] = figures[name] + _told(count)[name]  # type: ignore[operator]
        tales = [known(number, FatBoard, Path(folder, "peer")) for number in range(TALES)]
        peers["copied over each other"] = _peer(tales, progress)
    return Result(figures, peers)


def count_of(
    tales: list[Known], maker: Maker, folder: Path, wanted: int, progress: Progress, route: str
) -> Count:
    """Interrupt until there were as many interruptions as are wanted. Seeds count from 0."""
    count, seed = Count(), 0
    while count.interruptions < wanted:
        interrupt(seed, tales[seed % len(tales)], maker, folder, count)
        seed += 1
        progress(f"{route}: {count.interruptions} interruptions", count.interruptions / wanted)
    return count


def _told(count: Count) -> dict[str, Figure]:
    """Numbers, and the seeds that replay what went wrong."""
    lists = {name: found for name, found in asdict(count).items() if isinstance(found, list)}
    seeds: dict[str, Figure] = {name: list(found) for name, found in lists.items() if found}
    return {
        "interruptions": count.interruptions,
        **{name: len(found) for name, found in lists.items()},
        "seeds": seeds,
    }


def _peer(tales: list[Known], progress: Progress) -> dict[str, Figure]:
    """The same cuts while files are copied one by one."""
    wanted, half = INTERRUPTIONS // 10, 0
    for seed in range(wanted):
        progress("copied over each other", seed / wanted)
        half += copied_over(seed, tales[seed % len(tales)])
    return {"interruptions": wanted, "half_states": half}


def _memory() -> str | None:
    """A folder in memory where there is one: what is kept there is made durable file by file."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
