"""A linear charger: what the panel gives at "battery plus dropout" goes into the battery, ampere for ampere.

    I_battery = min(charge_current, I_panel(max(V_battery + dropout, input_min)) - quiescent)

and at the float voltage only as much as holds it. The rest of the panel's power is heat or is never
drawn. Below `input_min` a small charger stops and starts in quick turns; on average it holds its input
at that voltage, which is what is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from sim.curves import Curves, Floats
from sim.panel import Curve

#: A finished charge starts again when the battery has fallen this far below float, V (+-0.05).
#: Source: TP4056 data sheet, "automatic recharge" 4.05 V for 4.2 V; LTC4054 data sheet 0.1 to 0.2 V.
RECHARGE_DROP_V = 0.15


class ChargerPart(Protocol):
    """What is read from a charger part of a node design."""

    @property
    def caps(self) -> Mapping[str, object]:
        """Capability rows; `ntc` says that the charger knows the cell's temperature."""

    def v(self, name: str) -> float:
        """Value of one row."""


class Charger:
    """A linear charger's rows, in SI units, and its three rules."""

    __slots__ = (
        "back_feed_A",
        "charge_A",
        "dropout_V",
        "float_V",
        "input_min_V",
        "ntc",
        "quiescent_A",
        "recharge_V",
        "term_A",
    )

    def __init__(self, part: ChargerPart) -> None:
        self.charge_A = part.v("charge_current")
        self.float_V = part.v("float")
        self.term_A = part.v("term_current")
        self.dropout_V = part.v("dropout")
        self.input_min_V = part.v("input_min")
        self.quiescent_A = part.v("quiescent") / 1000.0  # row in mA
        self.back_feed_A = part.v("back_feed") / 1000.0  # row in mA
        self.ntc = bool(part.caps.get("ntc", False))
        self.recharge_V = self.float_V - RECHARGE_DROP_V

    def allows(self, cell_C: float, charge_min_C: float, charge_max_C: float) -> bool:
        """Whether it charges at this cell temperature; without an NTC it cannot know, and does."""
        return not self.ntc or charge_min_C <= cell_C <= charge_max_C

    def alive(self, curve: Curve) -> bool:
        """Whether the panel can hold the input up at all; if not, the charger feeds back a little."""
        return curve.voc_V > self.input_min_V

    def currents_A(self, curve: Curve, battery_V: float) -> tuple[float, float]:
        """(current into battery and load in A, panel voltage in V) below the float voltage."""
        volts = battery_V + self.dropout_V
        if volts < self.input_min_V:
            volts = self.input_min_V
        amperes = curve.current_A(volts) - self.quiescent_A
        if amperes > self.charge_A:
            return self.charge_A, curve.volts_V(self.charge_A + self.quiescent_A)
        return (amperes, volts) if amperes > 0.0 else (0.0, 0.0)

    def offered_A(self, curves: Curves, battery_V: Floats) -> Floats:
        """What the panel gives at these battery voltages before the charger's limit and its own draw, A.

        Shape (hours, voltages); `currents_A` is max(0, min(charge_A, this - quiescent_A)).
        """
        return curves.current_A(np.maximum(battery_V + self.dropout_V, self.input_min_V))
