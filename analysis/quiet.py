"""The quiet level of a log and its noise; and a quiet level that drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray, Log
from .spells import Rows

#: So many rows tell level and noise; they are taken in pieces from the whole log.
ENOUGH, PIECES = 200_000, 400
#: The lowest part of the rows, in percent, where the search for the level begins.
LOWEST = 1.0
#: Rows within so many standard deviations belong to the level.
NEAR_SD = 6.0
#: A log is cut into so many windows to see whether its level drifts; the finest that shows it is taken.
WINDOWS = (256, 128, 64, 32, 16)
#: A window has at least so many rows, and no more of it are looked at.
LEAST_ROWS, MOST_ROWS = 50, 1000
#: A drift is smooth: from window to window less than this part of its whole range.
SMOOTH = 0.15


def looked_at(values: FloatArray) -> FloatArray:
    """A part of a long log, in whole pieces evenly over it; a short one as it is."""
    return values if len(values) <= ENOUGH else np.asarray(values[_some(len(values))])


def looked_at_inside(values: FloatArray, first: Rows, end: Rows) -> FloatArray:
    """The same of the rows first .. end - 1 of some stretches, as if these were all of the log."""
    before = np.cumsum(end - first) - (end - first)
    some = _some(int((end - first).sum()))
    stretch = np.searchsorted(before, some, side="right") - 1
    return np.asarray(values[first[stretch] + some - before[stretch]])


def _some(rows: int) -> Rows:
    """Which of so many rows are looked at."""
    if rows <= ENOUGH:
        return np.arange(rows)
    length = ENOUGH // PIECES
    begins = np.linspace(0, rows - length, PIECES).astype(np.intp)
    return (begins[:, None] + np.arange(length)).ravel()


def quiet_level(mA: FloatArray, least_sd: float) -> tuple[float, float]:
    """Level and standard deviation of the rows that pile up lowest."""
    floor = float(np.percentile(mA, LOWEST, method="lower"))
    lowest = mA[mA <= floor]
    sd = max(_spread(lowest, float(np.median(lowest))), least_sd)
    for _ in range(20):
        quiet = mA[np.abs(mA - floor) <= NEAR_SD * sd]
        before = floor, sd
        floor = float(np.median(quiet))
        sd = max(_spread(quiet, floor), least_sd)
        if (floor, sd) == before:
            break
    return floor, sd


def _spread(values: FloatArray, middle: float) -> float:
    """Standard deviation from the median absolute deviation about the median.

    The meter's steps make that coarse: so the plain one where it is larger, as far as steps explain that.
    """
    robust = 1.4826 * float(np.median(np.abs(values - middle)))
    plain = float(values.std())
    return min(max(robust, plain), 1.6 * robust) if robust else plain


@dataclass(frozen=True, slots=True)
class Drift:
    """A quiet level that drifts: at each row, and how far it may be wrong where it bends; mA."""

    floor_mA: FloatArray
    bend_mA: float


def drifting_floor(log: Log, least_sd: float) -> Drift | None:
    """The quiet level if it drifts smoothly by more than its noise; else None."""
    for windows in WINDOWS:
        if len(log.mA) >= windows * LEAST_ROWS:
            found = _drift(log, windows, least_sd)
            if found is not None:
                return found
    return None


def _drift(log: Log, windows: int, least_sd: float) -> Drift | None:
    edges = np.linspace(0, len(log.mA), windows + 1).astype(np.intp)
    rows = min(int(np.diff(edges).min()), MOST_ROWS)
    at = edges[:-1, None] + (np.arange(rows) * (int(np.diff(edges).min()) / rows)).astype(np.intp)
    lowest, low = np.percentile(log.mA[at], (2, 10), axis=1)
    sd = max(float(np.median(low - lowest)) / 0.77, least_sd)
    level = _opened(low)
    extent = float(np.ptp(level))
    if extent <= NEAR_SD * sd or float(np.abs(np.diff(level)).max()) > max(SMOOTH * extent, 0.0):
        return None
    middle = log.t_s[np.concatenate((edges[:1], (edges[:-1] + edges[1:]) // 2, edges[-1:] - 1))]
    ends = 1.5 * level[[0, -1]] - 0.5 * level[[1, -2]]  # the outer halves of the outer windows, straight on
    floor = np.interp(log.t_s, middle, np.concatenate((ends[:1], level, ends[1:])))
    return Drift(np.asarray(floor), float(np.abs(np.diff(level, 2)).max()))


def _opened(level: FloatArray) -> FloatArray:
    """Without windows in which the node never rested: the lowest of three, then the highest of three."""
    padded = np.pad(level, 1, mode="edge")
    lowest = np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
    padded = np.pad(lowest, 1, mode="edge")
    return np.asarray(np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:]))
