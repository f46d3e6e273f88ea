"""What an owner names as weather: nothing, files and folders, or the coordinates of a place.

A place is written "LATITUDE,LONGITUDE" and gets made-up weather (sim/synthetic.py).
"""

from __future__ import annotations

from pathlib import Path

from sim.place import place_of
from sim.synthetic import synthetic, typical
from sim.weather import Weather, WeatherError, default_weather, read_years

Choice = Path | tuple[Path, ...] | None

#: So many made-up years are as good as many when days are dealt out of them (sim/years.py).
MADE_UP_YEARS = 10


def one_year(choice: Choice, seed: int = 1, year: int | None = None) -> Weather:
    """The weather of one year.

    Parameters
    ----------
    choice : None is the default site's typical year. seed : of made-up weather.
    year : which calendar year, if the files hold several.

    Raises
    ------
    WeatherError
        As `read_years`; or there are several years and none is named, or the one named is not there.
    """
    paths = _paths(choice)
    if not paths:
        return default_weather()
    place = place_of(str(paths[0])) if len(paths) == 1 else None
    if place is not None:
        return typical(place, seed)
    return _the(year, paths, read_years(paths))


def all_years(choice: Choice, seed: int = 1) -> tuple[Weather, ...]:
    """Every year that the files hold; of a place MADE_UP_YEARS free ones. Raises as `read_years`."""
    paths = _paths(choice)
    if not paths:
        return (default_weather(),)
    place = place_of(str(paths[0])) if len(paths) == 1 else None
    return read_years(paths) if place is None else synthetic(place, MADE_UP_YEARS, seed)


def _paths(choice: Choice) -> tuple[Path, ...]:
    if choice is None:
        return ()
    return choice if isinstance(choice, tuple) else (choice,)


def _the(year: int | None, paths: tuple[Path, ...], years: tuple[Weather, ...]) -> Weather:
    if year is None and len(years) == 1:
        return years[0]
    there = ", ".join(str(weather.year or weather.source) for weather in years)
    if year is None:
        raise WeatherError(f"{paths[0]}: holds {len(years)} years ({there}), expected one: name it as `year`")
    found = [weather for weather in years if weather.year == year]
    if not found:
        raise WeatherError(f"{paths[0]}: has no year {year}, expected one of {there}")
    return found[0]
