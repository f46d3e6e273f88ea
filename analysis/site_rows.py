"""A log as rows of equal length on the sun's days, each with a current, or why it tells none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from .errors import AnalysisError
from .log import FloatArray, Log

Codes = NDArray[np.uint8]

#: What a row is: it tells something; no data; the sun is too low or behind the panel; the battery is full;
#: the charger is at its limit; it does not draw although there is light.
TELLS, NO_DATA, NO_SUN, FULL, LIMIT, IDLE = range(6)
WHY = ("used", "no data", "no sun on the panel", "battery full", "charger at its limit", "charger idle")
#: Lengths of rows, min: the shortest that the log fills.
STEPS_min = (10, 15, 20, 30, 60)
#: A row counts if so much of it was logged.
COVERED = 0.6
#: Days that a log must have at least, and that are looked at at most: a year is read season by season.
LEAST_DAYS, SEASON_DAYS = 1, 16


@dataclass(frozen=True, slots=True, eq=False)
class SiteRows:
    """Means of equal rows; arrays of shape (days, places): a place is a time of day.

    Attributes
    ----------
    first : start of the first day, in the standard time of the place. step_min : length of a row.
    mA, V : at the meter; NaN where nothing was logged. code : one of TELLS to IDLE.
    """

    first: datetime
    step_min: float
    mA: FloatArray
    V: FloatArray
    code: Codes

    @property
    def starts_h(self) -> FloatArray:
        """Hours from `first` to the start of each row, shape (days * places,)."""
        return np.asarray(np.arange(self.mA.size) * self.step_min / 60.0, dtype=np.float64)


def zone_of(longitude: float, log: Log, utc_offset_h: float | None) -> timezone:
    """The time of the rows: as the log's stamps say, as its owner says, or the sun's own hour."""
    if utc_offset_h is not None:
        return timezone(timedelta(hours=utc_offset_h))
    if log.start is not None and log.start.tzinfo is not None and log.start.utcoffset() != timedelta(0):
        offset = log.start.utcoffset()
        assert offset is not None
        return timezone(offset)
    return timezone(timedelta(hours=round(longitude / 15.0)))


def rows_of(log: Log, zone: timezone, slow_min: float = 0.0) -> SiteRows:
    """Put a log on the days of a zone; `slow_min` : what its clock is to be put forward by.

    Raises AnalysisError where the log does not tell when it began, or is shorter than a day.
    """
    if log.start is None:
        raise AnalysisError(
            f"{log.source}: the log does not say on which day it began; expected dates in it, or --start."
        )
    aware = log.start if log.start.tzinfo is not None else log.start.replace(tzinfo=zone)
    begins = aware.astimezone(zone) + timedelta(minutes=slow_min)
    first = begins.replace(hour=0, minute=0, second=0, microsecond=0)
    ends_s = float(log.t_s[-1] + log.dt_s[-1])
    offset_s = (begins - first).total_seconds() - float(log.t_s[0])
    days = int(np.ceil((ends_s + offset_s) / 86400.0))
    if log.duration_s < 0.9 * 86400.0 * LEAST_DAYS:
        raise AnalysisError(
            f"{log.source}: the log is {log.duration_s / 3600.0:.0f} h long, expected some days and nights."
        )
    step_min = next((step for step in STEPS_min if step * 60.0 >= 0.98 * _usual_s(log)), STEPS_min[-1])
    edges = np.arange(days * 1440 // step_min + 1, dtype=np.float64) * step_min * 60.0 - offset_s
    mA, V = _means(log, edges)
    shape = (days, 1440 // step_min)
    code = np.where(np.isnan(mA), NO_DATA, TELLS).astype(np.uint8)
    return SiteRows(first, float(step_min), mA.reshape(shape), V.reshape(shape), code.reshape(shape))


def utc(first: datetime) -> datetime:
    """The moment without its zone, as the sun takes it."""
    return first.astimezone(UTC).replace(tzinfo=None)


def _usual_s(log: Log) -> float:
    """How long a row of the log stands for: not a short visit among long ones."""
    weight = log.dt_s
    order = np.argsort(weight)
    half = np.searchsorted(np.cumsum(weight[order]), 0.5 * weight.sum())
    return float(weight[order[min(int(half), len(order) - 1)]])


def _means(log: Log, edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means between edges over what was logged there; NaN where that is too little."""
    times = np.stack((log.t_s, log.t_s + log.dt_s), axis=1).reshape(-1)
    times = np.maximum.accumulate(times)

    def between(values: FloatArray) -> FloatArray:
        summed = np.cumsum(values * log.dt_s)
        steps = np.stack((np.concatenate(([0.0], summed[:-1])), summed), axis=1).reshape(-1)
        return np.diff(np.interp(edges, times, steps))

    covered = between(np.ones_like(log.dt_s))
    enough = covered >= COVERED * np.diff(edges)
    safe = np.where(enough, covered, 1.0)
    volts = np.where(np.isnan(log.V), 0.0, log.V)
    V = between(volts) / safe if not np.isnan(log.V).all() else np.full(len(covered), np.nan)
    return np.where(enough, between(log.mA) / safe, np.nan), np.where(enough, V, np.nan)
