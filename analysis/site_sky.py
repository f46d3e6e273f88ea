"""What a clear sky gives a panel, row by row of a log: the part that shade takes, and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from sim.clear_sky import altitude_m, clear_moments
from sim.place import usual_air_C
from sim.plane import plane_light
from sim.sky import GRASS_ALBEDO
from sim.sun import sun_over
from sim.surroundings import OPEN, Surroundings, sky_shares

from .log import FloatArray

#: The sun is looked up this often within a row, min.
MOMENT_min = 10.0
#: Wind at a garden's panel, m/s (0.5 to 4), and daily half range of the air's temperature, C. Estimates: they
#: move a panel's current by half a per cent and its power by two.
WIND_m_s, DAILY_C = 2.0, 5.0
#: Hour of the sun at which air is warmest. Source: as sim.synthetic.
WARMEST_h = 14.5


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a panel stands and how: degrees, north and east positive, 180 is south."""

    latitude: float
    longitude: float
    tilt_deg: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class ClearLight:
    """A clear sky on the panel, behind its cover, W/m2; one value per row.

    Attributes
    ----------
    sun : beam and the halo around it, what a thing between panel and sun takes. rest : what stays then.
    air_C : of the season. warm_K_m2_W : how much warmer the panel is per W/m2.
    azimuth_deg, elevation_deg : of the sun, as it appears. up : share of the row with the sun up, 0 to 1.
    """

    sun: FloatArray
    rest: FloatArray
    air_C: FloatArray
    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    up: FloatArray


def clear_light(
    spot: Spot, first_utc: datetime, starts_h: FloatArray, step_h: float, around: Surroundings = OPEN
) -> ClearLight:
    """The light of rows that begin so many hours after `first_utc` and last `step_h`.

    `around` hides its share of the even sky from the panel; what it takes of the sun is not in it.
    """
    moments = max(1, round(60.0 * step_h / MOMENT_min))
    into = (np.arange(moments) + 0.5) / moments * step_h
    hours = (starts_h[:, None] + into).reshape(-1)
    sun = sun_over(spot.latitude, spot.longitude, first_utc, hours)
    day = _days(first_utc, hours)
    height = altitude_m(spot.latitude, spot.longitude)
    sky = clear_moments(sun, day, spot.latitude, spot.longitude, height)
    plane = (spot.tilt_deg, spot.azimuth_deg)
    light = plane_light((sky.ghi, sky.dhi, sky.dni), sun, day.astype(np.float64), plane, GRASS_ALBEDO)
    dome, band = sky_shares(around, plane, tuple(thing.passes for thing in around.obstructions))
    ones = np.ones_like(light.beam)
    whole = light.blocked(ones, dome * ones, band * ones).behind_cover()
    rest = light.blocked(0.0 * ones, dome * ones, band * ones).behind_cover()
    shape = (len(starts_h), moments)
    up = (sun.apparent_deg > 0.0).reshape(shape).mean(axis=1)
    middle = moments // 2
    return ClearLight(
        (whole - rest).reshape(shape).mean(axis=1),
        rest.reshape(shape).mean(axis=1),
        _air_C(spot, day, hours, first_utc).reshape(shape).mean(axis=1),
        sun.azimuth_deg.reshape(shape)[:, middle],
        sun.apparent_deg.reshape(shape).mean(axis=1),
        up,
    )


def _days(first_utc: datetime, hours: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Day of the year of each moment, 1 to 366."""
    into_year = first_utc - datetime(first_utc.year, 1, 1, tzinfo=first_utc.tzinfo)
    days = (into_year / timedelta(hours=1) + hours) // 24.0
    return np.asarray(days, dtype=np.int64) % 365 + 1


def _air_C(
    spot: Spot, day: np.ndarray[tuple[int], np.dtype[np.int64]], hours: FloatArray, first_utc: datetime
) -> FloatArray:
    """Air of the season and of the sun's hour, as the place usually has it."""
    months = usual_air_C(spot.latitude, spot.longitude, altitude_m(spot.latitude, spot.longitude))
    season = np.interp(day, (np.arange(12) + 0.5) * 365.0 / 12.0, months, period=365.0)
    solar_h = hours + first_utc.hour + first_utc.minute / 60.0 + spot.longitude / 15.0
    return np.asarray(season + DAILY_C * np.cos((solar_h - WARMEST_h) * np.pi / 12.0))
