"""Columns of a large plain CSV, compiled: several times the speed of a general parser.

It takes nothing but `[-+]digits[.digits]` in every cell of numbers, a few words that recur in those of
words, and the right number of cells in every row; at anything else it gives up, and the general parser, which
can explain, reads the file. What it takes is exact: digits up to 2^53 over a power of ten that a float holds
is one correctly rounded division.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
#: A column with more words than this is no column of states.
MOST_WORDS = 64
#: Threads: more are bound by memory.
THREADS = 2
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Numbers, one array row per wanted column; codes of words likewise, and the words of each column."""

    numbers: FloatArray
    codes: NDArray[np.int64]
    words: tuple[tuple[str, ...], ...]


def parse_plain(
    data: bytes | mmap, start: int, delimiter: str, cells: int, numbers: list[int], words: list[int]
) -> Parsed | None:
    """The wanted columns (by index) of the rows from `start` on; None to give up.

    `cells` is how many cells a row must have. Rows may end in LF or CR LF; empty lines and lines that begin
    with # are no rows. The code of an empty word is -1.
    """
    slot = np.full(cells, -1, dtype=np.int64)
    slot[numbers], slot[words] = np.arange(len(numbers)), len(numbers) + np.arange(len(words))
    parts = _parts(np.frombuffer(data, dtype=np.uint8)[start:])
    with ThreadPoolExecutor(THREADS) as pool:
        counts = list(pool.map(_rows_of, parts))
        first = np.concatenate(([0], np.cumsum(counts)))
        table, codes = np.empty((len(numbers), first[-1])), np.empty((len(words), first[-1]), dtype=np.int64)
        spots = np.zeros((len(parts), len(words), MOST_WORDS, 2), dtype=np.int64)

        def parse(at: int) -> int:
            rows = slice(first[at], first[at + 1])
            return int(_parse(parts[at], ord(delimiter), slot, table[:, rows], codes[:, rows], spots[at]))

        rows = list(pool.map(parse, range(len(parts))))
    if min(rows) < 0:
        return None
    if rows != counts:  # comments and empty lines were counted as well
        filled = [slice(begin, begin + row) for begin, row in zip(first[:-1], rows, strict=True)]
        table = np.concatenate([table[:, part] for part in filled], axis=1)
        codes = np.concatenate([codes[:, part] for part in filled], axis=1)
        first = np.concatenate(([0], np.cumsum(rows)))
    named = [_named(parts, spots[:, column], codes[column], first) for column in range(len(words))]
    return Parsed(table, codes, tuple(named))


def _named(
    parts: list[Bytes], spots: NDArray[np.int64], codes: NDArray[np.int64], first: NDArray[np.int64]
) -> tuple[str, ...]:
    """The words of a column in order of first appearance; its codes, which each part counted anew, follow."""
    names: dict[str, int] = {}
    for at, part in enumerate(parts):
        ours = []
        for begin, end in spots[at][spots[at][:, 1] > 0]:
            word = part[begin : end - 1].tobytes().decode("utf-8", "replace").strip()
            ours.append(names.setdefault(word, len(names)) if word else -1)
        codes[first[at] : first[at + 1]] = np.array(ours, dtype=np.int64)[codes[first[at] : first[at + 1]]]
    return tuple(names)


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
def _parse(
    part: Bytes,
    delimiter: int,
    slot: NDArray[np.int64],
    table: FloatArray,
    codes: NDArray[np.int64],
    spots: NDArray[np.int64],
) -> int:
    """Fill the arrays; returns the number of rows, or -1 at the first thing that is not plain."""
    at, size, row, cells, numbers = 0, len(part), 0, len(slot), len(table)
    latest = np.zeros(len(codes), dtype=np.int64)
    while at < size:
        if part[at] in (_HASH, _NEWLINE) or (part[at] == _RETURN and part[min(at + 1, size - 1)] == _NEWLINE):
            while at < size and part[at] != _NEWLINE:
                at += 1
            at += 1
            continue
        for cell in range(cells):
            last, place = cell == cells - 1, slot[cell]
            if 0 <= place < numbers:
                value, at = _number(part, at, delimiter)
                if at < 0:
                    return -1
                table[place, row] = value
            else:
                begin, at = at, _skip(part, at, delimiter)
                if at < 0:
                    return -1
                if place >= numbers:
                    word = place - numbers
                    code = _code(part, begin, at, spots[word], latest[word])
                    if code < 0:
                        return -1
                    codes[word, row] = latest[word] = code
            if last and at < size and part[at] == _RETURN:
                at += 1
            if (at < size and part[at] != (_NEWLINE if last else delimiter)) or (at >= size and not last):
                return -1
            at += 1
        row += 1
    return row


@njit(cache=True, nogil=True)
def _code(part: Bytes, begin: int, end: int, spots: NDArray[np.int64], latest: int) -> int:
    """Which of the words seen so far a cell is (the row above's comes first), or a new one; -1 if too many.

    A spot is where a word was first seen: its begin, and its end plus one (0: no word yet).
    """
    for tried in range(-1, len(spots)):
        code = latest if tried < 0 else tried
        if spots[code, 1] == 0:
            if tried < 0:
                continue
            spots[code, 0], spots[code, 1] = begin, end + 1
            return code
        same = spots[code, 1] - 1 - spots[code, 0] == end - begin
        at = 0
        while same and at < end - begin:
            same = part[spots[code, 0] + at] == part[begin + at]
            at += 1
        if same:
            return code
    return -1


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
