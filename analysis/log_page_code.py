"""A log as blocks, and the blocks as few bytes: what the page's script reads back (log_page_data.js).

Every block tells its rows, its time, the lowest and highest and the sums of current, power and voltage; sums
are rounded so that the error never adds up. Each column is a stream of small differences from what the
columns before it let expect; the script computes the same expectation, so both sides use float64 alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .log import FloatArray, IntArray, Log
from .log_page_grid import AT_ONCE, Grid, in_steps

#: So many blocks share one choice of what a value is told from.
TOLD_TOGETHER = 256
#: A difference above this is written as a float64 behind the streams.
LONG = 0xFF00


@dataclass(frozen=True, slots=True)
class Blocks:
    """Integer columns, one entry per block, in the steps of `grid`.

    `volts` are the lowest and highest voltage, the lowest and highest power, and the energy.
    `square` is in units of `square_unit` (mA² s): the squared distance from the block's own mean.
    """

    rows: IntArray
    start: IntArray
    reach: IntArray
    covered: IntArray
    low: IntArray
    high: IntArray
    charge: IntArray
    square: IntArray
    volts: tuple[IntArray, ...] | None
    square_unit: float


def sums(log: Log, first: IntArray, grid: Grid) -> Blocks:
    """The blocks that begin at rows `first`. Those of one row have no sums: they follow from its values."""
    rows = np.diff(np.append(first, len(log.mA)))
    many = rows > 1
    parts = [_reduced(log, part, behind, grid) for part, behind in _groups(first, len(log.mA))]
    start, reach, covered, low, high, charge, square, *volts = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    unit = _square_unit(square[many], grid)
    row_s = grid.row * grid.tick_s
    if volts:
        volts[-1] = _rounded(volts[-1], many, grid.step_mW * row_s)
    return Blocks(
        rows, start, reach, covered, low, high, _rounded(charge, many, grid.step_mA * row_s),
        _rounded(square, many, unit), tuple(volts) if volts else None, unit,
    )  # fmt: skip


def _groups(first: IntArray, rows: int) -> Iterator[tuple[IntArray, int]]:
    """The blocks, some at a time, with the row behind the last of them."""
    begin = 0
    while begin < len(first):
        end = int(np.searchsorted(first, first[begin] + AT_ONCE))
        yield first[begin:end], int(first[end]) if end < len(first) else rows
        begin = end


def _reduced(log: Log, first: IntArray, behind: int, grid: Grid) -> list[FloatArray | IntArray]:
    """Start, reach, covered ticks, lowest, highest, charge, square of some blocks, and what voltage adds."""
    inside = slice(int(first[0]), behind)
    at, last = first - first[0], np.append(first[1:], behind) - 1
    zero_s, dt, mA = log.t_s[0], log.dt_s[inside], log.mA[inside]
    start = in_steps(log.t_s[first] - zero_s, grid.tick_s)
    reach = in_steps(log.t_s[last] + log.dt_s[last] - zero_s, grid.tick_s) - start
    covered_s, charge = np.add.reduceat(dt, at), np.add.reduceat(mA * dt, at)
    square = np.add.reduceat(mA * mA * dt, at) - charge**2 / np.where(covered_s > 0, covered_s, 1.0)
    found = [
        start, np.maximum(reach, 0), in_steps(covered_s, grid.tick_s), *_ends(mA, at, grid.step_mA),
        charge, np.maximum(square, 0.0),
    ]  # fmt: skip
    if grid.volts:
        V = log.V[inside]
        found += [*_ends(V, at, grid.step_V), *_ends(V * mA, at, grid.step_mW)]
        found.append(np.add.reduceat(V * mA * dt, at))
    return found


def _ends(values: FloatArray, at: IntArray, step: float) -> list[IntArray]:
    """Lowest and highest of each block, in steps."""
    return [in_steps(ufunc.reduceat(values, at), step) for ufunc in (np.minimum, np.maximum)]


def _square_unit(square: FloatArray, grid: Grid) -> float:
    """A quarter of what a usual block hides."""
    usual = float(np.median(square)) / 4 if square.size else 0.0
    return usual if usual > 0 else grid.step_mA**2 * grid.row * grid.tick_s


def _rounded(values: FloatArray, many: np.ndarray, unit: float) -> IntArray:
    """Whole units of each block of many rows; what rounding left over goes to the next one."""
    whole = np.zeros(len(values), dtype=np.int64)
    whole[many] = np.diff(np.rint(np.cumsum(values[many]) / unit), prepend=0.0).astype(np.int64)
    return whole


def streams(blocks: Blocks, grid: Grid) -> list[IntArray]:
    """The columns as differences from what is expected; those of `many` only for blocks of many rows."""
    many = blocks.rows > 1
    low, high = blocks.low.astype(np.float64), blocks.high.astype(np.float64)
    expected = np.floor((low + high) * blocks.covered / (2 * grid.row) + 0.5)
    found = [
        np.diff(blocks.rows, prepend=0),
        blocks.reach - blocks.rows * grid.row,
        blocks.start - np.append(0, (blocks.start + blocks.reach)[:-1]),
        blocks.reach - blocks.covered,
        _told(blocks.low),
        _told((blocks.high - blocks.low)[many]),
        (blocks.charge - expected.astype(np.int64))[many],
        blocks.square[many],
    ]
    return found if blocks.volts is None else found + _volt_streams(blocks, grid, many)


def _volt_streams(blocks: Blocks, grid: Grid, many: np.ndarray) -> list[IntArray]:
    assert blocks.volts is not None
    low_V, high_V, low_mW, high_mW, energy = blocks.volts

    def apart(values: IntArray, mA: IntArray, V: IntArray, by: int) -> IntArray:
        expected: IntArray = np.floor(mA.astype(np.float64) * V / by + 0.5).astype(np.int64)
        found: IntArray = (values - expected)[many]
        return found

    return [
        _told(low_V), _told((high_V - low_V)[many]), apart(low_mW, blocks.low, high_V, grid.volts),
        apart(high_mW, blocks.high, low_V, grid.volts),
        apart(energy, blocks.charge, low_V + high_V, 2 * grid.volts),
    ]  # fmt: skip


def _told(values: IntArray) -> IntArray:
    """Differences from the value before or from zero, whichever is smaller in each stretch of blocks.

    The first entries say which: 1 for the value before, one entry for each TOLD_TOGETHER blocks.
    """
    apart = np.diff(values, prepend=0)
    starts = np.arange(0, len(values), TOLD_TOGETHER)
    if not starts.size:
        return values
    weights = [np.add.reduceat(np.log2(1.0 + np.abs(each)), starts) for each in (values, apart)]
    before = (weights[1] < weights[0]).astype(np.int64)
    chosen = np.where(np.repeat(before, TOLD_TOGETHER)[: len(values)] == 1, apart, values)
    return np.concatenate((before, chosen))


def packed(parts: list[IntArray], level: int = 6) -> bytes:
    """Raw deflate of the streams: the low bytes of each, its high bytes, and at the end what was too long."""
    planes, long = [], []
    for values in parts:
        folded = np.where(values < 0, -2 * values - 1, 2 * values)
        over = folded >= LONG
        long.append(folded[over].astype("<f8"))
        short = np.where(over, 0xFFFF, folded).astype(np.uint16)
        planes += [(short & 0xFF).astype(np.uint8).tobytes(), (short >> 8).astype(np.uint8).tobytes()]
    squeeze = zlib.compressobj(level, zlib.DEFLATED, -15, 9)
    return squeeze.compress(b"".join(planes) + np.concatenate(long).tobytes()) + squeeze.flush()
