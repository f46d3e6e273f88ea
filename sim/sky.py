"""The sky over one node: plane of array, cell temperature and daylight, hour by hour.

The sun's position comes from pvlib at each hour's middle; the tilted plane by Perez' model; the reflection
of the panel's cover by pvlib's physical model for the beam and Marion's integrals for the diffuse parts;
the cell temperature by Faiman's model with the panel's own u0 and u1.

Daylight for cameras: the illuminance of a clear sky at the sun's elevation, twilight included
(Janiczek and DeYoung), times the hour's share of clear-sky irradiance (Haurwitz), on a log scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import asin, cos, degrees, exp, log10, radians, sin

import numpy as np
from numpy.typing import NDArray

from sim.panel import Rows
from sim.weather import HOURS, Weather

FloatArray = NDArray[np.float64]

#: Albedo of grass, 1 (0.15 to 0.25). Source: pvlib surface albedos, also the default of PVWatts.
GRASS_ALBEDO = 0.2
#: Illuminance that `light` calls 0 and 1, lx: late twilight, and full sun. Log scale between: 10 lx is 0.2.
DARK_lx = 1.0
FULL_lx = 1.0e5
#: log10 of clear-sky horizontal illuminance in lx, a cubic in elevation/90 degrees, per piece from its lowest
#: elevation. Source: Janiczek and DeYoung, USNO Circular 171 (1987); Explanatory Supplement (1992).
SUN_lx = (
    (20.0, (3.74, 3.97, -4.07, 1.47)),
    (5.0, (3.05, 13.28, -45.98, 64.33)),
    (-0.8, (2.88, 22.26, -207.64, 1034.30)),
    (-5.0, (2.88, 21.81, -258.11, -858.36)),
    (-12.0, (2.70, 12.17, -431.69, -1899.83)),
    (-18.0, (13.84, 262.72, 1447.42, 2797.93)),
)
#: Clear-sky global irradiance 1098 cos z exp(-0.057 / cos z), W/m2. Source: Haurwitz (1945), as in pvlib.
HAURWITZ = (1098.0, 0.057)
#: The share of clear-sky irradiance is read at sun elevations above this, degrees, and held below it.
CLEARNESS_FROM_deg = 10.0
#: Least and most that clouds leave of the clear sky's light, 1. Source: heavy thunderstorm; cloud edges.
CLEARNESS_RANGE = (0.02, 1.2)


@dataclass(frozen=True, slots=True, eq=False)
class Sky:
    """One place's year as a panel and a camera there see it; a longer run starts the year over.

    Attributes (lists have one float per hour of the run's year, index 0 at t_s = 0)
    ----------
    weather : where it came from. tilt_deg, azimuth_deg, albedo : of the panel's plane (180 is south).
    start : local standard time of t_s = 0.
    poa_W_m2 : global irradiance in the panel's plane. absorbed_W_m2 : the same behind its cover.
    panel_C : temperature of the panel's cells. air_C : air temperature.
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

    @classmethod
    def prepare(
        cls,
        weather: Weather,
        panel: Rows,
        tilt_deg: float,
        azimuth_deg: float = 180.0,
        albedo: float = GRASS_ALBEDO,
        start_day: int = 0,
    ) -> Sky:
        """Compute the year for one panel; t_s = 0 is midnight before `start_day` (0 is 1 January)."""
        sun = _sun_position(
            weather.latitude, weather.longitude, weather.utc_offset_h, weather.start, float(weather.mid_h[0])
        )
        poa, absorbed = _plane(weather, sun, tilt_deg, azimuth_deg, albedo)
        panel_C = weather.temp_air + poa / (panel.v("u0") + panel.v("u1") * weather.wind)  # Faiman (2008)
        track = _track(weather, sun)
        first = (start_day * 24) % HOURS
        poa, absorbed, panel_C, air = (
            np.roll(a, -first).tolist() for a in (poa, absorbed, panel_C, weather.temp_air)
        )
        start = weather.start + timedelta(hours=first)
        return cls(
            weather,
            tilt_deg,
            azimuth_deg,
            albedo,
            start,
            poa,
            absorbed,
            panel_C,
            air,
            track[first:] + track[:first],
        )

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


def clear_sky_lx(elevation_deg: float) -> float:
    """Illuminance of sun and clear sky on a level surface, lx."""
    x = elevation_deg / 90.0
    for lowest, (c0, c1, c2, c3) in SUN_lx:
        if elevation_deg >= lowest:
            return float(10.0 ** (c0 + x * (c1 + x * (c2 + x * c3))))
    return 0.0


@lru_cache(maxsize=8)
def _sun_position(
    latitude: float, longitude: float, utc_offset_h: float, start: datetime, mid_h: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(zenith, apparent zenith, azimuth) in degrees at each hour's middle; the dearest step, so kept."""
    import pandas as pd
    from pvlib.solarposition import get_solarposition

    first = pd.Timestamp(start) - pd.Timedelta(hours=utc_offset_h) + pd.Timedelta(hours=mid_h)
    times = pd.date_range(first, periods=HOURS, freq="h", tz="UTC")
    frame = get_solarposition(times, latitude, longitude)
    zenith, apparent, azimuth = (frame[name].to_numpy() for name in ("zenith", "apparent_zenith", "azimuth"))
    return zenith, apparent, azimuth


def _plane(
    weather: Weather,
    sun: tuple[FloatArray, FloatArray, FloatArray],
    tilt_deg: float,
    azimuth_deg: float,
    albedo: float,
) -> tuple[FloatArray, FloatArray]:
    """Irradiance in the panel's plane in front of its cover and behind it, W/m2."""
    from pvlib import iam, irradiance
    from pvlib.atmosphere import get_relative_airmass

    _, zenith, azimuth = sun
    day = 1 + np.arange(HOURS) // 24
    extra = np.asarray(irradiance.get_extra_radiation(day))
    airmass = get_relative_airmass(zenith)
    parts = irradiance.get_total_irradiance(
        tilt_deg,
        azimuth_deg,
        zenith,
        azimuth,
        weather.dni,
        weather.ghi,
        weather.dhi,
        dni_extra=extra,
        airmass=airmass,
        albedo=albedo,
        model="perez",
    )
    beam, from_sky, from_ground = (
        np.nan_to_num(np.asarray(parts[f"poa_{name}"]), nan=0.0)
        for name in ("direct", "sky_diffuse", "ground_diffuse")
    )
    through = iam.physical(irradiance.aoi(tilt_deg, azimuth_deg, zenith, azimuth))
    diffuse = _diffuse_through(tilt_deg)
    absorbed = beam * through + from_sky * diffuse[0] + from_ground * diffuse[1]
    return beam + from_sky + from_ground, absorbed


@lru_cache(maxsize=32)
def _diffuse_through(tilt_deg: float) -> tuple[float, float]:
    """Share of sky and of ground light that passes the cover, by Marion's integrals."""
    from pvlib import iam

    ground = iam.marion_integrate(iam.physical, tilt_deg, "ground") if tilt_deg > 0 else 0.0
    return float(iam.marion_integrate(iam.physical, tilt_deg, "sky")), float(ground)


def _track(
    weather: Weather, sun: tuple[FloatArray, FloatArray, FloatArray]
) -> list[tuple[float, float, float, float]]:
    """What gives the sun's elevation at any second, and each hour's share of the clear sky's light."""
    zenith, azimuth = np.radians(sun[0]), np.radians(sun[2])
    phi = radians(weather.latitude)
    sine = sin(phi) * np.cos(zenith) + cos(phi) * np.sin(zenith) * np.cos(azimuth)  # of the declination
    cosine = np.sqrt(1.0 - sine * sine)
    angle = np.arctan2(-np.sin(zenith) * np.sin(azimuth), (np.cos(zenith) - sin(phi) * sine) / cos(phi))
    angle = angle - np.radians(15.0) * (weather.mid_h - np.arange(HOURS))  # back to the hour's start
    return list(
        zip(
            (sin(phi) * sine).tolist(),
            (cos(phi) * cosine).tolist(),
            angle.tolist(),
            _clearness(weather.ghi.tolist(), np.cos(zenith).tolist()),
            strict=True,
        )
    )


def _clearness(ghi: list[float], cos_zenith: list[float]) -> list[float]:
    """Share of clear-sky irradiance per hour; held through the night from the last hour read."""
    limit, (low, high), (scale, decay) = sin(radians(CLEARNESS_FROM_deg)), CLEARNESS_RANGE, HAURWITZ
    known = [
        g / (scale * c * exp(-decay / c)) if c > limit else -1.0 for g, c in zip(ghi, cos_zenith, strict=True)
    ]
    last = next((share for share in reversed(known) if share >= 0.0), 1.0)
    shares = []
    for share in known:
        last = min(max(share, low), high) if share >= 0.0 else min(max(last, low), high)
        shares.append(last)
    return shares
