"""Hours of one or many files become whole calendar years in local standard time.

A file in UTC begins some hours before or after the local year: what is missing there comes from the year
beside it if that is known, else from the year's own other end. 29 February is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.weather_gaps import air_filled, closed, refuse_gap, sun_filled, wind_filled
from sim.weather_table import COLUMNS, HOURS, FloatArray, Hours, WeatherError

#: A year with no more rows than this is the edge of another one: a file cut by another zone's clock, hours.
EDGE_h = 24
#: Places further apart than this are not the same station, degrees.
SAME_PLACE_deg = 0.05
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class CalendarYear:
    """One real year: ghi, dni, dhi, temp_air, wind and swing (or None) of its 8760 hours, without a gap."""

    year: int
    columns: tuple[FloatArray, ...]
    swing: FloatArray | None


def calendar_years(name: str, parts: Sequence[Hours]) -> list[CalendarYear]:
    """Join the files of one station and cut them into years.

    Raises
    ------
    WeatherError
        The files are of different places or kinds, or a year is not whole.
    """
    _check_one_station(name, parts)
    by_year = _by_year(parts)
    known = [year for year, rows in by_year.items() if np.sum(_any(rows)) > EDGE_h]
    return [_one_year(name, year, by_year, parts[0]) for year in sorted(known or by_year)]


def _check_one_station(name: str, parts: Sequence[Hours]) -> None:
    first = parts[0]
    for part in parts:
        if part.format != first.format or part.start_to_sun_h != first.start_to_sun_h:
            raise WeatherError(
                f"{name}: its files are {first.format} and {part.format} or of different steps, "
                f"expected one kind"
            )
        if max(abs(a - b) for a, b in zip(part.place[:2], first.place[:2], strict=True)) > SAME_PLACE_deg:
            raise WeatherError(
                f"{name}: its files are of {first.site} and of {part.site}, expected one place"
            )


def _by_year(parts: Sequence[Hours]) -> dict[int, FloatArray]:
    """For each year of the files' clock: (6, hours) of the columns and the swing, NaN where nothing is."""
    found: dict[int, FloatArray] = {}
    for part in parts:
        swing = part.swing if part.swing is not None else np.full(_count(part), np.nan)
        rows = np.stack([*part.columns, swing])
        first = part.first
        while first < part.first + rows.shape[1]:
            year = (_EPOCH + timedelta(hours=first)).year
            begin, length = _begin(year), _length(year)
            into = found.setdefault(year, np.full((COLUMNS + 1, length), np.nan))
            last = min(begin + length, part.first + rows.shape[1])
            new = rows[:, first - part.first : last - part.first]
            at = slice(first - begin, last - begin)
            into[:, at] = np.where(np.isnan(new), into[:, at], new)
            first = last
    return found


def _one_year(name: str, year: int, by_year: dict[int, FloatArray], kind: Hours) -> CalendarYear:
    rows = _local(year, by_year, kind.roll_h)
    ghi, dni, dhi, temp, wind, swing = rows
    stamps = _begin(year) + np.arange(_length(year)) - round(kind.place[3])
    zenith, day = _sun(stamps, kind)
    ghi, dni, dhi = (sun_filled(column) for column in closed(ghi, dni, dhi, zenith, day))
    temp = air_filled(temp)
    refuse_gap(name, "irradiance", year, np.isnan(ghi) | np.isnan(dni) | np.isnan(dhi))
    refuse_gap(name, "air temperature", year, np.isnan(temp))
    common = _common(year)
    columns = tuple(column[common] for column in (ghi, dni, dhi, temp, wind_filled(wind)))
    spread = None if kind.swing is None else np.nan_to_num(swing[common])
    return CalendarYear(year, columns, spread)


def _local(year: int, by_year: dict[int, FloatArray], roll_h: int) -> FloatArray:
    """The year's rows moved to local time, with the ends from the years beside it."""
    rows = by_year[year]
    moved = np.roll(rows, roll_h, axis=1)
    beside = by_year.get(year - 1 if roll_h > 0 else year + 1)
    if beside is not None and roll_h:
        ends = (slice(None), slice(None, roll_h) if roll_h > 0 else slice(roll_h, None))
        there = beside[:, -roll_h:] if roll_h > 0 else beside[:, :-roll_h]
        moved[ends] = np.where(np.isnan(there), moved[ends], there)
    return moved


def _sun(hours_utc: NDArray[np.int64], kind: Hours) -> tuple[FloatArray, FloatArray]:
    """Zenith angle and day of the year at the hours' own sun."""
    from sim.clear_sky import zenith_deg

    stamps = (hours_utc * 3600 + round(kind.start_to_sun_h * 3600)).astype("datetime64[s]")
    day = 1.0 + np.arange(len(hours_utc), dtype=np.float64) // 24
    return zenith_deg(stamps, *kind.place[:2]), day


def _any(rows: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(rows[:3]).all(axis=0))


def _count(part: Hours) -> int:
    return len(part.columns[0])


def _begin(year: int) -> int:
    return (datetime(year, 1, 1) - _EPOCH) // timedelta(hours=1)


def _length(year: int) -> int:
    return _begin(year + 1) - _begin(year)


def _common(year: int) -> NDArray[np.bool_]:
    """Every hour but those of 29 February."""
    length = _length(year)
    leap = np.arange(length) // 24 == 59
    return ~leap if length > HOURS else np.ones(length, dtype=np.bool_)
