"""Readings whose sign a logger has thrown away: |x| of a noise around a small current is no small current.

If x is normal, |x| keeps the mean square, and its mean over the root of that rises with (mean / standard
deviation) of x, the meter's steps reckoned in. So both can be told again, with an interval that grows as the
mean nears zero. If a logger cuts negative readings off instead, the mean lies between the same ends: at least
0, and at most that of what was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from .log import FloatArray
from .rest_noise import BLOCKS, NORMAL_95, Readings

#: So many negative readings at least would have to be there.
EXPECTED = 5.0
#: In multiples of the meter's own.
MOST_NOISE = 5.0
#: Ratios of mean to standard deviation that are looked at.
RATIOS = np.linspace(0.0, 5.0, 101)
#: Steps that stand for values without steps, by root mean square.
FINE = 50.0
#: Halvings that find a standard deviation.
HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The mean before the sign was lost, mA, and the ends of its 95 % interval."""

    mean_mA: float
    low_mA: float
    high_mA: float


def looks_folded(readings: Readings, noise_mA: float) -> bool:
    """Whether negative readings are missing that noise of this size would have brought; a scatter of much
    more than `noise_mA`, the meter's own, is no noise."""
    if readings.least_mA < 0.0 or readings.same > 0.9 or not 0.0 < readings.sd_mA <= MOST_NOISE * noise_mA:
        return False
    below = (-readings.step_mA / 2.0 - readings.mean_mA) / readings.sd_mA
    return readings.independent * 0.5 * (1.0 + erf(below / sqrt(2.0))) >= EXPECTED


def unfold(mA: FloatArray, step_mA: float) -> Unfolded:
    """The mean that normal noise had before its sign was thrown away."""
    mean, rms = float(mA.mean()), float(np.sqrt((mA**2).mean()))
    if rms <= 0.0:
        return Unfolded(0.0, 0.0, step_mA / 2.0)
    means, shares = _known(rms, step_mA or rms / FINE)
    share, off = mean / rms, NORMAL_95 * _scatter(mA)
    middle, low, high = (float(np.interp(one, shares, means)) for one in (share, share - off, share + off))
    return Unfolded(min(middle, mean), low, min(high, mean))


def _scatter(mA: FloatArray) -> float:
    """Standard error of mean / root mean square, from blocks."""
    whole = len(mA) // BLOCKS
    if whole < 2:
        return 1.0
    blocks = mA[: whole * BLOCKS].reshape(BLOCKS, whole)
    shares = blocks.mean(axis=1) / np.sqrt(np.maximum((blocks**2).mean(axis=1), 1e-12))
    return float(shares.std(ddof=1) / sqrt(BLOCKS))


def _known(rms: float, step: float) -> tuple[FloatArray, FloatArray]:
    """Of x with each of RATIOS, and a standard deviation that gives |x| in steps this root mean square: the
    mean, and mean |x| / root mean square."""
    low, high = np.zeros(len(RATIOS)), np.full(len(RATIOS), 2.0 * rms + step)
    for _ in range(HALVINGS):
        sd = (low + high) / 2.0
        more = _moments(RATIOS * sd, sd, step, rms)[1] < rms**2
        low, high = np.where(more, sd, low), np.where(more, high, sd)
    sd = (low + high) / 2.0
    mean, square = _moments(RATIOS * sd, sd, step, rms)
    return RATIOS * sd, np.maximum.accumulate(mean / np.sqrt(square))


def _moments(mean: FloatArray, sd: FloatArray, step: float, rms: float) -> tuple[FloatArray, FloatArray]:
    """E|x| and E[x^2] of normal x, rounded to steps."""
    most = int(6.0 * rms / step) + 2
    edges = (np.arange(-most, most + 2) - 0.5) * step
    below = 0.5 * (1.0 + _erf((edges - mean[:, None]) / np.maximum(sd[:, None], 1e-12) / sqrt(2.0)))
    chance, value = np.diff(below, axis=1), np.abs(np.arange(-most, most + 1) * step)
    return chance @ value, chance @ value**2


_erf = np.vectorize(erf, otypes=[np.float64])
