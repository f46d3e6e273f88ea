"""The whole numbers that a log's times, currents and voltages become in its page.

Where every value is a multiple of one step (a meter's, or a CSV's last digit) nothing is lost; otherwise
the step is so fine that no reader sees it, and the page says how fine it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray, IntArray, Log

#: Decimal steps that are tried, the largest first.
DECIMALS = tuple(10.0**-exponent for exponent in range(7))
#: A value this near to a multiple of a step (in steps) is that multiple: a float32 is no nearer.
NEAR = 1e-3
#: So many rows are tried before all are.
TRIED = 10_000
#: So many rows are looked at together: what fits into a processor's cache is quick.
AT_ONCE = 200_000
#: Where there is no step: the span is cut into so many; finer where the log is small.
CUTS, CUTS_OF_FEW, FEW = 2**16, 2**26, 200_000
#: No value needs more steps than this, so that products stay exact in a float64.
MOST_STEPS = 2**30


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of a log's integers. `exact` says whether currents (and voltages) are multiples of theirs.

    `row` is the usual length of a row in ticks, `volts` the usual voltage in steps (0 without one).
    """

    tick_s: float
    step_mA: float
    step_V: float
    row: int
    volts: int
    exact: bool

    @property
    def step_mW(self) -> float:
        """The step of the power: that of the current at the usual voltage."""
        return self.step_mA * self.step_V * self.volts


def grid_of(log: Log) -> Grid:
    """The grid that a log lies on."""
    tick_s = _tick(log)
    step_mA, exact = step_of(log.mA)
    row = max(1, round(log.step_s / tick_s))
    if not has_volts(log):
        return Grid(tick_s, step_mA, 0.0, row, 0, exact)
    step_V, exact_V = step_of(log.V)
    volts = max(1, round(abs(float(np.median(log.V[:: 1 + len(log.V) // TRIED]))) / step_V))
    return Grid(tick_s, step_mA, step_V, row, volts, exact and exact_V)


def has_volts(log: Log) -> bool:
    """Whether every row has a voltage."""
    return bool(np.isfinite(log.V).all())


def _tick(log: Log) -> float:
    """The step of the times, s: the row itself where rows are alike, else a decimal, else 1 µs or finer."""
    since, step = log.t_s - log.t_s[0], log.step_s or 1.0
    if _fits(since, step) and _fits(log.dt_s, step):
        return step
    for tick in DECIMALS:
        if _fits(since, tick) and _fits(log.dt_s, tick):
            return tick
    return min(1e-6, step / 64)


def step_of(values: FloatArray) -> tuple[float, bool]:
    """The largest step that all values are multiples of, and True; or a fine one, and False."""
    span = float(np.abs(values).max()) or 1.0
    for step in DECIMALS:
        if span / step > MOST_STEPS:
            break
        if _fits(values, step):
            return step * _common(values, step), True
    cuts = CUTS_OF_FEW if len(values) <= FEW else CUTS
    return float(10.0 ** np.ceil(np.log10(span / cuts))), False


def _fits(values: FloatArray, step: float) -> bool:
    """Whether all values are multiples of a step; a few are looked at first."""
    if not _near(values[:: 1 + len(values) // TRIED], step):
        return False
    return all(_near(values[first : first + AT_ONCE], step) for first in range(0, len(values), AT_ONCE))


def _near(values: FloatArray, step: float) -> bool:
    steps = values / step
    return float(np.abs(steps - np.rint(steps)).max()) <= NEAR


def _common(values: FloatArray, step: float) -> int:
    """The greatest number of steps that divides all values (an INA219's bus counts by 4 mV)."""
    some = in_steps(values[:: 1 + len(values) // TRIED], step)
    divisor = int(np.gcd.reduce(some))
    return divisor if divisor > 1 and _fits(values, step * divisor) else 1


def in_steps(values: FloatArray, step: float) -> IntArray:
    """Values as the nearest whole numbers of a step."""
    return np.rint(values / step).astype(np.int64)
