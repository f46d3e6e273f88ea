"""The fast kernel: the node's own policy compiled, its plant beside the twin's, the clairvoyant above all."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.policy_cells import designed
from benchmarks.policy_rules import DAY_VALUE
from boards import load_design
from sim.air import Link
from sim.bound import bound
from sim.bound_dp import lived
from sim.kernel import GREEDY, NONE, OURS, RAMP, Motions, Node, Prices, run_year
from sim.kernel_plant import KernelPlant
from sim.kernel_prices import config_of, motions_of, prices_of
from sim.policy_source import compiled, order, plain
from sim.run import run
from sim.scaled import scaled
from sim.scenario import Scenario
from sim.sky import Sky
from sim.visitors import Garden
from sim.weather import default_weather

PRICES = Prices(0.0074, 0.0074, 0.32, 1.4, 0.9, 0.8, 0.4, 1.1, 0.55, 1.7, 0.008, 42.0, 9.5)


def test_compiled_and_plain_policy_agree() -> None:
    """On snapshots and configurations all over their range, for every question."""
    chance = random.Random(4)
    fast, slow = compiled(), plain()
    highest = {
        "question": 7, "soc": 100, "mV": 4300, "locked": 1, "brownouts": 5, "credit": 1000, "waiting": 12,
        "skip_links": 3, "stuck": 5, "dark": 5, "is_dark": 1, "pir_high": 2, "full": 2, "camera_skips": 2,
        "allow": 251, "held": 80, "per_hour": 90, "load_mV": 4300, "picture_mJ": 4000, "small_mJ": 2000,
        "join_mJ": 9000,
        "left_s": 60,
    }  # fmt: skip
    assert tuple(highest) == order("Snapshot")
    for _ in range(3000):
        snapshot = tuple(chance.randint(0, most) for most in highest.values())
        low = chance.randint(5, 40)
        config = (
            low, low + 10, 70, 3300, chance.randint(1, 3), 30, chance.randint(0, 1), 3600, 5,
            chance.choice((0, 3600)), 2450, chance.randint(1, 90), chance.randint(1, 20),
            chance.randint(0, 1),
        )  # fmt: skip
        assert fast["decide"](snapshot, config) == slow["decide"](snapshot, config), (snapshot, config)


def test_compiled_and_plain_lessons_agree() -> None:
    chance = random.Random(5)
    fast, slow = compiled(), plain()
    for _ in range(300):
        state = tuple(chance.randint(0, most) for most in (3000, 2000, 900, 251))
        spent = chance.randint(0, 3000)
        facts = (
            chance.randint(20, 240), chance.randint(1000, 10_000), chance.randint(1000, 10_000), spent,
            chance.randint(0, spent), chance.randint(0, 1000), chance.randint(0, 23), chance.randint(1, 900),
        )  # fmt: skip
        course = plain()["course"](chance.randint(-60, 60), 60)
        told = (40_000, 20, 3000, 640)
        assert fast["learn"](state, facts, told, course) == slow["learn"](state, facts, told, course)


def motions(days: int, a_day: int) -> Motions:
    """Visitors in daylight, at noon."""
    first = np.zeros(days * 24 + 1, dtype=np.int64)
    for day in range(days):
        first[day * 24 + 13 :] += a_day
    return Motions(first, np.ones(days * a_day, dtype=np.int64))


@pytest.fixture(scope="module")
def sky() -> Sky:
    return Sky.prepare(default_weather(), load_design("pico-w-arducam-2mp").panel, 60.0, start_day=170)


@pytest.fixture(scope="module")
def plant(sky: Sky) -> KernelPlant:
    return KernelPlant.of(designed("NMC", 2.0), sky)


def node(who: int, **changes: Any) -> Node:
    return Node(who, config_of(designed("NMC", 2.0)), **changes)


def test_with_sun_enough_everybody_is_served(plant: KernelPlant) -> None:
    year = run_year(plant, PRICES, motions(30, 10), node(GREEDY), DAY_VALUE, 10.0, 1.0)
    assert year.total("pictures") == 300
    assert year.total("worth") == pytest.approx(30 * 10 * (0.25 + 0.125 + 0.1))
    assert year.total("down_h") == 0


@pytest.mark.parametrize(("who", "charge"), [(OURS, 0.4), (OURS, 0.19), (GREEDY, 0.3)])
def test_plain_python_lives_the_same_weeks(plant: KernelPlant, who: int, charge: float) -> None:
    """What the station runs where there is no numba."""
    found = motions(28, 14)
    quick, slow = (
        run_year(plant, PRICES, found, node(who), DAY_VALUE, 10.0, charge, 300 * 24, quick=quick)
        for quick in (True, False)
    )
    np.testing.assert_allclose(slow.hour_soc, quick.hour_soc, rtol=0, atol=1e-12)
    assert slow.total("pictures") == quick.total("pictures") > 0


def test_energy_of_the_dark_by_hand(plant: KernelPlant) -> None:
    """No panel: sleep, ten wakes and pictures a day, and what stands beside them, out of the cell."""
    dark = replace(plant, amps=plant.amps * 0.0)
    year = run_year(dark, PRICES, motions(10, 10), node(GREEDY), DAY_VALUE, 10.0, 1.0)
    each = 1.4 + 1.1 + 42.0 * 0.008 + 1.7
    assert year.total("load_J") == pytest.approx(10 * 86_400 * 0.0074 + 100 * each, rel=1e-6)
    lost = plant.energy_J(plant.capacity_C) - plant.energy_J(year.hour_soc[-1] * plant.capacity_C)
    standing = float(dark.standing_A[:240].sum()) * 3600.0 * 3.9
    assert lost == pytest.approx(year.total("load_J") + standing, rel=0.02)


def test_a_flat_cell_cuts_off_and_comes_back_with_the_sun(plant: KernelPlant) -> None:
    year = run_year(plant, PRICES.times(20.0), motions(60, 10), node(NONE), DAY_VALUE, 10.0, 0.3)
    assert 0 < year.total("down_h") < 60 * 24
    assert year.days["pictures"][-5:].sum() > 0


def test_nothing_goes_home_while_the_station_is_away(plant: KernelPlant) -> None:
    up = np.zeros(30 * 24, dtype=np.bool_)
    year = run_year(plant, PRICES, motions(30, 10), node(OURS), DAY_VALUE, 10.0, 1.0, link_up=up)
    assert year.total("sent") == 0
    assert year.total("pictures") == config_of(designed("NMC", 2.0))["spool"] + 1
    assert year.total("down_h") == 0


@pytest.mark.parametrize("panel_W", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("chemistry", ["NMC", "LFP"])
@pytest.mark.parametrize("who", [OURS, RAMP, GREEDY])
def test_nobody_is_above_the_clairvoyant(sky: Sky, panel_W: float, chemistry: str, who: int) -> None:
    design = designed(chemistry, panel_W)
    plant = KernelPlant.of(design, sky)
    found = motions(365, 100)
    config = config_of(design)
    year = run_year(plant, PRICES, found, Node(who, config), DAY_VALUE, 100.0, 0.8)
    most = bound(plant, PRICES, found, config["spool"] + 1, DAY_VALUE, 100.0, 0.8)
    if year.total("down_h") <= 24.0 * most.down_days:
        assert year.total("worth") <= most.worth * (1.0 + 1e-9)
    else:
        assert most.down_days < 365


def test_the_clairvoyant_spreads_what_there_is(plant: KernelPlant) -> None:
    """Without sun and with equal days, every day gets the same."""
    dark = replace(plant, amps=plant.amps * 0.0, floor_C=plant.floor_C * 0.0)
    most = bound(dark, PRICES, motions(20, 100), 8, DAY_VALUE, 100.0, 0.45)
    each = 0.1 + 1.1 + 42.0 * 0.008 + 1.7 / 8
    base = 20 * (86_400 * 0.0074 + 80.0)
    empty = plant.energy_J(float(np.interp(plant.cut_V, plant.u_V, plant.q_C)))
    spare = plant.energy_J(0.45 * plant.capacity_C) - empty - base
    assert spare / each < 2000.0
    assert most.taken.sum() == pytest.approx(spare / each, rel=1e-3)
    assert most.down_days == 0.0


def test_kernel_and_twin_take_the_same_load_and_the_same_sun() -> None:
    """Ten days of the full run: load within 3 %, harvest within 5 %, by the design's own policy."""
    garden, days, start = Garden(), 10, 60
    design = scaled(load_design("pico-w-arducam-2mp"), 0.25, 1.0)
    scenario = Scenario(days=days, start_day=start, soc=0.5, panel_scale=0.25, garden=garden)
    result, twin = run(scenario)
    plant = KernelPlant.of(design, twin.sky)
    prices = prices_of("pico-w-arducam-2mp", garden, Link())
    found, ordinary = motions_of(garden, twin.sky.weather, twin.sky, days, start, scenario.seed)
    year = run_year(plant, prices, found, Node(OURS, config_of(design)), DAY_VALUE, ordinary, 0.5, start * 24)
    assert year.total("load_J") == pytest.approx(3600.0 * result.hour_load_Wh.sum(), rel=0.03)
    assert year.total("harvest_J") == pytest.approx(3600.0 * result.hour_harvest_Wh.sum(), rel=0.05)
    assert float(year.hour_soc[-1]) == pytest.approx(result.hour_soc[-1], abs=0.02)


