"""States within a wake: levels of blocks, joined from below, and edges found again among the samples.

A block's level is a low quantile of its samples, so that bursts (Wi-Fi) do not raise it. Neighbours are
joined as long as noise explains their difference or that is too small for a state; what stays shorter than
the least state is joined to the nearer neighbour. All wakes are worked on at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray, IntArray, Log
from .pieces import PIECE, pieces
from .spells import Rows
from .wakes import Wakes

#: A block: so long, but at least so many samples.
BLOCK_s, BLOCK_ROWS = 0.02, 5
#: Its level is this quantile.
LOW = 0.25
#: Levels that differ by less than this (natural logarithm) are one state.
LEAST_STEP = 0.13
#: How many times its noise a difference must be (squared, weighted by lengths), to be none of it.
SURELY = 25.0
#: A state lasts at least so many blocks.
LEAST_BLOCKS = 2
#: Classes of a histogram (natural logarithm), how many, and what is added for what was never seen.
BIN, BINS, UNLIKELY = 0.08, 128, 0.003
#: So many samples of a segment tell its histogram.
LIKE_ROWS = 128
#: Blocks on either side of an edge among whose samples it is looked for.
LOOK_BLOCKS = 1.25


@dataclass(frozen=True, slots=True)
class Segments:
    """Stretches of one level, in time order: rows first .. end - 1, which wake, and its quiet level in mA."""

    first: Rows
    end: Rows
    wake: IntArray
    level_mA: FloatArray


def block_rows(log: Log) -> int:
    """Samples in a block."""
    return max(BLOCK_ROWS, round(BLOCK_s / log.step_s)) if log.step_s else BLOCK_ROWS


def least_state_s(log: Log, stated_s: float | None = None) -> float:
    """Nothing shorter than this is found as a state of its own, s."""
    return max(LEAST_BLOCKS * block_rows(log) * log.step_s, stated_s or 0.0)


def substates(log: Log, wakes: Wakes, stated_s: float | None = None) -> Segments:
    """The states of each wake."""
    rows = block_rows(log)
    first, wake = _blocks(wakes, rows)
    level_mA = _low(wakes.mA, first, _block_ends(first, wake, wakes), rows)
    unit_mA = max(wakes.limits.wake_mA - wakes.limits.floor_mA, 1e-6)
    height = np.log(np.maximum(level_mA - wakes.base_mA, 0.0) + unit_mA)
    least = max(LEAST_BLOCKS, int(np.ceil((stated_s or 0.0) / (rows * log.step_s)))) if log.step_s else 1
    begin = joined(height, wake, least)
    means = np.add.reduceat(height, begin) / np.diff(np.append(begin, len(height)))
    return _sharpened(wakes.mA, wakes, first[begin], wake[begin], np.exp(means) - unit_mA, rows)


def _blocks(wakes: Wakes, rows: int) -> tuple[Rows, IntArray]:
    """First row and wake of every block; what is left over at the end of a wake belongs to its last block."""
    count = np.maximum((wakes.end - wakes.first) // rows, 1)
    wake = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(wake)) - np.repeat(np.cumsum(count) - count, count)
    return wakes.first[wake] + rows * within, wake


def _block_ends(first: Rows, wake: IntArray, wakes: Wakes) -> Rows:
    end = np.append(first[1:], 0)
    last = np.append(wake[1:] != wake[:-1], True)
    end[last] = wakes.end
    return end


def _low(mA: FloatArray, first: Rows, end: Rows, rows: int) -> FloatArray:
    """The low quantile of each block's samples (of its first `rows`)."""
    place, found = int(LOW * rows), np.empty(len(first))
    for piece in pieces(len(first), size=PIECE // rows + 1):
        samples = mA[np.minimum(first[piece, None] + np.arange(rows), end[piece, None] - 1)]
        samples.partition(place, axis=1)
        found[piece] = samples[:, place]
    return found


def joined(height: FloatArray, wake: IntArray, least: int) -> Rows:
    """First blocks of the stretches that stay when like neighbours are joined and short ones taken in."""
    noise = _noise(height, wake)
    begin = np.arange(len(height))
    begin = _join(height, wake, begin, noise, short=0)
    return _join(height, wake, begin, noise, short=least)


def join_sorted(height: FloatArray) -> Rows:
    """First places of the groups among sorted heights that lie a state's step apart."""
    if not len(height):
        return np.empty(0, dtype=np.intp)
    return _join(height, np.zeros(len(height), dtype=np.int64), np.arange(len(height)), 0.0, short=0)


def _noise(height: FloatArray, wake: IntArray) -> float:
    """Variance of a block's height about its state's, from steps between neighbours (most are within one)."""
    steps = np.diff(height)[wake[1:] == wake[:-1]]
    if not steps.size:
        return 1e-6
    return max(float(np.percentile(np.abs(steps), 50) * 1.4826) ** 2 / 2, 1e-6)


def _join(height: FloatArray, wake: IntArray, begin: Rows, noise: float, short: int) -> Rows:
    """Join neighbours of one wake, the cheapest first, until none may be joined.

    With `short`, stretches of fewer blocks are joined to the neighbour that is nearer in height, too.
    """
    total = np.concatenate(([0.0], np.cumsum(height)))
    while len(begin) > 1:
        count = np.diff(np.append(begin, len(height)))
        mean = (total[begin + count] - total[begin]) / count
        apart = np.abs(np.diff(mean))
        cost = apart**2 * count[1:] * count[:-1] / (count[1:] + count[:-1])
        same = wake[begin[1:]] == wake[begin[:-1]]
        may = same & ((cost < SURELY * noise) | (apart < LEAST_STEP))
        if short:
            may |= same & (np.minimum(count[1:], count[:-1]) < short)
            cost = np.where(np.minimum(count[1:], count[:-1]) < short, cost, cost + 1e3)
        cost = np.where(may, cost, np.inf)
        near = np.minimum(np.append(cost[1:], np.inf), np.concatenate(([np.inf], cost[:-1])))
        gone = (cost < near) | ((cost == near) & may & (np.arange(len(cost)) % 2 == 0))
        if not may.any():
            break
        if not gone.any():
            gone = np.zeros(len(cost), dtype=bool)
            gone[int(np.argmin(cost))] = True
        begin = begin[np.append(True, ~gone)]
    return begin


def _sharpened(
    mA: FloatArray, wakes: Wakes, first: Rows, wake: IntArray, height_mA: FloatArray, rows: int
) -> Segments:
    """Edges inside wakes moved to the sample at which the level changes."""
    inside = np.flatnonzero(wake[1:] == wake[:-1]) + 1
    begin = first.copy()
    if inside.size:
        begin[inside] = _edges(mA, wakes, Segments(first, _ends(first, wake, wakes), wake, height_mA), rows)
    return Segments(begin, _ends(begin, wake, wakes), wake, height_mA + wakes.base_mA)


def _ends(first: Rows, wake: IntArray, wakes: Wakes) -> Rows:
    last = np.append(wake[1:] != wake[:-1], True)
    return np.where(last, wakes.end[wake], np.append(first[1:], 0))


def _edges(mA: FloatArray, wakes: Wakes, rough: Segments, rows: int) -> Rows:
    """For each edge the row that best parts samples like the left state's from samples like the right one's.

    What a state's samples are like, the histogram of its own tells, bursts and all.
    """
    inside = np.flatnonzero(rough.wake[1:] == rough.wake[:-1]) + 1
    likely = _likely(mA, wakes, rough, rows)
    reach = int(np.ceil(LOOK_BLOCKS * rows))
    at = rough.first[inside][:, None] + np.arange(-reach, reach)
    inner = (at >= rough.first[inside - 1][:, None]) & (at < rough.end[inside][:, None])
    bins = _bins(mA[np.clip(at, 0, len(mA) - 1)], wakes)
    left = likely[(inside - 1)[:, None], bins] - likely[inside[:, None], bins]
    fits = np.concatenate((np.zeros((len(left), 1)), np.cumsum(left * inner, axis=1)), axis=1)
    return np.asarray(rough.first[inside] - reach + np.argmax(fits, axis=1))


def _bins(mA: FloatArray, wakes: Wakes) -> IntArray:
    """The class of each sample, evenly in its logarithm above the quiet level."""
    unit_mA = max(wakes.limits.wake_mA - wakes.limits.floor_mA, 1e-6)
    height = np.log(np.maximum(mA - wakes.base_mA, 0.0) / unit_mA + 1)
    return np.minimum((height / BIN).astype(np.int64), BINS - 1)


def _likely(mA: FloatArray, wakes: Wakes, rough: Segments, rows: int) -> FloatArray:
    """Logarithm of how often each class occurs in each segment, away from its ends."""
    margin = np.minimum(rows // 2, (rough.end - rough.first) // 4)
    inner = (rough.end - rough.first - 2 * margin)[:, None]
    at = (rough.first + margin)[:, None] + (np.arange(LIKE_ROWS) * inner) // LIKE_ROWS
    place = _bins(mA[at], wakes) + BINS * np.arange(len(at))[:, None]
    count = np.bincount(place.ravel(), minlength=BINS * len(at)).reshape(len(at), BINS).astype(np.float64)
    wide = np.pad(count, ((0, 0), (1, 1)), mode="edge")
    smooth = 0.25 * wide[:, :-2] + 0.5 * count + 0.25 * wide[:, 2:]
    return np.asarray(np.log(smooth / smooth.sum(axis=1, keepdims=True) + UNLIKELY))
