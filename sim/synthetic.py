"""Weather for a place without a file: a clear sky, and clouds made up from a seed.

Sun, turbidity and clear sky come from pvlib (sim/clear_sky.py), the days from sim/synthetic_days.py, the
months from the place's own values or from its latitude (sim/place.py). Within a day the clearness wanders
from hour to hour, most on half-clouded days; how much of the clear sky's beam is left follows from the hour's
clearness, in one curve that holds for all the real years at hand.

`typical` is one year whose months hold what was asked for, like a typical year's; `synthetic` are free years,
gloomy and sunny ones, whose means over many years do.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from sim.clear_sky import ClearSky, clear_sky, daily
from sim.clearness import DAYS, MONTH, MONTH_DAYS, DARK_DAY_Wh_m2
from sim.place import Place, usual_air_C, usual_clearness
from sim.synthetic_days import DayCourse, chain, days_like
from sim.weather import HOURS, TYPICAL_YEAR, FloatArray, Weather, WeatherError
from sim.weather_table import named

#: Deviation of the hours' clearness by the day's (real years, 25 to 55 degrees north), and their memory.
HOURLY = ((0.0, 0.05), (0.3, 0.11), (0.5, 0.18), (0.7, 0.21), (0.9, 0.15), (1.05, 0.08))
HOURLY_MEMORY = 0.42
#: An hour's light lies between these shares of the clear sky's; at the most where clouds reflect.
LEAST_SHARE, MOST_SHARE = 0.03, 1.15
#: Share of the clear sky's beam by the hour's share of its global irradiance. Six real years (Greensboro,
#: Sand Point, Miami, Amsterdam, Piedmont, Colorado) lie within 0.15 of it. Erbs' correlation, made for the
#: extraterrestrial ratio, gives 1 to 21 % less beam than they have.
BEAM = (
    (0.20, 0.0), (0.35, 0.01), (0.45, 0.03), (0.55, 0.09), (0.65, 0.21), (0.75, 0.37), (0.85, 0.56),
    (0.95, 0.80), (1.05, 1.00), (1.15, 1.12),
)  # fmt: skip
#: Most and least that a month may ask of the clear sky's light, 1.
ASKED = (0.05, 1.20)
#: Daily range of temperature: so much, plus so much per C of the months' range, C; and what of it a dark day
#: has, and how much more a clear one.
RANGE_C, RANGE_BY_CLEARNESS = (4.5, 0.22), (0.48, 0.69)
#: A clear day with this much light has the full range, Wh/m2; in polar night a fifth is left.
FULL_RANGE_Wh_m2, LEAST_RANGE = 4000.0, 0.2
#: Solar time of the warmest hour. Source: real years, 12 to 15.
WARMEST_h = 14.5
#: Mean wind over land at 10 m, m/s (2 to 5); Weibull with the shape 2, a quarter more by day than at night.
WIND_m_s, WIND_BY_DAY = 3.0, 0.25


def synthetic(place: Place, years: int, seed: int) -> tuple[Weather, ...]:
    """Free years; year y is the same however many are asked for.

    Raises
    ------
    WeatherError
        A month asks for more light than a clear sky gives, or for almost none by day.
    """
    return tuple(_year(place, seed, year, held=False) for year in range(years))


def typical(place: Place, seed: int) -> Weather:
    """One year whose months hold what the place's months are said to have; raises as `synthetic`."""
    return _year(place, seed, 0, held=True)


def _year(place: Place, seed: int, year: int, held: bool) -> Weather:
    rng = np.random.default_rng([seed % 2**63, year])
    offset_h = float(round(place.longitude / 15.0))
    sky = clear_sky(place.latitude, place.longitude, place.altitude_m, offset_h)
    clear = daily(sky.ghi)
    clearness = _monthly_clearness(place, clear)
    air = _monthly_air(place)
    days = days_like(rng, clearness, air, clear, held)
    ghi = _hours(rng, days.clearness, sky, clear)
    dni, dhi = _beam(ghi, sky)
    solar_h: FloatArray = np.mod(np.arange(HOURS) + 0.5 + place.longitude / 15.0 - offset_h, 24.0)
    return Weather(
        place.name or named((place.latitude, place.longitude, place.altitude_m, offset_h)),
        _source(place, seed, None if held else year),
        place.latitude,
        place.longitude,
        place.altitude_m,
        offset_h,
        datetime(TYPICAL_YEAR, 1, 1),
        ghi,
        dni,
        dhi,
        _air(days, clear, air, solar_h),
        _wind(days.gust, solar_h),
        np.arange(HOURS, dtype=np.float64) + 0.5,
    )


