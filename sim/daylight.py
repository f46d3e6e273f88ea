"""Daylight for eyes and cameras: what a level surface in the open gets.

The illuminance of a clear sky at the sun's elevation, twilight included (Janiczek and DeYoung), times the
hour's share of clear-sky irradiance (Haurwitz).
"""

from __future__ import annotations

from math import radians, sin

import numpy as np

from sim.sun import FloatArray, Sun

#: log10 of clear-sky horizontal illuminance in lx, a cubic in elevation/90 degrees, per piece from its lowest
#: elevation. Source: Janiczek and DeYoung, USNO Circular 171 (1987); Explanatory Supplement (1992).
SUN_lx = (
    (20.0, (3.74, 3.97, -4.07, 1.47)),
    (5.0, (3.05, 13.28, -45.98, 64.33)),
    (-0.8, (2.88, 22.26, -207.64, 1034.30)),
    (-5.0, (2.88, 21.81, -258.11, -858.36)),
    (-12.0, (2.70, 12.17, -431.69, -1899.83)),
    (-18.0, (13.84, 262.72, 1447.42, 2797.93)),
)
#: Clear-sky global irradiance 1098 cos z exp(-0.057 / cos z), W/m2. Source: Haurwitz (1945), as in pvlib.
HAURWITZ = (1098.0, 0.057)
#: The share of clear-sky irradiance is read at sun elevations above this, degrees, and held below it.
CLEARNESS_FROM_deg = 10.0
#: Least and most that clouds leave of the clear sky's light, 1. Source: heavy thunderstorm; cloud edges.
CLEARNESS_RANGE = (0.02, 1.2)


def clear_sky_lx(elevation_deg: float) -> float:
    """Illuminance of sun and clear sky on a level surface, lx."""
    x = elevation_deg / 90.0
    for lowest, (c0, c1, c2, c3) in SUN_lx:
        if elevation_deg >= lowest:
            return float(10.0 ** (c0 + x * (c1 + x * (c2 + x * c3))))
    return 0.0


def clear_sky_W_m2(up: FloatArray) -> FloatArray:
    """Global irradiance of a clear sky, W/m2, from the sine of the sun's elevation."""
    scale, decay = HAURWITZ
    risen = np.maximum(up, 1e-3)
    return np.where(up > 0.0, scale * risen * np.exp(-decay / risen), 0.0)


def clearness(ghi: FloatArray, sun: Sun) -> FloatArray:
    """Share of clear-sky irradiance per hour; held through the night from the last hour read."""
    high = sun.up > sin(radians(CLEARNESS_FROM_deg))
    if not high.any():
        return np.ones(len(ghi))
    share = np.clip(ghi / clear_sky_W_m2(np.where(high, sun.up, 1.0)), *CLEARNESS_RANGE)
    read = np.maximum.accumulate(np.where(high, np.arange(len(ghi)), -1))
    return np.asarray(share[np.where(read >= 0, read, np.flatnonzero(high)[-1])])
