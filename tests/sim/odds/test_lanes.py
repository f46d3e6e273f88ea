"""The Monte-Carlo kernel beside the exact one, its books, its luck and its tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boards import load_design
from sim.air import Link
from sim.hour_table import hour_table
from sim.kernel import OURS, Node, run_year
from sim.kernel_plant import KernelPlant
from sim.kernel_prices import config_of, motions_of
from sim.nodefile import node_values
from sim.odds import engine
from sim.odds.case import Case
from sim.odds.engine import Years
from sim.odds.hours import hours_of
from sim.odds.lesson import CHARGES, HARVESTS, learn, place, plan_table
from sim.policy_source import plain
from sim.sky import Sky
from sim.visitors import Garden
from sim.weather import default_weather

WEATHER = default_weather()
DESIGN = load_design("pico-w-arducam-2mp")
START = 181
NAMES = ("down_h", "locked_h", "harvest_J", "load_J", "pictures")
#: Charge at the last lesson and now, 1/100 %, J spent, share served: where a test's facts are drawn from.
DRAWN = ((0, 10_001), (0, 10_001), (700, 3000), (0, 1001))


def years(count: int = 1) -> Years:
    day = np.tile((np.arange(365) + START) % 365, (count, 1)).astype(np.int32)
    return Years(day, np.ones((count, 365), dtype=np.float32))


@pytest.fixture(scope="module")
def ready() -> engine.Ready:
    return engine.ready(Case(DESIGN, (WEATHER,), charge=0.8))


def exact(panel_x: float, seeds: int, ready: engine.Ready) -> dict[str, float]:
    """Means of the kernel that asks `decide` at every motion."""
    from sim.scaled import scaled

    design = scaled(DESIGN, panel_x, 1.0)
    sky = Sky.prepare(WEATHER, design.panel, 60.0, 180.0, start_day=START)
    plant = KernelPlant.of(design, sky)
    rows = node_values(DESIGN)
    first_J = (int(str(rows["CELL_J"])), int(str(rows["HARVEST_J"])), int(str(rows["BASE_J"])))
    node = Node(OURS, config_of(DESIGN), plain()["course"](round(WEATHER.latitude), 60), first_J)
    found = []
    for seed in range(seeds):
        motions, ordinary = motions_of(Garden(), WEATHER, sky, 365, START, seed)
        year = run_year(plant, ready.prices, motions, node, ((1.0, 1.0),), ordinary, 0.8, START * 24)
        found.append([year.total(name) for name in NAMES])
    return dict(zip(NAMES, np.mean(found, axis=0), strict=True))


@pytest.mark.parametrize("panel_x", [1.0, 0.1, 0.05])
def test_it_comes_to_what_the_exact_kernel_comes_to(ready: engine.Ready, panel_x: float) -> None:
    """Plenty, scarce, and a panel that cannot carry the node; six seeds against one block's 128 nodes."""
    tally = engine.run(replace(ready, case=ready.case.change(panel_x=panel_x)), years(), workers=1)
    other = exact(panel_x, 6, ready)
    assert tally.mean("harvest_J") == pytest.approx(other["harvest_J"], rel=0.01)
    assert tally.mean("load_J") == pytest.approx(other["load_J"], rel=0.01)
    assert tally.mean("pictures") == pytest.approx(other["pictures"], rel=0.04)
    assert tally.mean("down_h") == pytest.approx(other["down_h"], rel=0.05, abs=3.0)
    assert tally.mean("locked_h") == pytest.approx(other["locked_h"], rel=0.05, abs=24.0)


def test_a_block_depends_on_its_number_and_seed_only(ready: engine.Ready) -> None:
    few, many = years(2), years(5)
    assert np.array_equal(engine.block(ready, few, 1)[0], engine.block(ready, many, 1)[0])
    assert not np.array_equal(engine.block(ready, many, 0)[0], engine.block(ready, many, 1)[0])
    other = replace(ready, case=ready.case.change(seed=2))
    assert not np.array_equal(engine.block(ready, many, 1)[0], engine.block(other, many, 1)[0])


def test_one_worker_and_many_count_the_same(ready: engine.Ready) -> None:
    alone, together = (engine.run(ready, years(6), workers=count) for count in (1, 3))
    assert np.array_equal(alone.down, together.down)
    assert np.array_equal(alone.pace, together.pace)
    assert np.array_equal(alone.sums, together.sums)
    assert alone.node_years == 6 * 128


def test_its_visitors_are_as_many_as_the_garden_sends(ready: engine.Ready) -> None:
    """18 a day, of which the PIR misses 5 %, and 10 false ones: 9,891 motions a year; 128 lanes know the
    mean to 0.1 %."""
    tally = engine.run(ready, years(), workers=1)
    assert tally.mean("seen") == pytest.approx(365 * (18 * 0.95 + 10), rel=0.004)


