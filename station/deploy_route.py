"""What deploy asks of a way to a board: its drive, its serial port or its web workflow, all three the same.

A path has no leading slash ("lib/torpor/policy.mpy"). Whatever a route cannot do it says as a RouteError, one
sentence, never as an OSError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from station.errors import Exit, StationError

_VERSION = re.compile(r"CircuitPython (\S+)")
_BOARD = re.compile(r"^Board ID:\s*([\w.-]+)", re.MULTILINE)
_UID = re.compile(r"^UID:\s*([0-9A-Fa-f]+)", re.MULTILINE)


class RouteError(StationError):
    """The way to the board failed, or the board refused."""


class RouteLost(RouteError):
    """The board is gone: unplugged, out of reach, reset in the midst."""

    def __init__(self, sentence: str, exit_code: Exit = Exit.NO_BOARD) -> None:
        super().__init__(sentence, exit_code)


class ReadOnly(RouteError):
    """The drive may not be written by this route now; the sentence says who has it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, Exit.READ_ONLY)


class NoRoom(RouteError):
    """The drive is full."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, Exit.NO_SPACE)


@dataclass(frozen=True, slots=True)
class BootOut:
    """Which board it is and what runs on it. `version` is (10, 2, 1) of `text` "10.2.1"; `uid` is in upper
    case, "" if the board does not say it."""

    version: tuple[int, int, int]
    text: str
    board_id: str
    uid: str


@dataclass(frozen=True, slots=True)
class Space:
    """Of the whole drive, in bytes; a file takes whole clusters."""

    total: int
    free: int
    cluster: int


class Route(Protocol):
    """One way to one board. Every call is bounded in time."""

    @property
    def name(self) -> str:
        """For people: "drive /media/x/CIRCUITPY", "serial COM3"."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know by now (the board was in safe mode), each a sentence."""

    def boot(self) -> BootOut:
        """Which board answers here."""

    def files(self) -> dict[str, int]:
        """Every file on the drive (no folders) with its size, what macOS and Windows left included."""

    def space(self) -> Space:
        """How much room there is."""

    def read(self, path: str) -> bytes:
        """A whole file; RouteError if it is not there."""

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 (hex) of files as they lie on the medium, not as a cache has them; what is not there, or
        cannot be read, is left out. A route on which reading is dear has the board reckon them."""

    def write(self, path: str, content: bytes) -> None:
        """A file anew; its folders are made. Complete and on the medium when it returns; cut off on the way
        the file may be anything."""

    def rename(self, old: str, new: str) -> None:
        """In one step (one directory entry), on the medium when it returns. `new` must not be there."""

    def delete(self, path: str) -> None:
        """A file, or an empty folder; one that is not there is fine."""

    def quiet(self) -> AbstractContextManager[None]:
        """Inside, the board's program stands still and does not start again when files change."""

    def restart(self) -> str | None:
        """The board boots anew what lies there (a hard reset: Wi-Fi settings need one). Returns what it says
        on its console in the seconds after that ("" where the route cannot hear it), None where a person has
        to restart it."""

    def close(self) -> None:
        """Give the board back."""


def read_boot_out(text: str) -> BootOut:
    """What boot_out.txt says, of any version and with whatever boot.py printed behind it.

    Raises
    ------
    RouteError : it is not CircuitPython's.
    """
    found = _VERSION.search(text)
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", found[1]) if found else None
    if found is None or numbers is None:
        raise RouteError("boot_out.txt names no version of CircuitPython: is this a CircuitPython board?")
    board, uid = _BOARD.search(text), _UID.search(text)
    major, minor, patch = (int(number) for number in numbers.groups())
    return BootOut((major, minor, patch), found[1], board[1] if board else "", uid[1].upper() if uid else "")
