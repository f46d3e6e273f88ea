"""The options of every command that wants weather: which, of which year, and whether PVGIS may be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from station.errors import Exit, StationError

if TYPE_CHECKING:
    from sim.weather_choice import Choice

Command = TypeVar("Command", bound=Callable[..., Any])


def weather_options(command: Command) -> Command:
    """Adds --weather, --year and --download."""
    for option in reversed(
        (
            click.option(
                "--weather",
                multiple=True,
                type=click.Path(path_type=Path),
                help="Weather file (TMY3, TM2, EPW, NSRDB, BSRN, SURFRAD, PVGIS), several, a folder, "
                "or LATITUDE,LONGITUDE: made up.",
            ),
            click.option("--year", type=int, help="Which year of the weather files, if they hold several."),
            click.option(
                "--download",
                is_flag=True,
                help="With --weather LATITUDE,LONGITUDE: ask PVGIS for its typical year, keep it here.",
            ),
        )
    ):
        command = option(command)
    return command


def weather_choice(options: dict[str, Any]) -> Choice:
    """What the options name; None if they name nothing. Asks PVGIS only with --download."""
    paths: tuple[Path, ...] = options["weather"]
    if options["download"]:
        return _downloaded(paths)
    return paths[0] if len(paths) == 1 else paths or None


def _downloaded(paths: tuple[Path, ...]) -> Path:
    from sim.place import place_of
    from sim.pvgis import typical_year

    place = place_of(str(paths[0])) if len(paths) == 1 else None
    if place is None:
        raise StationError("--download: wants --weather LATITUDE,LONGITUDE beside it.", Exit.USAGE)
    return typical_year(place.latitude, place.longitude, Path())