def test_charge_is_neither_made_nor_lost(ready: engine.Ready) -> None:
    """No sun: what leaves the battery is load, protection and self-discharge, and the supply ends when it is
    empty. 10.8 kC at 3.6 to 4.1 V, of which 2 % are left at the cut-off."""
    dark = Years(years().day, np.zeros((1, 365), dtype=np.float32))
    tally = engine.run(replace(ready, case=ready.case.change(charge=1.0)), dark, workers=1)
    stored_J = 3.0 * 3600.0 * 3.75
    assert tally.mean("harvest_J") == 0.0
    assert 0.80 * stored_J < tally.mean("load_J") < 0.98 * stored_J
    assert tally.mean("down_h") > 6000.0


def test_a_bigger_panel_in_a_lane_is_a_bigger_panel(ready: engine.Ready) -> None:
    """Lanes of a map: the same sizes as cases of their own."""
    small = replace(ready, case=ready.case.change(panel_x=0.05))
    months, _ = engine.block(ready, years(), 0, ([0.05] * 64 + [1.0] * 64, [1.0] * 128))
    alone, _ = engine.block(small, years(), 0)
    assert np.array_equal(months[..., :64], alone[..., :64])
    assert months[0, :, 0, 64:].sum() == 0.0


def test_a_battery_ages_as_the_formula_says(ready: engine.Ready) -> None:
    """Ten years nearly full at Greensboro's air: `sim.ageing.aged` says the same within a point."""
    from sim.ageing import Ageing, aged

    one = replace(ready, case=ready.case.change(span=10))
    tally = engine.run(one, years(10), workers=1)
    left = tally.ages[:, 2] / tally.ages[:, 0]
    mean_J = tally.mean("load_J") / 365.0
    for age in (1, 5, 10):
        depth = mean_J / (ready.capacity_J * left[age - 1])
        alone = aged(Ageing.of(DESIGN.cell), WEATHER.temp_air, age, 0.985, depth)
        assert left[age - 1] == pytest.approx(alone.capacity, abs=0.015)


def test_the_lesson_is_the_firmwares_own() -> None:
    """`learn` in floating point, with its plan looked up, beside the source in whole numbers."""
    source = plain()
    season = source["course"](55, 60)
    sun = np.array(season, dtype=np.float32)
    table = plan_table(tuple(season), 20)
    chance = np.random.default_rng(3)
    config = (40_000, 20, 3000, 640)
    off = []
    for _ in range(400):
        low, high = np.array([200, 300, 100]), np.array([9000, 1500, 3000])
        state = (*(int(value) for value in chance.integers(low, high)), 0)
        before, charge, spent, share = (int(chance.integers(*ends)) for ends in DRAWN)
        half = int(chance.integers(0, 24))
        facts = (24, before, charge, spent, 680, share, half, 900)
        *truth, allow = source["learn"](state, facts, config, season)
        floats = (*map(float, facts[:6]), half, 900.0)
        first = learn(state, floats, (*map(float, config), 0.0), sun)
        at, part_q, part_h = place(np.float32(charge), np.float32(first[0]), np.float32(config[0]))
        a, b, c, d = table[half].take([at, at + 1, at + HARVESTS, at + HARVESTS + 1])
        planned = (a + part_h * (b - a)) * (1 - part_q) + (c + part_h * (d - c)) * part_q
        service_J = float(planned * config[0] - first[1])
        *again, found = learn(state, floats, (*map(float, config), service_J), sun)
        assert [int(value) for value in again] == pytest.approx(truth, abs=1)
        off.append(abs(int(found) - allow))
    assert len(table[0]) == CHARGES * HARVESTS
    assert np.mean(off) < 2.0, "of 250"
    assert np.percentile(off, 98) <= 16


def test_the_cells_curve_is_kept() -> None:
    """Bends give the table's voltages back."""
    sky = Sky.prepare(WEATHER, DESIGN.panel, 60.0, 180.0)
    table = hour_table(DESIGN, sky)
    knots = hours_of([table]).knots.astype(np.float64)
    for q in np.linspace(0.0, 1.0, 21):
        volts = knots[0, 0] + knots[0, 1] * q + np.sum(knots[1:, 1] * np.maximum(q - knots[1:, 0], 0.0))
        assert volts == pytest.approx(np.interp(q, table.ocv_q, table.ocv_V), abs=2e-3)


def test_prices_do_not_hang_on_the_link_alone(ready: engine.Ready) -> None:
    slow = engine.ready(Case(DESIGN, (WEATHER,), link=Link(join_s=6.0)))
    assert slow.prices.join_J > 1.5 * ready.prices.join_J
