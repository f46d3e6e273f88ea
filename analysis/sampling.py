"""How far a sum of samples may be from the charge that flowed: what happened between them nobody saw.

Samples are points of the current (or, where `seen` is more than 0, means over that part of each step). The
error of their sum comes from what moves between two of them. What is alike from sample to sample (a burst of
many samples) errs only at its edges; what is not (short bursts, the meter's noise) errs fully. The likeness
of samples one and two apart tells the two portions: r1 = c exp(-a), r2 = c exp(-2 a), and the error of a sum
of n samples has the variance n s^2 (1 - c + c (coth(a / 2) - 2 / a)) times the step squared. Bursts in step
with the samples hide from that, but each visit meets them elsewhere: where short visits differ by more than
twice what it explains, their own spread is taken. Beside that, each end of a visit lies anywhere in a step.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray, IntArray, Log
from .state_rows import Visits

#: So many rows of a state tell its spread.
ENOUGH = 200_000
#: 95 % of a normal distribution lie within so many standard deviations.
SURE_SD = 1.96
#: With fewer visits their spread says nothing; and how many times what samples explain it must be.
LEAST_VISITS, MORE = 6, 2.0
#: No burst stays in step with the samples for longer than this.
IN_STEP_ROWS = 200


def half_widths(log: Log, visits: Visits, states: int, seen: float) -> FloatArray:
    """Half the width of the 95 % interval of the charge of each state and, last, of the whole log, mC.

    NaN for a log that is not of samples. `seen` is the part of each step over which the meter took its mean.
    """
    return of_states(log, visits, inner_variances(log, visits, states, seen), seen)


def inner_variances(log: Log, visits: Visits, states: int, seen: float) -> FloatArray:
    """Variance of each state's charge from what moves between samples, mC^2; NaN if the log has none."""
    if log.rate_hz is None:
        return np.full(states, np.nan)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda code: _inner(log, visits, visits.state == code, seen), range(states))
        return np.fromiter(found, dtype=np.float64, count=states)


def of_cycles(
    log: Log, visits: Visits, resting: NDArray[np.bool_], inner: FloatArray, seen: float
) -> FloatArray:
    """Half the width of the 95 % interval of the awake charge of each cycle, mC."""
    inside = visits.cycle >= 0
    rows = visits.end - visits.first
    each = (inner / np.maximum(np.bincount(visits.state, rows, minlength=len(inner)), 1))[visits.state] * rows
    jump = np.diff(visits.mean_mA, prepend=visits.mean_mA[:1])  # the end of a wake is the rest's beginning
    moved = np.where(resting[visits.state], 0.0, each) + jump**2 * log.step_s**2 / 12 * (1 - seen)
    return np.asarray(SURE_SD * np.sqrt(np.bincount(visits.cycle[inside], moved[inside])))


def of_states(log: Log, visits: Visits, inner: FloatArray, seen: float) -> FloatArray:
    """Half the width of the 95 % interval of the charge of each state and, last, of the whole log, mC."""
    ends = _ends(log, visits, len(inner))
    whole = inner.sum() + ends[-1] * (1 - seen)  # what one state loses at an end the next one has
    return np.asarray(SURE_SD * np.sqrt(np.append(inner + ends[:-1], whole)))


def _ends(log: Log, visits: Visits, states: int) -> FloatArray:
    """Variance from the ends of visits, mC^2: of each state, and of the whole log."""
    between = (visits.first[1:] > 0) & (np.diff(visits.t_s) > 0)
    jump = np.abs(np.diff(visits.mean_mA))[between]
    each = log.step_s**2 / 12
    left, right = visits.state[:-1][between], visits.state[1:][between]
    own = np.bincount(left, visits.mean_mA[:-1][between] ** 2, minlength=states)
    own = own + np.bincount(right, visits.mean_mA[1:][between] ** 2, minlength=states)
    return np.append(own, (jump**2).sum()) * each


def _inner(log: Log, visits: Visits, chosen: NDArray[np.bool_], seen: float) -> float:
    """Variance of a state's charge from what moves between samples, mC^2."""
    rows = int((visits.end - visits.first)[chosen].sum())
    if not rows:
        return 0.0
    variance, white, likeness = spread(log.mA, visits.first[chosen], visits.end[chosen])
    smooth = _edges_only(likeness)
    explained = rows * variance * log.step_s**2 * (white + (1 - white) * smooth)
    brief = rows < IN_STEP_ROWS * int(chosen.sum())
    between = _between(visits.duration_s[chosen], visits.mean_mA[chosen]) if brief else 0.0
    return (between if between > MORE * explained else explained) * (1 - seen)


def _between(duration_s: FloatArray, mean_mA: FloatArray) -> float:
    """Variance of the sum of visits from how their mean currents differ, mC^2; 0 for too few of them."""
    visits = len(mean_mA)
    if visits < LEAST_VISITS or not duration_s.any():
        return 0.0
    usual = float(np.average(mean_mA, weights=duration_s))
    return float(((duration_s * (mean_mA - usual)) ** 2).sum()) * visits / (visits - 1)


def _edges_only(likeness: float) -> float:
    """coth(a / 2) - 2 / a for samples that are alike by exp(-a)."""
    a = -float(np.log(np.clip(likeness, 1e-6, 1 - 1e-9)))
    return a / 6 if a < 1e-3 else float(1 / np.tanh(a / 2) - 2 / a)


def spread(mA: FloatArray, first: NDArray[np.intp], end: NDArray[np.intp]) -> tuple[float, float, float]:
    """Variance of samples about their visit's mean, the part of it that no neighbour shares, and how alike
    samples one apart are in the rest."""
    at = _some(first, end)
    runs = np.flatnonzero(np.append(True, np.diff(at) != 1))
    values = mA[at]
    count = np.diff(np.append(runs, len(at)))
    apart = values - np.repeat(np.add.reduceat(values, runs) / count, count)
    degrees = max(len(at) - len(runs), 1)
    variance = float((apart**2).sum()) / degrees
    if variance <= 0 or len(at) - 2 * len(runs) < 8:
        return variance, 1.0, 0.0
    run = np.repeat(np.arange(len(runs)), count)
    one, two = (_likeness(apart, run, lag) / variance for lag in (1, 2))
    if one <= 0.02 or two <= 0 or two >= one:
        alike = min(max(one, 0.0), 1.0)
        return (variance, 1.0, 0.0) if two < one else (variance, 1 - alike, 1.0 - 1e-9)
    shared = min(one * one / two, 1.0)
    return variance, 1 - shared, two / one


def _some(first: NDArray[np.intp], end: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows of the visits, or of some of them evenly over the log, or a part of a long one."""
    total = int((end - first).sum())
    every = max(1, min(len(first) // 50, total // ENOUGH))
    first, end = first[::every], end[::every]
    most = max(ENOUGH // len(first), 8)
    length = np.minimum(end - first, most)
    return np.repeat(first - np.append(0, np.cumsum(length)[:-1]), length) + np.arange(int(length.sum()))


def _likeness(apart: FloatArray, run: IntArray, lag: int) -> float:
    """Mean product of samples so many apart within one run."""
    same = run[lag:] == run[:-lag]
    pairs = int(same.sum())
    return float((apart[lag:] * apart[:-lag])[same].sum()) / pairs if pairs else 0.0
