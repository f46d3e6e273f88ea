"""The table of a plant's year against the twin's own parts, hour by hour."""

from __future__ import annotations

import random
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from boards import Design, load_design
from boards.parts_file import shipped_parts
from sim.buck import charger_of
from sim.cell import Cell
from sim.charger import Charger
from sim.curves import Floats
from sim.diode_panel import panel_of
from sim.hour_table import HourTable, hour_table
from sim.kernel_plant import KernelPlant
from sim.scaled import scaled
from sim.sky import Sky
from sim.weather import HOURS, default_weather

DESIGN = load_design("pico-w-arducam-2mp")
CHARGERS = sorted(name for kind, name in shipped_parts() if kind == "charger")
CELLS = sorted(name for kind, name in shipped_parts() if kind == "cell")


@pytest.fixture(scope="module")
def sky() -> Sky:
    return Sky.prepare(default_weather(), DESIGN.panel, 45.0)


def with_part(kind: str, name: str) -> Design:
    return replace(DESIGN, **{kind: shipped_parts()[kind, name]})


def charged_A(table: HourTable, scale: float = 1.0) -> Floats:
    amps = np.clip(scale * table.amps - table.quiescent_A, 0.0, table.limit_A)
    return np.where(table.alive[:, None], amps, 0.0)


#: A module that waits for more volts than these panels have.
NEVER = "cn3791-9v"


@pytest.mark.parametrize("name", CHARGERS)
@pytest.mark.parametrize("panel", ["panel-0.5w", "panel-6w", "panel-6w-diode"])
def test_every_charger_gives_what_it_gives_in_the_twin(sky: Sky, name: str, panel: str) -> None:
    design = replace(with_part("charger", name), panel=shipped_parts()["panel", panel])
    table = hour_table(design, sky)
    charger, one_panel = charger_of(design.charger), panel_of(design.panel)
    ours, lit = charged_A(table), 0
    for hour in random.Random(7).sample(range(HOURS), 600):
        curve = one_panel.curve(sky.absorbed_W_m2[hour], sky.panel_C[hour])
        assert table.alive[hour] == charger.alive(curve)
        if charger.alive(curve):
            theirs = [charger.currents_A(curve, volts)[0] for volts in table.volts]
            assert ours[hour] == pytest.approx(theirs, rel=1e-6, abs=1e-9)
            lit += 1
    assert lit == 0 if name == NEVER else lit > 40


@pytest.mark.parametrize("scale", [0.25, 0.5, 2.0, 4.0])
def test_a_buck_scales_within_four_per_cent(sky: Sky, scale: float) -> None:
    parts = shipped_parts()
    design = replace(DESIGN, panel=parts["panel", "panel-6w"], charger=parts["charger", "cn3791-6v"])
    whole, other = hour_table(design, sky), hour_table(scaled(design, scale, 1.0), sky)
    assert charged_A(whole, scale).sum() == pytest.approx(charged_A(other).sum(), rel=0.04)


