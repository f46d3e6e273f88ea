"""What to do where a record has nothing: fill what is short by a stated rule, name what is long.

- One of global, direct and diffuse is missing: it follows from the other two and the sun; with the global
  alone, the other two follow from it (Erbs).
- Irradiance away for up to 6 hours: the mean of the same hours on the day before and the day after; where
  those are missing too, of the days further away, up to three.
- Air temperature and wind away for up to 24 hours: straight from the last value to the next. Wind away for
  longer: its mean. No wind at all: 1 m/s, the wind in which a panel's nominal temperature is measured.
- Anything longer is refused, with its months, days or hours named.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.weather_table import FloatArray, WeatherError

#: Longest gap of irradiance that is filled, hours.
SUN_GAP_h = 6
#: How many days away the same hour may be taken from.
SUN_DAYS = 3
#: Longest gap of air temperature that is filled, hours.
AIR_GAP_h = 24
#: Wind where a station measures none, m/s. Source: IEC 61215, conditions of the nominal cell temperature.
STILL_WIND_m_s = 1.0
#: The sun must stand higher than this for direct and diffuse to be told apart, as its sine: 5 degrees.
LEAST_SINE = 0.087

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def closed(
    ghi: FloatArray, dni: FloatArray, dhi: FloatArray, zenith: FloatArray, day: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Global, direct and diffuse irradiance with each hour completed from what it has."""
    from sim.clear_sky import split

    sine = np.cos(np.radians(zenith))
    ghi = np.where(np.isnan(ghi), dni * np.maximum(sine, 0.0) + dhi, ghi)
    apart = sine > LEAST_SINE
    beam = np.maximum(ghi - dhi, 0.0) / np.where(apart, sine, 1.0)
    dni = np.where(np.isnan(dni) & ~np.isnan(dhi), np.where(apart, beam, 0.0), dni)
    dhi = np.where(np.isnan(dhi), np.maximum(ghi - dni * np.maximum(sine, 0.0), 0.0), dhi)
    alone = ~np.isnan(ghi) & (np.isnan(dni) | np.isnan(dhi))
    if alone.any():
        erbs_dni, erbs_dhi = split(np.where(alone, np.maximum(ghi, 0.0), 0.0), zenith, day)
        dni, dhi = np.where(alone, erbs_dni, dni), np.where(alone, erbs_dhi, dhi)
    return ghi, dni, dhi


def sun_filled(column: FloatArray) -> FloatArray:
    """Short gaps from the neighbouring days; long ones stay NaN."""
    filled = column.copy()
    for start, stop in runs(np.isnan(column)):
        if stop - start <= SUN_GAP_h:
            hours = np.arange(start, stop)
            for days in range(SUN_DAYS, 0, -1):  # the nearest day has the last word
                near = _near(column, hours, 24 * days)
                filled[start:stop] = np.where(np.isnan(near), filled[start:stop], near)
    return filled


def _near(column: FloatArray, hours: NDArray[np.int64], distance_h: int) -> FloatArray:
    """Mean of what stands so many hours before and after; NaN where neither is known."""
    before, after = _at(column, hours - distance_h), _at(column, hours + distance_h)
    both = (before + after) / 2.0
    return np.where(np.isnan(both), np.where(np.isnan(before), after, before), both)


def air_filled(column: FloatArray) -> FloatArray:
    """Short gaps by a straight line; at the ends by the nearest value; long ones stay NaN."""
    missing = np.isnan(column)
    if missing.all():
        return column
    hours = np.arange(len(column))
    line = np.interp(hours, hours[~missing], column[~missing])
    filled = column.copy()
    for start, stop in runs(missing):
        if stop - start <= AIR_GAP_h:
            filled[start:stop] = line[start:stop]
    return filled


def wind_filled(column: FloatArray) -> FloatArray:
    """Wind for every hour, whatever is missing."""
    filled = air_filled(column)
    known = filled[~np.isnan(filled)]
    return np.where(np.isnan(filled), known.mean() if known.size else STILL_WIND_m_s, filled)


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, stop) of every stretch that is set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def refuse_gap(name: str, what: str, year: int, missing: NDArray[np.bool_]) -> None:
    """Raise a sentence that names what a year lacks, if it lacks anything.

    missing : by hours of the calendar year, 29 February included.
    """
    if not missing.any():
        return
    lacks = _lacking(year, missing)
    if lacks:
        raise WeatherError(
            f"{name}: {year} lacks {lacks}, expected the whole year: give all of its files or their folder"
        )
    start, stop = next((a, b) for a, b in runs(missing))
    when = datetime(year, 1, 1) + timedelta(hours=start)
    longest = AIR_GAP_h if what == "air temperature" else SUN_GAP_h
    raise WeatherError(
        f"{name}: {what} is missing for {stop - start} hours from {when.day} {MONTHS[when.month - 1]} "
        f"{year} {when:%H}:00, expected gaps of {longest} hours at most"
    )


def _lacking(year: int, missing: NDArray[np.bool_]) -> str:
    """Whole months, else whole days that are missing, in words; empty if there is none."""
    days = np.asarray(missing.reshape(-1, 24).all(axis=1), dtype=np.bool_)
    month = np.array([(date(year, 1, 1) + timedelta(days=i)).month for i in range(len(days))])
    months = np.array([bool(days[month == m].all()) for m in range(1, 13)])
    words = [_span(MONTHS[a], MONTHS[b - 1]) for a, b in runs(months)]
    rest = days & ~months[month - 1]
    words += [_span(_day(year, a), _day(year, b - 1)) for a, b in runs(rest)]
    if len(words) > 4:
        words = [*words[:3], f"{len(words) - 3} more stretches"]
    return words[0] if len(words) == 1 else " and ".join((", ".join(words[:-1]), words[-1])) if words else ""


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _day(year: int, index: int) -> str:
    when = date(year, 1, 1) + timedelta(days=index)
    return f"{when.day} {MONTHS[when.month - 1]}"


def _at(column: FloatArray, hours: NDArray[np.int64]) -> FloatArray:
    inside = (hours >= 0) & (hours < len(column))
    return np.where(inside, column[np.clip(hours, 0, len(column) - 1)], np.nan)
