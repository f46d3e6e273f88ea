"""The sky without clouds over a place: Linke turbidity from pvlib's world table, irradiance by Ineichen.

Used where clouds are reckoned relative to a clear sky: clearness of days, a made-up year, gaps of a record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.sun import Sun, sun_over
from sim.weather_table import HOURS, TYPICAL_YEAR, FloatArray

#: Sun lower than this gives no light worth reckoning, degrees of zenith: as pvlib's own limit of airmass.
ZENITH_LIMIT_deg = 90.0
#: Turbidity where the world table has none (it ends at the poles), 1. Source: clean cold air, Ineichen.
POLAR_TURBIDITY = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class ClearSky:
    """A cloudless sky, moment by moment: a year's hours at each hour's own sun, shape (8760,), or others.

    zenith_deg : without refraction. azimuth_deg : from north by east. ghi, dni, dhi : W/m2.
    extra : extraterrestrial irradiance square to the beam, W/m2.
    """

    zenith_deg: FloatArray
    azimuth_deg: FloatArray
    ghi: FloatArray
    dni: FloatArray
    dhi: FloatArray
    extra: FloatArray


@lru_cache(maxsize=16)
def clear_sky(
    latitude: float, longitude: float, altitude_m: float, utc_offset_h: float, sun_h: float = 0.5
) -> ClearSky:
    """A cloudless year at a place; `sun_h` is the moment of each hour that it is for."""
    first = datetime(TYPICAL_YEAR, 1, 1) + timedelta(hours=sun_h - utc_offset_h)
    sun = sun_over(latitude, longitude, first, np.arange(HOURS, dtype=np.float64))
    day = 1 + np.arange(HOURS) // 24
    return clear_moments(sun, day, latitude, longitude, altitude_m)


def clear_moments(
    sun: Sun, day: NDArray[np.int64], latitude: float, longitude: float, altitude_m: float
) -> ClearSky:
    """A cloudless sky at any moments; `day` of the year, 1 is 1 January. All of the shape of the sun's."""
    from pvlib import clearsky, irradiance
    from pvlib.atmosphere import alt2pres, get_absolute_airmass, get_relative_airmass

    zenith = 90.0 - sun.elevation_deg
    extra = np.asarray(irradiance.get_extra_radiation(day), dtype=np.float64)
    airmass = get_absolute_airmass(get_relative_airmass(zenith), alt2pres(altitude_m))
    turbidity = _turbidity(latitude, longitude)[np.minimum(day, HOURS // 24) - 1]
    with np.errstate(divide="ignore", invalid="ignore"):  # the sun is down; set to 0 below
        sky = clearsky.ineichen(zenith, airmass, turbidity, altitude_m, extra)
    up = zenith < ZENITH_LIMIT_deg
    ghi, dni, dhi = [np.where(up, np.nan_to_num(np.asarray(sky[n])), 0.0) for n in ("ghi", "dni", "dhi")]
    return ClearSky(zenith, sun.azimuth_deg, ghi, dni, dhi, extra)


def zenith_deg(stamps_utc: NDArray[np.datetime64], latitude: float, longitude: float) -> FloatArray:
    """The sun's zenith angle at rising moments, degrees."""
    seconds = stamps_utc.astype("datetime64[s]").astype(np.int64)
    first = datetime(1970, 1, 1) + timedelta(seconds=int(seconds[0]))
    return 90.0 - sun_over(latitude, longitude, first, (seconds - seconds[0]) / 3600.0).elevation_deg


def split(ghi: FloatArray, zenith: FloatArray, day: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(dni, dhi) of a global irradiance by Erbs' correlation, in the smooth form of Driesse."""
    from pvlib.irradiance import erbs_driesse

    parts = erbs_driesse(ghi, zenith, day)
    dni, dhi = (np.nan_to_num(np.asarray(parts[name], dtype=np.float64)) for name in ("dni", "dhi"))
    low = zenith >= ZENITH_LIMIT_deg
    return np.where(low, 0.0, dni), np.where(low, ghi, dhi)


def daily(hours: FloatArray) -> FloatArray:
    """Sums of the days of whole years, Wh/m2 for irradiance in W/m2."""
    return np.asarray(hours.reshape(-1, 24).sum(axis=1))


@lru_cache(maxsize=16)
def _turbidity(latitude: float, longitude: float) -> FloatArray:
    """Linke turbidity of every day of the year, between the monthly values of pvlib's table."""
    import pandas as pd
    from pvlib.clearsky import lookup_linke_turbidity

    days = pd.date_range(f"{TYPICAL_YEAR}-01-01", periods=HOURS // 24, freq="D", tz="UTC")
    values = lookup_linke_turbidity(days, latitude, longitude).to_numpy(dtype=np.float64)
    return np.asarray(np.where(values > 0.0, values, POLAR_TURBIDITY))


@lru_cache(maxsize=64)
def altitude_m(latitude: float, longitude: float) -> float:
    """Height above the sea from pvlib's world table, m; its grid is coarse (5 minutes of arc)."""
    from pvlib.location import lookup_altitude

    return max(0.0, float(lookup_altitude(latitude, longitude)))
