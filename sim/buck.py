"""A buck charger with a fixed panel voltage (CN3791): power, not current, passes from panel to battery.

    I_battery V_battery = efficiency(I_battery) (V_panel - drop) (I_panel(V_panel) - quiescent)
    V_panel = max(mppt, V_battery + drop)

The chip holds its input at the voltage that two resistors choose; it does not look for the best one. A panel
whose open-circuit voltage is below that gives nothing at all: that is the module for the wrong panel. `drop`
(the row `dropout`) is lost in the transistor or diode at the input. The efficiency is a table over the
current that comes out, straight between its points, so that the current is a closed form as well.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

import numpy as np

from sim.charger import SPREAD, Charger, ChargerPart
from sim.curves import Curves, Floats
from sim.panel import Curve

#: What counts as a smaller current, share of the table's largest. Ours.
SMALL = 0.2
#: Share of what there is that counts as all of it. Ours.
ALL = 0.99
#: Halvings that find a panel's voltage to 1e-12 V. Ours.
HALVINGS = 44


class Buck(Charger):
    """The rows of a charger, `mppt` and the table `efficiency` (share over A at the battery)."""

    __slots__ = ("mppt_V", "_base", "_ideal", "_lost_A", "_out", "_share", "_slope")

    constant_power = True

    def __init__(self, part: ChargerPart) -> None:
        super().__init__(part)
        self.mppt_V = part.v("mppt")
        self.start_V = max(self.input_min_V, self.mppt_V)
        # between its points the efficiency is base + slope I; level beyond them
        points = part.table("efficiency")
        self._out = [amps for amps, _ in points]
        self._ideal = [amps / share for amps, share in points]
        self._slope, self._base = [0.0], [points[0][1]]
        for (a0, y0), (a1, y1) in pairwise(points):
            self._slope.append((y1 - y0) / (a1 - a0))
            self._base.append(y0 - self._slope[-1] * a0)
        self._slope.append(0.0)
        self._base.append(points[-1][1])
        self._lay_loss()

    def guess_A(self, curve: Curve, battery_V: float) -> float:
        return self.currents_A(curve, battery_V)[0]

    def currents_A(self, curve: Curve, battery_V: float, swing: float = 0.0) -> tuple[float, float]:
        volts = max(self.start_V, battery_V + self.dropout_V)
        panel_A = curve.current_A(volts)
        if panel_A <= self.quiescent_A:
            return 0.0, 0.0
        brightest = panel_A * (1.0 + SPREAD * swing)
        if self._through_A(brightest, volts, battery_V) > self.charge_A:
            return self._clipped(curve, battery_V, volts, panel_A, swing)
        return self._through_A(panel_A, volts, battery_V), volts * panel_A

    def panel_point(
        self, curve: Curve, amperes: float, battery_V: float, sun: float = 1.0
    ) -> tuple[float, float]:
        """As of the linear charger; the panel's voltage rises above `mppt` until just that is used."""
        needed_W = amperes * battery_V / self.efficiency(amperes)
        low, high = max(self.start_V, battery_V + self.dropout_V), curve.voc_V
        for _ in range(HALVINGS):
            volts = 0.5 * (low + high)
            passed_W = (volts - self.dropout_V) * (sun * curve.current_A(volts) - self.quiescent_A)
            low, high = (volts, high) if passed_W > needed_W else (low, volts)
        return sun * curve.current_A(low), low

    def panel_seen(self, curve: Curve, amperes: float, battery_V: float) -> tuple[float, float]:
        """As of the linear charger: at the held voltage while it takes all, above it while it does not.

        Near enough to all is all: the same power has a second point beyond the panel's best one.
        """
        if amperes < ALL * self.currents_A(curve, battery_V)[0]:
            return self.panel_point(curve, amperes, battery_V)
        volts = max(self.start_V, battery_V + self.dropout_V)
        return curve.current_A(volts), volts

    def efficiency(self, amperes: float) -> float:
        """Share of the converter's input that comes out with this current."""
        at = bisect_right(self._out, amperes)
        return self._base[at] + self._slope[at] * amperes

    def offered_A(self, curves: Curves, battery_V: Floats) -> Floats:
        """As of the linear charger: what arrives, and on top what the converter itself has taken.

        Nearly all of its loss is the same at any current (`unbooked_A`), so that what is left goes with the
        panel's size. At the panel's own size this is exact; where nothing arrives it is what a larger panel
        would begin with.
        """
        volts = np.maximum(self.start_V, battery_V + self.dropout_V)
        ratio = (volts - self.dropout_V) / battery_V
        panel_A = curves.current_A(volts)
        ideal = (panel_A - self.quiescent_A) * ratio
        at = np.searchsorted(self._ideal, ideal, side="right")
        arrives: Floats = ideal * np.array(self._base)[at] / (1.0 - ideal * np.array(self._slope)[at])
        begins = np.minimum(panel_A * ratio * self._share, self.unbooked_A)
        return np.where(ideal > 0.0, arrives + self.unbooked_A, begins)

    @property
    def unbooked_A(self) -> float:
        return self._lost_A + self._share * self.quiescent_A * (self.start_V - self.dropout_V) / self.float_V

    def _lay_loss(self) -> None:
        """The straight line I = share * ideal - lost nearest to the table's smaller currents."""
        out, ideal = (np.array(one) for one in (self._out, self._ideal))
        low = out <= max(SMALL * out[-1], out[1])
        slope, first = np.polyfit(out[low], ideal[low], 1)
        self._share, self._lost_A = float(1.0 / slope), max(0.0, float(first / slope))

    def _through_A(self, panel_A: float, panel_V: float, battery_V: float) -> float:
        return self._out_A((panel_A - self.quiescent_A) * (panel_V - self.dropout_V) / battery_V)

    def _out_A(self, ideal_A: float) -> float:
        """What comes out where a converter without loss would give `ideal_A`: I = ideal (base + slope I)."""
        at = bisect_right(self._ideal, ideal_A)
        return ideal_A * self._base[at] / (1.0 - ideal_A * self._slope[at])


def charger_of(part: ChargerPart) -> Charger:
    """The charger of a part, by its cap `kind`."""
    return Buck(part) if part.caps.get("kind") == "buck" else Charger(part)
