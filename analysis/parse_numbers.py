"""Columns of plain decimal numbers out of a large CSV, compiled: several times the speed of a general parser.

It takes nothing but `[-+]digits[.digits]` in every wanted cell and the right number of cells in every
row; at anything else it gives up and the general parser, which can explain, reads the file. What it
takes is exact: digits up to 2^53 over a power of ten that a float holds is one correctly rounded division.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from mmap import mmap

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .log import FloatArray

_NEWLINE, _RETURN, _SPACE, _QUOTE, _HASH = 10, 13, 32, 34, 35
_PLUS, _MINUS, _DOT, _ZERO = 43, 45, 46, 48
#: Most digits of a number that is taken (they fit 64 bits), and its largest mantissa (it fits a float).
_MOST_DIGITS, _LARGEST = 18, 2**53
_POWERS = 10.0 ** np.arange(_MOST_DIGITS + 1)
#: Threads: more are bound by memory.
THREADS = 2
Bytes = NDArray[np.uint8]


def parse_numbers(
    data: bytes | mmap, start: int, delimiter: str, cells: int, wanted: list[int]
) -> FloatArray | None:
    """The wanted columns (by index) of the rows from `start` on, one array row each; None to give up.

    `cells` is how many cells a row must have. Rows may end in LF or CR LF.
    """
    whole = np.frombuffer(data, dtype=np.uint8)[start:]
    slot = np.full(cells, -1, dtype=np.int64)
    slot[wanted] = np.arange(len(wanted))
    parts = _parts(whole)
    with ThreadPoolExecutor(THREADS) as pool:
        counts = list(pool.map(_rows_of, parts))
        first = np.concatenate(([0], np.cumsum(counts)))
        table = np.empty((len(wanted), int(first[-1])))
        views = [table[:, first[at] : first[at + 1]] for at in range(len(parts))]
        done = pool.map(lambda part, view: _parse(part, ord(delimiter), slot, view), parts, views)
        return table if list(done) == counts else None


def _parts(whole: Bytes) -> list[Bytes]:
    """The bytes cut at line ends into one part per thread."""
    cuts = [0]
    for number in range(1, THREADS):
        near = len(whole) * number // THREADS
        newline = np.flatnonzero(whole[near : near + 65536] == _NEWLINE)
        if newline.size:
            cuts.append(near + int(newline[0]) + 1)
    return [whole[cut:end] for cut, end in zip(cuts, [*cuts[1:], len(whole)], strict=True) if end > cut]


@njit(cache=True, nogil=True)
def _rows_of(part: Bytes) -> int:
    """How many lines a part has, a last one without its end counted in."""
    rows = 0
    for at in range(len(part)):
        rows += part[at] == _NEWLINE
    return rows + (len(part) > 0 and part[-1] != _NEWLINE)


@njit(cache=True, nogil=True)
def _parse(part: Bytes, delimiter: int, slot: NDArray[np.int64], table: FloatArray) -> int:
    """Fill the table; returns its number of rows, or -1 at the first thing that is not plain."""
    at, size, row, cells = 0, len(part), 0, len(slot)
    while at < size:
        for cell in range(cells):
            last = cell == cells - 1
            if slot[cell] >= 0:
                value, at = _number(part, at, delimiter)
                if at < 0:
                    return -1
                table[slot[cell], row] = value
            else:
                at = _skip(part, at, delimiter)
                if at < 0:
                    return -1
            if last and at < size and part[at] == _RETURN:
                at += 1
            if (at < size and part[at] != (_NEWLINE if last else delimiter)) or (at >= size and not last):
                return -1
            at += 1
        row += 1
    return row


@njit(cache=True, nogil=True)
def _skip(part: Bytes, at: int, delimiter: int) -> int:
    """Where an unwanted cell ends, -1 if it is not plain (quoted, a comment, a NUL)."""
    while at < len(part):
        letter = part[at]
        if letter in (delimiter, _NEWLINE, _RETURN):
            return at
        if letter in (_QUOTE, _HASH, 0):
            return -1
        at += 1
    return at


@njit(cache=True, nogil=True)
def _number(part: Bytes, at: int, delimiter: int) -> tuple[float, int]:
    """A number and where its cell ends, which is -1 if it is not plain."""
    size = len(part)
    while at < size and part[at] == _SPACE:
        at += 1
    negative = at < size and part[at] == _MINUS
    at += negative or (at < size and part[at] == _PLUS)
    mantissa, digits, behind = 0, 0, -1
    while at < size:
        digit = part[at] - _ZERO
        if 0 <= digit <= 9:
            mantissa = 10 * mantissa + digit
            digits += 1
            behind += behind >= 0
        elif part[at] == _DOT and behind < 0:
            behind = 0
        else:
            break
        at += 1
    while at < size and part[at] == _SPACE and delimiter != _SPACE:
        at += 1
    if digits == 0 or digits > _MOST_DIGITS or mantissa > _LARGEST:
        return 0.0, -1
    value = mantissa / _POWERS[behind] if behind > 0 else float(mantissa)
    return -value if negative else value, at
