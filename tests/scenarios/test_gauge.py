"""What the node believes of its charge where voltage says little, after another battery, and under a wrong
clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.run import Twin
from sim.scenario import Scenario
from tests.scenarios.conftest import Told, patched
from tests.scenarios.test_chemistries import design

#: The journal then tells the charge itself, not the share of it that comes out of a cold cell.
CHARGE = ("torpor.battery", "reasons.BATTERY, record.soc)", "reasons.BATTERY, record.charge // 100)")
VOLTAGE_ALONE = ("torpor.energy", "if not first and -1500", "if False and -1500")
WEEKS = Scenario(days=14.0, start_day=300, panel_scale=0.2, soc=0.5)


def followed(changes: tuple[tuple[str, str, str], ...], also: Callable[[Twin], None] | None = None):  # type: ignore[no-untyped-def]
    """(prepare, [(t_s, said, true charge), ...]), both in per cent."""
    told: list[tuple[float, float, float]] = []

    def prepare(twin: Twin) -> None:
        for change in changes:
            patched(*change)(twin)

        class Heard(list):  # type: ignore[type-arg]
            def append(self, entry) -> None:  # type: ignore[no-untyped-def]
                super().append(entry)
                if entry.reason == "BATTERY":
                    told.append((entry.t_s, entry.argument, 100.0 * twin.plant.soc))

        twin.life.journal = Heard()
        if also:
            also(twin)

    return prepare, told


def off(told: list[tuple[float, float, float]], from_s: float = 0.0) -> list[float]:
    return [said - true for t_s, said, true in told if t_s >= from_s]


def rms(values: list[float]) -> float:
    return (sum(value**2 for value in values) / len(values)) ** 0.5


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in (2, 3))])
def test_the_plateau_of_lfp(seed: int, tmp_path: Path, live: Callable[..., Told]) -> None:
    """Two weeks of late autumn about the flat middle: 0.3 mV to the per cent. The books hold what the
    voltage would have tossed about, above all upwards when the sun lifts it."""
    scenario = WEEKS.change(design=str(design(tmp_path, "LFP")), seed=seed)
    prepare, told = followed((CHARGE,))
    live(scenario, prepare=prepare)
    alone, by_voltage = followed((CHARGE, VOLTAGE_ALONE))
    live(scenario, prepare=alone)
    assert rms(off(told)) < 2.5
    assert -9.0 < min(off(told)) < max(off(told)) < 5.0
    assert max(off(by_voltage)) > 9.0
    assert rms(off(told)) < 0.8 * rms(off(by_voltage))


def swap(at_s: float, soc: float) -> Callable[[Twin], None]:
    """Another cell of the same make, put in beside the old one before that is taken out."""

    def prepare(twin: Twin) -> None:
        left = [at_s]

        def on_wake(now_s: float) -> None:
            if left and now_s >= left[0]:
                left.clear()
                twin.world.flush()
                plant = twin.plant
                before_C, plant.charge_C = plant.charge_C, soc * plant.cell.capacity_C
                plant.volts = plant.cell.ocv_V(plant.charge_C)
                plant._set_bounds()
                plant._first_C += plant.charge_C - before_C
                plant._first_J += plant.cell.energy_J(plant.charge_C) - plant.cell.energy_J(before_C)

        twin.life._on_wake = on_wake

    return prepare


@pytest.mark.parametrize(("before", "after", "jumps"), [(0.9, 0.4, 1), (0.35, 0.95, 1), (0.6, 0.7, 0)])
def test_another_battery(before: float, after: float, jumps: int, live: Callable[..., Told]) -> None:
    prepare, told = followed((CHARGE,), swap(3.3 * 86_400.0, after))
    life = live(WEEKS.change(days=6.0, soc=before, panel_scale=0.1), prepare=prepare)
    said = [argument / 100.0 for _, _, argument in life.events("CHARGE_JUMPED")]
    assert said == [pytest.approx(after, abs=0.02)] * jumps
    assert rms(off(told, 3.5 * 86_400.0)) < 1.5
    lessons = [t_s for t_s, _, _ in life.events("LEARNT")]
    if jumps:  # the day of the change teaches nothing
        assert not [t_s for t_s in lessons if 3.3 * 86_400.0 < t_s < 4.1 * 86_400.0]
    assert lessons[-1] > 5.0 * 86_400.0


def test_a_wrong_clock(live: Callable[..., Told]) -> None:
    """Home says ten years too much for two days, then the right time again."""
    years_s = 10 * 31_556_926

    def also(twin: Twin) -> None:
        left = [(2 * 86_400.0, years_s), (4 * 86_400.0, -years_s)]

        def on_wake(now_s: float) -> None:
            while left and now_s >= left[0][0]:
                twin.home.epoch_s += left.pop(0)[1]

        twin.life._on_wake = on_wake

    prepare, told = followed((CHARGE,), also)
    life = live(WEEKS.change(days=8.0), prepare=prepare)
    assert rms(off(told)) < 1.5
    assert max(abs(value) for value in off(told)) < 4.0
    assert [reason for _, reason, _ in life.events("LEARNT", "CHARGE_JUMPED")][-2:] == ["LEARNT", "LEARNT"]


LFP_SPRING = Scenario(design="pico-w-two-meters", days=10.0, start_day=80, panel_scale=0.5, soc=0.3)


def test_a_second_meter_in_the_panels_lead(tmp_path: Path, live: Callable[..., Told]) -> None:
    """What the sun lifts the voltage by is known, so nobody takes it for charge."""
    one_meter = LFP_SPRING.change(design=str(design(tmp_path, "LFP")))
    prepare, lifted = followed((CHARGE,))
    live(one_meter, prepare=prepare)
    prepare, told = followed((CHARGE,))
    life = live(LFP_SPRING, prepare=prepare)
    assert max(off(lifted)) > 4.0
    assert max(off(told)) < 2.5
    assert rms(off(told)) < 3.0
    powers = [argument for _, _, argument in life.events("SUN")]
    assert len(powers) == life.count("BATTERY")
    assert powers.count(0) > 100  # at night
    assert 15 <= max(powers) <= 50  # 20 mW each: of half a 2 W panel, at the voltage of the battery
    assert life.count("METER_LOST") == 0


def test_a_second_meter_that_is_silent(live: Callable[..., Told]) -> None:
    def silent(twin: Twin) -> None:
        twin.hardware.panel_meter.power(0.0, False)
        twin.hardware.panel_meter.power = lambda now_s, on: None

    told = live(LFP_SPRING.change(days=1.0), prepare=silent)
    lost = told.events("METER_LOST")
    assert len(lost) == told.count("BATTERY") > 5
    assert {argument for _, _, argument in lost} == {1}
    assert told.count("SENT") > 0
