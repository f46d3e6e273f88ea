"""Weather of one place: one reader for all file formats, with their time stamps put right.

Each format stamps its hours in another way, and a mistake of half an hour costs some per cent of a
winter's harvest without any error. Here every row ends up as "hour i of the local standard year": how, says
each reader (weather_typical, weather_nsrdb, weather_series, weather_stations).

`read_weather` reads one year: a typical one, whose months come from different years, or a real one.
`read_years` reads all the years that files and folders hold. 29 February is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.weather_formats import FORMATS, read_file, weather_files
from sim.weather_table import HOURS, TYPICAL_YEAR, FloatArray, Hours, Table, WeatherError
from sim.weather_years import CalendarYear, calendar_years

if TYPE_CHECKING:
    import pandas as pd

__all__ = (
    "FORMATS", "HOURS", "TYPICAL_YEAR", "FloatArray", "Weather", "WeatherError", "default_weather",
    "read_weather", "read_years",
)  # fmt: skip

#: Irradiance above this is a missing-value code (EPW: 9999), W/m2; the solar constant is 1361.
IRRADIANCE_LIMIT_W_m2 = 1600.0
#: Air temperature outside this is a missing-value code (EPW: 99.9), C. Source: world records, rounded.
TEMPERATURE_RANGE_C = (-90.0, 60.0)
#: Wind above this is a missing-value code (EPW: 999, TM2: 99.9), m/s. Source: world record gust 113 m/s.
WIND_LIMIT_m_s = 90.0
#: What a list of days may be cut to in a sentence.
_LISTED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """A year at one place, hour by hour in local standard time.

    Attributes
    ----------
    site, source : name of the place; name of the file and its format.
    latitude, longitude : degrees, north and east positive. altitude_m : m above sea level.
    utc_offset_h : local standard time minus UTC, hours.
    start : local standard time of the start of hour 0 (1 January of TYPICAL_YEAR, whatever the true year).
    ghi, dni, dhi : mean irradiance over the hour [i, i+1), W/m2, shape (8760,). PVGIS: its snapshot.
    temp_air : C; wind : m/s at the file's height (10 m); both shape (8760,).
    mid_h : hours since `start` at which the sun's position stands for hour i, shape (8760,).
    swing : relative standard deviation of ghi within each hour, (8760,); None if the file is too coarse.
    year : the calendar year it was measured in; None for a typical or a made-up one.
    snow_cm : depth of snow on the ground, (8760,); None if the file does not tell.
    """

    site: str
    source: str
    latitude: float
    longitude: float
    altitude_m: float
    utc_offset_h: float
    start: datetime
    ghi: FloatArray
    dni: FloatArray
    dhi: FloatArray
    temp_air: FloatArray
    wind: FloatArray
    mid_h: FloatArray
    swing: FloatArray | None = None
    year: int | None = None
    snow_cm: FloatArray | None = None


def read_weather(path: Path) -> Weather:
    """Read one year; the format is recognised by the content, not by the name.

    Raises
    ------
    WeatherError
        The file is missing, of an unknown format, not one whole year of hours, or has gaps.
    """
    years = read_years([path])
    if len(years) > 1:
        raise WeatherError(
            f"{path}: holds {len(years)} years ({_list([year.source for year in years])}), expected one: "
            f"name the one that is meant, or use a command that takes many years"
        )
    return years[0]


def read_years(paths: Sequence[Path]) -> tuple[Weather, ...]:
    """Read every year that files and folders of one place hold, in the order of the calendar.

    The files of a station that measures (a file a day or a month) are joined into years; a file with a
    typical year is a year by itself. Of a folder, what no reader knows is left aside.

    Raises
    ------
    WeatherError
        As `read_weather`; or the files are of different places, or a year lacks months, days or hours.
    """
    read = [(path, read_file(path, reader)) for path, reader in weather_files(paths)]
    typical = tuple(_typical_year(path, table) for path, table in read if isinstance(table, Table))
    parts = [table for _, table in read if isinstance(table, Hours)]
    name = str(paths[0]) if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
    if typical and parts:
        raise WeatherError(f"{name}: holds typical years and measured ones, expected one kind")
    if typical:
        return typical
    source = paths[0].name if len(paths) == 1 else name
    return tuple(_real_year(name, source, parts[0], year) for year in calendar_years(name, parts))


@cache  # every twin that names no weather asks for it
def default_weather() -> Weather:
    """The Greensboro TMY3 file (NREL, public) that pvlib's wheel carries."""
    import pvlib

    return read_weather(Path(pvlib.__file__).parent / "data" / "723170TYA.CSV")


