"""Long columns in pieces that stay in the processor's cache: no second array that is as long as the log."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator
from itertools import accumulate, islice

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray

#: Rows of one piece.
PIECE = 65_536
#: From this size on numpy asks for huge pages, bytes.
HUGE_FROM = 1 << 22


def room(columns: int, rows: int) -> FloatArray:
    """Room for long columns of numbers, shape (columns, rows), in pages of the usual size.

    numpy would ask for huge ones, which win little where rows are read in order; on a virtual machine whose
    host has taken its free memory back they take four times as long to get as usual ones.
    """
    size = 8 * columns * rows
    if size < HUGE_FROM or sys.platform == "win32":
        return np.empty((columns, rows))
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.ndarray((columns, rows), np.float64, memory)


def pieces(rows: int, first: int = 0, size: int = PIECE) -> Iterator[slice]:
    """The rows from `first` on, a piece at a time."""
    for begin in range(first, rows, size):
        yield slice(begin, min(begin + size, rows))


def stretch_sums(first: NDArray[np.intp], *columns: FloatArray, factors: int = 1) -> tuple[FloatArray, ...]:
    """Sums over the stretches that begin at these (rising) rows; the last one goes to the end.

    The first is that of the product of the first `factors` columns; each further one has one factor more.
    """
    sums = tuple(np.zeros(len(first)) for _ in columns[factors - 1 :])
    for piece in pieces(len(columns[0]), int(first[0])):
        inside = slice(
            int(np.searchsorted(first, piece.start, "right")) - 1, int(np.searchsorted(first, piece.stop))
        )
        at = np.maximum(first[inside] - piece.start, 0)
        products = accumulate((column[piece] for column in columns), np.multiply)
        for found, product in zip(sums, islice(products, factors - 1, None), strict=True):
            found[inside] += np.add.reduceat(product, at)
    return sums
