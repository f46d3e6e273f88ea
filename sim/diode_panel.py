"""A solar panel from its single-diode parameters, shunt included: the model of De Soto and of the CEC lists.

    I = IL - I0 (exp((V + I Rs) / a) - 1) - (V + I Rs) / Rsh

IL grows with light and a little with warmth, I0 with warmth, Rsh falls with light, a grows with warmth; all
from reference values at 1000 W/m2 and 25 C, as published for a panel or fitted to its label.
Source: De Soto, Klein, Beckman, Solar Energy 80 (2006) 78-88; `adjust` of the CEC lists: Dobos, J. Solar
Energy Eng. 134 (2012). Newton's method runs on the junction voltage V + I Rs, where the equation is convex:
from above it comes down to the solution without a guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, expm1, inf, log1p
from typing import Protocol

import numpy as np

from sim.curves import Curves, Floats
from sim.panel import DARK, STC_C, Curve, DARK_W_m2, Panel, STC_W_m2

#: Boltzmann's constant, eV/K. Source: CODATA 2018.
BOLTZMANN_eV_K = 8.617333262e-5
ZERO_C_K = 273.15
#: Rounds of Newton's method at most, and the change that ends it, V. Ours.
ROUNDS, SMALL_V = 40, 1e-13


class PanelPart(Protocol):
    """What is read from a panel part of a node design."""

    @property
    def caps(self) -> Mapping[str, object]:
        """Capability rows; `by` says which figures the panel is known by."""

    def v(self, name: str) -> float:
        """Value of one row."""


class PanelModel(Protocol):
    """Any panel: one curve for an hour, or many."""

    def curve(self, poa_W_m2: float, cell_C: float) -> Curve:
        """The curve at an irradiance in the panel's plane (W/m2, after reflection) and a cell temperature."""

    def curves(self, poa_W_m2: Floats, cell_C: Floats) -> Curves:
        """The same for many hours at once, arrays of shape (hours,)."""


class DiodeCurve(Curve):
    """The I-V curve of one hour: Curve's figures, I0 A and Rsh ohm."""

    __slots__ = ("i0_A", "rsh_ohm")

    def __init__(self, il_A: float, i0_A: float, a_V: float, rs_ohm: float, rsh_ohm: float) -> None:
        self.i0_A, self.rsh_ohm = i0_A, rsh_ohm
        self.a_V, self.rs_ohm, self.iph_A = a_V, rs_ohm, il_A
        self.voc_V = self._junction_V(a_V * log1p(il_A / i0_A), 0.0, inf)

    def _junction_V(self, above_V: float, volts: float, rs_ohm: float) -> float:
        """Junction voltage at a terminal voltage, coming down from `above_V`."""
        vd = above_V
        for _ in range(ROUNDS):
            grown = self.i0_A * exp(vd / self.a_V)
            excess = grown - self.i0_A + vd / self.rsh_ohm + (vd - volts) / rs_ohm - self.iph_A
            step = excess / (grown / self.a_V + 1.0 / self.rsh_ohm + 1.0 / rs_ohm)
            vd -= step
            if abs(step) < SMALL_V:
                break
        return vd

    def _passed_A(self, vd: float) -> float:
        """What is left for the terminals at a junction voltage, A."""
        return self.iph_A - self.i0_A * expm1(vd / self.a_V) - vd / self.rsh_ohm

    def current_A(self, volts: float) -> float:
        if volts >= self.voc_V:
            return 0.0
        if self.rs_ohm == 0.0:
            return self._passed_A(volts)
        above = min(volts + self.iph_A * self.rs_ohm, self.voc_V)
        return self._passed_A(self._junction_V(above, volts, self.rs_ohm))

    def volts_V(self, amperes: float) -> float:
        vd = self.voc_V
        for _ in range(ROUNDS):
            grown = self.i0_A * exp(vd / self.a_V)
            excess = grown - self.i0_A + vd / self.rsh_ohm - (self.iph_A - amperes)
            step = excess / (grown / self.a_V + 1.0 / self.rsh_ohm)
            vd -= step
            if abs(step) < SMALL_V:
                break
        return vd - amperes * self.rs_ohm

    def mpp_W(self) -> float:
        """Most power the panel can give, W: where d(VI) over the junction voltage is 0, by halving."""
        low, high = 0.0, self.voc_V
        for _ in range(50):
            vd = 0.5 * (low + high)
            amperes = self._passed_A(vd)
            falls = -self.i0_A / self.a_V * exp(vd / self.a_V) - 1.0 / self.rsh_ohm
            slope = (1.0 - self.rs_ohm * falls) * amperes + (vd - amperes * self.rs_ohm) * falls
            low, high = (vd, high) if slope > 0.0 else (low, vd)
        amperes = self._passed_A(low)
        return amperes * (low - amperes * self.rs_ohm)


