"""The buck charger: power, not current; one fixed panel voltage; and its books in the twin."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from boards import load_design
from boards.parts_file import shipped_parts
from sim.buck import Buck, charger_of
from sim.charger import Charger
from sim.curves import Curves
from sim.panel import DARK, Curve, Panel
from sim.plant import Plant
from sim.prices import best_day_J
from tests.sim.test_plant import flat_sky

PART = shipped_parts()["charger", "cn3791-6v"]
#: 1 A short circuit, gives most (5.9 W) near 6.5 V.
CURVE = Curve(iph_A=1.0, voc_V=7.6, a_V=0.31, rs_ohm=0.4)


class Rows:
    """The part with some rows changed."""

    def __init__(self, **other: float) -> None:
        self.caps = PART.caps
        self.other = other

    def v(self, name: str) -> float:
        return self.other[name] if name in self.other else PART.v(name)

    def table(self, name: str) -> tuple[tuple[float, float], ...]:
        return PART.table(name)


def test_the_cap_kind_chooses_the_charger() -> None:
    assert isinstance(charger_of(PART), Buck)
    linear = charger_of(shipped_parts()["charger", "tp4056"])
    assert type(linear) is Charger


@pytest.mark.parametrize("battery_V", [3.0, 3.7, 4.15])
def test_power_passes_and_not_current(battery_V: float) -> None:
    buck = Buck(Rows())
    amperes, panel_W = buck.currents_A(CURVE, battery_V)
    panel_A = CURVE.current_A(6.3)
    assert panel_W == pytest.approx(6.3 * panel_A)
    share = amperes * battery_V / ((6.3 - 0.5) * (panel_A - 0.002))
    assert share == pytest.approx(buck.efficiency(amperes), rel=1e-12)
    assert 0.87 < share < 0.91
    assert amperes > panel_A


def test_its_efficiency_is_the_table_and_straight_between() -> None:
    buck = Buck(Rows())
    points = PART.table("efficiency")
    for (a0, y0), (a1, y1) in pairwise(points):
        assert buck.efficiency(a0) == pytest.approx(y0)
        assert buck.efficiency((a0 + a1) / 2) == pytest.approx((y0 + y1) / 2)
    assert buck.efficiency(0.0001) == 0.2
    assert buck.efficiency(5.0) == 0.85


def test_a_few_milliamperes_are_mostly_lost() -> None:
    """10 mA at 6.3 V: 46 mW behind transistor and chip, of which half arrives."""
    dim = Curve(iph_A=0.01, voc_V=7.0, a_V=0.1, rs_ohm=0.4)
    amperes, panel_W = Buck(Rows()).currents_A(dim, 3.7)
    assert panel_W == pytest.approx(0.063, abs=1e-3)
    assert amperes * 3.7 / panel_W == pytest.approx(0.40, abs=0.01)


@pytest.mark.parametrize(("voc_V", "alive"), [(6.299, False), (6.3, False), (6.301, True)])
def test_a_panel_below_the_held_voltage_gives_nothing(voc_V: float, alive: bool) -> None:
    buck, curve = Buck(Rows()), Curve(0.3, voc_V, 0.3, 0.5)
    assert buck.alive(curve) is alive
    assert (buck.currents_A(curve, 3.7)[0] > 0.0) is False  # not even what the chip takes
    assert not buck.alive(DARK) and buck.currents_A(DARK, 3.7) == (0.0, 0.0)


def test_a_module_for_another_panel_wastes_or_refuses_this_one() -> None:
    """A 6 V panel in the sun, 45 C warm: at its own voltage, at the 6 V module's, at the 9 V module's."""
    curve = Panel(shipped_parts()["panel", "panel-6w"]).curve(800.0, 45.0)
    own, six, nine = (
        Buck(Rows(mppt=volts)).currents_A(curve, 3.8)[0] for volts in (5.5, 6.3, PART_9.v("mppt"))
    )
    assert six < 0.75 * own and nine == 0.0


PART_9 = shipped_parts()["charger", "cn3791-9v"]


def test_at_its_limit_the_panel_stands_higher_and_gives_what_is_needed() -> None:
    buck = Buck(Rows(charge_current=0.6))
    amperes, panel_W = buck.currents_A(CURVE, 3.7)
    panel_A, panel_V = buck.panel_point(CURVE, 0.6, 3.7)
    assert amperes == 0.6
    assert panel_W == pytest.approx(panel_A * panel_V)
    assert panel_A == pytest.approx(CURVE.current_A(panel_V), rel=1e-9)
    assert panel_V > 7.0
    assert (panel_V - 0.5) * (panel_A - 0.002) * buck.efficiency(0.6) == pytest.approx(0.6 * 3.7, rel=1e-9)


def test_many_hours_at_once_are_the_same() -> None:
    buck, volts = Buck(Rows()), np.array([2.4, 3.3, 3.9, 4.2])
    panel = Panel(shipped_parts()["panel", "panel-6w"])
    suns, warm = (
        np.array([0.0, 20.0, 90.0, 300.0, 800.0, 1100.0]),
        np.array([5.0, 0.0, -5.0, 20.0, 30.0, 50.0]),
    )
    curves: Curves = panel.curves(suns, warm)
    offered = buck.offered_A(curves, volts)
    for at, (sun, cell_C) in enumerate(zip(suns.tolist(), warm.tolist(), strict=True)):
        one = [buck.currents_A(panel.curve(sun, cell_C), v)[0] for v in volts.tolist()]
        assert np.maximum(offered[at] - buck.unbooked_A, 0.0) == pytest.approx(one, rel=1e-9, abs=1e-12)
    assert buck.unbooked_A == pytest.approx(0.0076, abs=0.0005)  # 20 mW of the converter, 2 mA of the chip


def plant_under(sun_W_m2: float, soc0: float, charger: Rows) -> Plant:
    parts = shipped_parts()
    return Plant.from_parts(
        parts["panel", "panel-6w"], charger, parts["cell", "nmc-18650-3000"], parts["protection", "dw01"],
        flat_sky(sun_W_m2), soc0,
    )  # fmt: skip


def test_in_the_twin_the_battery_gets_the_panels_power_whatever_its_voltage() -> None:
    """From a tenth to three quarters full, 3.3 to 4.0 V: power stays, current falls, both books close."""
    plant = plant_under(700.0, 0.1, Rows())
    curve = Panel(shipped_parts()["panel", "panel-6w"]).curve(700.0, 25.0)
    first, last = (Buck(Rows()).currents_A(curve, volts) for volts in (3.32, 4.0))
    assert first[0] > 1.15 * last[0]
    plant.advance(5 * 3600.0, 0.05)
    assert 0.65 < plant.soc < 0.85
    plant.close()
    energy = plant.books.energy_J
    assert energy["panel"] == pytest.approx(5 * 3600.0 * first[1], rel=1e-9)
    through = energy["harvest"] / (5 * 3600.0)
    assert first[0] * 3.32 == pytest.approx(last[0] * 4.0, rel=0.01)
    assert through == pytest.approx(last[0] * 4.0, rel=0.005)
    assert max(plant.errors().values()) < 1e-8


def test_a_small_panel_ends_the_charge_where_the_float_voltage_is_reached() -> None:
    """0.32 A end a charge of this module: at 0.25 A nothing more flows once the terminals stand at 4.2 V."""
    plant = plant_under(450.0, 0.97, Rows())
    plant.advance(2 * 3600.0)
    assert plant.harvest_W == 0.0
    assert plant.cell.ocv_V(plant.charge_C) == pytest.approx(4.2 - 0.25 * 0.0764, abs=0.006)


def test_held_at_float_the_panel_gives_what_is_taken() -> None:
    plant = plant_under(900.0, 0.99, Rows(term_current=0.0))
    plant.advance(5 * 3600.0, 0.4)
    assert plant.volts == pytest.approx(4.2, abs=1e-6)
    panel_A, panel_V = plant.panel_now()
    passed_W = (panel_V - 0.5) * (panel_A - 0.002)
    amperes = plant.harvest_W / 4.2
    assert amperes == pytest.approx(0.4 / 4.2, rel=0.02)
    assert passed_W * Buck(Rows()).efficiency(amperes) == pytest.approx(plant.harvest_W, rel=1e-9)
    plant.close()
    assert max(plant.errors().values()) < 1e-8


def test_a_meter_in_the_panels_lead_shows_the_held_voltage() -> None:
    """A cold panel has its best point above 6.3 V: while all is taken, the module still holds 6.3 V."""
    plant = plant_under(700.0, 0.4, Rows())
    plant.advance(1800.0)
    panel_A, panel_V = plant.panel_now()
    assert panel_V == pytest.approx(6.3)
    assert panel_A == pytest.approx(
        Panel(shipped_parts()["panel", "panel-6w"]).curve(700.0, 25.0).current_A(6.3)
    )
    buck, cold = Buck(Rows()), Panel(shipped_parts()["panel", "panel-6w"]).curve(700.0, -15.0)
    amperes = buck.currents_A(cold, 3.8)[0]
    assert cold.mpp_W() > 1.01 * 6.3 * cold.current_A(6.3)
    assert buck.panel_seen(cold, amperes, 3.81)[1] == 6.3
    assert buck.panel_seen(cold, 0.5 * amperes, 3.81)[1] > 7.0


def test_the_nodes_first_belief_of_a_good_day_knows_its_charger() -> None:
    """6 W, half of them real, 4.5 h of sun: 13.5 Wh; 62 % by a linear charger, 84 % by a buck."""
    parts = shipped_parts()
    design = replace(load_design("pico-w-arducam-2mp"), panel=parts["panel", "panel-6w"])
    linear, buck = (
        best_day_J(replace(design, charger=parts["charger", n])) for n in ("bq24074", "cn3791-6v")
    )
    assert linear == pytest.approx(48_600 * 3.751 / 6.0, rel=1e-3)
    assert buck == pytest.approx(48_600 * 0.91 * (1 - 0.5 / 6.3), rel=1e-3)