@pytest.mark.parametrize(("panel_W", "chemistry"), [(0.5, "NMC"), (0.25, "LFP")])
def test_the_clairvoyant_by_days_lies_between_ours_and_the_bound(
    sky: Sky, panel_W: float, chemistry: str
) -> None:
    design = designed(chemistry, panel_W)
    plant, found, config = KernelPlant.of(design, sky), motions(365, 100), config_of(design)
    most = bound(plant, PRICES, found, config["spool"] + 1, DAY_VALUE, 100.0, 0.8)
    best = lived(plant, PRICES, found, config["spool"] + 1, DAY_VALUE, 100.0, 0.8)
    ours = run_year(plant, PRICES, found, Node(OURS, config), DAY_VALUE, 100.0, 0.8)
    assert best.down_h >= 24.0 * most.down_days - 1.0
    assert ours.total("down_h") >= best.down_h
    if not best.down_h:
        assert ours.total("worth") < best.worth <= most.worth * (1.0 + 1e-9)
        assert best.worth > 0.9 * most.worth


def test_the_clairvoyant_by_days_spreads_what_there_is(plant: KernelPlant) -> None:
    """Without sun and with equal days: nearly what the programme promises, and nobody dies for it."""
    dark = replace(plant, amps=plant.amps * 0.0, floor_C=plant.floor_C * 0.0)
    most = bound(dark, PRICES, motions(20, 100), 8, DAY_VALUE, 100.0, 0.45)
    best = lived(dark, PRICES, motions(20, 100), 8, DAY_VALUE, 100.0, 0.45)
    assert best.down_h == 0
    assert 0.94 * most.worth < best.worth <= most.worth
