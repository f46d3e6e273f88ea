"""What the differences of several states have in common: a part that is always on, or one wrong scale."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt

from .magnitudes import power

#: Fewest states of a wake that show something common.
LEAST_STATES = 3
#: A common factor nearer to 1 than this is no wrong shunt.
LEAST_FACTOR = 0.15

RESTS = ("SLEEP", "OFF")
#: State, measured mW, plus or minus, rows' mW, plus or minus.
Over = tuple[str, float, float, float, float]


def common_cause(rows: Sequence[Over]) -> tuple[str, ...]:
    """A sentence if one amount, or one factor, explains the states of a wake and the rest alike.

    The wake alone must show it: a rest that is well known says nothing of states that are not.
    """
    awake = [row for row in rows if row[0] not in RESTS]
    rest = next((row for row in rows if row[0] in RESTS), None)
    if rest is None or len(awake) < LEAST_STATES:
        return ()
    factor, there = _common([_factor(row) for row in awake]), _factor(rest)
    if factor and abs(factor[0] - 1.0) > max(LEAST_FACTOR, factor[1]) and _agree(factor, there):
        return (
            f"Every state is {factor[0]:.2g} times what its rows say, asleep as well: that is how a shunt "
            "looks that is not the one the logger reckons with.",
        )
    amount, there = _common([_amount(row) for row in awake]), _amount(rest)
    if amount and abs(amount[0]) > amount[1] and _agree(amount, there):
        return (
            f"Every state takes some {power(there[0])} more than its rows say, asleep as well: something is "
            "on all the time, or the meter's zero is off by as much.",
        )
    return ()


def _amount(row: Over) -> tuple[float, float]:
    """Measured less the rows', and the doubt of both."""
    return row[1] - row[3], hypot(row[2], row[4])


def _factor(row: Over) -> tuple[float, float]:
    """Measured over the rows', and the doubt of both."""
    factor = row[1] / row[3]
    return factor, hypot(row[2], row[4] * factor) / row[3]


def _agree(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) <= hypot(one[1], other[1])


def _common(values: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The weighted mean and its doubt, if it lies in every interval, else None."""
    weights = [1.0 / max(off, 1e-9) ** 2 for _, off in values]
    mean = sum(weight * value for weight, (value, _) in zip(weights, values, strict=True)) / sum(weights)
    if any(abs(value - mean) > off for value, off in values):
        return None
    return mean, 1.0 / sqrt(sum(weights))
