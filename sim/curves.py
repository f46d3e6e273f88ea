"""Many panel curves at once: what `sim.panel.Curve` says of one hour, for all hours and several voltages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Below this argument of Lambert's function its series does, as in `sim.panel.Curve`.
SERIES_TO = 0.01
#: Rounds of Newton's method; they reach 1e-12.
ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """I-V curves, one per hour: Iph A, Voc V, a V, each shape (hours,); Rs ohm is the panel's own."""

    iph_A: Floats
    voc_V: Floats
    a_V: Floats
    rs_ohm: float

    def current_A(self, volts: Floats) -> Floats:
        """Currents at terminal voltages, A, shape (hours, voltages); 0 above the open-circuit voltage.

        `volts` has the shape (voltages,).
        """
        found = np.zeros((len(self.iph_A), len(volts)))
        lit = np.flatnonzero(self.voc_V > volts.min())
        iph, voc, a = (one[lit, None] for one in (self.iph_A, self.voc_V, self.a_V))
        at = np.minimum(volts, voc)
        theta = np.exp((at - (voc - self.rs_ohm * iph)) / a)
        x = theta * (iph * self.rs_ohm / a)
        amps = iph * (1.0 - theta * (1.0 - x * (1.0 - 1.5 * x)))
        bent = x >= SERIES_TO
        if bent.any():
            whole = np.broadcast_to(iph, x.shape)[bent]
            amps[bent] = whole - _lambert(x[bent]) * np.broadcast_to(a, x.shape)[bent] / self.rs_ohm
        found[lit] = np.where(volts < voc, amps, 0.0)
        return found


def _lambert(x: Floats) -> Floats:
    """Lambert's W of positive numbers by Newton's method."""
    w = np.log1p(x) * 0.8
    for _ in range(ROUNDS):
        grown = np.exp(w)
        w -= (w * grown - x) / (grown * (w + 1.0))
    return w
