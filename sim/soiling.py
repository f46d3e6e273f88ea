"""Dirt on the panel: either the loss of each month, or a loss that grows by the day until rain washes it off.

Hourly weather seldom tells the rain, so days that are dark enough (`sim.clear_days`) count as rain. Over
Greensboro's year this gives a mean loss of 1.3 %, its rain gauge 1.3 %, at the usual 0.15 % a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.clear_days import wet_days
from sim.sun import FloatArray, Sun

#: Loss that PVWatts takes for granted, 1 (0 to 0.07). Source: Dobos, PVWatts Version 5 Manual, NREL (2014).
USUAL_LOSS = 0.02
#: Growth per dry day, 1/day (0 to 0.003). Source: Kimber et al. (2006), as pvlib's default.
USUAL_RATE_day = 0.0015
#: Beyond it nothing more sticks, 1. Source: Kimber et al. (2006), as pvlib's default.
MOST_LOSS = 0.3


@dataclass(frozen=True, slots=True)
class Soiling:
    """Attributes
    ----------
    monthly : loss of January to December, 0..1. rate_day : growth per day without rain, on top of it.
    """

    monthly: tuple[float, ...] = (0.0,) * 12
    rate_day: float = 0.0

    def passes(self, ghi: FloatArray, sun: Sun, month: NDArray[np.int64]) -> FloatArray:
        """Share of the light that passes the dirt, per hour; `month` of each hour, 1 to 12."""
        left = 1.0 - np.array(self.monthly)[month - 1]
        if self.rate_day > 0.0:
            left = left * (1.0 - np.repeat(_grown(wet_days(ghi, sun), self.rate_day), 24))
        return np.asarray(left)


#: A clean panel, and one as PVWatts sees it.
CLEAN = Soiling()
USUAL = Soiling(monthly=(USUAL_LOSS,) * 12)


def _grown(wet: NDArray[np.bool_], rate_day: float) -> FloatArray:
    """Loss of each day of a year that follows one like it."""
    days = np.arange(2 * len(wet))
    washed = np.maximum.accumulate(np.where(np.tile(wet, 2), days, -1))
    dry = np.where(washed >= 0, days - washed, MOST_LOSS / rate_day)
    return np.minimum(rate_day * dry, MOST_LOSS)[len(wet) :]
