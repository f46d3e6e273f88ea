"""Which of the boards is meant: the one that was named, or the only one. Several are never guessed among."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from boards import BoardsError, Design, list_designs, load_design
from station.detect import Found, same_board
from station.errors import Exit, StationError

NONE_HERE = (
    "No board is here: is it plugged in, by a cable that carries data? A board that sleeps or was never "
    "flashed shows nothing; hold BOOT (or BOOTSEL) while plugging it in."
)

_AGAIN_s = 0.5

Seen = TypeVar("Seen")


def choose(wanted: str | None, found: Sequence[Found], what: str = "board") -> Found:
    """The board that `wanted` names: a serial number, port, drive, host or board id; None: the only one.

    Raises
    ------
    StationError : none is there (exit 3), none or several are meant (exit 2 for several); it lists them.
    """
    if not found:
        raise StationError(NONE_HERE if what == "board" else f"No {what} is here. {NONE_HERE}", Exit.NO_BOARD)
    if wanted is None:
        if len(found) > 1:
            raise StationError(f"There are {len(found)} boards; say which. {listed(found)}", Exit.USAGE)
        return found[0]
    meant = [one for one in found if _is(one, wanted)] or [one for one in found if _begins(one, wanted)]
    if len(meant) > 1:
        raise StationError(f"'{wanted}' can mean {len(meant)} boards. {listed(meant)}", Exit.USAGE)
    if not meant:
        raise StationError(f"There is no {what} '{wanted}'. {listed(found)}", Exit.NO_BOARD)
    return meant[0]


def patiently(look: Callable[[], Seen], wait_s: float) -> Seen:
    """What `look` gives, at once or within `wait_s`: as long as it says that no board is there (exit 3)."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            return look()
        except StationError as problem:
            left_s = deadline - time.monotonic()
            if problem.exit_code is not Exit.NO_BOARD or left_s <= 0:
                raise
        time.sleep(min(_AGAIN_s, left_s))


def listed(found: Sequence[Found]) -> str:
    """All of them in one sentence."""
    return "Here: " + "; ".join(one.line for one in found) + "."


def _is(one: Found, wanted: str) -> bool:
    if one.drive is not None and Path(wanted) == one.drive:
        return True
    return same_board(one.serial, wanted) or wanted.lower() in (word.lower() for word in one.handles)


def _begins(one: Found, wanted: str) -> bool:
    """The first or last four digits or more of a serial number will do, where they mean one board."""
    digits, serial = wanted.upper(), one.serial.upper()
    return len(digits) >= 4 and (serial.startswith(digits) or serial.endswith(digits))


def designs_for(board_id: str) -> tuple[str, ...]:
    """Torpor's designs on this board, the default first. A broken file of an owner's is no design."""
    return tuple(name for name, design in _designs() if _board_id(design) == board_id)


def design_of_board(name: str, option: str) -> Design:
    """The design by whose name a board was deployed. `option`: the one that names a file.

    Raises StationError for an owner's own, whose file the board does not know.
    """
    if Path(name).suffix != ".toml" and name not in list_designs():
        raise StationError(
            f"This board was a {name}, a design of your own: name its file with {option}.", Exit.USAGE
        )
    return load_design(name)


def known_board_ids() -> tuple[str, ...]:
    """The ids of every board that a design is on."""
    return tuple(sorted({_board_id(design) for _, design in _designs()}))


@cache
def _designs() -> list[tuple[str, Design]]:
    found = []
    for name in list_designs():
        try:
            found.append((name, load_design(name)))
        except BoardsError:
            continue
    return found


def _board_id(design: Design) -> str:
    return str(design.board.caps["circuitpython_board"])
