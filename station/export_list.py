"""The list in an exported folder: what was exported there, where it lies, what is known of it.

It is also the memory of the export: what stands in it does not come again, wherever its file was moved to.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from station.errors import StationError

LIST = "torpor-export.csv"


@dataclass(frozen=True, slots=True)
class Exported:
    """One line.

    Attributes
    ----------
    file : below the folder. sha256 : of the bytes as they came, hex. time : ISO 8601 with its zone.
    time_is : "taken", or "arrived" where nobody knows when it was taken.
    trigger : what made the node take it. suspect : what is wrong with it, "" if nothing was found.
    """

    node: str
    key: str
    file: str
    sha256: str
    time: str
    time_is: str
    trigger: str
    camera: str
    suspect: str


_HEAD = [field.name for field in fields(Exported)]


def read_list(folder: Path) -> tuple[Exported, ...]:
    """What was exported into a folder. StationError if the list is none of ours."""
    path = folder / LIST
    if not path.exists():
        return ()
    with path.open(newline="", encoding="utf-8") as file:
        head, *lines = list(csv.reader(file)) or [_HEAD]
    if head != _HEAD:
        raise StationError(f"{path}: is no list of an export: its first line should be {','.join(_HEAD)}.")
    for number, line in enumerate(lines, 2):
        if len(line) != len(_HEAD):
            raise StationError(f"{path}: line {number} has {len(line)} fields, expected {len(_HEAD)}.")
    return tuple(Exported(*line) for line in lines)


def mend_list(folder: Path) -> None:
    """Cut off the line in which a kill ended the export before; its picture comes again."""
    path = folder / LIST
    if path.exists():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def add_to_list(folder: Path, lines: Iterable[Exported]) -> None:
    """Add lines, durable when it returns."""
    with (folder / LIST).open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if file.tell() == 0:
            writer.writerow(_HEAD)
        writer.writerows(astuple(line) for line in lines)
        file.flush()
        os.fsync(file.fileno())
