"""How clear each day was, for what rain and snow must be guessed from, as hourly files seldom hold either."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.daylight import clear_sky_W_m2
from sim.sun import FloatArray, Sun

#: A day with less than this share of its clear sky's light counts as wet. Greensboro's typical year has 42
#: such days, and its rain gauge 41 with 6 mm or more (40 % of them the same days).
WET_BELOW = 0.4


def wet_days(ghi: FloatArray, sun: Sun) -> NDArray[np.bool_]:
    """Days so dark that rain or snow is likely, shape (365,); no day of a polar night."""
    clear = clear_sky_W_m2(sun.up).reshape(-1, 24).sum(axis=1)
    return np.asarray(ghi.reshape(-1, 24).sum(axis=1) < WET_BELOW * clear)
