"""A solar panel from its label: an explicit single-diode curve.

The five-parameter diode model without its shunt, fitted through the three points of the label
(open circuit, short circuit, maximum power) in closed form:

    I = Iph (1 - exp((V + I Rs - Voc) / a))
    Voc(G, T) = Voc,stc (1 + beta dT) + a ln(G / 1000),   Iph = share Isc (1 + alpha dT) G / 1000

Where it is approximate: the ideality factor is a constant, so the curve passes through the label's
point of maximum power but has its own maximum within about half a per cent of it; there is no shunt,
so very weak light is a little too good; `effective` scales the current, as a smaller cell would.
"""

from __future__ import annotations

from math import exp, log
from typing import Protocol

import numpy as np

from sim.curves import Curves, Floats

#: Conditions that labels are rated at. Source: IEC 60904-3 (STC).
STC_W_m2 = 1000.0
STC_C = 25.0
#: kT/q at 25 C, V. Source: CODATA 2018.
THERMAL_V = 0.025693
#: Ideality factor of silicon cells, 1 (+-0.15). Source: De Soto et al., Solar Energy 80 (2006), typical fits.
IDEALITY = 1.1
#: Below this irradiance the panel counts as dark, W/m2 (+-0.5): leakage takes what is left. Estimate.
DARK_W_m2 = 0.5


class Rows(Protocol):
    """Anything with rows: a part of a node design, or a stand-in in a test."""

    def v(self, name: str) -> float:
        """Value of one row."""


class Curve:
    """The I-V curve at one irradiance and cell temperature: Iph A, Voc V, a V, Rs ohm."""

    __slots__ = ("a_V", "iph_A", "rs_ohm", "voc_V", "_gain", "_knee_V", "_scale")

    def __init__(self, iph_A: float, voc_V: float, a_V: float, rs_ohm: float) -> None:
        self.iph_A = iph_A
        self.voc_V = voc_V
        self.a_V = a_V
        self.rs_ohm = rs_ohm
        self._gain = rs_ohm / a_V
        self._knee_V = voc_V - rs_ohm * iph_A
        self._scale = iph_A * self._gain

    def current_A(self, volts: float) -> float:
        """Current at a terminal voltage, A; 0 above the open-circuit voltage.

        With w = (Iph - I) Rs/a the curve is w exp(w) = theta, a Lambert W: left of the knee theta is
        small and a series does, else Newton's method (4 rounds reach 1e-12).
        """
        if volts >= self.voc_V:
            return 0.0
        theta = exp((volts - self._knee_V) / self.a_V)  # diode current at Iph, as a share of Iph
        x = theta * self._scale
        if x < 0.01:
            return self.iph_A * (1.0 - theta * (1.0 - x * (1.0 - 1.5 * x)))
        w = log(1.0 + x) * 0.8
        for _ in range(4):
            grown = exp(w)
            w -= (w * grown - x) / (grown * (w + 1.0))
        return self.iph_A - w / self._gain

    def volts_V(self, amperes: float) -> float:
        """Terminal voltage at a current below Iph, V."""
        return self.voc_V + self.a_V * log(1.0 - amperes / self.iph_A) - amperes * self.rs_ohm

    def mpp_W(self) -> float:
        """Most power the panel can give, W (Newton's method on d(VI)/dI = 0)."""
        iph, a, rs = self.iph_A, self.a_V, self.rs_ohm
        if iph <= 0.0 or self.voc_V <= 0.0:
            return 0.0
        low, high = 0.0, 1.0  # share of Iph; the slope falls throughout, so bracket and polish
        share = 0.9
        for _ in range(12):
            free = 1.0 - share
            slope = self.voc_V + a * log(free) - 2.0 * rs * iph * share - a * share / free
            if slope > 0.0:
                low = share
            else:
                high = share
            curvature = -2.0 * a / free - 2.0 * rs * iph - a * share / (free * free)
            step = share - slope / curvature
            share = step if low < step < high else 0.5 * (low + high)
        return iph * share * self.volts_V(iph * share)


#: The panel at night.
DARK = Curve(0.0, 0.0, THERMAL_V, 0.0)


class Panel:
    """A panel fitted to its label rows: v_mp, i_mp, v_oc, i_sc, isc_temp, voc_temp, effective, cells."""

    __slots__ = ("a_V", "i_sc_A", "isc_temp", "rs_ohm", "share", "v_oc_V", "voc_temp")

    def __init__(self, rows: Rows) -> None:
        v_mp, i_mp = rows.v("v_mp"), rows.v("i_mp")
        self.share = rows.v("effective")
        self.v_oc_V, self.i_sc_A = rows.v("v_oc"), rows.v("i_sc")
        self.isc_temp, self.voc_temp = rows.v("isc_temp"), rows.v("voc_temp")
        fall = log(1.0 - i_mp / self.i_sc_A)
        self.a_V = rows.v("cells") * IDEALITY * THERMAL_V
        rs = (self.v_oc_V + self.a_V * fall - v_mp) / i_mp
        if rs < 0.0:  # a squarer label than this ideality allows: fit the ideality instead
            rs, self.a_V = 0.0, (v_mp - self.v_oc_V) / fall
        self.rs_ohm = rs / self.share  # a smaller cell has the same voltage drop at its smaller current

    def curve(self, poa_W_m2: float, cell_C: float) -> Curve:
        """The curve at an irradiance in the panel's plane (W/m2, after reflection) and a cell temperature."""
        if poa_W_m2 < DARK_W_m2:
            return DARK
        warmer = cell_C - STC_C
        suns = poa_W_m2 / STC_W_m2
        a = self.a_V * (1.0 + warmer / (STC_C + 273.15))
        iph = self.share * self.i_sc_A * (1.0 + self.isc_temp * warmer) * suns
        voc = self.v_oc_V * (1.0 + self.voc_temp * warmer) + a * log(suns)
        return Curve(iph, voc, a, self.rs_ohm) if voc > 0.0 else DARK

    def curves(self, poa_W_m2: Floats, cell_C: Floats) -> Curves:
        """The same for many hours at once, arrays of shape (hours,)."""
        warmer = cell_C - STC_C
        suns = poa_W_m2 / STC_W_m2
        a = self.a_V * (1.0 + warmer / (STC_C + 273.15))
        iph = self.share * self.i_sc_A * (1.0 + self.isc_temp * warmer) * suns
        lit = poa_W_m2 >= DARK_W_m2
        voc = self.v_oc_V * (1.0 + self.voc_temp * warmer) + a * np.log(np.where(lit, suns, 1.0))
        lit &= voc > 0.0
        return Curves(np.where(lit, iph, 0.0), np.where(lit, voc, 0.0), a, self.rs_ohm)
