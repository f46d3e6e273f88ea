"""The time of a log: wraps undone, gaps found and never bridged, backward steps refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from .errors import LogError
from .log import FloatArray

#: A step longer than this many usual steps is a gap.
GAP_STEPS = 3.0
#: Counters of microcontrollers that wrap in the field, in counts.
COUNTER = 2.0**32
DAY_S = 86400.0
TIME_FORMS = "a number with a unit, an ISO date, hh:mm:ss, or 'Nov 05 2025 17:00:00'"
_CLOCK = re.compile(r"^\d{1,2}:\d{2}:\d{2}([.,]\d+)?$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Intervals:
    """How long each row counts (s), how many gaps there are, and what they leave out (s)."""

    dt_s: FloatArray
    gaps: int
    missing_s: float


def backward_row(t_s: FloatArray) -> int | None:
    """The first row whose time is before the row above it, or None."""
    falls = np.flatnonzero(np.diff(t_s) < 0)
    return int(falls[0]) + 1 if falls.size else None


def unwrap(counts: FloatArray, period: float) -> tuple[FloatArray, int]:
    """Undo wraps of a counter: a fall of more than 90 % of its period. Returns (counts, wraps)."""
    wrapped = np.diff(counts) < -0.9 * period
    lifted = counts.copy()
    lifted[1:] += np.cumsum(wrapped) * period
    return lifted, int(wrapped.sum())


def intervals(t_s: FloatArray, dt_s: FloatArray | None) -> Intervals:
    """How long each row counts.

    With a dt column each row says it itself. Without one, a row lasts until the next, but a
    step longer than GAP_STEPS usual steps counts as one usual step: nobody saw the rest.
    """
    step = np.diff(t_s)
    if dt_s is not None:
        unseen = step - dt_s[:-1]
        gap = unseen > GAP_STEPS * float(np.median(dt_s))
        return Intervals(dt_s, int(gap.sum()), float(unseen[gap].sum()))
    usual = float(np.median(step[step > 0])) if (step > 0).any() else 0.0
    gap = step > GAP_STEPS * usual
    counted = np.append(np.where(gap, usual, step), usual)
    return Intervals(counted, int(gap.sum()), float((step[gap] - usual).sum()))


def wall_clock(cells: list[str]) -> tuple[FloatArray, datetime | None, tuple[str, ...]]:
    """Text times -> (seconds from the first row, wall time of the first row, notes).

    Raises
    ------
    LogError : the times have none of TIME_FORMS (the message starts with "time").
    """
    import pandas as pd

    first = cells[0].strip()
    if _CLOCK.match(first):
        return _time_of_day(cells)
    if not _ISO.match(first) and not re.match(r"^[A-Z][a-z]{2} \d", first):
        raise LogError(f"time '{first[:40]}' has no known form: {TIME_FORMS}")
    form = "ISO8601" if _ISO.match(first) else "%b %d %Y %H:%M:%S"
    try:
        stamps = pd.DatetimeIndex(pd.to_datetime(cells, format=form, utc=True))
    except ValueError as error:
        raise LogError(f"time column: {str(error).splitlines()[0][:120]}") from None
    seconds = ((stamps - stamps[0]) / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64)
    start = pd.Timestamp(first).to_pydatetime() if form == "ISO8601" else stamps[0].tz_localize(None)
    return seconds, start, ()


def _time_of_day(cells: list[str]) -> tuple[FloatArray, datetime | None, tuple[str, ...]]:
    """hh:mm:ss times without a date; a fall of most of a day is midnight."""
    import pandas as pd

    try:
        deltas = pd.TimedeltaIndex(pd.to_timedelta([cell.strip().replace(",", ".") for cell in cells]))
    except ValueError as error:
        raise LogError(f"time column: {str(error)[:120]}") from None
    seconds, midnights = unwrap(np.asarray(deltas.total_seconds(), dtype=np.float64), DAY_S)
    note = (f"The clock passes midnight {midnights} time(s); the days are counted on.",) if midnights else ()
    return seconds - seconds[0], None, note
