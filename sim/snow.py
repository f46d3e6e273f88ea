"""Snow on the panel: it falls on given days, or on guessed ones, slides off a tilted panel and melts.

Sliding is Marion's model (2013), as pvlib has it: a fall covers all of the panel; in an hour in which the air
is warmer than -irradiance/80 C, a fifth of the panel's height times the sine of the tilt comes free. A level
panel is freed by melting alone. Hourly weather seldom tells the snow: a guess takes dark days that are cold
enough. It is rough, and off unless asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import numpy as np

from sim.clear_days import wet_days
from sim.sun import FloatArray, Sun

#: Share of the light that passes some centimetres of snow on a panel, 1 (0 to 0.2). Estimate: 10 cm of fresh
#: snow pass a few per cent of visible light.
THROUGH_SNOW = 0.03
#: Slides where the air is warmer than irradiance over this, W/m2K; height freed per hour, 1. Source: Marion
#: et al. (2013), validated for fixed panels in Colorado and Wisconsin.
SLIDES_W_m2K, FREED_h = -80.0, 0.197
#: A fall of less leaves the panel free, cm. Source: Ryberg and Freeman, NREL/TP-6A20-68705 (per hour there).
LEAST_cm = 1.0
#: Fresh snow that melts per degree above freezing, cm/K day (2 to 5). Source: degree-day factors after Hock
#: (2003), 2 to 5 mm of water, at a tenth of water's density.
MELTS_cm_K_day = 3.0
#: Air on which a wet day brings snow, C (+-1), and how much. Source: Jennings et al. (2018): half of it is
#: snow at 1.0 C; 6 mm of water, as of a wet day, at a tenth of water's density.
SNOWS_BELOW_C, GUESSED_cm = 1.0, 6.0


@dataclass(frozen=True, slots=True)
class Snow:
    """Attributes
    ----------
    falls : (day of the year, cm), 0 is 1 January: fresh snow at the beginning of that day.
    guessed : cold and dark days bring snow as well.
    """

    falls: tuple[tuple[int, float], ...] = ()
    guessed: bool = False

    def passes(
        self, ghi: FloatArray, sun: Sun, air_C: FloatArray, poa_W_m2: FloatArray, tilt_deg: float
    ) -> FloatArray:
        """Share of the light that passes what lies on the panel, per hour."""
        fallen = self._fallen_cm(ghi, sun, air_C)
        if not (fallen >= LEAST_cm).any():
            return np.ones_like(ghi)
        return 1.0 - (1.0 - THROUGH_SNOW) * covered(fallen, air_C, poa_W_m2, tilt_deg)

    def _fallen_cm(self, ghi: FloatArray, sun: Sun, air_C: FloatArray) -> FloatArray:
        fallen = np.zeros(len(ghi))
        if self.guessed:
            cold = air_C.reshape(-1, 24).mean(axis=1) < SNOWS_BELOW_C
            fallen[::24] = np.where(cold & wet_days(ghi, sun), GUESSED_cm, 0.0)
        for day, cm in self.falls:
            fallen[day * 24] += cm
        return fallen


#: A winter without snow.
NO_SNOW = Snow()


def covered(fallen_cm: FloatArray, air_C: FloatArray, poa_W_m2: FloatArray, tilt_deg: float) -> FloatArray:
    """Covered share of the panel's height at each hour; the year follows one like it."""
    slide = FREED_h * sin(radians(tilt_deg))
    slides = (air_C > poa_W_m2 / SLIDES_W_m2K).tolist()
    melt_cm = (np.maximum(air_C, 0.0) * MELTS_cm_K_day / 24.0).tolist()
    shares = np.zeros(len(fallen_cm))
    share, depth = 0.0, 0.0
    for _ in range(2):
        for hour, fell in enumerate(fallen_cm.tolist()):
            if fell >= LEAST_cm:
                share, depth = 1.0, depth + fell
            elif share > 0.0:
                share = max(0.0, share - slide) if slides[hour] else share
                depth -= melt_cm[hour]
                if share == 0.0 or depth <= 0.0:
                    share, depth = 0.0, 0.0
            shares[hour] = share
    return shares
