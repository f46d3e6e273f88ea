"""A log of several days, by the calendar: what each day took in and gave, and every quarter of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray, Log
from .reduce import bucket_means, bucket_sums

DAY_s = 86_400.0
#: A log shorter than this has no picture of its days.
LEAST_DAYS = 1.5
#: Columns of a day in the picture of stacked days: quarters of an hour.
QUARTERS = 96
#: A day of which less than this was logged is marked.
WHOLE = 0.9


@dataclass(frozen=True, slots=True)
class Days:
    """The calendar days that a log touches; arrays have one value per day.

    Attributes
    ----------
    midnight_s : when each begins in the log's time, s (the first one lies before the log).
    first : the calendar's date of the first day, None for a log without wall time.
    covered : share of the day that rows cover (0..1).
    out_mAh, in_mAh : charge of positive and of negative currents.
    """

    midnight_s: FloatArray
    first: datetime | None
    covered: FloatArray
    out_mAh: FloatArray
    in_mAh: FloatArray

    @property
    def count(self) -> int:
        """How many days."""
        return len(self.midnight_s)


def has_days(log: Log) -> bool:
    """Whether a log is long enough for a picture of its days."""
    return log.duration_s >= LEAST_DAYS * DAY_s


def days_of(log: Log) -> Days:
    """Cut a log at its midnights (of the clock it began with; at its own start without wall time)."""
    begin, end = float(log.t_s[0]), float(log.t_s[0]) + log.duration_s
    first = midnight(log)
    start = begin if first is None or log.start is None else (first - _plain(log.start)).total_seconds()
    count = max(int(np.ceil((end - start) / DAY_s - 1e-9)), 1)
    edges = np.asarray(start + DAY_s * np.arange(count + 1), dtype=np.float64)
    time, out = bucket_sums(log.t_s, log.dt_s, np.maximum(np.nan_to_num(log.mA), 0.0), edges)
    _, taken = bucket_sums(log.t_s, log.dt_s, np.minimum(np.nan_to_num(log.mA), 0.0), edges)
    return Days(edges[:-1], first, time / DAY_s, out / 3600, -taken / 3600)


def midnight(log: Log) -> datetime | None:
    """The midnight before the log's first row, by its own clock; None without wall time."""
    if log.start is None:
        return None
    begins = _plain(log.start) + timedelta(seconds=float(log.t_s[0]))
    return begins.replace(hour=0, minute=0, second=0, microsecond=0)


def _plain(when: datetime) -> datetime:
    """The clock's own reading, without its zone."""
    return when.replace(tzinfo=None)


def stacked(log: Log, days: Days, values: FloatArray) -> FloatArray:
    """Mean of some values in each quarter of an hour, shape (days, QUARTERS); NaN where no row is."""
    edges = days.midnight_s[0] + DAY_s * np.arange(days.count * QUARTERS + 1) / QUARTERS
    return bucket_means(log.t_s, log.dt_s, values, edges).reshape(days.count, QUARTERS)


def nights(log: Log, latitude: float, longitude: float) -> list[tuple[float, float]]:
    """(sunset, sunrise) in the log's time, s; empty where its clock has no zone, so that nobody knows when.

    The sun's centre at the horizon, refraction included.
    """
    from sim.sun import sun_over

    if log.start is None or log.start.tzinfo is None:
        return []
    step_s = 300.0
    at_s = np.arange(float(log.t_s[0]), float(log.t_s[0]) + log.duration_s + step_s, step_s)
    utc = log.start.astimezone(UTC).replace(tzinfo=None)
    dark = sun_over(latitude, longitude, utc, at_s / 3600.0).apparent_deg < 0.0
    return [(float(at_s[a]), float(at_s[min(b, len(at_s) - 1)])) for a, b in _stretches(dark)]


def _stretches(dark: NDArray[np.bool_]) -> list[tuple[int, int]]:
    change = np.flatnonzero(np.diff(np.concatenate(([False], dark, [False])).astype(int)))
    return list(zip(change[::2].tolist(), change[1::2].tolist(), strict=True))
