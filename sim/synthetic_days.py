"""Days that follow each other like weather: how clear, how warm, how windy; made up, from a seed.

Clearness (global over clear-sky irradiation) has in each month a beta distribution with the month's mean. One
narrowness fits all: over eight real years (pvlib's own files, 25 to 55 degrees north) the deviation of a
month's days is 0.48 sqrt((m - 0.10)(1.07 - m)) within 0.05. What the days before have to do with it: a fast
part that forgets within two days, and a slow one that lasts for weeks and makes gloomy months.

Temperature differs from the month's mean by anomalies that last for days, wider where the year is wide, wider
in winter, and tied a little to the clearness: a clear summer day is warm, a clear winter day cold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.clearness import DAYS, MONTH
from sim.weather import FloatArray

#: Darkest and brightest day, as shares of a clear one, and narrowness a + b of the beta distribution.
DARKEST, BRIGHTEST, NARROW = 0.10, 1.07, 3.34
#: Where a month is brighter than the clear sky's table allows for (clean air), days reach this far above it.
ABOVE = 0.20
#: Day-to-day memory of the fast and of the slow part, and the slow one's share of the variance. With these a
#: day resembles the day before by 0.27 (real years: 0.11 to 0.41), and months differ 1.3 times as much as
#: days without the slow part would make them.
FAST, SLOW, SLOWLY = 0.30, 0.93, 0.08
#: The same of temperature (real years: 0.65 to 0.78).
FAST_C, SLOWLY_C = 0.70, 0.10
#: Deviation of daily temperature: so much, plus so much per C of the months' range. Real years: within 1 C.
SPREAD_C = (0.8, 0.15)
#: How much wider it is in winter than on average, and narrower in summer, 1.
WINTER = 0.4
#: Correlation of temperature and clearness in the middle of winter and of summer (real years: -0.7 to 0.6).
TIED = (-0.2, 0.35)


@dataclass(frozen=True, slots=True, eq=False)
class DayCourse:
    """Days of one year, shape (365,): clearness, air_C their mean temperature, gust 0 to 1 for wind."""

    clearness: FloatArray
    air_C: FloatArray
    gust: FloatArray


def days_like(
    rng: np.random.Generator, clearness: FloatArray, air_C: FloatArray, clear: FloatArray, held: bool
) -> DayCourse:
    """Draw a year.

    Parameters
    ----------
    clearness, air_C : means of the months, shape (12,). clear : a clear day's irradiation, shape (365,).
    held : the year's own months keep these means, like a typical year's; else only many years do.
    """
    from scipy.special import ndtr

    bright = _remembering(rng, FAST, SLOWLY)
    warm = _remembering(rng, FAST_C, SLOWLY_C)
    gust = ndtr(_remembering(rng, 0.5, 0.0))
    k = _held(bright, clearness, clear) if held else _clearness(bright, clearness[MONTH])
    season = _season(air_C)
    tied = np.interp(season, (-1.0, 1.0), TIED)
    anomaly = np.sqrt(1.0 - tied**2) * warm + tied * bright
    width = (SPREAD_C[0] + SPREAD_C[1] * np.ptp(air_C)) * (1.0 - WINTER * season)
    away = width * anomaly
    if held:
        away = away - np.array([away[m == MONTH].mean() for m in range(12)])[MONTH]
    return DayCourse(k, smooth_year(air_C) + away, np.asarray(gust))


def smooth_year(monthly: FloatArray) -> FloatArray:
    """Daily values without steps whose months have the means given."""
    middle = np.array([np.flatnonzero(m == MONTH).mean() for m in range(12)])
    at, knots = np.concatenate((middle[-1:] - DAYS, middle, middle[:1] + DAYS)), monthly.copy()
    for _ in range(6):  # the straight lines cut off the peaks: lift the knots until the means fit
        days = np.interp(np.arange(DAYS), at, np.concatenate((knots[-1:], knots, knots[:1])))
        knots = knots + monthly - np.array([days[m == MONTH].mean() for m in range(12)])
    return np.asarray(days)


def _remembering(rng: np.random.Generator, memory: float, slowly: float) -> FloatArray:
    """A standard normal course over the year: a fast part and a slow one."""
    fast = chain(rng.standard_normal(DAYS), memory)
    slow = chain(rng.standard_normal(DAYS), SLOW)
    return np.asarray(np.sqrt(1.0 - slowly) * fast + np.sqrt(slowly) * slow)


def chain(noise: FloatArray, memory: float) -> FloatArray:
    """Each value leans on the one before (along the last axis); variance 1 throughout."""
    found, width = noise.copy(), float(np.sqrt(1.0 - memory**2))
    for i in range(1, noise.shape[-1]):
        found[..., i] = memory * found[..., i - 1] + width * noise[..., i]
    return found


def _clearness(bright: FloatArray, mean: FloatArray) -> FloatArray:
    from scipy.special import betaincinv, ndtr

    low = np.minimum(DARKEST, mean / 2.0)
    high = np.maximum(BRIGHTEST, mean + ABOVE)
    share = (mean - low) / (high - low)
    drawn = betaincinv(NARROW * share, NARROW * (1.0 - share), ndtr(bright))
    return np.asarray(low + (high - low) * drawn)


def _held(bright: FloatArray, clearness: FloatArray, clear: FloatArray) -> FloatArray:
    """Move each month's course up or down until its light is what the month should have."""
    low, high = np.full(12, -4.0), np.full(12, 4.0)
    for _ in range(40):
        middle = (low + high) / 2.0
        light = clear * (_clearness(bright + middle[MONTH], clearness[MONTH]) - clearness[MONTH])
        much = np.bincount(MONTH, light, minlength=12) > 0.0
        low, high = np.where(much, low, middle), np.where(much, middle, high)
    return _clearness(bright + low[MONTH], clearness[MONTH])


def _season(air_C: FloatArray) -> FloatArray:
    """-1 in the coldest to 1 in the warmest part of the year, by day."""
    days = smooth_year(air_C)
    return np.asarray(2.0 * (days - days.min()) / max(float(np.ptp(days)), 0.1) - 1.0)
