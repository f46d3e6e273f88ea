"""What the fast kernel knows of one place and one power plant: tables per hour, of the twin's parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards import Design
from sim.cell import Cell
from sim.charger import Charger
from sim.panel import Panel
from sim.sky import Sky
from sim.weather import HOURS

Floats = NDArray[np.float64]

#: Battery voltages at which the charger's current is computed; linear between. Ours: it is flat.
VOLTAGES = 9


@dataclass(frozen=True, slots=True)
class KernelPlant:
    """Panel, charger, cell and protection under one sky, as arrays.

    Attributes
    ----------
    amps : charger's current at each hour and voltage, A, shape (8760, VOLTAGES); 0 where it is too cold.
    volts : those voltages, V. standing_A, ohm, floor_C : per hour, shape (8760,): what the plant itself
    draws, the cell's resistance, the charge that cold withholds.
    q_C, u_V : the cell's open-circuit curve. capacity_C, leak_1_s, float_C : the cell's; charge at which the
    charger ends. cut_V, restart_V, release_C : the protection's, as in `sim.plant`.
    """

    amps: Floats
    volts: Floats
    standing_A: Floats
    ohm: Floats
    floor_C: Floats
    q_C: Floats
    u_V: Floats
    capacity_C: float
    leak_1_s: float
    float_C: float
    cut_V: float
    restart_V: float
    release_C: float

    @classmethod
    def of(cls, design: Design, sky: Sky) -> KernelPlant:
        """Tabulate a design's plant under a sky."""
        panel, charger, cell = Panel(design.panel), Charger(design.charger), Cell(design.cell)
        board, protection = design.board, design.protection
        low = max(protection.v("cut_off"), board.v("supply_min"))
        high = max(protection.v("restart"), board.v("supply_min") + board.v("supply_hysteresis"), low)
        volts = np.linspace(low, charger.float_V, VOLTAGES)
        amps = np.zeros((HOURS, VOLTAGES))
        standing = np.full(HOURS, protection.v("quiescent") / 1000.0)
        for hour in range(HOURS):
            curve = panel.curve(sky.absorbed_W_m2[hour], sky.panel_C[hour])
            if not charger.alive(curve):
                standing[hour] += charger.back_feed_A
            elif charger.allows(sky.air_C[hour], cell.charge_min_C, cell.charge_max_C):
                amps[hour] = [charger.currents_A(curve, one)[0] for one in volts]
        ocv = design.cell.table("ocv")
        air = sky.air_C[:HOURS]
        warm_ohm = cell.resistance_ohm(20.0)
        return cls(
            amps,
            volts,
            standing,
            np.array([cell.resistance_ohm(one) for one in air]),
            np.array([cell.floor_C(one) for one in air]),
            np.array([soc * cell.capacity_C for soc, _ in ocv]),
            np.array([one for _, one in ocv]),
            cell.capacity_C,
            cell.leak_1_s,
            cell.charge_at_C(charger.float_V - warm_ohm * charger.term_A),
            low,
            high,
            cell.charge_at_C(high) - cell.charge_at_C(low),
        )

    def energy_J(self, charge_C: float) -> float:
        """Stored energy above an empty cell."""
        q, u = self.q_C, self.u_V
        at = np.append(q[q < charge_C], charge_C)
        return float(np.trapezoid(np.interp(at, q, u), at))