def _monthly_clearness(place: Place, clear: FloatArray) -> FloatArray:
    """Share of the clear sky's light that each month asks for, shape (12,)."""
    usual = usual_clearness(place.latitude)
    if place.kWh_m2 is None:
        return usual
    whole = np.bincount(MONTH, clear, minlength=12) / 1000.0
    lit = whole > DARK_DAY_Wh_m2 * np.array(MONTH_DAYS) / 1000.0
    asked = np.array(place.kWh_m2) / np.where(lit, whole, 1.0)
    bad = np.flatnonzero(lit & ~((asked >= ASKED[0]) & (asked <= ASKED[1])))
    if bad.size:
        month = int(bad[0])
        raise WeatherError(
            f"month {month + 1} of {place.name or 'the place'} is to have {place.kWh_m2[month]:g} kWh/m2, "
            f"expected {ASKED[0] * whole[month]:.1f} to {ASKED[1] * whole[month]:.0f} "
            f"(its clear sky gives {whole[month]:.0f})"
        )
    return np.where(lit, asked, usual)


def _monthly_air(place: Place) -> FloatArray:
    if place.air_C is None:
        return usual_air_C(place.latitude, place.longitude, place.altitude_m)
    return np.array(place.air_C, dtype=np.float64)


def _hours(rng: np.random.Generator, clearness: FloatArray, sky: ClearSky, clear: FloatArray) -> FloatArray:
    """Global irradiance: hours that wander around their day's clearness and add up to it."""
    wander = chain(rng.standard_normal((DAYS, 24)), HOURLY_MEMORY)
    day = clearness[:, None]
    share = day + np.interp(day, *np.array(HOURLY).T) * wander
    light = sky.ghi.reshape(DAYS, 24)
    most = np.maximum(MOST_SHARE, 1.05 * day)
    for _ in range(5):  # clipping takes from the day's sum: give it back to the hours that have room
        share = np.clip(share, LEAST_SHARE, most)
        sums = (share * light).sum(axis=1)
        share = share * np.where(sums > 0.0, clearness * clear / np.maximum(sums, 1e-9), 1.0)[:, None]
    return np.asarray((share * light).reshape(-1))


def _beam(ghi: FloatArray, sky: ClearSky) -> tuple[FloatArray, FloatArray]:
    """Direct and diffuse irradiance."""
    share = np.interp(ghi / np.maximum(sky.ghi, 1e-6), *np.array(BEAM).T)
    level = np.maximum(np.cos(np.radians(sky.zenith_deg)), 0.0)
    dni = np.minimum(sky.dni * share, ghi / np.maximum(level, 1e-6))
    return dni, np.maximum(ghi - dni * level, 0.0)


def _air(days: DayCourse, clear: FloatArray, air_C: FloatArray, solar_h: FloatArray) -> FloatArray:
    """Temperature of the hours: from day to day without steps, warmest in the afternoon."""
    noon = np.arange(DAYS) * 24.0 + 12.0
    mean = np.interp(np.arange(HOURS) + 0.5, noon, days.air_C, period=HOURS)
    lit = np.clip(clear / FULL_RANGE_Wh_m2, LEAST_RANGE, 1.0)
    wide = (RANGE_C[0] + RANGE_C[1] * np.ptp(air_C)) * lit
    wide = wide * (RANGE_BY_CLEARNESS[0] + RANGE_BY_CLEARNESS[1] * days.clearness)
    course = np.cos(2.0 * np.pi * (solar_h - WARMEST_h) / 24.0)
    return np.asarray(mean + np.repeat(wide, 24) / 2.0 * course)


def _wind(gust: FloatArray, solar_h: FloatArray) -> FloatArray:
    daily_m_s = WIND_m_s * np.sqrt(-np.log1p(-np.minimum(gust, 0.9999))) / 0.8862  # mean of Weibull's shape 2
    return np.asarray(
        np.repeat(daily_m_s, 24) * (1.0 + WIND_BY_DAY * np.cos(2.0 * np.pi * (solar_h - WARMEST_h) / 24.0))
    )


def _source(place: Place, seed: int, year: int | None) -> str:
    """What the weather was made from."""
    light = "monthly values" if place.kWh_m2 is not None else "a rough climate by latitude"
    which = "a typical year" if year is None else f"year {year}"
    return f"made up from {light} ({which} of seed {seed})"
