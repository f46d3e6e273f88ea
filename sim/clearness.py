"""How clear the days of a year are, how much they differ, and how long a kind of weather lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clear_sky import ClearSky, clear_sky, daily
from sim.weather import FloatArray, Weather

DAYS = 365
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: Month of each day of the common year, 0 to 11.
MONTH: NDArray[np.intp] = np.repeat(np.arange(12), MONTH_DAYS)
#: A clear day with less light than this has no clearness worth telling (polar night), Wh/m2.
DARK_DAY_Wh_m2 = 50.0
#: Albedo under a tilted panel: grass, as in the sky's own.
ALBEDO = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """The days of one or more years: `clearness` is global over clear-sky irradiation, NaN in polar night;
    `air_C` their mean temperatures; both of shape (years, 365)."""

    clearness: FloatArray
    air_C: FloatArray


def clear_of(weather: Weather) -> ClearSky:
    """The cloudless year over a weather's place, at its own suns."""
    return clear_sky(
        weather.latitude, weather.longitude, weather.altitude_m, weather.utc_offset_h, float(weather.mid_h[0])
    )


def days_of(weathers: tuple[Weather, ...]) -> Days:
    """Clearness and temperature of every day."""
    ratios = []
    for weather in weathers:
        clear = daily(clear_of(weather).ghi)
        ratios.append(np.where(clear > DARK_DAY_Wh_m2, daily(weather.ghi) / np.maximum(clear, 1.0), np.nan))
    air = [daily(weather.temp_air) / 24.0 for weather in weathers]
    return Days(np.stack(ratios), np.stack(air))


def clear_course(weather: Weather, tilt_deg: float = 0.0, azimuth_deg: float = 180.0) -> FloatArray:
    """What a clear day gives a plane, by day of the year, Wh/m2, shape (365,); its diffuse part is even."""
    sky = clear_of(weather)
    zenith, tilt = np.radians(sky.zenith_deg), np.radians(tilt_deg)
    turn = np.radians(sky.azimuth_deg - azimuth_deg)
    facing = np.cos(zenith) * np.cos(tilt) + np.sin(zenith) * np.sin(tilt) * np.cos(turn)
    beam = sky.dni * np.maximum(facing, 0.0)
    even = sky.dhi * (1.0 + np.cos(tilt)) / 2.0 + ALBEDO * sky.ghi * (1.0 - np.cos(tilt)) / 2.0
    return daily(beam + even)


def by_month(days: FloatArray) -> FloatArray:
    """Means of months, (years, 12), of (years, 365); a month without any value is NaN."""
    known = ~np.isnan(days)
    edges = np.concatenate(([0], np.cumsum(MONTH_DAYS)[:-1]))
    total = np.add.reduceat(np.where(known, days, 0.0), edges, axis=1)
    count = np.add.reduceat(known.astype(np.float64), edges, axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1.0), np.nan))


def spread_of_months(days: FloatArray) -> FloatArray:
    """How far months may lie from their mean, by what their days do: standard deviations, shape (12,).

    Days of a month that differ by s and resemble the day before with r give a month that differs by
    s sqrt((1 + r) / (1 - r) / n). The days of the months around count as well (by 1, 2, 3, 2, 1), for
    one month is a small sample.
    """
    apart = days - by_month(days)[:, MONTH]
    variance = np.nan_to_num(by_month(apart**2)).mean(axis=0)
    pooled = sum(weight * np.roll(variance, i - 2) for i, weight in enumerate((1, 2, 3, 2, 1))) / 9.0
    r = persistence(apart)
    return np.asarray(np.sqrt(pooled * (1.0 + r) / (1.0 - r) / np.array(MONTH_DAYS)))


def persistence(apart: FloatArray) -> float:
    """How much a day resembles the day before: correlation of deviations, (years, 365), kept in 0 to 0.9."""
    pairs = apart[:, 1:] * apart[:, :-1]
    return float(np.clip(np.nanmean(pairs) / np.nanmean(apart**2), 0.0, 0.9))
