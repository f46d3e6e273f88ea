"""A year of one power plant as arrays: what each hour offers, for kernels that live many years of it.

Everything that depends on the hour alone is worked out here once, by numpy, from the twin's own parts. A
panel `scale` times as large gives `scale` times the current at the same voltage (its resistance goes with
one over its size), so one table does for a whole map of sizes:

    battery current = max(0, min(limit_A, scale * amps - quiescent_A))    where the hour is alive and allowed

That is exact for linear chargers, and for a buck at its own size; at a quarter to four times that its year is
within 4 % (its loss as a constant current, its efficiency else that of the hour).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards import Design
from sim.box import box_of
from sim.buck import charger_of
from sim.cell import LEVEL, Cell, Table, has_leak_table
from sim.charger import SPREAD, Charger
from sim.curves import Floats
from sim.diode_panel import panel_of
from sim.sky import Sky

Flags = NDArray[np.bool_]

#: Temperature that a charge's end is reckoned at, C. Ours: as the kernel always did.
WARM_C = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class HourTable:
    """One plant under one sky; arrays of shape (hours,) but for those that say otherwise.

    Attributes
    ----------
    volts : battery voltages, V, evenly spaced from `low_V` to `float_V`, shape (knots,). amps : what the
    panel gives behind the charger at each, A, before limit and quiescent current, shape (hours, knots).
    alive : the panel holds the charger up; else the battery feeds it a little (that is in `standing_A`).
    allowed : the charger charges at this cell temperature. swing : relative standard deviation of the sun
    within the hour. standing_A : what protection and dark charger draw from the battery. ohm : the cell's
    resistance. floor_share : share of the capacity that cold withholds. leak_1_s : self-discharge.
    cell_C : the cell's temperature.
    limit_A, quiescent_A, float_V, term_A, recharge_V : the charger's. low_V, high_V : where the supply is cut
    off and given back; release_share : charge above the floor that is asked as well, share of the capacity.
    capacity_C : of one cell, as `ohm`. ocv_q, ocv_V : its open-circuit curve, charge as a share (0..1), shape
    (points,). end_share : charge at which the charger ends, share of the capacity.
    """

    volts: Floats
    amps: Floats
    alive: Flags
    allowed: Flags
    swing: Floats
    standing_A: Floats
    ohm: Floats
    floor_share: Floats
    leak_1_s: Floats
    cell_C: Floats
    limit_A: float
    quiescent_A: float
    float_V: float
    term_A: float
    recharge_V: float
    low_V: float
    high_V: float
    release_share: float
    capacity_C: float
    ocv_q: Floats
    ocv_V: Floats
    end_share: float

    def charged_A(self, scale: float = 1.0) -> Floats:
        """What goes into battery and load, A, shape (hours, knots), from a panel `scale` times as large.

        Where the brightest third of an hour is over the limit it is the mean of three, else that of the hour.
        """
        mean = scale * self.amps
        found = np.maximum(mean - self.quiescent_A, 0.0)
        far = np.minimum(SPREAD * self.swing, 1.0)[:, None]
        over = mean * (1.0 + far) - self.quiescent_A > self.limit_A
        if over.any():
            parts = (mean * part - self.quiescent_A for part in (1.0 - far, 1.0, 1.0 + far))
            thirds = sum(np.clip(part, 0.0, self.limit_A) for part in parts) / 3.0
            found = np.where(over, thirds, found)
        return np.where((self.alive & self.allowed)[:, None], found, 0.0)


def hour_table(design: Design, sky: Sky, knots: int = 6) -> HourTable:
    """Tabulate a design's plant under a sky."""
    charger, cell = charger_of(design.charger), Cell(design.cell)
    low, high = supply_limits_V(design)
    volts = np.linspace(low, charger.float_V, knots)
    year = sky.arrays()
    curves = panel_of(design.panel).curves(year.absorbed_W_m2, year.panel_C)
    cell_C = box_of(design).temperature_C(year.air_C, year.poa_W_m2)
    alive = curves.voc_V > charger.start_V
    protection_A = design.protection.v("quiescent") / 1000.0  # row in mA
    ocv = np.array(design.cell.table("ocv"))
    leak = design.cell.table("self_discharge_factor") if has_leak_table(design.cell) else LEVEL
    end_V = charger.float_V - cell.resistance_ohm(WARM_C) * charger.term_A
    return HourTable(
        volts,
        charger.offered_A(curves, volts),
        alive,
        _allowed(charger, cell, cell_C),
        year.swing,
        protection_A + np.where(alive, 0.0, charger.back_feed_A),
        design.cell.v("resistance") * interpolated(design.cell.table("resistance_factor"), cell_C),
        np.maximum(0.0, 1.0 - interpolated(design.cell.table("capacity_factor"), cell_C)),
        cell.leak_1_s * interpolated(leak, cell_C),
        cell_C,
        charger.charge_A,
        charger.unbooked_A,
        charger.float_V,
        charger.term_A,
        charger.recharge_V,
        low,
        high,
        (cell.charge_at_C(high) - cell.charge_at_C(low)) / cell.capacity_C,
        cell.capacity_C,
        ocv[:, 0].copy(),
        ocv[:, 1].copy(),
        cell.charge_at_C(end_V) / cell.capacity_C,
    )


def supply_limits_V(design: Design) -> tuple[float, float]:
    """Voltages at which the supply is cut off and given back: the protection's, or the board's if higher."""
    board, protection = design.board, design.protection
    low = max(protection.v("cut_off"), board.v("supply_min"))
    return low, max(protection.v("restart"), board.v("supply_min") + board.v("supply_hysteresis"), low)


def interpolated(table: Table, x: Floats) -> Floats:
    """Linear between the points of a table, level beyond its ends (as `sim.cell.interpolate`)."""
    points = np.array(table)
    found: Floats = np.interp(x, points[:, 0], points[:, 1])
    return found


def _allowed(charger: Charger, cell: Cell, cell_C: Floats) -> Flags:
    if not charger.ntc:
        return np.ones(len(cell_C), dtype=np.bool_)
    return (cell.charge_min_C <= cell_C) & (cell_C <= cell.charge_max_C)
