"""A run by day and by month, in local standard time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sim.result import FloatArray, RunResult

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Days:
    """One entry per calendar day (the first and the last may be short)."""

    dates: list[date]
    soc_low: FloatArray
    soc_high: FloatArray
    harvest_Wh: FloatArray
    available_Wh: FloatArray
    load_Wh: FloatArray
    down_h: FloatArray


@dataclass(frozen=True, slots=True)
class Month:
    """Sums of one calendar month of the run."""

    name: str
    year: int
    days: float
    harvest_Wh: float
    available_Wh: float
    load_Wh: float
    down_h: float
    soc_low: float


def hours(result: RunResult) -> int:
    """How many hours the run has."""
    return len(result.hour_soc)


def start_of(result: RunResult) -> datetime:
    """The run's start as a naive local standard time."""
    return result.start.replace(tzinfo=None)


def moment(result: RunResult, t_s: float) -> datetime:
    """The local standard time of a second of the run."""
    return start_of(result) + timedelta(seconds=float(t_s))


def day_of(result: RunResult, t_s: float) -> date:
    """The calendar day of a second of the run."""
    return moment(result, t_s).date()


def days(result: RunResult) -> Days:
    """The run by calendar day."""
    begin = start_of(result)
    into_day_h = begin.hour + (begin.minute * 60 + begin.second) / 3600
    index = np.floor((np.arange(hours(result)) + into_day_h) / 24).astype(np.int64)
    firsts = np.flatnonzero(np.diff(index, prepend=-1))
    return Days(
        dates=[begin.date() + timedelta(days=int(number)) for number in index[firsts]],
        soc_low=np.minimum.reduceat(result.hour_soc, firsts),
        soc_high=np.maximum.reduceat(result.hour_soc, firsts),
        harvest_Wh=np.add.reduceat(result.hour_harvest_Wh, firsts),
        available_Wh=np.add.reduceat(result.hour_available_Wh, firsts),
        load_Wh=np.add.reduceat(result.hour_load_Wh, firsts),
        down_h=np.add.reduceat(result.hour_down_s, firsts) / 3600,
    )


def months(result: RunResult) -> list[Month]:
    """The run by calendar month, in order of time."""
    begin = start_of(result)
    when = [begin + timedelta(hours=number) for number in range(hours(result))]
    keys = np.array([item.year * 12 + item.month - 1 for item in when])
    return [_month(result, int(key), keys == key) for key in dict.fromkeys(keys.tolist())]


def _month(result: RunResult, key: int, mask: NDArray[np.bool_]) -> Month:
    return Month(
        name=MONTHS[key % 12],
        year=key // 12,
        days=float(mask.sum()) / 24,
        harvest_Wh=float(result.hour_harvest_Wh[mask].sum()),
        available_Wh=float(result.hour_available_Wh[mask].sum()),
        load_Wh=float(result.hour_load_Wh[mask].sum()),
        down_h=float(result.hour_down_s[mask].sum()) / 3600,
        soc_low=float(result.hour_soc[mask].min()),
    )


def lowest(result: RunResult) -> tuple[float, datetime]:
    """The lowest state of charge (0..1) and when it was first reached."""
    hour = int(np.argmin(result.hour_soc))
    return float(result.hour_soc[hour]), start_of(result) + timedelta(hours=hour + 1)


def down_hours(result: RunResult) -> float:
    """Hours without a supply."""
    return float(result.hour_down_s.sum()) / 3600


def worst_day(result: RunResult) -> date:
    """The day with the most down time; if the node never was down, the one with the lowest charge."""
    by_day = days(result)
    worst = np.argmax(by_day.down_h) if by_day.down_h.any() else np.argmin(by_day.soc_low)
    return by_day.dates[int(worst)]


def battery_Wh(result: RunResult) -> float | None:
    """What the battery holds, as the run drew on it: energy taken in dark hours over charge lost.

    None if there was no dark hour in which the battery was drawn on.
    """
    fall = -np.diff(result.hour_soc, prepend=result.hour_soc[:1])
    dark = (result.hour_harvest_Wh <= 0) & (fall > 0) & (result.hour_load_Wh > 0)
    lost = float(fall[dark].sum())
    return float(result.hour_load_Wh[dark].sum()) / lost if lost > 0 else None
