"""Hourly series of PVGIS over real years: snapshots in UTC of a level plane, beam and diffuse apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.weather_hours import hourly
from sim.weather_table import FloatArray, Hours, WeatherError, floats, named

if TYPE_CHECKING:
    import pandas as pd

#: Below this elevation of the sun the beam is not turned square to it, degrees: the quotient would explode.
LOWEST_deg = 2.0


def read_pvgis_series_json(path: Path) -> Hours:
    """A PVGIS hourly series as JSON."""
    return _series(path, "json")


def read_pvgis_series_csv(path: Path) -> Hours:
    """A PVGIS hourly series as CSV."""
    return _series(path, "csv")


def _series(path: Path, kind: str) -> Hours:
    from pvlib.iotools import read_pvgis_hourly

    data, meta = read_pvgis_hourly(path, pvgis_format=kind)
    inputs: dict[str, Any] = meta["inputs"]
    _check_plane(path, data, inputs)
    where: dict[str, Any] = inputs.get("location", inputs)
    roll = round(float(where["longitude"]) / 15)
    place = (float(where["latitude"]), float(where["longitude"]), float(where["elevation"]), float(roll))
    stamps = data.index.tz_localize(None).to_numpy()
    rows = hourly(str(path), stamps, _columns(data), snapshots=True)
    return Hours(f"PVGIS series {kind.upper()}", named(place), place, *rows, roll)


def _check_plane(path: Path, data: pd.DataFrame, inputs: dict[str, Any]) -> None:
    """A tilted or turning plane cannot be turned back."""
    if "poa_direct" not in data:
        raise WeatherError(f"{path}: has no Gb(i), expected a PVGIS series with its radiation components")
    slope = inputs.get("Slope", "")
    mounting = inputs.get("mounting_system", {})
    if mounting:
        slope = mounting.get("fixed", {}).get("slope", {}).get("value", "turning")
    degrees = str(slope).split("deg")[0].strip()
    if degrees not in ("0", "0.0"):
        raise WeatherError(f"{path}: its plane has the slope {degrees or '?'}, expected 0 (a level plane)")


def _columns(data: pd.DataFrame) -> tuple[FloatArray, ...]:
    beam, sky, ground, elevation, temp, wind = floats(
        data, "poa_direct poa_sky_diffuse poa_ground_diffuse solar_elevation temp_air wind_speed"
    )
    high = elevation > LOWEST_deg
    sine = np.sin(np.radians(np.where(high, elevation, 90.0)))
    dhi = sky + ground
    return beam + dhi, np.where(high, beam / sine, 0.0), dhi, temp, wind