def _typical_year(path: Path, table: Table) -> Weather:
    """Put the rows on the calendar of TYPICAL_YEAR and check that every hour is there, once."""
    keep = (
        ~((table.stamps.month == 2) & (table.stamps.day == 29)) if len(table.stamps) > HOURS else slice(None)
    )
    if table.stamps.hasnans:
        raise WeatherError(f"{path}: has rows without a time, expected {HOURS} hourly rows from 1 January")
    hours = (_hour_of_year(table.stamps[keep]) + table.stamp_to_start_h) % HOURS
    if len(hours) != HOURS or not np.array_equal(hours, np.arange(HOURS)):
        raise WeatherError(
            f"{path}: {len(hours)} rows that are not the hours of one year in their order, "
            f"expected {HOURS} hourly rows from 1 January"
        )
    columns = [np.roll(column[keep], table.roll_h) for column in table.columns]
    source = f"{path.name} ({table.format})"
    weather = _weather(str(path), table.site, source, table.place, columns, table.start_to_sun_h)
    return weather if table.snow_cm is None else replace(weather, snow_cm=table.snow_cm[keep])


def _real_year(name: str, source: str, kind: Hours, year: CalendarYear) -> Weather:
    source = f"{source} ({kind.format} {year.year})"
    return _weather(
        name, kind.site, source, kind.place, year.columns, kind.start_to_sun_h, year.swing, year.year
    )


def _weather(
    name: str,
    site: str,
    source: str,
    place: tuple[float, float, float, float],
    columns: Sequence[FloatArray],
    sun_h: float,
    swing: FloatArray | None = None,
    year: int | None = None,
) -> Weather:
    _check_values(name, columns)
    latitude, longitude, altitude_m, utc_offset_h = (float(value) for value in place)
    ghi, dni, dhi = (np.maximum(column, 0.0) for column in columns[:3])
    return Weather(
        site,
        source,
        latitude,
        longitude,
        altitude_m,
        utc_offset_h,
        datetime(TYPICAL_YEAR, 1, 1),
        ghi,
        dni,
        dhi,
        columns[3],
        columns[4],
        np.arange(HOURS, dtype=np.float64) + sun_h,
        swing,
        year,
    )


def _hour_of_year(stamps: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Hours since 1 January on the calendar of a common year; only month, day and hour count."""
    january = datetime(TYPICAL_YEAR, 1, 1)
    first = [(datetime(TYPICAL_YEAR, month, 1) - january) // timedelta(hours=1) for month in range(1, 13)]
    return np.asarray(np.array(first)[stamps.month - 1] + 24 * (stamps.day - 1) + stamps.hour, dtype=np.int64)


def _check_values(name: str, columns: Sequence[FloatArray]) -> None:
    limits = [(-50.0, IRRADIANCE_LIMIT_W_m2)] * 3 + [TEMPERATURE_RANGE_C, (0.0, WIND_LIMIT_m_s)]
    names = ("global irradiance", "direct irradiance", "diffuse irradiance", "air temperature", "wind")
    for what, column, (low, high) in zip(names, columns, limits, strict=True):
        bad = np.flatnonzero(~((column >= low) & (column <= high)))
        if bad.size:
            raise WeatherError(
                f"{name}: {what} in hour {bad[0]} of the year is {column[bad[0]]:g}, "
                f"expected a value from {low:g} to {high:g}"
            )


def _list(sources: Sequence[str]) -> str:
    shown = ", ".join(sources[:_LISTED])
    return shown if len(sources) <= _LISTED else f"{shown}, ..."