@pytest.mark.parametrize("scale", [0.25, 3.0])
def test_a_panel_by_its_diode_scales_as_well(sky: Sky, scale: float) -> None:
    design = replace(with_part("panel", "panel-6w-diode"), charger=shipped_parts()["charger", "bq24074"])
    whole, other = hour_table(design, sky), hour_table(scaled(design, scale, 1.0), sky)
    np.testing.assert_allclose(charged_A(other), charged_A(whole, scale), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("scale", [0.25, 1.0, 3.0])
def test_a_larger_panel_is_the_same_table_times_its_size(sky: Sky, scale: float) -> None:
    whole, other = hour_table(DESIGN, sky), hour_table(scaled(DESIGN, scale, 1.0), sky)
    np.testing.assert_allclose(charged_A(other), charged_A(whole, scale), rtol=1e-6, atol=1e-9)
    assert charged_A(other).max() == pytest.approx({0.25: 0.0520, 1.0: 0.2139, 3.0: 0.4}[scale], abs=1e-4)


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_is_as_cold_and_as_stiff_as_in_the_twin(sky: Sky, name: str) -> None:
    design = with_part("cell", name)
    table, cell = hour_table(design, sky), Cell(design.cell)
    for hour in random.Random(8).sample(range(HOURS), 300):
        air_C = sky.air_C[hour]
        assert table.cell_C[hour] == air_C
        assert table.ohm[hour] == pytest.approx(cell.resistance_ohm(air_C), rel=1e-12)
        assert table.floor_share[hour] * cell.capacity_C == pytest.approx(cell.floor_C(air_C), abs=1e-9)
        assert table.leak_1_s[hour] == pytest.approx(cell.leak_at_1_s(air_C), rel=1e-12)
        allowed = Charger(design.charger).allows(air_C, cell.charge_min_C, cell.charge_max_C)
        assert table.allowed[hour] == allowed
    for share in (0.0, 0.07, 0.5, 0.93, 1.0):
        volts = float(np.interp(share, table.ocv_q, table.ocv_V))
        assert volts == pytest.approx(cell.ocv_V(share * cell.capacity_C), rel=1e-12)


def test_the_default_plant_in_figures(sky: Sky) -> None:
    table = hour_table(DESIGN, sky)
    assert (table.limit_A, table.quiescent_A, table.float_V, table.term_A) == (0.4, 0.002, 4.2, 0.04)
    assert (table.low_V, table.high_V, table.capacity_C) == (2.4, 3.0, 10_800.0)
    assert table.volts.tolist() == pytest.approx([2.4, 2.76, 3.12, 3.48, 3.84, 4.2])
    assert table.recharge_V == pytest.approx(4.05)
    assert table.standing_A.max() == pytest.approx(5e-6)  # protection 3 uA, dark charger 2 uA
    assert table.standing_A.min() == pytest.approx(3e-6)
    assert table.end_share == pytest.approx(1.0 - 0.05 * 0.07 * 1.0913 * 0.04 / 0.076, abs=1e-6)
    assert table.swing.tolist() == list(sky.swing)
    assert 0.3 < table.swing.max() < 2.0


def test_a_charger_without_sensor_charges_in_frost(sky: Sky) -> None:
    frost = np.array(sky.air_C) < 0.0
    assert frost.sum() > 300
    caps = MappingProxyType({**DESIGN.charger.caps, "ntc": False})
    blind = replace(DESIGN, charger=replace(DESIGN.charger, caps=caps))
    assert hour_table(blind, sky).allowed.all()
    assert not hour_table(DESIGN, sky).allowed[frost].any()


@pytest.mark.parametrize("name", ["tp4056", "xiao-s3-onboard", "cn3791-6v"])
@pytest.mark.parametrize("swing", [0.1, 0.4, 0.8, 1.5])
def test_a_clipped_hour_is_the_mean_of_three_as_in_the_twin(sky: Sky, name: str, swing: float) -> None:
    """On a large panel; a buck's efficiency is taken at the hour's mean here, of each third in the twin."""
    parts = shipped_parts()
    design = replace(with_part("charger", name), panel=parts["panel", "panel-6w"])
    if name == "cn3791-6v":
        limited = replace(parts["charger", name].rows["charge_current"], value=0.25)
        rows = MappingProxyType({**parts["charger", name].rows, "charge_current": limited})
        design = replace(design, charger=replace(parts["charger", name], rows=rows))
    table = replace(hour_table(design, sky), swing=np.full(HOURS, swing))
    charger, one_panel = charger_of(design.charger), panel_of(design.panel)
    ours, clipped = table.charged_A(), 0
    for hour in random.Random(9).sample(range(HOURS), 500):
        curve = one_panel.curve(sky.absorbed_W_m2[hour], sky.panel_C[hour])
        if charger.alive(curve) and table.allowed[hour]:
            theirs = [charger.currents_A(curve, volts, swing)[0] for volts in table.volts]
            assert ours[hour] == pytest.approx(theirs, rel=0.05 if name == "cn3791-6v" else 1e-6, abs=1e-9)
            clipped += theirs[0] != charger.currents_A(curve, float(table.volts[0]))[0]
    assert clipped > 15


def test_what_does_not_clip_is_the_hours_mean(sky: Sky) -> None:
    calm = hour_table(DESIGN, sky)
    rough = replace(calm, swing=np.full(HOURS, 0.6))
    assert (rough.charged_A() == calm.charged_A()).all()


def test_two_cells_side_by_side_in_the_kernels_plant(sky: Sky) -> None:
    one, two = (KernelPlant.of(load_design(f"pico-w-arducam-{size}mp"), sky) for size in (2, 5))
    assert (one.capacity_C, two.capacity_C) == (10_800.0, 21_600.0)
    np.testing.assert_allclose(two.ohm, one.ohm / 2)
    np.testing.assert_allclose(two.floor_C, one.floor_C * 2)
