"""The options of every command that wants weather: which, of which year, and whether PVGIS may be asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from station.errors import Exit, StationError

if TYPE_CHECKING:
    from sim.weather_choice import Choice

Command = TypeVar("Command", bound=Callable[..., Any])


def weather_options(command: Command) -> Command:
    """Adds --weather, --year, --download and --download-years."""
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
            click.option(
                "--download-years",
                metavar="FIRST-LAST",
                help="The same with real years: 2005-2023.",
            ),
        )
    ):
        command = option(command)
    return command


def weather_choice(options: dict[str, Any], url: str | None = None) -> Choice:
    """What the options name; None if they name nothing. Asks PVGIS (at `url`) only where they say so."""
    paths: tuple[Path, ...] = options["weather"]
    if options["download"] or options["download_years"]:
        return _downloaded(paths, options["download_years"], url)
    return paths[0] if len(paths) == 1 else paths or None


def _downloaded(paths: tuple[Path, ...], years: str | None, url: str | None) -> Path:
    from sim.place import place_of
    from sim.pvgis import URL, real_years, typical_year

    place = place_of(str(paths[0])) if len(paths) == 1 else None
    if place is None:
        raise StationError("--download: wants --weather LATITUDE,LONGITUDE beside it.", Exit.USAGE)
    if years is None:
        return typical_year(place.latitude, place.longitude, Path(), url or URL)
    span = re.fullmatch(r"(\d{4})-(\d{4})", years)
    if span is None or int(span[1]) > int(span[2]):
        raise StationError(f"--download-years {years}: expected two years as 2005-2023.", Exit.USAGE)
    return real_years(place.latitude, place.longitude, int(span[1]), int(span[2]), Path(), url or URL)
