"""Which way to which board: the one that was named, else the only one that there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.deploy_route import Route
from station.detect_completion import complete_boards
from station.errors import Exit, StationError

if TYPE_CHECKING:
    from station.detect import Found


def route_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which board."""
    to = click.option(
        "--to", shell_complete=complete_boards, metavar="BOARD",
        help="Serial number, drive or port, as torpor detect tells.  [default: the only board]",
    )  # fmt: skip
    drive = click.option(
        "--drive", type=click.Path(path_type=Path, file_okay=False), help="Folder of the board's drive."
    )
    return to(drive(function))


def choose_route(to: str | None, drive: Path | None) -> Route:
    """The way to the board.

    Raises
    ------
    StationError : none is there (exit 3), or several are and none was named (exit 2).
    """
    from station.detect import detect
    from station.drive_route import DriveRoute

    if drive is not None:
        return DriveRoute(drive)
    return route_to(pick(to, detect()))


def pick(to: str | None, found: Sequence[Found]) -> Found:
    """The board that is meant, of those that run CircuitPython (or may, behind an adapter)."""
    from station.detect import Mode
    from station.detect_choice import choose

    may = [one for one in found if one.mode in (Mode.RUNNING, Mode.WEB, Mode.ADAPTER)]
    if found and not may:
        raise StationError(
            f"No board here runs CircuitPython: torpor flash puts it there. Here: {found[0].line}.",
            Exit.NO_BOARD,
        )
    return choose(to, may)


def route_to(found: Found) -> Route:
    """The quickest way to a board: its drive."""
    from station.drive_route import DriveRoute

    if found.drive is not None:
        return DriveRoute(found.drive)
    advice = "its drive is not here: close the bench switch, press reset, mount it."
    raise StationError(f"{found.line}: {' '.join((advice, *found.notes))}", Exit.NO_BOARD)
