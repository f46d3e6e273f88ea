"""The box that battery and board live in: in the sun it is warmer than the air, and it lags behind.

    T_box = T_air + warms * sun in the panel's plane, through a first-order lag

`box_K_m2_W` of a design says how much a W/m2 warms it, `box_lag_h` how slowly; without them the box is as
warm as the air. Typical: 0.003 in the shade of the panel, 0.01 for a white box in the sun, 0.016 for a grey
one, 0.025 for a black one, each +-50 %. Source: a weather station's grey box read 45 C in afternoon sun on a
day of 32 C (bi2air.github.io, hardware notes), 13 K at some 800 W/m2; white and black by the absorption of
their paint, 0.3 and 0.9 to grey's 0.6; the shade is an estimate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from boards import Design
from sim.curves import Floats

#: How slowly a box follows where a design does not say, h (0.5 to 3). Estimate: half a kilogram of plastic
#: and cells behind a tenth of a square metre of still air.
LAG_h = 1.0


class Box(NamedTuple):
    """How much a W/m2 warms the box, K m2/W, and the time constant with which it does, h."""

    warms_K_m2_W: float = 0.0
    lag_h: float = LAG_h

    def temperature_C(self, air_C: Floats, sun_W_m2: Floats) -> Floats:
        """Temperature in the box, by the hour of a year that follows itself; arrays of shape (hours,)."""
        if self.warms_K_m2_W == 0.0:
            return air_C
        extra = self.warms_K_m2_W * sun_W_m2
        if self.lag_h > 0.0:
            from scipy.signal import lfilter  # half a second to load, and most nodes have no warm box

            keeps = float(np.exp(-1.0 / self.lag_h))
            twice = np.concatenate((extra, extra))  # so that the first night remembers the last day
            extra = lfilter([1.0 - keeps], [1.0, -keeps], twice)[len(extra) :]
        return air_C + extra


def box_of(design: Design) -> Box:
    """The box of a design's options."""
    options = design.options
    return Box(float(str(options.get("box_K_m2_W", 0.0))), float(str(options.get("box_lag_h", LAG_h))))
