"""Typical years: TMY3, TM2, EPW and PVGIS files, each with its own way to stamp an hour.

- TMY3 stamps the end of the hour; the sun of the row stands at its middle.
- TM2 counts hours from 1, so does EPW; pvlib turns both into the start of the hour.
- PVGIS gives snapshots in UTC, taken some minutes after the full hour (its "irradiance time offset");
  its EPW files hold the same rows in UTC too, whatever time zone their first line names.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.weather_table import FloatArray, Table, floats, named

#: Beginnings of TMY3's column titles; SolarAnywhere closes the bracket of one twice.
_TMY3 = ("GHI (W/m^2)", "DNI (W/m^2)", "DHI (W/m^2)", "Dry-bulb (C)", "Wspd (m/s)")
#: First and last place, from 0, in a line of TM2: year, month, day, hour, GHI, DNI, DHI, air, wind, snow.
_TM2 = ((1, 3), (3, 5), (5, 7), (7, 9), (17, 21), (23, 27), (29, 33), (67, 71), (95, 98), (133, 136))
_NAMES = "ghi dni dhi temp_air wind_speed"
#: A depth of snow from here on is a missing-value code (EPW and TM2: 999), cm.
SNOW_LIMIT_cm = 990.0


def read_tmy3(path: Path) -> Table:
    """NREL's TMY3, and SolarAnywhere's files in that format (pvlib's reader takes four times as long)."""
    import pandas as pd

    with path.open(encoding="latin-1", newline="") as file:
        _, name, state, zone, *where = next(csv.reader([file.readline()]))[:7]
        titles = next(csv.reader([file.readline()]))
        wanted = _columns_like(titles, _TMY3)
        data = pd.read_csv(file, header=None, usecols=sorted({0, 1, *wanted}))
    hours = data[1].str.slice(0, 2).astype("int64")
    days = pd.to_datetime(data[0], format="%m/%d/%Y")
    stamps = pd.DatetimeIndex(days + pd.to_timedelta(hours - 1, unit="h"))  # the start of the hour
    latitude, longitude, altitude = (float(value) for value in where)
    columns = tuple(data[i].to_numpy(dtype=np.float64) for i in wanted)
    place = (latitude, longitude, altitude, float(zone))
    return Table("TMY3", f"{name.title()}, {state}", place, stamps, columns, 0, 0.5)


def _columns_like(titles: list[str], beginnings: Sequence[str]) -> list[int]:
    """Where the columns with these beginnings stand; one that is missing is a KeyError with its name."""
    found = []
    for beginning in beginnings:
        at = next((i for i, title in enumerate(titles) if title.startswith(beginning)), None)
        if at is None:
            raise KeyError(beginning)
        found.append(at)
    return found


def read_tm2(path: Path) -> Table:
    """NREL's TMY2: fields by their place in the line (pvlib's reader takes a second).

    Source of the places: User's Manual for TMY2s, NREL 1995, table 3-2.
    """
    import pandas as pd

    with path.open(encoding="latin-1") as file:
        head, rows = file.readline(), [line for line in file if line.strip()]
    name, state, zone = head[7:29].strip().title(), head[30:32], float(head[33:36])
    latitude = (float(head[39:41]) + float(head[42:44]) / 60.0) * (1.0 if head[37] == "N" else -1.0)
    longitude = (float(head[47:50]) + float(head[51:53]) / 60.0) * (1.0 if head[45] == "E" else -1.0)
    text = np.array(rows, dtype="S142").view("S1").reshape(len(rows), -1)
    year, month, day, hour, ghi, dni, dhi, tenths_C, tenths_m_s, snow_cm = (
        np.ascontiguousarray(text[:, first:last]).view(f"S{last - first}").ravel().astype(np.float64)
        for first, last in _TM2
    )
    dates = pd.DataFrame({"year": 1900 + year, "month": month, "day": day})
    stamps = pd.DatetimeIndex(pd.to_datetime(dates) + pd.to_timedelta(hour - 1, unit="h"))
    columns = (ghi, dni, dhi, tenths_C / 10, tenths_m_s / 10)
    place = (latitude, longitude, float(head[54:59]), zone)
    return Table("TM2", f"{name}, {state}", place, stamps, columns, 0, 0.5, snow_cm=_known(snow_cm))


def read_epw(path: Path) -> Table:
    """EnergyPlus weather; that of PVGIS is told by its own comment."""
    from pvlib.iotools import read_epw as read

    data, meta = read(path)
    columns = floats(data, _NAMES)
    place = (meta["latitude"], meta["longitude"], float(meta["altitude"]), meta["TZ"])
    with path.open(encoding="latin-1") as file:
        offset = re.search(r"Irradiance Time Offset \(h\): *(-?[\d.]+)", file.read(4000))
    if offset is None:
        snow_cm = _known(data["snow_depth"].to_numpy(dtype=np.float64))
        return Table("EPW", str(meta["city"]).title(), place, data.index, columns, 0, 0.5, snow_cm=snow_cm)
    # PVGIS counts its offset from the end of the hour here, and its rows are in UTC
    roll = round(place[1] / 15)
    place = (*place[:3], float(roll))
    return Table("PVGIS EPW", named(place), place, data.index, columns, 0, 1 + float(offset[1]), roll)


def _known(snow_cm: FloatArray) -> FloatArray | None:
    """The depth on the ground; None where it is 0 or missing (999) all year: many files know nothing."""
    found = np.where((snow_cm >= 0.0) & (snow_cm < SNOW_LIMIT_cm), snow_cm, 0.0)
    return found if found.any() else None


def read_pvgis_json(path: Path) -> Table:
    """A PVGIS typical year as JSON."""
    return _pvgis(path, "json")


def read_pvgis_csv(path: Path) -> Table:
    """A PVGIS typical year as CSV."""
    return _pvgis(path, "csv")


def _pvgis(path: Path, kind: str) -> Table:
    from pvlib.iotools import read_pvgis_tmy

    data, meta = read_pvgis_tmy(path, pvgis_format=kind)
    inputs: dict[str, Any] = meta["inputs"]
    where: dict[str, Any] = inputs.get("location", inputs)
    offset = where.get("irradiance_time_offset", where.get("irradiance time offset", 0.0))
    roll = round(float(where["longitude"]) / 15)
    place = (float(where["latitude"]), float(where["longitude"]), float(where["elevation"]), float(roll))
    return Table(
        f"PVGIS {kind.upper()}", named(place), place, data.index, floats(data, _NAMES), 0, float(offset), roll
    )
