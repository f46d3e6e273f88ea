"""Where the blocks of a log's page begin: every sample by itself where the current moves, many in one where
it is at rest, so that as much as the page may weigh is spent on what can be seen.

A stretch of rows has one size of block. What its blocks hide is the area between their lowest and
highest; what they weigh is estimated from how much the values jump. The sizes that hide least for a given
weight are those that are least in `weight + price * area`, for one price (Lagrange; Shoham and Gersho,
IEEE Trans. ASSP 36(9), 1988).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .log import FloatArray, IntArray, Log
from .log_page_grid import AT_ONCE, Grid

#: Rows of one stretch, a power of two; more of them in a log that is longer than so many stretches.
CHUNK, MOST_CHUNKS = 1024, 200_000
#: A page has no more blocks than this, so that it opens at once.
MOST_BLOCKS = 1_500_000
#: Borders at gaps and between states are kept unless there are more of them than this.
MOST_BORDERS = 200_000
#: A row before a gap: so many of its own lengths until the next one.
APART = 1.5


class Chooser:
    """Chooses sizes of blocks for a weight; it holds what each size weighs and hides in each chunk.

    `kept` are rows that must begin a block.
    """

    def __init__(self, log: Log, kept: IntArray, grid: Grid) -> None:
        self.rows = len(log.mA)
        #: Whether the last choice was held back by its weight and not by the number of blocks.
        self.bound_by_weight = True
        self._kept = kept
        self.chunk = CHUNK
        while self.rows > MOST_CHUNKS * self.chunk:
            self.chunk *= 2
        #: Sizes of a block that are tried, in rows.
        self.tried = (1, *(2**power for power in range(3, self.chunk.bit_length())))
        channels = 2.0 if grid.volts else 1.0
        parts = [self._weigh(part, grid.step_mA, channels) for part in self._parts(log.mA)]
        self._weights, self._areas = (np.concatenate(each) for each in zip(*parts, strict=True))

    def _parts(self, mA: FloatArray) -> Iterator[FloatArray]:
        """The rows as whole chunks, some at a time; the last chunk is filled up with the last row."""
        whole, some = (
            self.rows // self.chunk * self.chunk,
            max(self.chunk, AT_ONCE // self.chunk * self.chunk),
        )
        for first in range(0, whole, some):
            yield mA[first : min(first + some, whole)].reshape(-1, self.chunk)
        if whole < self.rows:
            spare = np.full(self.chunk - self.rows + whole, mA[-1])
            yield np.concatenate((mA[whole:], spare)).reshape(1, -1)

    def _weigh(self, mA: FloatArray, step_mA: float, channels: float) -> tuple[FloatArray, FloatArray]:
        """Bytes and hidden area (in steps) of each chunk at each size."""
        low = high = mA
        weights, areas = [], []
        for size, before in zip(self.tried, (1, *self.tried), strict=False):
            shape = (len(low), -1, size // before)
            low, high = low.reshape(shape).min(axis=2), high.reshape(shape).max(axis=2)
            span = (high - low) / step_mA
            areas.append(span.sum(axis=1) * size)
            jump = np.abs(np.diff(low, axis=1, prepend=low[:, :1])).mean(axis=1) / step_mA
            bits = 1.2 + np.log2(1 + 1.5 * jump)
            if size > 1:
                bits = 3 * bits + 2.5 * np.log2(1 + span.mean(axis=1)) + 2 * (channels - 1)
            weights.append(low.shape[1] * bits * (channels if size == 1 else 1) / 8)
        return np.column_stack(weights), np.column_stack(areas)

    def sizes(self, most_bytes: float) -> IntArray:
        """The size of block of each chunk, at an estimated weight in all."""
        least, dearest = 1e-9, 1e9
        for _ in range(60):
            price = float(np.sqrt(least * dearest))
            chosen = np.argmin(self._weights + price * self._areas, axis=1)
            weight = float(np.take_along_axis(self._weights, chosen[:, None], axis=1).sum())
            count = float((self.chunk / np.asarray(self.tried)[chosen]).sum())
            if weight > most_bytes or count > MOST_BLOCKS:
                dearest = price
                self.bound_by_weight = count <= MOST_BLOCKS
            else:
                least = price
        chosen = np.argmin(self._weights + least * self._areas, axis=1)
        return np.asarray(np.take(self.tried, chosen), dtype=np.int64)

    def firsts(self, sizes: IntArray) -> IntArray:
        """The first row of each block."""
        count = self.chunk // sizes
        chunk = np.repeat(np.arange(len(sizes)), count)
        within = np.arange(len(chunk)) - np.repeat(np.cumsum(count) - count, count)
        first = chunk * self.chunk + within * sizes[chunk]
        first = first[first < self.rows]
        return _merged(first, self._kept)


def borders(log: Log, visits: IntArray) -> IntArray:
    """Rows that begin after a gap, and the first rows of visits; no block reaches over one."""
    return _merged(*(rows if rows.size <= MOST_BORDERS else rows[:0] for rows in (_gaps(log), visits)))


def _gaps(log: Log) -> IntArray:
    """Rows that do not begin where the row before them ends."""
    found = []
    for first in range(0, len(log.t_s) - 1, AT_ONCE):
        here = slice(first, first + AT_ONCE)
        dt, after = log.dt_s[here], log.t_s[first + 1 : first + AT_ONCE + 1]
        late = after - (log.t_s[here] + dt)[: len(after)]
        found.append(np.flatnonzero(late > np.maximum((APART - 1) * dt[: len(after)], 1e-6)) + first + 1)
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _merged(first: IntArray, second: IntArray) -> IntArray:
    """Both rising arrays as one, each value once."""
    both = np.sort(np.concatenate((first, second)), kind="stable")
    return both[np.concatenate(([True], both[1:] != both[:-1]))] if both.size else both
