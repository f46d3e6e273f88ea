"""Every cycle of a log laid over the others: aligned where each wake begins, on one grid of time.

A cell of the grid keeps the lowest and the highest row and the mean over time, so a spike of one row
stays whatever the number of rows; a bin in which a cycle has no row is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray, IntArray, Log
from .states import StateTable

#: Columns of the grid, about one for two pixels of a picture.
BINS = 480
#: So many cells at most: a year of wakes gets a coarser grid.
CELLS = 4_000_000
#: A wake longer than this many times the usual one (nine of ten) does not stretch the picture.
LONGEST = 1.25
#: Shown before the wake and after it, as a part of its length.
BEFORE, AFTER = 0.05, 0.08


@dataclass(frozen=True, slots=True)
class CycleGrid:
    """Cycles by bins of time.

    Attributes
    ----------
    edges_s : borders of the bins, s since the wake began, shape (bins + 1,).
    begin_s : when each wake began in the log, s; one per row of the table's cycles.
    low, high, mean : mA, shape (cycles, bins); NaN where a cycle has no row.
    """

    edges_s: FloatArray
    begin_s: FloatArray
    low: FloatArray
    high: FloatArray
    mean: FloatArray

    @property
    def middle_s(self) -> FloatArray:
        """The middle of each bin, s since the wake began."""
        return (self.edges_s[:-1] + self.edges_s[1:]) / 2


def cycle_grid(log: Log, table: StateTable, bins: int = BINS) -> CycleGrid | None:
    """Lay the cycles over each other; None for a log without a cycle."""
    if not table.cycles:
        return None
    awake_s = np.array([cycle.awake_s for cycle in table.cycles])
    begin_s = wake_begins_s(table)
    usual_s = float(np.percentile(awake_s, 90))
    length_s = min(float(awake_s.max()), LONGEST * usual_s)
    bins = int(np.clip(CELLS // len(begin_s), BINS // 4, bins))
    edges_s = np.linspace(-BEFORE * length_s, (1 + AFTER) * length_s, _bins(log, length_s, bins) + 1)
    low, high, mean = (np.empty((len(begin_s), len(edges_s) - 1)) for _ in range(3))
    for part in range(0, len(begin_s), 64):  # so many cycles at a time stay in the processor's cache
        some = slice(part, part + 64)
        low[some], high[some], mean[some] = _laid(log, begin_s[some], edges_s)
    next_s = np.append(begin_s[1:], np.inf)  # what the next wake draws is not this one's
    behind = begin_s[:, None] + edges_s[None, :-1] >= next_s[:, None]
    for values in (low, high, mean):
        values[behind] = np.nan
    return CycleGrid(edges_s, begin_s, low, high, mean)


def wake_begins_s(table: StateTable) -> FloatArray:
    """When each cycle's wake began, s: its first visit that is no rest (a cycle may begin with a rest)."""
    visits, resting = table.visits, np.array(table.resting)
    awake = ~resting[visits.state] & (visits.cycle >= 0)
    numbers, first = np.unique(visits.cycle[awake], return_index=True)
    lasting = np.bincount(visits.cycle[awake], visits.duration_s[awake])[numbers] > 0
    begin_s = visits.t_s[awake][first][lasting]
    if len(begin_s) != len(table.cycles):
        return np.array([cycle.t_s for cycle in table.cycles])
    return np.asarray(begin_s)


def _bins(log: Log, length_s: float, most: int) -> int:
    """No finer than the samples are: a bin without a row in every other cycle shows nothing."""
    if log.rate_hz is None:
        return most
    return int(np.clip(length_s * (1 + BEFORE + AFTER) * log.rate_hz, 8, most))


def _laid(log: Log, begin_s: FloatArray, edges_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lowest, highest and mean of each cycle and bin."""
    at = begin_s[:, None] + edges_s[None, :]
    after = np.searchsorted(log.t_s, at, side="right")
    first = np.maximum(after[:, :-1] - 1, 0)
    end = np.searchsorted(log.t_s, at[:, 1:], side="left")
    over = log.t_s[first] + log.dt_s[first] <= at[:, :-1]
    first = np.where(over, first + 1, first)
    some = end > first
    rows = slice(int(first.min()), int(end.max()))
    pairs = np.stack((first, end), axis=-1).ravel() - rows.start
    low, high = (_reduced(how, log.mA[rows], pairs, some) for how in (np.minimum, np.maximum))
    charge = _reduced(np.add, log.mA[rows] * log.dt_s[rows], pairs, some)
    time = _reduced(np.add, log.dt_s[rows], pairs, some)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(time > 0, charge / time, low)
    return low, high, mean


def _reduced(how: np.ufunc, values: FloatArray, pairs: IntArray, some: np.ndarray) -> FloatArray:
    """One value for each (first, end) pair of rows; NaN where there is no row."""
    padded = np.append(values, values[-1:])  # a pair may end behind the last row
    found = how.reduceat(padded, np.minimum(pairs, len(values)))[::2].reshape(some.shape)
    return np.where(some, found, np.nan)
