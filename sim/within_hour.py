"""How much the light swings within an hour, which a charger that clips cannot take in its bright minutes.

With clouds that come and go the beam is on for a share p of the hour, and its standard deviation is
sqrt(p) (1 - p) of the clear sky's beam; diffuse light swings by a sixth of itself under clouds. Both are
fitted to one-minute irradiance of Payerne (June 2016, BSRN): of what a limit of 300 to 900 W/m2 lets pass,
hourly means are 1.3 to 3.9 % too much, with the swing they are right within 0.3 % at every limit. An hour
whose beam is that of the clear sky has no swing, and p is told from the hour's direct irradiance.

Whoever clips takes three levels of equal share, 1 - SPREAD s, 1 and 1 + SPREAD s times the hour's mean: they
have its mean and its variance.
"""

from __future__ import annotations

from math import radians, sin, sqrt
from typing import Protocol

import numpy as np

from sim.plane import PlaneLight
from sim.sun import FloatArray, Sun

#: Three equal levels this many standard deviations apart have that standard deviation.
SPREAD = sqrt(1.5)
#: Beyond it the lowest level would be below zero.
MOST = 1.0 / SPREAD
#: Swing of diffuse light under clouds, as a share of itself, 1 (+-0.1). Fitted, see above.
DIFFUSE = 0.15
#: The place's own clear sky: this quantile of its sunny hours, relative to the clear-sky model. Fitted.
CLEAR_QUANTILE = 0.95
#: An hour with more direct irradiance and a higher sun counts as sunny there, W/m2 and degrees.
SUNNY_W_m2, SUNNY_deg = 50.0, 10.0
#: Direct irradiance before the air, W/m2. Source: Kopp and Lean (2011).
SOLAR_W_m2 = 1361.0
#: A measured swing of the level surface is carried to a plane by at most this factor.
MOST_CARRIED = 3.0


class Irradiance(Protocol):
    """Irradiance by the hour, W/m2: direct normal, global and diffuse horizontal; at an altitude in m.
    `swing` of the level surface, if it was measured."""

    @property
    def altitude_m(self) -> float: ...
    @property
    def dni(self) -> FloatArray: ...
    @property
    def ghi(self) -> FloatArray: ...
    @property
    def dhi(self) -> FloatArray: ...
    @property
    def swing(self) -> FloatArray | None: ...


def swing(weather: Irradiance, sun: Sun, light: PlaneLight) -> FloatArray:
    """Relative standard deviation of the plane's irradiance within each hour, 0 to MOST.

    Where the weather has that of the level surface, the model only carries it to the plane.
    """
    clear = _clear_beam(weather, sun)
    shine = np.divide(weather.dni, clear, out=np.zeros_like(clear), where=clear > 0.0)
    shine = np.minimum(shine, 1.0)
    beam = np.sqrt(shine) * (1.0 - shine) * clear
    cloudy = DIFFUSE * (1.0 - shine)
    falls = np.divide(light.beam, weather.dni, out=np.zeros_like(clear), where=weather.dni > 0.0)
    modelled = np.hypot(beam * falls, cloudy * (light.sky + light.ground))
    found = _relative(modelled, light.total)
    if weather.swing is not None:
        level = _relative(np.hypot(beam * np.maximum(sun.up, 0.0), cloudy * weather.dhi), weather.ghi)
        carried = np.divide(found, level, out=np.ones_like(level), where=level > 0.01)
        found = weather.swing * np.minimum(carried, MOST_CARRIED)
    return np.asarray(np.minimum(found, MOST))


def capped(mean: FloatArray, swing: FloatArray, limit: float) -> FloatArray:
    """Mean of what a limit lets pass of hours with such a mean and swing; in the mean's unit."""
    low, high = mean * (1.0 - SPREAD * swing), mean * (1.0 + SPREAD * swing)
    return np.asarray((np.minimum(low, limit) + np.minimum(mean, limit) + np.minimum(high, limit)) / 3.0)


def _relative(deviation: FloatArray, mean: FloatArray) -> FloatArray:
    return np.divide(deviation, mean, out=np.zeros_like(mean), where=mean > 5.0)


def _clear_beam(weather: Irradiance, sun: Sun) -> FloatArray:
    """Direct normal irradiance of the place's clear sky, W/m2; 0 with the sun down."""
    from pvlib.atmosphere import get_relative_airmass

    airmass = np.nan_to_num(get_relative_airmass(90.0 - sun.apparent_deg), nan=np.inf)
    height = 0.14 * weather.altitude_m / 1000.0  # Laue (1970); the powers are Meinel's (1976)
    clear = SOLAR_W_m2 * ((1.0 - height) * 0.7 ** (airmass**0.678) + height)
    clear = np.where(np.isfinite(airmass), clear, 0.0)
    sunny = (sun.up > sin(radians(SUNNY_deg))) & (weather.dni > SUNNY_W_m2)
    if not sunny.any():
        return np.asarray(clear)
    return np.asarray(clear * np.quantile(weather.dni[sunny] / clear[sunny], CLEAR_QUANTILE))
