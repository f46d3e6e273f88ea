"""The two books of a plant: where every coulomb and every joule went, by the hour and in total."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Accounts of the charge book, C: into battery and load; taken by the node; by protection and night
#: back-feed; lost inside the cell; and the part of `charged` that came while the cell was too cold or hot.
CHARGE_ACCOUNTS = ("charged", "load", "standing", "self_discharge", "charged_out_of_range")
#: Accounts of the energy book, J: what the panel could have given; what it gave; what came out behind the
#: charger; taken by the node; by protection and back-feed; heat in the cell's resistance; self-discharge.
ENERGY_ACCOUNTS = ("available", "panel", "harvest", "load", "standing", "ohmic", "self_discharge")

JOULES_PER_Wh = 3600.0


class Books:
    """Hourly rows (lists, one entry per hour) and running totals.

    Attributes
    ----------
    soc : at the end of each hour, 0..1. harvest_Wh, available_Wh, load_Wh, down_s : per hour; charged_C :
    into battery and load.
    charge_C, energy_J : totals per account.
    """

    __slots__ = (
        "available_Wh", "charge_C", "charged_C", "down_s", "energy_J", "harvest_Wh", "load_Wh", "soc",
    )  # fmt: skip

    def __init__(self) -> None:
        self.soc: list[float] = []
        self.harvest_Wh: list[float] = []
        self.available_Wh: list[float] = []
        self.load_Wh: list[float] = []
        self.down_s: list[float] = []
        self.charged_C: list[float] = []
        self.charge_C = dict.fromkeys(CHARGE_ACCOUNTS, 0.0)
        self.energy_J = dict.fromkeys(ENERGY_ACCOUNTS, 0.0)

    def close_hour(
        self, soc: float, down_s: float, charge_C: tuple[float, ...], energy_J: tuple[float, ...]
    ) -> None:
        """Enter one hour (or the started part of the last one); amounts in the order of the accounts."""
        for name, amount in zip(CHARGE_ACCOUNTS, charge_C, strict=True):
            self.charge_C[name] += amount
        for name, amount in zip(ENERGY_ACCOUNTS, energy_J, strict=True):
            self.energy_J[name] += amount
        self.soc.append(soc)
        self.down_s.append(down_s)
        self.charged_C.append(charge_C[0])
        self.available_Wh.append(energy_J[0] / JOULES_PER_Wh)
        self.harvest_Wh.append(energy_J[2] / JOULES_PER_Wh)
        self.load_Wh.append(energy_J[3] / JOULES_PER_Wh)

    def charge_error(self, delta_C: float) -> float:
        """Closing error of the charge book against the cell's own change, relative to what moved."""
        c = self.charge_C
        booked = c["charged"] - c["load"] - c["standing"] - c["self_discharge"]
        moved = c["charged"] + c["load"] + c["standing"] + c["self_discharge"]
        return abs(booked - delta_C) / moved if moved else abs(delta_C)

    def energy_error(self, delta_J: float) -> float:
        """Closing error of the energy book against the change of stored energy, relative to what moved."""
        e = self.energy_J
        out = e["load"] + e["standing"] + e["ohmic"] + e["self_discharge"]
        moved = e["harvest"] + out
        return abs(e["harvest"] - out - delta_J) / moved if moved else abs(delta_J)

    @property
    def charger_loss_J(self) -> float:
        """What the panel gave and the charger turned into heat."""
        return self.energy_J["panel"] - self.energy_J["harvest"]

    @property
    def spilled_J(self) -> float:
        """What the panel could have given and nobody took: full, cold, or held off its best voltage."""
        return self.energy_J["available"] - self.energy_J["panel"]
