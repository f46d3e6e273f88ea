"""The linear charger: ampere for ampere, its limits, and the cold ban one tenth of a degree either side."""

from __future__ import annotations

import pytest

from sim.charger import SPREAD, Charger, levels
from sim.panel import DARK, Curve

CURVE = Curve(iph_A=0.2, voc_V=6.5, a_V=0.3, rs_ohm=0.5)


class ChargerRows:
    def __init__(self, ntc: bool = True, **other: float) -> None:
        self.caps: dict[str, object] = {"ntc": ntc}
        self.rows = {
            "charge_current": 0.4, "float": 4.2, "term_current": 0.04, "dropout": 0.2, "input_min": 4.0,
            "quiescent": 2.0, "back_feed": 0.002,
        } | other  # fmt: skip

    def v(self, name: str) -> float:
        return self.rows[name]

    def table(self, name: str) -> tuple[tuple[float, float], ...]:
        raise KeyError(name)


def test_the_battery_gets_the_panels_current_less_the_chargers_own() -> None:
    amperes, panel_W = Charger(ChargerRows()).currents_A(CURVE, 3.9)
    assert panel_W == pytest.approx(4.1 * CURVE.current_A(4.1))
    assert amperes == pytest.approx(CURVE.current_A(4.1) - 0.002)


@pytest.mark.parametrize(("battery_V", "panel_V"), [(3.799, 4.0), (3.8, 4.0), (3.801, 4.001), (2.5, 4.0)])
def test_the_input_is_never_held_below_its_minimum(battery_V: float, panel_V: float) -> None:
    amperes, panel_W = Charger(ChargerRows()).currents_A(CURVE, battery_V)
    assert panel_W / (amperes + 0.002) == pytest.approx(panel_V)


def test_the_set_current_limits_and_the_panel_then_stands_higher() -> None:
    charger = Charger(ChargerRows(charge_current=0.1))
    amperes, panel_W = charger.currents_A(CURVE, 3.9)
    panel_V = panel_W / 0.102
    assert amperes == 0.1
    assert charger.panel_point(CURVE, 0.1, 3.9) == pytest.approx((0.102, panel_V))
    assert CURVE.current_A(panel_V) == pytest.approx(0.102)
    assert panel_V > 6.0


def test_light_that_does_not_feed_the_charger_gives_nothing() -> None:
    dim = Curve(iph_A=0.0019, voc_V=5.0, a_V=0.3, rs_ohm=0.5)
    charger = Charger(ChargerRows())
    assert charger.currents_A(dim, 3.9) == (0.0, 0.0)
    assert charger.currents_A(DARK, 3.9) == (0.0, 0.0)
    assert not charger.alive(DARK) and charger.alive(dim)


@pytest.mark.parametrize(("voc_V", "alive"), [(3.999, False), (4.0, False), (4.001, True)])
def test_it_lives_only_while_the_panel_can_hold_its_input(voc_V: float, alive: bool) -> None:
    assert Charger(ChargerRows()).alive(Curve(0.1, voc_V, 0.3, 0.5)) is alive


@pytest.mark.parametrize(
    ("cell_C", "allowed"),
    [(-0.1, False), (0.0, True), (0.1, True), (44.9, True), (45.0, True), (45.1, False)],
)
def test_cold_and_heat_ban(cell_C: float, allowed: bool) -> None:
    assert Charger(ChargerRows()).allows(cell_C, 0.0, 45.0) is allowed
    assert Charger(ChargerRows(ntc=False)).allows(cell_C, 0.0, 45.0) is True  # it cannot know


@pytest.mark.parametrize("swing", [0.0, 0.05, 0.3, 0.8])
def test_three_levels_have_the_hours_mean_and_deviation(swing: float) -> None:
    low, middle, high = levels(swing)
    assert (low + middle + high) / 3 == pytest.approx(1.0)
    assert (((low - 1) ** 2 + (high - 1) ** 2) / 3) ** 0.5 == pytest.approx(swing)
    assert levels(1.0) == (0.0, 1.0, 2.0)


def test_a_limit_takes_the_bright_part_of_an_unsteady_hour() -> None:
    """0.2 A of panel, a limit of 0.21 A: the mean is under it, the brightest third is not."""
    charger = Charger(ChargerRows(charge_current=0.21))
    panel_A = CURVE.current_A(4.1)
    calm = charger.currents_A(CURVE, 3.9)[0]
    assert calm == pytest.approx(panel_A - 0.002)
    assert charger.currents_A(CURVE, 3.9, 0.04)[0] == calm  # 1.049 times 0.2 A, less 2 mA, is 0.2078 A
    amperes, panel_W = charger.currents_A(CURVE, 3.9, 0.5)
    low_A = (1 - 0.5 * SPREAD) * panel_A - 0.002
    assert amperes == pytest.approx((low_A + calm + 0.21) / 3)
    assert calm - amperes == pytest.approx(((1 + 0.5 * SPREAD) * panel_A - 0.212) / 3)
    high_V = CURVE.volts_V(0.212 / (1 + 0.5 * SPREAD))
    assert panel_W == pytest.approx((4.1 * (low_A + 0.002) + 4.1 * panel_A + high_V * 0.212) / 3)
    assert charger.currents_A(CURVE, 3.9, 9.0)[0] == pytest.approx((0.0 + calm + 0.21) / 3)
