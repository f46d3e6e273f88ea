"""Columns of a large plain CSV by compiled code: several times the speed of a general parser.

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
from numpy.typing import NDArray

from .log import FloatArray
from .pieces import room
from .plain_rows import NEWLINE, REMEMBERED, Bytes, parse_rows, rows_of

#: A column with more words than this is no column of states.
MOST_WORDS = 64
#: Threads: more are bound by memory.
THREADS = 2


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
        counts = list(pool.map(rows_of, parts))
        first = np.concatenate(([0], np.cumsum(counts)))
        table, codes = room(len(numbers), int(first[-1])), np.empty((len(words), first[-1]), dtype=np.int64)
        spots = np.zeros((len(parts), len(words), MOST_WORDS, 2), dtype=np.int64)

        def parse(at: int) -> int:
            rows = slice(first[at], first[at + 1])
            return int(
                parse_rows(
                    parts[at], _words(parts[at]), ord(delimiter), slot, table[:, rows], codes[:, rows],
                    spots[at], np.zeros(REMEMBERED, dtype=np.uint64), np.zeros(REMEMBERED),
                )
            )  # fmt: skip

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
        newline = np.flatnonzero(whole[near : near + 65536] == NEWLINE)
        if newline.size:
            cuts.append(near + int(newline[0]) + 1)
    return [whole[cut:end] for cut, end in zip(cuts, [*cuts[1:], len(whole)], strict=True) if end > cut]


def _words(part: Bytes) -> NDArray[np.uint64]:
    """The eight bytes from each place on; of a few bytes, which are read one by one, those of nothing."""
    some = part if len(part) > 16 else np.frombuffer(bytes(17), dtype=np.uint8)
    return np.ndarray((len(some) - 7,), "<u8", some, strides=(1,))
