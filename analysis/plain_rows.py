"""Rows of a plain CSV, compiled; a cell is looked at eight bytes at a time.

A meter of 12 bits writes the same few texts over and over again: what a cell of up to seven bytes says is
remembered by its bytes, and most numbers are looked up and not read. All of this stands in one file, since
the compiled code that is kept on the disk goes by the date of a file.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

from .log import FloatArray

NEWLINE, _RETURN, _SPACE, _QUOTE, _HASH = 10, 13, 32, 34, 35
_PLUS, _MINUS, _DOT, _ZERO = 43, 45, 46, 48
#: Most digits of a number that is taken (they fit 64 bits), and its largest mantissa (it fits a float).
_MOST_DIGITS, _LARGEST = 18, 2**53
_POWERS = 10.0 ** np.arange(_MOST_DIGITS + 1)
_WHOLE = 10 ** np.arange(9)
#: Places for numbers that are remembered, and what spreads them over these.
REMEMBERED, _SPREAD, _MIX = 1024, np.uint64(64 - 10), np.uint64(0x9E3779B97F4A7C15)
#: The key of a cell that is not remembered.
_NO_KEY = np.uint64(0)
#: A word and the next one can be looked at where at least so many bytes are left.
_AHEAD = 16
#: Each byte of a word: a one, the highest bit, the digit 0.
_ONES, _HIGHEST, _ZEROS = (np.uint64(0x0101010101010101 * byte) for byte in (1, 0x80, _ZERO))
#: What the seven bits of a byte above 9 need to reach the eighth.
_ABOVE_9 = np.uint64(0x7676767676767676)
#: Whatever may end a cell or spoil it, the delimiter apart, is a byte below this.
_CONTROLS = np.uint64(_HASH + 1)
_ONE, _BYTE = np.uint64(1), np.uint64(0xFF)
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]


@njit(cache=True, nogil=True)
def rows_of(part: Bytes) -> int:
    """How many lines a part has, a last one without its end counted in."""
    rows = 0
    for at in range(len(part)):
        rows += part[at] == NEWLINE
    return rows + (len(part) > 0 and part[-1] != NEWLINE)


@njit(cache=True, nogil=True)
def parse_rows(
    part: Bytes,
    words: Words,
    delimiter: int,
    slot: NDArray[np.int64],
    table: FloatArray,
    codes: NDArray[np.int64],
    spots: NDArray[np.int64],
    known: Words,
    values: FloatArray,
) -> int:
    """Fill the arrays; returns the number of rows, or -1 at the first thing that is not plain.

    `words[n]` are the bytes n to n + 7; `known` and `values` are the numbers that are remembered.
    """
    at, size, row, cells, numbers = 0, len(part), 0, len(slot), len(table)
    latest = np.zeros(len(codes), dtype=np.int64)
    end = _line_end(part)
    while at < size:
        if part[at] in (_HASH, NEWLINE) or (part[at] == _RETURN and part[min(at + 1, size - 1)] == NEWLINE):
            while at < size and part[at] != NEWLINE:
                at += 1
            at += 1
            continue
        for cell in range(cells):
            last, place = cell == cells - 1, slot[cell]
            stop = end if last else delimiter
            if 0 <= place < numbers:
                begin, key, count = at, _NO_KEY, 0
                if at + _AHEAD <= size:
                    head, after = words[np.uint64(at)], words[np.uint64(at + 8)]
                    key = _key(head, stop)
                    if key == _NO_KEY:
                        table[place, row], count = _counter(head, after, stop)
                spot = (key * _MIX) >> _SPREAD
                if key != _NO_KEY and known[spot] == key:
                    table[place, row], count = values[spot], _length(key)
                at += count
                if count == 0:
                    table[place, row], at = _number(part, at, delimiter)
                    if at < 0:
                        return -1
                    if key != _NO_KEY and at == begin + _length(key):
                        known[spot], values[spot] = key, table[place, row]
            else:
                begin, at = at, _skip(part, words, at, delimiter)
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
            if (at < size and part[at] != (NEWLINE if last else delimiter)) or (at >= size and not last):
                return -1
            at += 1
        row += 1
    return row


@njit(cache=True, nogil=True)
def _line_end(part: Bytes) -> int:
    """What ends the last cell of a row: a carriage return if the first line ends with that."""
    for at in range(len(part)):
        if part[at] == NEWLINE:
            return _RETURN if at and part[at - 1] == _RETURN else NEWLINE
    return NEWLINE


@njit(cache=True, nogil=True)
def _are(word: np.uint64, byte: int) -> np.uint64:
    """The highest bit of the first byte that is this one (of later ones it may be wrong); 0 if none is."""
    other = word ^ (np.uint64(byte) * _ONES)
    return (other - _ONES) & ~other & _HIGHEST


@njit(cache=True, nogil=True)
def _no_digits(word: np.uint64) -> np.uint64:
    """The highest bit of the first byte that is no digit (of later ones it may be wrong); 0 if all are."""
    digits = word ^ _ZEROS
    return ((digits + _ABOVE_9) | digits) & _HIGHEST


@njit(cache=True, nogil=True)
def _first(marks: np.uint64) -> int:
    """The byte of the lowest mark."""
    return np.int64(trailing_zeros(marks) >> np.uint64(3))  # type: ignore[call-arg,return-value]


@njit(cache=True, nogil=True)
def _of_digits(word: np.uint64) -> int:
    """Eight digits as a number: neighbours are put together to pairs, fours and all."""
    ones = word & np.uint64(0x0F0F0F0F0F0F0F0F)
    pairs = (ones * np.uint64(1 + (10 << 8)) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(1 + (100 << 16)) >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    return np.int64(fours * np.uint64(1 + (10_000 << 32)) >> np.uint64(32))  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _key(word: np.uint64, stop: int) -> np.uint64:
    """The bytes of a cell and, in the highest, its length; _NO_KEY if it is empty or ends in no word."""
    marks = _are(word, stop)
    bits = np.uint64(8 * _first(marks)) if marks != 0 else np.uint64(0)
    return (word & ((_ONE << bits) - _ONE)) | (bits << np.uint64(56 - 3))


@njit(cache=True, nogil=True)
def _length(key: np.uint64) -> int:
    """How many bytes a cell has."""
    return np.int64(key >> np.uint64(56))  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _counter(word: np.uint64, after: np.uint64, stop: int) -> tuple[int, int]:
    """A number of 8 to 15 digits, as counters write them, and how many; (0, 0) for anything else."""
    marks = _no_digits(after)
    count = _first(marks)
    if _no_digits(word) != 0 or marks == 0 or (after >> np.uint64(8 * count)) & _BYTE != np.uint64(stop):
        return 0, 0
    half = np.uint64(32 - 4 * count)  # twice: a shift by 64 is none
    return _of_digits(word) * _WHOLE[np.uint64(count)] + _of_digits((after << half) << half), 8 + count


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
def _skip(part: Bytes, words: Words, at: int, delimiter: int) -> int:
    """Where an unwanted cell ends, -1 if it is not plain (quoted, a comment, a NUL)."""
    while at < len(part):
        if at + _AHEAD <= len(part):
            word = words[np.uint64(at)]
            marks = _are(word, delimiter) | ((word - _CONTROLS * _ONES) & ~word & _HIGHEST)
            at += _first(marks) if marks != 0 else 8
            if marks == 0:
                continue
        letter = part[at]
        if letter in (delimiter, NEWLINE, _RETURN):
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
