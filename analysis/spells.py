"""Stretches that are on, by two thresholds and a least time to stay on or off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray, Log
from .pieces import pieces

Rows = NDArray[np.intp]

#: A rest shorter than this is none (between two bursts, say), and neither is a wake; s.
LEAST_REST_s, LEAST_WAKE_s = 0.05, 0.0015


def spells(mA: FloatArray, wake_mA: float, sleep_mA: float) -> tuple[Rows, Rows]:
    """First rows and ends of each stretch that is on: from above wake_mA until below sleep_mA."""
    up, down = _begins(mA, np.greater, wake_mA), _begins(mA, np.less, sleep_mA)
    at = np.concatenate((up, down))
    order = np.argsort(at, kind="stable")
    at, on = at[order], order < len(up)
    turns = np.concatenate((on[:1], on[1:] != on[:-1]))
    at, on = at[turns], on[turns]
    first, end = at[on], at[~on]
    return first, end if len(end) == len(first) else np.append(end, len(mA))


def _begins(mA: FloatArray, compare: np.ufunc, limit_mA: float) -> Rows:
    """Rows at which the current begins to be above, or below, a limit."""
    found = [np.flatnonzero(compare(mA[:1], limit_mA))]
    for piece in pieces(len(mA), 1):
        true = compare(mA[piece.start - 1 : piece.stop], limit_mA)
        found.append(np.flatnonzero(true[1:] > true[:-1]) + piece.start)
    return np.concatenate(found)


def hysteresis(mA: FloatArray, wake_mA: float, sleep_mA: float) -> NDArray[np.bool_]:
    """Awake or not, per row: on above wake_mA, off below sleep_mA, else as before (at first off)."""
    return inside(*spells(mA, wake_mA, sleep_mA), len(mA))


def inside(first: Rows, end: Rows, rows: int) -> NDArray[np.bool_]:
    """Which of so many rows lie in first .. end - 1 of one of these."""
    mark = np.zeros(rows + 1, dtype=np.int8)
    mark[first] += 1
    mark[end] -= 1
    return np.asarray(np.cumsum(mark[:-1], dtype=np.int8) > 0)


def dwelt(log: Log, first: Rows, end: Rows) -> tuple[Rows, Rows]:
    """Without rests that are too short to be one, then without wakes that are."""
    if not len(first):
        return first, end
    apart = log.t_s[first[1:]] - end_s(log, end[:-1]) >= LEAST_REST_s
    first, end = first[np.append(True, apart)], end[np.append(apart, True)]
    lasts = (end_s(log, end) - log.t_s[first] >= LEAST_WAKE_s) | (end - first > 1)
    return first[lasts], end[lasts]


def end_s(log: Log, end: Rows) -> FloatArray:
    """When the row before each end is over."""
    return np.asarray(log.t_s[end - 1] + log.dt_s[end - 1])
