"""What may be shown beside a log of days: the panel's own columns, and the nights of its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from station.errors import Exit, StationError

if TYPE_CHECKING:
    from analysis.plot_days import Beside
    from analysis.read_options import ReadOptions

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--panel-current", metavar="TITLE", help="Column of the panel's current, shown by day."),
    click.option("--place", metavar="LATITUDE,LONGITUDE", help="Where it stands: nights are shaded."),
)
KEYS = ("panel_current", "place")


def beside_options(command: Command) -> Command:
    """Add the options; `beside_of` reads what they name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def beside_of(path: Path, options: ReadOptions, panel_current: str | None, place: str | None) -> Beside:
    """Read the panel's column of the same file, and the place."""
    from analysis.plot_days import Beside
    from analysis.read import read_log

    panel = None
    if panel_current is not None:
        panel = read_log(path, replace(options, current_column=panel_current, needs_current=True))
    return Beside(panel, _place(place) if place else None)


def _place(text: str) -> tuple[float, float]:
    from sim.place import place_of

    found = place_of(text)
    if found is None:
        raise StationError(f"--place {text}: expected LATITUDE,LONGITUDE, such as 47.37,8.54.", Exit.USAGE)
    return found.latitude, found.longitude
