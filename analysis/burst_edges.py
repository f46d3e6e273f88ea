"""Parts of a state that differ in their bursts only: one base current, now with Wi-Fi's peaks, now without.

A visit is parted where the mean current of its blocks changes for good, if most visits to that state show
such a change, all the same way. Bursts that come as they may show one by chance, not cycle after cycle.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .log import FloatArray, IntArray
from .spells import Rows
from .substates import LEAST_STEP, LOW, Segments

#: A part lasts at least so many blocks, and a least state.
LEAST_BLOCKS = 4
#: The change of the mean, squared and weighted by the parts' lengths, over the variance of the blocks.
SURELY = 12.0
#: At least this part of the visits shows it.
MOST = 0.7
#: So many visits tell whether a state has parts.
LOOKED_AT = 60


def burst_edges(segments: Segments, state: IntArray, mA: FloatArray, rows: int, least: int) -> Rows:
    """First rows of the second parts, of all visits to states that have two.

    Parameters
    ----------
    rows : samples of a block. least : blocks of the shortest state.
    """
    least = max(LEAST_BLOCKS, least)
    found: list[int] = []
    for number in range(int(state.max(initial=-1)) + 1):
        visits = np.flatnonzero(state == number)
        looked = visits[:: 1 + len(visits) // LOOKED_AT]
        told = [_edge(mA[a:b], rows, least) for a, b in _bounds(segments, looked)]
        for way in (1, -1):
            if sum(one * way > 0 for one in told) >= MOST * len(told):
                found += _edges_of(segments, visits, mA, rows, least, way)
    return np.array(sorted(found), dtype=np.intp)


def _bounds(segments: Segments, visits: IntArray) -> Iterable[tuple[int, int]]:
    return zip(segments.first[visits].tolist(), segments.end[visits].tolist(), strict=True)


def _edges_of(
    segments: Segments, visits: IntArray, mA: FloatArray, rows: int, least: int, way: int
) -> list[int]:
    edges = [(a, _edge(mA[a:b], rows, least)) for a, b in _bounds(segments, visits)]
    return [a + abs(edge) for a, edge in edges if edge * way > 0]


def _edge(mA: FloatArray, rows: int, least: int) -> int:
    """Where the mean changes, in rows; negative where it falls, 0 where it does not.

    The first and the last block are left out: an inrush is no part of its own.
    """
    mA, count = mA[rows:], len(mA) // rows - 2
    if count < 2 * least:
        return 0
    left, change = _change(mA[: count * rows].reshape(count, rows).mean(axis=1), least)
    edge = left * rows
    if not change or _apart(*(float(np.quantile(part, LOW)) for part in (mA[:edge], mA[edge:]))):
        return 0  # or its base changes as well: what was too short for a state of its own
    return (rows + edge) * change


def _change(block: FloatArray, least: int) -> tuple[int, int]:
    """After how many blocks their mean changes the most, and whether it surely rises (1) or falls (-1)."""
    count = len(block)
    left = np.arange(least, count - least + 1)
    total = np.cumsum(block)
    before, after = total[left - 1] / left, (total[-1] - total[left - 1]) / (count - left)
    between = (after - before) ** 2 * left * (count - left) / count
    best = int(np.argmax(between))
    within = max(float(((block - block.mean()) ** 2).sum()) - float(between[best]), 1e-12) / (count - 2)
    sure = between[best] >= SURELY * within and _apart(float(before[best]), float(after[best]))
    return int(left[best]), int(sure) * (1 if after[best] > before[best] else -1)


def _apart(one: float, other: float) -> bool:
    low, high = sorted((max(one, 1e-9), max(other, 1e-9)))
    return bool(np.log(high / low) >= LEAST_STEP)


def parted(segments: Segments, edges: Rows) -> Segments:
    """The segments with these edges as well."""
    if not len(edges):
        return segments
    of = np.searchsorted(segments.first, edges, side="right") - 1
    first = np.concatenate((segments.first, edges))
    end = np.concatenate((segments.end, segments.end[of]))
    end[of] = edges
    order = np.argsort(first, kind="stable")
    return Segments(
        first[order], end[order], np.concatenate((segments.wake, segments.wake[of]))[order],
        np.concatenate((segments.level_mA, segments.level_mA[of]))[order],
    )  # fmt: skip
