"""A log as blocks, and the blocks as few bytes: what the page's script reads back (log_page_data.js).

Every block tells its rows, its time, the lowest and highest and the sums of current, power and voltage; sums
are rounded so that the error never adds up. Each column is a stream of small differences from what the
columns before it let expect; the script computes the same expectation, so both sides use float64 alone.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from .log import FloatArray, IntArray, Log
from .log_page_grid import Grid, in_steps

#: So many blocks share one choice of what a value is told from.
TOLD_TOGETHER = 256
#: A difference above this is written as a float64 behind the streams.
LONG = 0xFF00


@dataclass(frozen=True, slots=True)
class Blocks:
    """Integer columns, one entry per block, in the steps of `grid`.

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
    volts: tuple[IntArray, IntArray, IntArray, IntArray, IntArray] | None
    square_unit: float


def sums(log: Log, first: IntArray, grid: Grid) -> Blocks:
    """The blocks that begin at rows `first`. Those of one row have no sums: they follow from its values."""
    zero_s = float(log.t_s[0])
    last = np.append(first[1:], len(log.mA)) - 1
    rows = last - first + 1
    start = in_steps(log.t_s[first] - zero_s, grid.tick_s)
    reach = in_steps(log.t_s[last] + log.dt_s[last] - zero_s, grid.tick_s) - start
    covered_s = np.add.reduceat(log.dt_s, first)
    charge = log.charge_mC
    sum_mC = np.add.reduceat(charge, first)
    square = np.add.reduceat(charge * log.mA, first) - sum_mC**2 / np.where(covered_s > 0, covered_s, 1.0)
    many = rows > 1
    unit = _square_unit(square[many], grid)
    return Blocks(
        rows, start, np.maximum(reach, 0), in_steps(covered_s, grid.tick_s),
        in_steps(np.minimum.reduceat(log.mA, first), grid.step_mA),
        in_steps(np.maximum.reduceat(log.mA, first), grid.step_mA),
        _rounded(sum_mC, many, grid.step_mA * grid.row * grid.tick_s),
        _rounded(np.maximum(square, 0.0), many, unit), _volts(log, first, many, grid), unit,
    )  # fmt: skip


def _square_unit(square: FloatArray, grid: Grid) -> float:
    """A quarter of what a usual block hides."""
    usual = float(np.median(square)) / 4 if square.size else 0.0
    return usual if usual > 0 else grid.step_mA**2 * grid.row * grid.tick_s


def _volts(
    log: Log, first: IntArray, many: np.ndarray, grid: Grid
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray] | None:
    """Lowest and highest voltage, lowest and highest power, and the energy of each block."""
    if not grid.volts:
        return None
    power = log.V * log.mA
    step_mW = grid.step_mA * grid.step_V * grid.volts
    ends = [
        in_steps(ufunc.reduceat(values, first), step)
        for values, step in ((log.V, grid.step_V), (power, step_mW))
        for ufunc in (np.minimum, np.maximum)
    ]
    energy = np.add.reduceat(power * log.dt_s, first)
    return (*ends, _rounded(energy, many, step_mW * grid.row * grid.tick_s))  # type: ignore[return-value]


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
