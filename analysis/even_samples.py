"""A log on evenly spaced samples, as the files of other meters have it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from .errors import LogError
from .log import FloatArray, IntArray, Log

#: Visits to states have no rate of their own: they are laid out at this one.
VISITS_hz = 10
#: So many samples are written at most: 600 MB of a .ppk2 before it is packed.
MOST = 100_000_000
#: A rate above a whole one by no more than this is that whole one.
_WHOLE = 1e-3


@dataclass(frozen=True, slots=True)
class EvenSamples:
    """Samples at a whole number of hertz, from the log's first row on.

    Attributes
    ----------
    mA : the charge of each sample over its time, V : the mean of its rows; NaN where no row is.
    row : the log's row in the middle of each sample, -1 in a gap.
    """

    rate_hz: int
    mA: FloatArray
    V: FloatArray
    row: IntArray


def even_samples(log: Log, most_hz: int) -> EvenSamples:
    """Lay a log out at the next whole rate above its own, or at the most that a format has.

    Means, not the nearest row: so the charge stays what it is. A row that two samples share is in both.
    A sample that is in a gap for a part of its time draws less: its reader counts it whole.

    Raises
    ------
    LogError : the log has no current, or it would be more samples than one should write.
    """
    if np.isnan(log.mA).all():
        raise LogError(f"{log.source}: has no current, and such a file is of nothing else.")
    rate = min(most_hz, max(1, ceil((log.rate_hz or VISITS_hz) - _WHOLE)))
    count = max(1, ceil(log.duration_s * rate - _WHOLE))
    if count > MOST:
        raise LogError(f"{log.source}: would be {count:,} samples at {rate} Hz, expected {MOST:,} at most.")
    edges = float(log.t_s[0]) + np.arange(count + 1) / rate
    covered = np.diff(_up_to(log, None, edges))
    covered[covered < 1e-6 / rate] = np.nan
    counted = np.where(covered < (1 - 1e-6) / rate, 1 / rate, covered)
    return EvenSamples(
        rate,
        np.diff(_up_to(log, log.mA, edges)) / counted,
        np.diff(_up_to(log, log.V, edges)) / covered,
        _row_at(log, edges[:-1] + 0.5 / rate),
    )


def _up_to(log: Log, values: FloatArray | None, times: FloatArray) -> FloatArray:
    """The sum of value * seconds of all rows up to each time (of seconds alone without values)."""
    row = np.searchsorted(log.t_s, times, side="right") - 1
    lengths = log.dt_s if values is None else values * log.dt_s
    before = np.concatenate(([0.0], np.cumsum(lengths)[:-1]))
    within = np.minimum(times - log.t_s[row], log.dt_s[row])
    return np.asarray(before[row] + (within if values is None else values[row] * within))


def _row_at(log: Log, times: FloatArray) -> IntArray:
    row = np.searchsorted(log.t_s, times, side="right") - 1
    return np.where(times < log.t_s[row] + log.dt_s[row], row, -1).astype(np.int64)
