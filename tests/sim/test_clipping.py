"""Unsteady hours in the twin: the limit takes their bright part, and both books close."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boards.parts_file import shipped_parts
from sim.buck import charger_of
from sim.charger import levels
from sim.panel import Panel
from sim.plant import Plant
from sim.sky import Sky
from sim.weather import HOURS, default_weather
from tests.sim.test_plant import flat_sky

PARTS = shipped_parts()
PANEL = PARTS["panel", "panel-2w"]


def plant_under(sky: Sky, charger: str, soc0: float = 0.3) -> Plant:
    return Plant.from_parts(
        PANEL, PARTS["charger", charger], PARTS["cell", "nmc-18650-3000"], PARTS["protection", "dw01"],
        sky, soc0, cells_parallel=10,
    )  # fmt: skip


@pytest.mark.parametrize("swing", [0.0, 0.3, 0.7])
def test_ten_unsteady_hours_give_the_mean_of_three_levels(swing: float) -> None:
    """0.1 A of limit under some 0.12 A of sun: 100 mA when steady, 72 mA at a swing of 0.7."""
    sky = replace(flat_sky(620.0), swing=[swing] * HOURS)
    plant = plant_under(sky, "xiao-s3-onboard")
    plant.advance(10 * 3600.0)
    plant.close()
    panel_A = Panel(PANEL).curve(620.0, 25.0).current_A(4.3)
    mean_A = sum(min(0.1, max(0.0, part * panel_A - 0.002)) for part in levels(swing)) / 3.0
    assert plant.books.charge_C["charged"] == pytest.approx(mean_A * 36_000.0, rel=2e-3)
    assert mean_A == pytest.approx({0.0: 0.1, 0.3: 0.0917, 0.7: 0.0716}[swing], abs=3e-4)
    assert max(plant.errors().values()) < 1e-9


@pytest.mark.parametrize("charger", ["xiao-s3-onboard", "tp4056"])
def test_a_restless_month_closes_its_books_and_gives_no_more_than_a_calm_one(charger: str) -> None:
    """Weather of the default site, a battery that takes all; only the small charger loses something."""
    calm = replace(Sky.prepare(default_weather(), PANEL, 45.0, start_day=150), swing=[0.0] * HOURS)
    restless = replace(calm, swing=[0.6] * HOURS)
    got = []
    for sky in (calm, restless):
        plant = plant_under(sky, charger)
        assert plant.advance(20 * 86_400.0, 0.05)
        plant.close()
        assert max(plant.errors().values()) < 1e-9
        got.append(plant.books.charge_C["charged"])
    lost = 1.0 - got[1] / got[0]
    assert lost == pytest.approx({"xiao-s3-onboard": 0.163, "tp4056": 0.0}[charger], abs=0.005)


def test_a_swing_costs_nothing_where_nothing_clips() -> None:
    charger = charger_of(PARTS["charger", "tp4056"])
    for sun in np.linspace(5.0, 1000.0, 40).tolist():
        curve = Panel(PANEL).curve(sun, 30.0)
        assert charger.currents_A(curve, 3.8, 0.8) == charger.currents_A(curve, 3.8)
