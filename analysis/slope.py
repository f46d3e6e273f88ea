"""What a battery's voltage over days says of a node's current, without any meter in its lead.

Voltage becomes charge by the cell's curve, and its slope is the mean current. It knows nothing of the
meter's zero, so it is a second opinion on the sleep floor: a weak one, for a curve is known to some points
of the charge only, but one that gets better with every day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot, nan

import numpy as np

from boards import Part
from sim.cell import Cell, MONTH_s
from sim.odds.tolerances import GAUGE_POINTS

from .amounts import current_text as current
from .battery_series import Hours, dark_stretches, hours_of
from .floor import Floor
from .log import FloatArray, Log
from .magnitudes import percent, span
from .rest_noise import NORMAL_95
from .state_rows import StateTable

#: Fewer hours, a shorter time, or a smaller change of the charge tell nothing. Ours.
LEAST_HOURS, LEAST_s, LEAST_CHANGE = 12, 86_400.0, 0.03
#: How much steeper or flatter than its kind's a cell's curve may be over a short piece. Ours.
STEEPNESS = 0.3


@dataclass(frozen=True, slots=True)
class Slope:
    """Attributes
    ----------
    mean_mA, off_mA : what the node took out of the battery, self-discharge apart, with its plus or minus; NaN
        if the log cannot tell it (`why`). floor_mA, floor_off_mA : what of it is left for the rest; NaN where
        the charge awake is not known.
    leak_mA : self-discharge. seconds : of the stretches that were used, `stretches` of them.
    lost : of the capacity in all of them, 0 to 1. capacity_Ah : as said.
    """

    mean_mA: float
    off_mA: float
    capacity_Ah: float
    seconds: float = 0.0
    stretches: int = 0
    lost: float = nan
    leak_mA: float = 0.0
    floor_mA: float = nan
    floor_off_mA: float = nan
    why: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """For people."""
        if self.why:
            return (f"The battery's voltage tells no current: {self.why}.",)
        dark = "" if self.stretches == 1 else f" in {self.stretches} stretches without sun"
        said = [
            f"The battery's voltage says {current(self.mean_mA, self.off_mA)} in the mean: it lost "
            f"{percent(self.lost)} of {self.capacity_Ah:g} Ah within {span(self.seconds)}{dark}, "
            f"{current(self.leak_mA)} of it by itself."
        ]
        if self.floor_mA == self.floor_mA:
            asleep = current(self.floor_mA, self.floor_off_mA)
            said.append(f"Less the charge awake that leaves {asleep} asleep.")
        if self.stretches == 1:
            said.append("If a panel was connected the node took more: what the sun gave is not seen.")
        said.append(
            "It takes the voltage for that of a warm cell at rest: a first day warmer than the last one "
            "looks like a current."
        )
        return tuple(said)


def battery_slope(
    log: Log, cell: Part, capacity_Ah: float, table: StateTable | None = None, floor: Floor | None = None
) -> Slope:
    """The mean current out of a battery of so many Ah, from the voltage column of a log of days.

    Parameters
    ----------
    cell : the kind of cell, whose curve stands behind it. table : its rest then counts alone, where the
        voltage sags least. floor : its charge awake is taken off, which leaves the rest's.
    """
    rows = None
    if table is not None and any(table.resting) and not all(table.resting):
        rows = np.array(table.resting)[table.codes]
    found = slope_of(hours_of(log, rows), cell, capacity_Ah)
    share = floor.share if floor else None
    if found.why or share is None or share.rest_s <= 0.0 or share.awake_mC <= 0.0:
        return found
    whole_s = share.rest_s + share.awake_s
    rest_mA = (found.mean_mA * whole_s - share.awake_mC) / share.rest_s
    return replace(found, floor_mA=rest_mA, floor_off_mA=found.off_mA * whole_s / share.rest_s)


def slope_of(hours: Hours, part: Part, capacity_Ah: float) -> Slope:
    """The same from hourly voltages."""
    if len(hours.t_s) < LEAST_HOURS or hours.t_s[-1] - hours.t_s[0] < LEAST_s:
        return Slope(nan, nan, capacity_Ah, why="the log is shorter than a day, or has too few readings")
    cell = Cell(part)
    charge = np.array([cell.charge_at_C(float(V)) for V in hours.V]) / cell.capacity_C
    used = dark_stretches(hours.t_s, charge)
    if not used:
        return Slope(nan, nan, capacity_Ah, why="the sun charges it, and no night shows it falling for hours")
    fits = [_fit(hours.t_s[rows], charge[rows]) for rows in used]
    seconds = np.array([float(hours.t_s[rows[-1]] - hours.t_s[rows[0]]) for rows in used])
    share = seconds / seconds.sum()
    per_s = float((share * np.array([fit[0] for fit in fits])).sum())
    error = _error(share, np.array(fits))
    change = -per_s * float(seconds.sum())
    if change < LEAST_CHANGE:
        return Slope(nan, nan, capacity_Ah, why=f"its charge fell by {percent(max(change, 0.0))} only")
    to_mA = capacity_Ah * 3.6e6
    level = float(np.mean([charge[rows].mean() for rows in used]))
    leak = part.v("self_discharge") / MONTH_s * level * to_mA
    leak_off = part.rows["self_discharge"].plus_minus / MONTH_s * level * to_mA
    capacity = part.rows["capacity"]
    each = np.minimum(GAUGE_POINTS / 100.0, STEEPNESS * np.abs([fit[0] for fit in fits]) * seconds)
    curve = float(each.sum() / seconds.sum()) * to_mA
    mean = -per_s * to_mA - leak
    off = hypot(NORMAL_95 * error * to_mA, mean * capacity.plus_minus / capacity.value, curve, leak_off)
    return Slope(mean, off, capacity_Ah, float(seconds.sum()), len(used), change, leak)


def _fit(t_s: FloatArray, charge: FloatArray) -> tuple[float, float]:
    """Slope by least squares, 1/s, and its standard error with neighbours that hang together."""
    t = t_s - t_s.mean()
    spread = float((t**2).sum())
    slope = float((t * charge).sum()) / spread
    left = charge - charge.mean() - slope * t
    scatter = float((left**2).sum()) / max(1, len(t) - 2)
    alike = float(np.clip((left[1:] * left[:-1]).sum() / max(float((left**2).sum()), 1e-30), 0.0, 0.95))
    return slope, float(np.sqrt(scatter / spread * (1.0 + alike) / (1.0 - alike)))


def _error(share: FloatArray, fits: FloatArray) -> float:
    """Of the mean over stretches: from how they differ if there are several, else from the fit."""
    fitted = float(np.sqrt(((share * fits[:, 1]) ** 2).sum()))
    if len(share) < 3:
        return fitted
    mean = float((share * fits[:, 0]).sum())
    differ = float(np.sqrt((share**2 * (fits[:, 0] - mean) ** 2).sum() * len(share) / (len(share) - 1)))
    return max(fitted, differ)
