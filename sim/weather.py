"""Weather of a typical year: one reader for four file formats, with their time stamps put right.

Each format stamps its hours in another way, and a mistake of half an hour costs some per cent of a
winter's harvest without any error. Here every row ends up as "hour i of the local standard year":

- TMY3 stamps the end of the hour; the sun of the row stands at its middle.
- TM2 counts hours from 1, so does EPW; pvlib turns both into the start of the hour.
- PVGIS gives snapshots in UTC, taken some minutes after the full hour (its "irradiance time offset");
  its EPW files hold the same rows in UTC too, whatever time zone their first line names.

The months of a typical year come from different years; 29 February is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

HOURS = 8760  # hours in a typical year
#: Calendar that the stitched months are put on: any common year; between two leap years the sun's
#: declination is off by at most 0.2 degrees from that of the month's true year.
TYPICAL_YEAR = 2025
#: Irradiance above this is a missing-value code (EPW: 9999), W/m2; the solar constant is 1361.
IRRADIANCE_LIMIT_W_m2 = 1600.0
#: Air temperature outside this is a missing-value code (EPW: 99.9), C. Source: world records, rounded.
TEMPERATURE_RANGE_C = (-90.0, 60.0)
#: Wind above this is a missing-value code (EPW: 999, TM2: 99.9), m/s. Source: world record gust 113 m/s.
WIND_LIMIT_m_s = 90.0
FORMATS = "TMY3 CSV, TM2, EPW, or PVGIS typical year as JSON or CSV"


class WeatherError(Exception):
    """A weather file cannot be used; the message names the file and says what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """A typical year at one place, hour by hour in local standard time.

    Attributes
    ----------
    site, source : name of the place; name of the file and its format.
    latitude, longitude : degrees, north and east positive. altitude_m : m above sea level.
    utc_offset_h : local standard time minus UTC, hours.
    start : local standard time of the start of hour 0 (1 January of TYPICAL_YEAR).
    ghi, dni, dhi : mean irradiance over the hour [i, i+1), W/m2, shape (8760,). PVGIS: its snapshot.
    temp_air : C; wind : m/s at the file's height (10 m); both shape (8760,).
    mid_h : hours since `start` at which the sun's position stands for hour i, shape (8760,).
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


@dataclass(frozen=True, slots=True)
class _Table:
    """What a format's reader hands on: rows in file order, and how their stamps are meant."""

    format: str
    site: str
    place: tuple[float, float, float, float]  # latitude, longitude, altitude_m, utc_offset_h
    stamps: pd.DatetimeIndex
    columns: tuple[FloatArray, ...]  # ghi, dni, dhi, temp_air, wind
    stamp_to_start_h: int  # hours from the stamp to the start of the row's hour
    start_to_sun_h: float  # hours from the start of the row's hour to its sun
    roll_h: int = 0  # rows are in UTC: hours to move them to local standard time


def read_weather(path: Path) -> Weather:
    """Read one typical year; the format is recognised by the content, not by the name.

    Raises
    ------
    WeatherError
        The file is missing, of an unknown format, not one whole year of hours, or has gaps.
    """
    reader = _reader_for(path)
    try:
        table = reader(path)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeatherError(
            f"{path}: looks like {reader.__name__[6:]} but cannot be read ({reason}), "
            f"expected {HOURS} hourly rows of it"
        ) from None
    return _typical_year(path, table)


def default_weather() -> Weather:
    """The Greensboro TMY3 file (NREL, public) that pvlib's wheel carries."""
    import pvlib

    return read_weather(Path(pvlib.__file__).parent / "data" / "723170TYA.CSV")


def _reader_for(path: Path) -> Callable[[Path], _Table]:
    try:
        with path.open("rb") as file:
            head = file.read(2000).decode("latin-1")
    except OSError as error:
        raise WeatherError(f"{path}: {error.strerror}, expected a weather file ({FORMATS})") from None
    lines = [*head.splitlines(), "", ""]
    if head.lstrip().startswith("{") and "meteo_data" in head:
        return _read_pvgis_json
    if head.startswith("Latitude (decimal degrees)"):
        return _read_pvgis_csv
    if head.startswith("LOCATION,"):
        return _read_epw
    if lines[1].startswith("Date (MM/DD/YYYY),Time (HH:MM)"):
        return _read_tmy3
    if re.match(r"^ ?\d{5} .{22} .. +-?\d+ [NS] ", lines[0]) and len(lines[1]) > 100:
        return _read_tm2
    raise WeatherError(f"{path}: unknown content, expected {FORMATS}")


def _floats(data: pd.DataFrame, names: str) -> tuple[FloatArray, ...]:
    return tuple(data[name].to_numpy(dtype=np.float64) for name in names.split())


def _read_tmy3(path: Path) -> _Table:
    from pvlib.iotools import read_tmy3

    data, meta = read_tmy3(path, encoding="latin-1")
    data = data.rename(columns={"DNI (W/m^2))": "dni"})  # SolarAnywhere's spelling
    site = f"{str(meta['Name']).strip(chr(34)).title()}, {meta['State']}"
    place = (meta["latitude"], meta["longitude"], meta["altitude"], meta["TZ"])
    return _Table("TMY3", site, place, data.index, _floats(data, "ghi dni dhi temp_air wind_speed"), -1, 0.5)


