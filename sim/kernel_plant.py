"""What the fast kernel knows of one place and one power plant: tables per hour, of the twin's parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards import Design
from sim.hour_table import hour_table
from sim.sky import Sky

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
    q_C, u_V : the open-circuit curve. capacity_C, leak_1_s (mean of the year), float_C : charge at which the
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
        table = hour_table(design, sky, VOLTAGES)
        cells = int(str(design.options.get("cells_parallel", 1)))
        capacity_C = table.capacity_C * cells
        return cls(
            table.charged_A(),
            table.volts,
            table.standing_A,
            table.ohm / cells,
            table.floor_share * capacity_C,
            table.ocv_q * capacity_C,
            table.ocv_V,
            capacity_C,
            float(table.leak_1_s.mean()),
            table.end_share * capacity_C,
            table.low_V,
            table.high_V,
            table.release_share * capacity_C,
        )

    def energy_J(self, charge_C: float) -> float:
        """Stored energy above an empty cell."""
        q, u = self.q_C, self.u_V
        at = np.append(q[q < charge_C], charge_C)
        return float(np.trapezoid(np.interp(at, q, u), at))