@dataclass(frozen=True, slots=True, eq=False)
class DiodeCurves(Curves):
    """Many of them: Curves' figures, I0 A and Rsh ohm, shape (hours,)."""

    i0_A: Floats
    rsh_ohm: Floats

    def current_A(self, volts: Floats) -> Floats:
        found = np.zeros((len(self.iph_A), len(volts)))
        lit = np.flatnonzero(self.voc_V > volts.min())
        il, voc, a, i0, rsh = (
            one[lit, None] for one in (self.iph_A, self.voc_V, self.a_V, self.i0_A, self.rsh_ohm)
        )
        at = np.minimum(volts, voc)
        vd = at
        if self.rs_ohm > 0.0:
            vd = np.minimum(at + il * self.rs_ohm, voc)
            for _ in range(ROUNDS):
                grown = i0 * np.exp(vd / a)
                excess = grown - i0 + vd / rsh + (vd - at) / self.rs_ohm - il
                step = excess / (grown / a + 1.0 / rsh + 1.0 / self.rs_ohm)
                vd = vd - step
                if np.abs(step).max(initial=0.0) < SMALL_V:
                    break
        amps = il - i0 * np.expm1(vd / a) - vd / rsh
        found[lit] = np.where(volts < voc, amps, 0.0)
        return found


class DiodePanel:
    """A panel of its reference parameters: photo_current, diode_current, series, shunt, diode_V, isc_temp,
    band_gap, band_gap_temp, and (of the CEC lists) adjust."""

    __slots__ = ("_rows", "alpha_A_K", "share")

    def __init__(self, rows: PanelPart) -> None:
        names = ("photo_current", "diode_current", "series", "shunt", "diode_V", "band_gap", "band_gap_temp")
        self._rows = {name: rows.v(name) for name in names}
        self.share = rows.v("effective")
        self.alpha_A_K = rows.v("i_sc") * rows.v("isc_temp") * (1.0 - rows.v("adjust"))

    def _at(
        self, poa_W_m2: Floats, cell_C: Floats
    ) -> tuple[Floats, Floats, Floats, float, Floats]:  # IL, I0, a, Rs, Rsh
        """The five parameters at irradiances and cell temperatures; a smaller cell has the same voltages."""
        r, share = self._rows, self.share
        stc_K, here_K = STC_C + ZERO_C_K, cell_C + ZERO_C_K
        suns = poa_W_m2 / STC_W_m2
        il = share * suns * (r["photo_current"] + self.alpha_A_K * (here_K - stc_K))
        gap = r["band_gap"] * (1.0 + r["band_gap_temp"] * (here_K - stc_K))
        lift = (r["band_gap"] / stc_K - gap / here_K) / BOLTZMANN_eV_K
        i0 = share * r["diode_current"] * (here_K / stc_K) ** 3 * np.exp(lift)
        return il, i0, r["diode_V"] * here_K / stc_K, r["series"] / share, r["shunt"] / suns / share

    def curve(self, poa_W_m2: float, cell_C: float) -> Curve:
        """As of the panel by its label."""
        if poa_W_m2 < DARK_W_m2:
            return DARK
        il, i0, a, rs, rsh = self._at(np.array(poa_W_m2), np.array(cell_C))
        return DiodeCurve(float(il), float(i0), float(a), rs, float(rsh))

    def curves(self, poa_W_m2: Floats, cell_C: Floats) -> DiodeCurves:
        """As of the panel by its label."""
        lit = poa_W_m2 >= DARK_W_m2
        il, i0, a, rs, rsh = self._at(np.where(lit, poa_W_m2, DARK_W_m2), cell_C)
        voc = a * np.log1p(il / i0)
        for _ in range(ROUNDS):
            grown = i0 * np.exp(voc / a)
            step = (grown - i0 + voc / rsh - il) / (grown / a + 1.0 / rsh)
            voc = voc - step
            if np.abs(step).max(initial=0.0) < SMALL_V:
                break
        return DiodeCurves(np.where(lit, il, 0.0), np.where(lit, voc, 0.0), a, rs, i0, rsh)


def panel_of(part: PanelPart) -> PanelModel:
    """The panel of a part, by its cap `by`: the label's three points, or the diode's parameters."""
    return DiodePanel(part) if part.caps.get("by") == "diode" else Panel(part)
