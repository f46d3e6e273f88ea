"""Fewer points for the same picture: no spike is lost, no gap is bridged."""

from __future__ import annotations

import numpy as np

from .log import FloatArray
from .pieces import stretch_sums

#: With at most this many rows in view each one is drawn as it is.
EXACT_ROWS = 4000
#: Buckets across a picture: about one per pixel of a 1400 px plot.
BUCKETS = 1300


def step_line(t_s: FloatArray, dt_s: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Every row as a flat piece; NaN between rows that do not touch, so that a gap stays open."""
    x = np.column_stack((t_s, t_s + dt_s, t_s + dt_s))
    apart = np.append(t_s[1:] - (t_s + dt_s)[:-1] > 1e-3 + 0.5 * dt_s[:-1], True)
    values = np.column_stack((y, y, np.where(apart, np.nan, y)))
    return x.ravel(), values.ravel()


def envelope(
    t_s: FloatArray, dt_s: FloatArray, y: FloatArray, edges: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest value in each bucket of time; NaN where no row reaches into it.

    A row that began in an earlier bucket and lasts into this one counts here too.
    """
    first = np.maximum(np.searchsorted(t_s, edges[:-1], side="right") - 1, 0)
    behind = np.searchsorted(t_s, edges[1:], side="left")
    over = t_s[first] + dt_s[first] <= edges[:-1]
    first = np.where(over, first + 1, first)
    low, high = np.full(len(first), np.nan), np.full(len(first), np.nan)
    for number, (begin, end) in enumerate(zip(first, behind, strict=True)):
        if end > begin:
            part = y[begin:end]
            low[number], high[number] = part.min(), part.max()
    return low, high


def bucket_means(t_s: FloatArray, dt_s: FloatArray, y: FloatArray, edges: FloatArray) -> FloatArray:
    """Mean over time in each bucket, by the rows' own lengths; NaN where no row is."""
    covered, summed = bucket_sums(t_s, dt_s, y, edges)
    return np.where(covered > 0, summed / np.where(covered > 0, covered, 1.0), np.nan)


def bucket_sums(
    t_s: FloatArray, dt_s: FloatArray, y: FloatArray, edges: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Seconds that rows cover in each bucket, and the sum of y times seconds."""
    at = np.maximum(np.searchsorted(t_s, edges, side="right") - 1, 0)  # the row that an edge falls into
    inside = np.clip(edges - t_s[at], 0.0, dt_s[at])
    first, place = np.unique(at, return_inverse=True)
    before = [np.append(0.0, np.cumsum(sums[:-1]))[place] for sums in stretch_sums(first, dt_s, y)]
    return np.diff(before[0] + inside), np.diff(before[1] + y[at] * inside)


def rows_between(t_s: FloatArray, start_s: float, end_s: float) -> slice:
    """The rows that reach into a stretch of time."""
    first = int(np.searchsorted(t_s, start_s, side="right")) - 1
    return slice(max(first, 0), int(np.searchsorted(t_s, end_s)))
