"""Typical years: TMY3, TM2, EPW and PVGIS files, each with its own way to stamp an hour.

- TMY3 stamps the end of the hour; the sun of the row stands at its middle.
- TM2 counts hours from 1, so does EPW; pvlib turns both into the start of the hour.
- PVGIS gives snapshots in UTC, taken some minutes after the full hour (its "irradiance time offset");
  its EPW files hold the same rows in UTC too, whatever time zone their first line names.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sim.weather_table import Table, floats, named

_NAMES = "ghi dni dhi temp_air wind_speed"


def read_tmy3(path: Path) -> Table:
    """NREL's TMY3, and SolarAnywhere's files in that format."""
    from pvlib.iotools import read_tmy3 as read

    data, meta = read(path, encoding="latin-1")
    data = data.rename(columns={"DNI (W/m^2))": "dni"})  # SolarAnywhere's spelling
    site = f"{str(meta['Name']).strip(chr(34)).title()}, {meta['State']}"
    place = (meta["latitude"], meta["longitude"], meta["altitude"], meta["TZ"])
    return Table("TMY3", site, place, data.index, floats(data, _NAMES), -1, 0.5)


def read_tm2(path: Path) -> Table:
    """NREL's TMY2."""
    from pvlib.iotools import read_tmy2

    data, meta = read_tmy2(path)
    site = f"{str(meta['City']).strip().title()}, {meta['State']}"
    place = (meta["latitude"], meta["longitude"], meta["altitude"], meta["TZ"])
    ghi, dni, dhi, tenths_C, tenths_m_s = floats(data, "GHI DNI DHI DryBulb Wspd")
    columns = (ghi, dni, dhi, tenths_C / 10, tenths_m_s / 10)
    return Table("TM2", site, place, data.index, columns, 0, 0.5)


def read_epw(path: Path) -> Table:
    """EnergyPlus weather; that of PVGIS is told by its own comment."""
    from pvlib.iotools import read_epw as read

    data, meta = read(path)
    columns = floats(data, _NAMES)
    place = (meta["latitude"], meta["longitude"], float(meta["altitude"]), meta["TZ"])
    with path.open(encoding="latin-1") as file:
        offset = re.search(r"Irradiance Time Offset \(h\): *(-?[\d.]+)", file.read(4000))
    if offset is None:
        return Table("EPW", str(meta["city"]).title(), place, data.index, columns, 0, 0.5)
    # PVGIS counts its offset from the end of the hour here, and its rows are in UTC
    roll = round(place[1] / 15)
    place = (*place[:3], float(roll))
    return Table("PVGIS EPW", named(place), place, data.index, columns, 0, 1 + float(offset[1]), roll)


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
