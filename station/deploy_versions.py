"""Which CircuitPython a node runs on, and what is known to be wrong with which of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from boards import Design
from station.deploy_route import BootOut
from station.errors import Exit, StationError
from station.flash_claims import OLDEST

#: The one that everything was written for.
TARGET = "10.2.1"

_STAGES = {"alpha": 0, "beta": 1, "rc": 2}
_FAULTS = Path(__file__).with_name("circuitpython_faults.toml")

Key = tuple[int, int, int, int, int]


def order(text: str) -> Key:
    """A version as something that sorts: 10.3.0-alpha.4 comes before 10.3.0-rc.0 and that before 10.3.0."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)(?:-(alpha|beta|rc)\.(\d+))?", text)
    if found is None:
        raise ValueError(f"{text!r} is no version of CircuitPython")
    major, minor, patch = int(found[1]), int(found[2]), int(found[3])
    return (major, minor, patch, _STAGES[found[4]] if found[4] else 3, int(found[5] or 0))


def refuse_old(boot: BootOut) -> None:
    """StationError if the node's firmware cannot run on this board's CircuitPython."""
    if boot.version < OLDEST:
        raise StationError(
            f"CircuitPython {boot.text} has no SHA-256, so nothing could be signed: torpor flash puts"
            f" {TARGET} (or any from 10.1 on) there."
        )


def refuse_other_board(boot: BootOut, design: Design) -> None:
    """StationError if the design is for another board: its pins would be wrong."""
    meant = str(design.board.caps["circuitpython_board"])
    if boot.board_id and boot.board_id != meant:
        raise StationError(
            f"This board is a {boot.board_id}, and {design.name} is made for {meant}:"
            " name another design with --board.",
            Exit.USAGE,
        )


def known_faults(boot: BootOut, design: Design) -> list[str]:
    """What this version is known to do wrong on a board of this family, each with where it is told."""
    family, here = str(design.board.caps["family"]), order(boot.text)
    told = []
    for row in tomllib.loads(_FAULTS.read_text("utf-8"))["fault"]:
        over = bool(row["before"]) and here >= order(row["before"])
        if family in row["families"] and here >= order(row["since"]) and not over:
            told.append(f"CircuitPython {boot.text}: {row['says']} ({row['source']}).")
    if here[3] < 3:
        told.append(f"CircuitPython {boot.text} is not a release; nodes are made for {TARGET}.")
    return told
