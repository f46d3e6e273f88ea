"""The sky over one node: plane of array, cell temperature and daylight, hour by hour.

The sun's position at each hour's middle comes from `sim.sun`, the light in the panel's plane and behind its
cover from `sim.plane`; the cell temperature is Faiman's with the panel's own u0 and u1.
Daylight for cameras (`sim.daylight`) is told on a log scale.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from math import asin, cos, degrees, log10, radians, sin
from typing import NamedTuple

import numpy as np

from sim.daylight import clear_sky_lx, clearness
from sim.panel import Rows
from sim.plane import plane_light
from sim.snow import NO_SNOW, Snow
from sim.soiling import CLEAN, Soiling
from sim.sun import FloatArray, Sun, sun_over
from sim.surroundings import OPEN, Surroundings
from sim.weather import HOURS, Weather
from sim.within_hour import swing

#: Albedo of grass, 1 (0.15 to 0.25). Source: pvlib surface albedos, also the default of PVWatts.
GRASS_ALBEDO = 0.2
#: Illuminance that `light` calls 0 and 1, lx: late twilight, and full sun. Log scale between: 10 lx is 0.2.
DARK_lx = 1.0
FULL_lx = 1.0e5


class SkyArrays(NamedTuple):
    """A sky's year for whoever computes with arrays; each float64, shape (8760,)."""

    poa_W_m2: FloatArray
    absorbed_W_m2: FloatArray
    panel_C: FloatArray
    air_C: FloatArray
    swing: FloatArray


def _still() -> list[float]:
    return [0.0] * HOURS


@dataclass(frozen=True, slots=True, eq=False)
class Sky:
    """One place's year as a panel and a camera there see it; a longer run starts the year over.

    Attributes (lists have one float per hour of the run's year, index 0 at t_s = 0)
    ----------
    weather : where it came from. tilt_deg, azimuth_deg, albedo : of the panel's plane (180 is south).
    start : local standard time of t_s = 0.
    poa_W_m2 : global irradiance in the panel's plane. absorbed_W_m2 : the same behind its cover.
    panel_C : temperature of the panel's cells. air_C : air temperature.
    swing : relative standard deviation of the irradiance within each hour.
    surroundings, soiling, snow : what hides light from the panel; a camera's daylight is that of the open.
    """

    weather: Weather
    tilt_deg: float
    azimuth_deg: float
    albedo: float
    start: datetime
    poa_W_m2: list[float]
    absorbed_W_m2: list[float]
    panel_C: list[float]
    air_C: list[float]
    _sun: list[
        tuple[float, float, float, float]
    ]  # sin*sin, cos*cos, hour angle at the hour's start, clearness
    swing: list[float] = field(default_factory=_still)
    surroundings: Surroundings = OPEN
    soiling: Soiling = CLEAN
    snow: Snow = NO_SNOW

    @classmethod
    def prepare(
        cls,
        weather: Weather,
        panel: Rows,
        tilt_deg: float,
        azimuth_deg: float = 180.0,
        albedo: float = GRASS_ALBEDO,
        start_day: int = 0,
        surroundings: Surroundings = OPEN,
        soiling: Soiling = CLEAN,
        snow: Snow = NO_SNOW,
    ) -> Sky:
        """Compute the year for one panel; t_s = 0 is midnight before `start_day` (0 is 1 January)."""
        sun = _sun(weather.latitude, weather.longitude, weather.start, weather.utc_offset_h, weather.mid_h[0])
        plane = (tilt_deg, azimuth_deg)
        open_light = plane_light((weather.ghi, weather.dhi, weather.dni), sun, _DAY_OF_YEAR, plane, albedo)
        light = surroundings.leave(open_light, sun, _MONTH, azimuth_deg)
        free = snow.passes(weather, sun, light.total, tilt_deg)
        poa = light.total * free
        absorbed = light.behind_cover() * free * soiling.passes(weather.ghi, sun, _MONTH)
        panel_C = weather.temp_air + poa / (panel.v("u0") + panel.v("u1") * weather.wind)  # Faiman (2008)
        first = (start_day * 24) % HOURS
        hourly = (poa, absorbed, panel_C, weather.temp_air, swing(weather, sun, light), *_track(weather, sun))
        on_panel, behind, warm, air, swings, *track = (np.roll(one, -first).tolist() for one in hourly)
        return cls(
            weather,
            *plane,
            albedo,
            weather.start + timedelta(hours=first),
            on_panel,
            behind,
            warm,
            air,
            list(zip(*track, strict=True)),
            swings,
            surroundings,
            soiling,
            snow,
        )

    def turned(self, panel: Rows, tilt_deg: float, azimuth_deg: float | None = None) -> Sky:
        """The same place and days for a panel that looks elsewhere."""
        azimuth = self.azimuth_deg if azimuth_deg is None else azimuth_deg
        day = (self.start - self.weather.start).days
        return Sky.prepare(
            self.weather, panel, tilt_deg, azimuth, self.albedo, day,
            self.surroundings, self.soiling, self.snow,
        )  # fmt: skip

    def arrays(self) -> SkyArrays:
        """The year as arrays of its own."""
        return SkyArrays(*(np.array(getattr(self, name), dtype=np.float64) for name in SkyArrays._fields))

    def sun_elevation_deg(self, t_s: float) -> float:
        """Elevation of the sun's centre at any time, without refraction, degrees."""
        hour, rest_s = divmod(t_s, 3600.0)
        sine, cosine, angle, _ = self._sun[int(hour) % HOURS]
        return degrees(asin(sine + cosine * cos(angle + radians(rest_s / 240.0))))

    def illuminance_lx(self, t_s: float) -> float:
        """Daylight on a level surface in the open, lx; 0 with the sun 18 degrees down (no moon, no lamps)."""
        elevation = self.sun_elevation_deg(t_s)
        clearness = self._sun[int(t_s // 3600.0) % HOURS][3]
        return clearness * clear_sky_lx(elevation)

    def light(self, t_s: float) -> float:
        """Daylight for a camera, 0 (DARK_lx and below) to 1 (FULL_lx), on a log scale."""
        lux = self.illuminance_lx(t_s)
        if lux <= DARK_lx:
            return 0.0
        return min(1.0, log10(lux / DARK_lx) / log10(FULL_lx / DARK_lx))


_DAY_OF_YEAR: FloatArray = 1.0 + np.arange(HOURS, dtype=np.float64) // 24
_DAYS_OF_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTH = np.repeat(np.arange(1, 13, dtype=np.int64), [days * 24 for days in _DAYS_OF_MONTHS])


@lru_cache(maxsize=16)
def _sun(latitude: float, longitude: float, start: datetime, utc_offset_h: float, mid_h: float) -> Sun:
    """The sun at each hour's middle; all panels and all years of a place share it."""
    first = start + timedelta(hours=mid_h - utc_offset_h)
    return sun_over(latitude, longitude, first, np.arange(HOURS, dtype=np.float64))


def _track(weather: Weather, sun: Sun) -> tuple[FloatArray, ...]:
    """What gives the sun's elevation at any second, and each hour's share of the clear sky's light."""
    phi, sine = radians(weather.latitude), sun.sin_declination
    to_start_h = weather.mid_h - np.arange(HOURS)  # from the hour's start to its sun
    angle = sun.hour_angle - radians(15.0) * to_start_h
    cosine = np.sqrt(1.0 - sine * sine)
    return sin(phi) * sine, cos(phi) * cosine, angle, clearness(weather.ghi, sun)
