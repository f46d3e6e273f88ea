"""The panel's curve through its label, and its year against pvlib's PVWatts chain."""

from __future__ import annotations

import numpy as np
import pvlib
import pytest

from sim.panel import DARK, Panel
from sim.sky import Sky
from sim.weather import default_weather

LABEL = {
    "v_mp": 5.5, "i_mp": 0.364, "v_oc": 6.6, "i_sc": 0.393, "isc_temp": 0.0005, "voc_temp": -0.003,
    "effective": 1.0, "cells": 11.0, "u0": 25.0, "u1": 6.84,
}  # fmt: skip


class PanelRows:
    def __init__(self, **other: float) -> None:
        self.rows = LABEL | other

    def v(self, name: str) -> float:
        return self.rows[name]


def test_the_curve_goes_through_the_three_points_of_the_label() -> None:
    curve = Panel(PanelRows()).curve(1000.0, 25.0)
    assert curve.current_A(0.0) == pytest.approx(0.393, rel=1e-6)
    assert curve.current_A(5.5) == pytest.approx(0.364, rel=1e-9)
    assert curve.current_A(6.6) == 0.0
    assert curve.current_A(6.5999) == pytest.approx(0.0, abs=2e-4)
    assert curve.current_A(7.0) == 0.0
    assert curve.mpp_W() == pytest.approx(2.002, rel=0.005)


def test_current_and_voltage_are_each_others_inverse_on_both_branches() -> None:
    panel = Panel(PanelRows())
    for suns, cell_C in ((1000.0, 25.0), (200.0, -5.0), (30.0, 10.0), (900.0, 60.0)):
        curve = panel.curve(suns, cell_C)
        for share in (0.02, 0.3, 0.7, 0.9, 0.99, 0.9999):
            amperes = share * curve.iph_A
            assert curve.current_A(curve.volts_V(amperes)) == pytest.approx(amperes, rel=2e-6)


def test_current_follows_the_diode_equation_of_pvlib() -> None:
    curve = Panel(PanelRows()).curve(600.0, 40.0)
    i0 = curve.iph_A / (np.exp(curve.voc_V / curve.a_V) - 1.0)
    volts = np.array([0.5, 3.0, 4.4, 5.0, 5.5, 6.0])
    theirs = pvlib.pvsystem.i_from_v(volts, curve.iph_A, i0, curve.rs_ohm, np.inf, curve.a_V)
    assert [curve.current_A(v) for v in volts] == pytest.approx(theirs.tolist(), rel=1e-5)


def test_mpp_is_the_top_of_the_curve() -> None:
    for suns, cell_C in ((1000.0, 25.0), (100.0, 0.0), (5.0, -15.0)):
        curve = Panel(PanelRows()).curve(suns, cell_C)
        best = max(v * curve.current_A(v) for v in np.linspace(0.0, curve.voc_V, 5001).tolist())
        assert curve.mpp_W() == pytest.approx(best, rel=1e-5)
        assert curve.mpp_W() >= best * (1 - 1e-9)


def test_warmth_and_irradiance_move_the_curve_by_their_rows() -> None:
    panel = Panel(PanelRows())
    warm = panel.curve(1000.0, 45.0)
    assert warm.voc_V == pytest.approx(6.6 * (1 - 0.003 * 20))
    assert warm.iph_A == pytest.approx(0.393 * (1 + 0.0005 * 20))
    dim = panel.curve(100.0, 25.0)
    assert dim.iph_A == pytest.approx(0.0393)
    assert dim.voc_V == pytest.approx(6.6 - 11 * 1.1 * 0.025693 * np.log(10.0))


def test_effective_scales_the_current_and_not_the_voltage() -> None:
    whole, half = Panel(PanelRows()).curve(700.0, 30.0), Panel(PanelRows(effective=0.5)).curve(700.0, 30.0)
    for volts in (0.0, 4.4, 5.5, 6.2):
        assert half.current_A(volts) == pytest.approx(0.5 * whole.current_A(volts), rel=1e-9)
    assert half.mpp_W() == pytest.approx(0.5 * whole.mpp_W(), rel=1e-9)


def test_dark_is_dark() -> None:
    panel = Panel(PanelRows())
    assert panel.curve(0.499, 10.0) is DARK and panel.curve(0.5, 10.0) is not DARK
    assert DARK.current_A(0.0) == 0.0 and DARK.current_A(4.0) == 0.0 and DARK.mpp_W() == 0.0


def test_a_very_square_label_still_fits() -> None:
    curve = Panel(PanelRows(i_mp=0.385, v_mp=6.0)).curve(1000.0, 25.0)
    assert curve.rs_ohm == 0.0
    assert curve.current_A(6.0) == pytest.approx(0.385, rel=1e-9)


def test_the_year_at_maximum_power_agrees_with_pvwatts() -> None:
    """3 % a year, 6 % a month (reference/energy.md 4), on the same light and cell temperature."""
    rows = PanelRows()
    sky = Sky.prepare(default_weather(), rows, 45.0)
    panel = Panel(rows)
    ours = np.array([panel.curve(g, c).mpp_W() for g, c in zip(sky.absorbed_W_m2, sky.panel_C, strict=True)])
    at = [panel.curve(1000.0, c).mpp_W() for c in (25.0, 45.0)]
    gamma = (at[1] / at[0] - 1.0) / 20.0
    assert gamma == pytest.approx(-0.0034, abs=0.0006)  # 1/K, crystalline silicon: -0.003 to -0.0045
    theirs = pvlib.pvsystem.pvwatts_dc(np.array(sky.absorbed_W_m2), np.array(sky.panel_C), at[0], gamma)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.03)
    months = np.repeat(np.arange(12), np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24)
    for month in range(12):
        assert ours[months == month].sum() == pytest.approx(theirs[months == month].sum(), rel=0.06)
