"""Snow on the panel: it falls on given days, or as the weather tells, slides off a tilted panel and melts.

Sliding is Marion's model (2013), as pvlib has it: a fall covers all of the panel; in an hour in which the air
is warmer than -irradiance/80 C, a fifth of the panel's height times the sine of the tilt comes free. A level
panel is freed by melting alone.

A weather that has the depth on the ground (EPW, TM2) tells when it falls and when all is gone. For others
it is guessed: dark days that are cold enough bring snow. That is rough; both are off unless asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin
from typing import Protocol

import numpy as np

from sim.clear_days import wet_days
from sim.sun import FloatArray, Sun

#: Share of the light that passes some centimetres of snow on a panel, 1 (0 to 0.2). Estimate: 10 cm of fresh
#: snow pass a few per cent of visible light.
THROUGH_SNOW = 0.03
#: Slides where the air is warmer than irradiance over this, W/m2K; height freed per hour, 1. Source: Marion
#: et al. (2013), validated for fixed panels in Colorado and Wisconsin.
SLIDES_W_m2K, FREED_h = -80.0, 0.197
#: A fall of less leaves the panel free, and with less on the ground nothing lies on the panel, cm. Source:
#: Ryberg and Freeman, NREL/TP-6A20-68705.
LEAST_cm = 1.0
#: Fresh snow that melts per degree above freezing, cm/K day (2 to 5). Source: degree-day factors after Hock
#: (2003), 2 to 5 mm of water, at a tenth of water's density.
MELTS_cm_K_day = 3.0
#: Air on which a wet day brings snow, C (+-1), and how much. Source: Jennings et al. (2018): half of it is
#: snow at 1.0 C; 6 mm of water, as of a wet day, at a tenth of water's density.
SNOWS_BELOW_C, GUESSED_cm = 1.0, 6.0


class Ground(Protocol):
    """Weather by the hour: irradiance in W/m2, air in C, depth of snow on the ground in cm if it is known."""

    @property
    def ghi(self) -> FloatArray: ...
    @property
    def temp_air(self) -> FloatArray: ...
    @property
    def snow_cm(self) -> FloatArray | None: ...


@dataclass(frozen=True, slots=True)
class Snow:
    """Attributes
    ----------
    falls : (day of the year, cm), 0 is 1 January: fresh snow at the beginning of that day.
    by_weather : it snows by the weather's own depth as well, or on cold and dark days if it has none.
    """

    falls: tuple[tuple[int, float], ...] = ()
    by_weather: bool = False

    def passes(self, weather: Ground, sun: Sun, poa_W_m2: FloatArray, tilt_deg: float) -> FloatArray:
        """Share of the light that passes what lies on the panel, per hour."""
        fallen = self._fallen_cm(weather, sun)
        if not (fallen >= LEAST_cm).any():
            return np.ones_like(fallen)
        if self.by_weather and weather.snow_cm is not None:
            ground = np.maximum(weather.snow_cm, lying_cm(self._given_cm(len(fallen)), weather.temp_air))
        else:
            ground = lying_cm(fallen, weather.temp_air)
        return 1.0 - (1.0 - THROUGH_SNOW) * covered(fallen, weather.temp_air, poa_W_m2, tilt_deg, ground)

    def _fallen_cm(self, weather: Ground, sun: Sun) -> FloatArray:
        fallen = self._given_cm(len(weather.ghi))
        if not self.by_weather:
            return fallen
        if weather.snow_cm is not None:
            return fallen + np.maximum(weather.snow_cm - np.roll(weather.snow_cm, 1), 0.0)
        cold = weather.temp_air.reshape(-1, 24).mean(axis=1) < SNOWS_BELOW_C
        fallen[::24] += np.where(cold & wet_days(weather.ghi, sun), GUESSED_cm, 0.0)
        return fallen

    def _given_cm(self, hours: int) -> FloatArray:
        fallen = np.zeros(hours)
        for day, cm in self.falls:
            fallen[day * 24] += cm
        return fallen


#: A winter without snow.
NO_SNOW = Snow()


def lying_cm(fallen_cm: FloatArray, air_C: FloatArray) -> FloatArray:
    """Depth on the ground at each hour; the year follows one like it."""
    melts_cm = (np.maximum(air_C, 0.0) * MELTS_cm_K_day / 24.0).tolist()
    depths = np.zeros(len(fallen_cm))
    depth = 0.0
    for _ in range(2):
        for hour, (fell, melts) in enumerate(zip(fallen_cm.tolist(), melts_cm, strict=True)):
            depth = depth + fell if fell > 0.0 else max(0.0, depth - melts)
            depths[hour] = depth
    return depths


def covered(
    fallen_cm: FloatArray, air_C: FloatArray, poa_W_m2: FloatArray, tilt_deg: float, ground_cm: FloatArray
) -> FloatArray:
    """Covered share of the panel's height at each hour; the year follows one like it."""
    slide = FREED_h * sin(radians(tilt_deg))
    comes_off = np.where(air_C > poa_W_m2 / SLIDES_W_m2K, slide, 0.0)
    comes_off = np.where(ground_cm < LEAST_cm, 1.0, comes_off).tolist()
    shares = np.zeros(len(fallen_cm))
    share = 0.0
    for _ in range(2):
        for hour, fell in enumerate(fallen_cm.tolist()):
            share = 1.0 if fell >= LEAST_cm else max(0.0, share - comes_off[hour])
            shares[hour] = share
    return shares
