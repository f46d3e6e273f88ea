"""Which drives are boards: those whose root holds boot_out.txt, wherever they are mounted and whatever they
are called. A renamed drive, a second board and a path with spaces are found as well."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from station.deploy_route import BootOut, RouteError, read_boot_out
from station.errors import Exit, StationError

BOOT_OUT = "boot_out.txt"
#: As the board makes it: one sector. More is another file of that name.
_LONGEST = 4096
_FAT = frozenset(("vfat", "msdos", "fat", "fat32", "exfat", "fuseblk", ""))


@dataclass(frozen=True, slots=True)
class Found:
    """A board's drive that is mounted here."""

    folder: Path
    boot: BootOut

    @property
    def line(self) -> str:
        return f"{self.folder} ({self.boot.board_id or 'a board'}, CircuitPython {self.boot.text})"


def find_drives(folders: Iterable[Path] | None = None) -> list[Found]:
    """Every mounted drive of a CircuitPython board. `folders`: where to look instead of everywhere."""
    found = []
    for folder in sorted(set(_mounted() if folders is None else folders)):
        boot = boot_of(folder)
        if boot is not None:
            found.append(Found(folder, boot))
    return found


def boot_of(folder: Path) -> BootOut | None:
    """What boot_out.txt in a folder says; None if it is not there, or not CircuitPython's."""
    try:
        with open(folder / BOOT_OUT, "rb") as file:
            return read_boot_out(file.read(_LONGEST).decode("utf-8", "replace"))
    except (OSError, RouteError):
        return None


def choose_drive(wanted: Path | None, found: list[Found]) -> Found:
    """The drive that was named, else the only one that there is.

    Raises
    ------
    StationError : none is there, or several and none was named; the sentence lists them.
    """
    if wanted is not None:
        boot = boot_of(wanted)
        if boot is None:
            raise StationError(
                f"{wanted}: there is no {BOOT_OUT} of CircuitPython. {_listed(found)}", Exit.NO_BOARD
            )
        return Found(wanted, boot)
    if len(found) > 1:
        raise StationError(f"Say which board with --drive. {_listed(found)}", Exit.USAGE)
    if not found:
        raise StationError(_listed(found), Exit.NO_BOARD)
    return found[0]


def _listed(found: list[Found]) -> str:
    if not found:
        return (
            "No board's drive is mounted here: is the cable one that carries data, the bench switch closed,"
            " and CircuitPython on the board?"
        )
    return f"There {'is' if len(found) == 1 else 'are'}: " + "; ".join(one.line for one in found) + "."


def _mounted() -> list[Path]:
    """Where FAT drives are mounted. Nothing else is touched: asking a network drive may take minutes."""
    places = [
        part.mountpoint for part in psutil.disk_partitions(all=False) if _may_be(part.fstype, part.opts)
    ]
    if os.name == "nt":  # no file system is told of a drive that is not ready
        return [Path(place) for place in places]
    return [Path(place) for place in places if place not in ("/", "/boot", "/boot/efi", "/boot/firmware")]


def _may_be(kind: str, options: str) -> bool:
    return kind.lower() in _FAT and "cdrom" not in options
