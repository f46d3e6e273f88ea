"""Wakes by hysteresis, with thresholds from the log's own noise or the owner's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .clipping import SHUNT_STEP_mV
from .log import FloatArray, Log

#: Thresholds above the floor, in standard deviations of the log's quiet noise.
WAKE_SD, SLEEP_SD = 6.0, 3.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hysteresis from a log's own noise, all in mA; what the owner said goes before."""

    floor_mA: float
    sd_mA: float
    stated_wake_mA: float | None = None
    stated_sleep_mA: float | None = None

    @property
    def wake_mA(self) -> float:
        """Above this the node is awake."""
        if self.stated_wake_mA is not None:
            return self.stated_wake_mA
        return self.floor_mA + WAKE_SD * self.sd_mA

    @property
    def sleep_mA(self) -> float:
        """Below this it rests again."""
        if self.stated_sleep_mA is not None:
            return self.stated_sleep_mA
        return min(self.floor_mA + SLEEP_SD * self.sd_mA, self.wake_mA)

    @property
    def sentence(self) -> str:
        """How the wakes were found."""
        said = self.stated_wake_mA is not None or self.stated_sleep_mA is not None
        times = "as you said" if said else f"times {WAKE_SD:g} and {SLEEP_SD:g}"
        return (
            f"The log names no states; a wake starts above {self.wake_mA:.2f} mA and ends below "
            f"{self.sleep_mA:.2f} mA (quiet level {self.floor_mA:.2f} mA, its noise {self.sd_mA:.3f} mA, "
            f"{times})."
        )


def thresholds(log: Log) -> Thresholds:
    """Quiet level and noise: the median and spread of what lies near the log's lowest tenth.

    The noise is at least that of the meter's own step (step / sqrt(12)).
    """
    least_sd = SHUNT_STEP_mV / log.shunt_ohm / np.sqrt(12)
    floor = float(np.percentile(log.mA, 10, method="lower"))
    sd = max(_spread(log.mA[log.mA <= floor]), least_sd)
    for _ in range(5):
        quiet = log.mA[np.abs(log.mA - floor) <= WAKE_SD * sd]
        floor, sd = float(np.median(quiet)), max(_spread(quiet), float(least_sd))
    return Thresholds(floor, float(sd))


def _spread(values: FloatArray) -> float:
    """Standard deviation from the median absolute deviation; the plain one if that is zero."""
    robust = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return robust or float(values.std())


def hysteresis(mA: FloatArray, wake_mA: float, sleep_mA: float) -> NDArray[np.bool_]:
    """Awake or not, per row: on above wake_mA, off below sleep_mA, else as before (at first off)."""
    event = np.where(mA > wake_mA, 1, np.where(mA < sleep_mA, -1, 0))
    last = np.maximum.accumulate(np.where(event != 0, np.arange(len(mA)), -1))
    return np.asarray((last >= 0) & (event[np.maximum(last, 0)] == 1))
