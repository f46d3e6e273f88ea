"""What a firmware image says of itself: the version, the board, and for which of our designs it is right."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The banner of CircuitPython, one string in every build (py/mpconfig and main.c of adafruit/circuitpython).
_BANNER = re.compile(
    rb"Adafruit CircuitPython (?P<version>[0-9][!-~]{2,60}) on (?P<date>[0-9-]{10}); "
    rb"(?P<board>[ -~]{2,80}?) with (?P<chip>[!-~ ]{2,40})"
)
_OTHER = re.compile(rb"MicroPython v?[0-9]+\.[0-9]+[!-~]{0,40}")
_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")

#: Older has no sha256, and uploads are signed with it.
OLDEST = (10, 1, 0)


@dataclass(frozen=True, slots=True)
class Claims:
    """The strings in an image.

    version : CircuitPython's, "" if the image is none. board : its name for people. board_ids : those of the
    asked ones that stand in it. other : what it is instead, as far as it tells.
    """

    version: str = ""
    date: str = ""
    board: str = ""
    board_ids: tuple[str, ...] = ()
    other: str = ""

    @property
    def title(self) -> str:
        if self.version:
            return f"CircuitPython {self.version} of {self.date} for {self.board}"
        return self.other or "no CircuitPython"


def claims_of(memory: bytes, board_ids: tuple[str, ...]) -> Claims:
    """Read the strings of an image; `board_ids` are looked for as whole words at a string's end.

    A linker keeps one copy of strings that end alike, so the id may stand at the end of "BOARD=..." only.
    """
    named = tuple(one for one in board_ids if _word(one).search(memory))
    found = _BANNER.search(memory)
    if found is None:
        other = _OTHER.search(memory)
        return Claims(board_ids=named, other=other[0].decode() if other else "")
    version, date, board = (found[part].decode() for part in ("version", "date", "board"))
    return Claims(version, date, board, named)


def _word(board_id: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![0-9A-Za-z_-])" + re.escape(board_id.encode()) + rb"\x00")


def numbers_of(version: str) -> tuple[int, int, int] | None:
    """The three numbers a version begins with ("10.2.1", "10.3.0-alpha.4-dirty"); None if it has none."""
    found = _NUMBERS.match(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def too_old(version: str) -> str:
    """One sentence if this version of CircuitPython cannot run a node, else ""."""
    numbers = numbers_of(version)
    if numbers is None or numbers >= OLDEST:
        return ""
    return (
        f"CircuitPython {version} is older than 10.1, which lacks the sha256 that signs uploads; "
        "10.2.1 is what Torpor is made for."
    )
