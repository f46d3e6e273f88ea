"""What the readings of a resting node can tell: their mean, how sure it is, and what steps hide.

A meter rounds to steps. Noise of about half a step or more lets the mean come out all the same; with less
the mean is pulled towards the nearest step, by at most `hidden_mA`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray

#: 95 % of a normal distribution, in standard deviations.
NORMAL_95 = 1.96
#: Fewest blocks that a scatter is told from.
BLOCKS = 32
#: Values that differ by less are the same, mA.
SAME_mA = 1e-7
#: More different values than this are no steps.
MOST_VALUES = 4096
#: Noise of less than this part of a step leaves more than one term of the series.
HARDLY_ANY = 0.15
#: Rows that are looked at for steps.
LOOKED_AT = 200_000


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings at rest, in mA.

    Attributes
    ----------
    count, independent : how many, and how many that are worth so much if they were independent.
    mean_mA, sd_mA : of the readings. scatter_mA : half width of the mean's 95 % interval.
    step_mA : of their values, 0 if there is none. hidden_mA : what the steps may hide of the mean.
    zeros, same : shares that are exactly zero, and that have the commonest value.
    least_mA : the lowest.
    """

    count: int
    independent: float
    mean_mA: float
    sd_mA: float
    scatter_mA: float
    step_mA: float
    hidden_mA: float
    zeros: float
    same: float
    least_mA: float

    @property
    def dither_mA(self) -> float:
        """Noise before the rounding, standard deviation."""
        return float(np.sqrt(max(0.0, self.sd_mA**2 - self.step_mA**2 / 12.0)))


def readings_of(mA: FloatArray, dt_s: FloatArray, meter_step_mA: float, levels: FloatArray) -> Readings:
    """Sum up readings in their order.

    Parameters
    ----------
    dt_s : how long each counts. meter_step_mA : the meter's own step; 0: it has none that matters.
    levels : what each reading is expected to be (its rest's own mean), so that two rests are no scatter.
    """
    mean = float(np.average(mA, weights=dt_s))
    off = mA - levels
    sd = float(off.std())
    error = standard_error(off)
    independent = min(float(len(mA)), (sd / error) ** 2) if error > 0.0 else float(len(mA))
    looked = mA[:: 1 + len(mA) // LOOKED_AT]
    values, counts = np.unique(np.round(looked / SAME_mA), return_counts=True)
    step = 0.0
    if meter_step_mA:
        step = step_of(looked) if len(values) > 1 else meter_step_mA
    dither = float(np.sqrt(max(0.0, sd**2 - step**2 / 12.0)))
    return Readings(
        len(mA), independent, mean, sd, NORMAL_95 * error, step, hidden_mA(dither, step),
        zeros=float(counts[values == 0].sum() / len(looked)), same=float(counts.max() / len(looked)),
        least_mA=float(mA.min()),
    )  # fmt: skip


def standard_error(values: FloatArray) -> float:
    """Of the mean of values that hang together in time: from the means of ever longer blocks, the largest.

    Blocks grow until there are `BLOCKS` left.
    """
    found, size = 0.0, 1
    while len(values) // size >= min(BLOCKS, max(2, len(values))):
        whole = len(values) // size
        means = values[: whole * size].reshape(whole, size).mean(axis=1)
        found = max(found, float(means.std(ddof=1)) / whole**0.5)
        size *= 2
    return found


def step_of(mA: FloatArray) -> float:
    """The step of rounded values, mA; 0 if they have none."""
    values = np.unique(np.round(mA / SAME_mA)) * SAME_mA
    if not 1 < len(values) <= MOST_VALUES:
        return 0.0
    step = float(np.diff(values).min())
    apart = values / step
    return step if np.abs(apart - np.round(apart)).max() < 0.05 else 0.0


def hidden_mA(dither_mA: float, step_mA: float) -> float:
    """How far rounding to steps may pull a mean at most, mA, if the noise before it is normal.

    The mean of round(x + noise) differs from x by a Fourier series in x; the bound is its first term, with
    hardly any noise half a step.
    """
    if step_mA <= 0.0:
        return 0.0
    if dither_mA < HARDLY_ANY * step_mA:
        return step_mA / 2.0
    return float(step_mA / np.pi * np.exp(-2.0 * (np.pi * dither_mA / step_mA) ** 2))