def _read_tm2(path: Path) -> _Table:
    from pvlib.iotools import read_tmy2

    data, meta = read_tmy2(path)
    site = f"{str(meta['City']).strip().title()}, {meta['State']}"
    place = (meta["latitude"], meta["longitude"], meta["altitude"], meta["TZ"])
    ghi, dni, dhi, tenths_C, tenths_m_s = _floats(data, "GHI DNI DHI DryBulb Wspd")
    columns = (ghi, dni, dhi, tenths_C / 10, tenths_m_s / 10)
    return _Table("TM2", site, place, data.index, columns, 0, 0.5)


def _read_epw(path: Path) -> _Table:
    from pvlib.iotools import read_epw

    data, meta = read_epw(path)
    columns = _floats(data, "ghi dni dhi temp_air wind_speed")
    place = (meta["latitude"], meta["longitude"], float(meta["altitude"]), meta["TZ"])
    with path.open(encoding="latin-1") as file:
        offset = re.search(r"Irradiance Time Offset \(h\): *(-?[\d.]+)", file.read(4000))
    if offset is None:
        return _Table("EPW", str(meta["city"]).title(), place, data.index, columns, 0, 0.5)
    # PVGIS counts its offset from the end of the hour here, and its rows are in UTC
    roll = round(place[1] / 15)
    place = (*place[:3], float(roll))
    return _Table("PVGIS EPW", _named(place), place, data.index, columns, 0, 1 + float(offset[1]), roll)


def _read_pvgis_json(path: Path) -> _Table:
    return _read_pvgis(path, "json")


def _read_pvgis_csv(path: Path) -> _Table:
    return _read_pvgis(path, "csv")


def _read_pvgis(path: Path, kind: str) -> _Table:
    from pvlib.iotools import read_pvgis_tmy

    data, meta = read_pvgis_tmy(path, pvgis_format=kind)
    inputs: dict[str, Any] = meta["inputs"]
    where: dict[str, Any] = inputs.get("location", inputs)
    offset = where.get("irradiance_time_offset", where.get("irradiance time offset", 0.0))
    roll = round(float(where["longitude"]) / 15)
    place = (float(where["latitude"]), float(where["longitude"]), float(where["elevation"]), float(roll))
    columns = _floats(data, "ghi dni dhi temp_air wind_speed")
    return _Table(f"PVGIS {kind.upper()}", _named(place), place, data.index, columns, 0, float(offset), roll)


def _named(place: tuple[float, float, float, float]) -> str:
    latitude, longitude = place[:2]
    return (
        f"{abs(latitude):.2f}{'N' if latitude >= 0 else 'S'} "
        f"{abs(longitude):.2f}{'E' if longitude >= 0 else 'W'}"
    )


def _typical_year(path: Path, table: _Table) -> Weather:
    """Put the rows on the calendar of TYPICAL_YEAR and check that every hour is there, once."""
    keep = (
        ~((table.stamps.month == 2) & (table.stamps.day == 29)) if len(table.stamps) > HOURS else slice(None)
    )
    hours = (_hour_of_year(table.stamps[keep]) + table.stamp_to_start_h) % HOURS
    if len(hours) != HOURS or not np.array_equal(hours, np.arange(HOURS)):
        raise WeatherError(
            f"{path}: {len(hours)} rows that are not the hours of one year in their order, "
            f"expected {HOURS} hourly rows from 1 January"
        )
    columns = [column[keep] for column in table.columns]
    _check_values(path, columns)
    ghi, dni, dhi, temp_air, wind = (np.roll(column, table.roll_h) for column in columns)
    latitude, longitude, altitude_m, utc_offset_h = (float(value) for value in table.place)
    return Weather(
        table.site,
        f"{path.name} ({table.format})",
        latitude,
        longitude,
        altitude_m,
        utc_offset_h,
        datetime(TYPICAL_YEAR, 1, 1),
        np.maximum(ghi, 0.0),
        np.maximum(dni, 0.0),
        np.maximum(dhi, 0.0),
        temp_air,
        wind,
        np.arange(HOURS, dtype=np.float64) + table.start_to_sun_h,
    )


def _hour_of_year(stamps: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Hours since 1 January on the calendar of a common year; only month, day and hour count."""
    january = datetime(TYPICAL_YEAR, 1, 1)
    first = [(datetime(TYPICAL_YEAR, month, 1) - january) // timedelta(hours=1) for month in range(1, 13)]
    return np.asarray(np.array(first)[stamps.month - 1] + 24 * (stamps.day - 1) + stamps.hour, dtype=np.int64)


def _check_values(path: Path, columns: list[FloatArray]) -> None:
    limits = [(-50.0, IRRADIANCE_LIMIT_W_m2)] * 3 + [TEMPERATURE_RANGE_C, (0.0, WIND_LIMIT_m_s)]
    names = ("global irradiance", "direct irradiance", "diffuse irradiance", "air temperature", "wind")
    for name, column, (low, high) in zip(names, columns, limits, strict=True):
        bad = np.flatnonzero(~((column >= low) & (column <= high)))
        if bad.size:
            raise WeatherError(
                f"{path}: {name} in hour {bad[0]} of the year is {column[bad[0]]:g}, "
                f"expected a value from {low:g} to {high:g}"
            )
