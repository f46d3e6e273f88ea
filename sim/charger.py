"""A linear charger: what the panel gives at "battery plus dropout" goes into the battery, ampere for ampere.

    I_battery = min(charge_current, I_panel(max(V_battery + dropout, input_min)) - quiescent)

and at the float voltage only as much as holds it. The rest of the panel's power is heat or is never
drawn. Below `input_min` a small charger stops and starts in quick turns, a better one throttles; on average
either holds its input at that voltage, which is what is computed here.

Within an hour the sun changes. While nothing clips, the hour's mean is enough, since the current follows the
sun; where the brightest part of an hour is over the limit, the hour is three equal parts, darker and brighter
by SPREAD times the sun's relative standard deviation, whose mean and deviation are those of the hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Protocol

import numpy as np

from sim.curves import Curves, Floats
from sim.panel import Curve

#: A finished charge starts again when the battery has fallen this far below float, V (+-0.05).
#: Source: TP4056 data sheet, "automatic recharge" 4.05 V for 4.2 V; LTC4054 data sheet 0.1 to 0.2 V.
RECHARGE_DROP_V = 0.15
#: Levels 1 - SPREAD s, 1, 1 + SPREAD s have the relative standard deviation s.
SPREAD = sqrt(1.5)


class ChargerPart(Protocol):
    """What is read from a charger part of a node design."""

    @property
    def caps(self) -> Mapping[str, object]:
        """Capability rows; `ntc` says that the charger knows the cell's temperature."""

    def v(self, name: str) -> float:
        """Value of one row."""

    def table(self, name: str) -> tuple[tuple[float, float], ...]:
        """One table of (x, y) points, x rising."""


class Charger:
    """A linear charger's rows, in SI units, and its rules."""

    __slots__ = (
        "back_feed_A",
        "charge_A",
        "dropout_V",
        "float_V",
        "input_min_V",
        "ntc",
        "quiescent_A",
        "recharge_V",
        "start_V",
        "term_A",
        "_limit_A",
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
        self.start_V = self.input_min_V
        self._limit_A = self.charge_A + self.quiescent_A

    #: Whether its current falls as the battery's voltage rises, so that a step must look ahead.
    constant_power = False

    def allows(self, cell_C: float, charge_min_C: float, charge_max_C: float) -> bool:
        """Whether it charges at this cell temperature; without an NTC it cannot know, and does."""
        return not self.ntc or charge_min_C <= cell_C <= charge_max_C

    def alive(self, curve: Curve) -> bool:
        """Whether the panel can hold the input up at all; if not, the charger feeds back a little."""
        return curve.voc_V > self.start_V

    def guess_A(self, curve: Curve, battery_V: float) -> float:
        """About what flows, where the battery's voltage is not known yet: good enough to find it, A."""
        return curve.iph_A

    def currents_A(self, curve: Curve, battery_V: float, swing: float = 0.0) -> tuple[float, float]:
        """(current into battery and load in A, power out of the panel in W) below the float voltage.

        `swing` : relative standard deviation of the sun within the hour.
        """
        volts = battery_V + self.dropout_V
        if volts < self.input_min_V:
            volts = self.input_min_V
        panel_A = curve.current_A(volts)
        if panel_A * (1.0 + SPREAD * swing) > self._limit_A:
            return self._clipped(curve, battery_V, volts, panel_A, swing)
        amperes = panel_A - self.quiescent_A
        return (amperes, volts * panel_A) if amperes > 0.0 else (0.0, 0.0)

    def panel_point(
        self, curve: Curve, amperes: float, battery_V: float, sun: float = 1.0
    ) -> tuple[float, float]:
        """(A, V) of the panel while `amperes`, not more than it could, go to battery and load.

        `sun` : how much brighter than the curve's hour it is now.
        """
        drawn = min(amperes + self.quiescent_A, 0.9999 * sun * curve.iph_A)
        return drawn, curve.volts_V(drawn / sun)

    def panel_seen(self, curve: Curve, amperes: float, battery_V: float) -> tuple[float, float]:
        """(A, V) that a meter in the panel's lead shows while `amperes` flow behind the charger."""
        return self.panel_point(curve, amperes, battery_V)

    def panel_W(self, curve: Curve, amperes: float, battery_V: float, sun: float = 1.0) -> float:
        """The same as power, W."""
        panel_A, panel_V = self.panel_point(curve, amperes, battery_V, sun)
        return panel_A * panel_V

    def offered_A(self, curves: Curves, battery_V: Floats) -> Floats:
        """What the panel gives at these battery voltages before the charger's limit and `unbooked_A`, A.

        Shape (hours, voltages); `currents_A` is max(0, min(charge_A, this - unbooked_A)).
        """
        return curves.current_A(np.maximum(battery_V + self.dropout_V, self.input_min_V))

    @property
    def unbooked_A(self) -> float:
        """Its own draw, as far as `offered_A` has it not yet, A."""
        return self.quiescent_A

    def _through_A(self, panel_A: float, panel_V: float, battery_V: float) -> float:
        """What goes out of it for what comes in, without its limit, A."""
        return panel_A - self.quiescent_A

    def _clipped(
        self, curve: Curve, battery_V: float, volts: float, panel_A: float, swing: float
    ) -> tuple[float, float]:
        """The mean where at least the hour's brightest third is over the limit."""
        if swing == 0.0:
            return self.charge_A, self.panel_W(curve, self.charge_A, battery_V)
        parts = levels(swing)
        if self._through_A(parts[2] * panel_A, volts, battery_V) <= self.charge_A:
            return self._through_A(panel_A, volts, battery_V), volts * panel_A
        amperes = watts = 0.0
        for sun in parts:
            into = self._through_A(sun * panel_A, volts, battery_V)
            if into > self.charge_A:
                amperes += self.charge_A
                watts += self.panel_W(curve, self.charge_A, battery_V, sun)
            elif into > 0.0:
                amperes += into
                watts += volts * sun * panel_A
        return amperes / 3.0, watts / 3.0


def levels(swing: float) -> tuple[float, float, float]:
    """The three equal parts of an hour, relative to its mean; none is darker than night."""
    far = min(SPREAD * swing, 1.0)
    return 1.0 - far, 1.0, 1.0 + far
