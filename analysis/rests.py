"""The stretches in which a node rests: their readings, and whether it knows more than one sleep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .log import SAMPLES, FloatArray, IntArray, Log
from .states import StateTable

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

#: A visit of so many rows loses its first and its last: they hold a part of the wake beside it.
LONG_VISIT = 8
#: So many rows tell noise and levels, of so many visits.
LOOKED_AT, MOST_VISITS = 200_000, 4000
#: Below this voltage nothing runs of a node that has seen the other: the RP2040 needs 1.8 V, an ESP32 more
#: (their data sheets). A single cell of 1.5 V, which a converter lifts, is never above the second.
NOTHING_RUNS_V, TWO_CELLS_V = 1.8, 2.0
#: Two levels of one name are two sleeps if they are so many standard deviations and so many of the readings'
#: smallest steps apart, and each takes such a share of the time. Ours.
APART_SD, STEPS, LEAST_SHARE = 8.0, 3.0, 0.003


@dataclass(frozen=True, slots=True)
class Rest:
    """One kind of rest: its state's name, mean mA, and how long it was seen, s."""

    name: str
    mA: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Resting:
    """All rest of a log.

    Attributes
    ----------
    mean_mA : of every reading at rest but the first and last of a visit. seconds : all time at rest.
    mA, dt_s : readings in their order; of a long log, those of visits evenly chosen. levels : of each the
        mean of its rest.
    rests : by time, the longest first. V : mean voltage, NaN if unknown.
    lost_s : for how long of it there was no voltage that anything runs at.
    """

    mean_mA: float
    seconds: float
    mA: FloatArray
    dt_s: FloatArray
    levels: FloatArray
    rests: tuple[Rest, ...]
    V: float
    lost_s: float


def resting_of(log: Log, table: StateTable) -> Resting | None:
    """The rest of a log; None if it never rests."""
    visits = table.visits
    chosen = np.array(table.resting, dtype=bool)[visits.state] & (visits.duration_s > 0.0)
    if not chosen.any():
        return None
    first, end = visits.first[chosen], visits.end[chosen]
    duration, charge = visits.duration_s[chosen].copy(), visits.charge_mC[chosen].copy()
    seconds = float(duration.sum())
    long = (end - first >= LONG_VISIT) & (log.kind == SAMPLES)
    for edge in (first[long], end[long] - 1):
        duration[long] -= log.dt_s[edge]
        charge[long] -= log.dt_s[edge] * log.mA[edge]
    rows = _looked_at(first + long, end - long)
    rows = rows[log.dt_s[rows] > 0.0]
    mA, dt_s = log.mA[rows], log.dt_s[rows]
    codes = visits.state[np.searchsorted(visits.first, rows, side="right") - 1]
    levels, rests = _levels(mA, dt_s, codes, table.names, seconds)
    volts = float(np.average(log.V[rows], weights=dt_s))
    lost = (log.V[rows] < NOTHING_RUNS_V) & (log.V.max() > TWO_CELLS_V)
    lost_s = seconds * float(dt_s[lost].sum() / dt_s.sum())
    return Resting(float(charge.sum() / duration.sum()), seconds, mA, dt_s, levels, rests, volts, lost_s)


def _looked_at(first: Rows, end: Rows) -> Rows:
    """Rows of visits, about LOOKED_AT at most: the same part of each; of many visits some, drawn by lot.

    Not every so many-th: where two rests alternate, that would be one of them.
    """
    if len(first) > MOST_VISITS:
        drawn = np.sort(np.random.default_rng(0).choice(len(first), MOST_VISITS, replace=False))
        first, end = first[drawn], end[drawn]
    part = min(LOOKED_AT / float((end - first).sum()), 1.0)
    until = first + np.ceil(part * (end - first)).astype(np.intp)
    return np.concatenate([np.arange(a, b) for a, b in zip(first, until, strict=True)])


def _levels(
    mA: FloatArray, dt_s: FloatArray, codes: IntArray, names: tuple[str, ...], seconds: float
) -> tuple[FloatArray, tuple[Rest, ...]]:
    """The mean of each kind of rest, for every reading and as a list."""
    levels, scale = np.zeros(len(mA)), seconds / float(dt_s.sum())
    rests = []
    for code in np.unique(codes):
        of_name = np.flatnonzero(codes == code)
        high = _upper(mA[of_name], dt_s[of_name])
        for part in (of_name[~high], of_name[high]):
            if part.size:
                mean = float(np.average(mA[part], weights=dt_s[part]))
                levels[part] = mean
                rests.append(Rest(names[code], mean, scale * float(dt_s[part].sum())))
    return levels, tuple(sorted(rests, key=lambda rest: -rest.seconds))


def _upper(mA: FloatArray, dt_s: FloatArray) -> Mask:
    """Which readings belong to a second, higher level; none if one level explains them all."""
    cut = _best_cut(mA, dt_s)
    if cut is None:
        return np.zeros(len(mA), dtype=bool)
    high = mA > cut
    share = float(dt_s[high].sum() / dt_s.sum())
    noise = max(float(mA[high].std()), float(mA[~high].std()))
    apart = float(mA[high].mean() - mA[~high].mean())
    steps = STEPS * float(np.diff(np.unique(mA)).min())  # a reading that flips between two steps is one level
    if not LEAST_SHARE <= share <= 1.0 - LEAST_SHARE or apart < max(APART_SD * noise, steps):
        return np.zeros(len(mA), dtype=bool)
    return np.asarray(high)


def _best_cut(mA: FloatArray, dt_s: FloatArray) -> float | None:
    """The value that parts readings best into two levels (Otsu's criterion, on 256 bins)."""
    low, high = np.percentile(mA, (0.1, 99.9))
    if high <= low:
        return None
    weight, edges = np.histogram(mA, bins=256, range=(low, high), weights=dt_s)
    middle = (edges[1:] + edges[:-1]) / 2.0
    below, sums = np.cumsum(weight), np.cumsum(weight * middle)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.nan_to_num((sums / below - (sums[-1] - sums) / above) ** 2 * below * above)
    best = np.flatnonzero(between >= between.max() * (1.0 - 1e-9))
    return float(edges[1 + (int(best[0]) + int(best[-1])) // 2])
