"""Which way to which board: the one that was named, else the only one that there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import rich_click as click
from click.shell_completion import CompletionItem

from station.deploy_route import Route


def drives_like(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the folder of a board's drive that is mounted now."""
    from station.drive_find import find_drives

    del context, parameter
    return [
        CompletionItem(str(found.folder), help=found.boot.board_id)
        for found in find_drives()
        if str(found.folder).startswith(typed)
    ]


def route_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which board."""
    drive = click.option(
        "--drive", type=click.Path(path_type=Path), shell_complete=drives_like,
        help="Where the board's drive is mounted.  [default: the only one]",
    )  # fmt: skip
    return drive(function)


def choose_route(drive: Path | None) -> Route:
    """The way to the board.

    Raises
    ------
    StationError : none is there (exit 3), or several are and none was named (exit 2).
    """
    from station.drive_find import choose_drive, find_drives
    from station.drive_route import DriveRoute

    return DriveRoute(choose_drive(drive, find_drives() if drive is None else []).folder)
