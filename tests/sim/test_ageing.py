"""Ageing: the tables that it was made of, the square root of time, cycles, and a cell in its third winter."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest

from boards.parts_file import shipped_parts
from sim.ageing import (
    Ageing,
    YEAR_h,
    aged,
    capacity_left,
    cycled,
    rate_at,
    resistance_factor,
    shelved,
    years_to,
)
from sim.cell import NEW, Aged, Cell
from sim.policy_source import jitter
from sim.run import build
from sim.scenario import Scenario

CELLS = sorted(name for kind, name in shipped_parts() if kind == "cell")
NMC = Ageing.of(shipped_parts()["cell", "nmc-18650-3000"])
LFP = Ageing.of(shipped_parts()["cell", "lfp-18650-1500"])


def left_after(ageing: Ageing, cell_C: float, soc: float, years: float) -> float:
    full, stored = (float(one) for one in ageing.rates(np.array(cell_C)))
    return capacity_left(shelved(0.0, rate_at(full, stored, soc), years * YEAR_h), 0.0)


@pytest.mark.parametrize(
    ("cell_C", "soc", "years", "left"),
    [
        (0.0, 1.0, 1.0, 0.94), (25.0, 1.0, 1.0, 0.80), (40.0, 1.0, 1.0, 0.65),
        (0.0, 0.4, 1.0, 0.98), (25.0, 0.4, 1.0, 0.96), (40.0, 0.4, 1.0, 0.85),
        (60.0, 1.0, 0.25, 0.60), (25.0, 1.0, 4.0, 0.60), (25.0, 0.7, 1.0, 0.88), (25.0, 0.1, 1.0, 0.96),
        (-20.0, 1.0, 1.0, 0.94),
    ],
)  # fmt: skip
def test_lithium_ion_on_the_shelf(cell_C: float, soc: float, years: float, left: float) -> None:
    assert left_after(NMC, cell_C, soc, years) == pytest.approx(left, abs=1e-9)


@pytest.mark.parametrize("cell_C", [0.0, 25.0, 40.0, 60.0])
@pytest.mark.parametrize("soc", [1.0, 0.4])
def test_LFP_on_the_shelf_is_as_SAM_has_it(cell_C: float, soc: float) -> None:
    """k = a exp(b (1/T - 1/296)) exp(c (soc/T - 1/296)) per square root of days."""
    kelvin = cell_C + 273.15
    k = 0.0033143 * exp(-3191.0 * (1 / kelvin - 1 / 296)) * exp(389.7 * (soc / kelvin - 1 / 296))
    assert 1.0 - left_after(LFP, cell_C, soc, 1.0) == pytest.approx(k * sqrt(365.2425), rel=0.005)


def test_warm_and_cold_months_add_whatever_their_order() -> None:
    months = [(0.02, 3000.0), (0.2, 2000.0), (0.35, 700.0)]
    there = back = 0.0
    for rate, hours in months:
        there = shelved(there, rate, hours)
    for rate, hours in reversed(months):
        back = shelved(back, rate, hours)
    assert there == pytest.approx(back, rel=1e-12)
    assert sqrt(there) == pytest.approx(0.1380, abs=1e-4)


@pytest.mark.parametrize(("name", "cycles"), [("nmc-18650-3000", 500), ("lfp-26650-3200", 2000)])
def test_full_cycles_end_where_the_sheet_says(name: str, cycles: int) -> None:
    ageing = Ageing.of(shipped_parts()["cell", name])
    wear = 0.0
    for _ in range(cycles):
        wear = cycled(wear, 1.0, 1.0, ageing.per_cycle, ageing.exponent)
    assert capacity_left(0.0, wear) == pytest.approx(0.8)
    assert resistance_factor(0.8, ageing.growth) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("depth", "least", "most"), [(0.5, 1200, 1500), (0.25, 2000, 2500), (0.1, 3750, 8000)]
)
def test_shallow_cycles_are_as_many_as_the_depth_table_has(depth: float, least: int, most: int) -> None:
    """From 400 full cycles; at a tenth the table has 3750 to 4700, this form 6300."""
    one = cycled(0.0, depth, depth, 0.2 / 400, NMC.exponent)
    assert least * 0.75 < 0.2 / one < most * 1.05


def test_never_less_than_nothing() -> None:
    assert capacity_left(9.0, 3.0) == 0.05


@pytest.mark.parametrize("cycles_a_year", [0.0, 36.5, 365.0])
def test_years_to_four_fifths_solves_what_the_steps_do(cycles_a_year: float) -> None:
    rate, depth = 0.11, 0.3
    years = years_to(NMC, rate, cycles_a_year, depth)
    square, wear = 0.0, 0.0
    for _ in range(1000):
        square = shelved(square, rate, years * YEAR_h / 1000)
        wear = cycled(wear, cycles_a_year * years / 1000, depth, NMC.per_cycle, NMC.exponent)
    assert capacity_left(square, wear) == pytest.approx(0.8, abs=1e-9)
    assert years < (0.2 / rate) ** 2 + 1e-9


def test_a_cell_in_its_third_winter() -> None:
    """Two and a half years at a mean of 15 C in a garden, 80 % full, a tenth of it used each day."""
    course = 15.0 + 10.0 * np.sin(np.arange(8760) * 2 * np.pi / 8760)
    nmc, lfp = aged(NMC, course, 2.5), aged(LFP, course, 2.5)
    assert nmc == pytest.approx((0.802, 1.988), abs=0.002)
    assert lfp == pytest.approx((0.925, 1.373), abs=0.002)
    assert aged(NMC, course, 0.0) == NEW
    assert nmc.capacity == pytest.approx(aged(NMC, course[::-1].copy(), 2.5).capacity)


@pytest.mark.parametrize("name", CELLS)
def test_an_old_cell_holds_less_and_is_stiffer(name: str) -> None:
    part = shipped_parts()["cell", name]
    new, old = Cell(part), Cell(part, 1, Aged(0.7, 2.5))
    assert old.capacity_C == pytest.approx(0.7 * new.capacity_C)
    assert old.resistance_ohm(10.0) == pytest.approx(2.5 * new.resistance_ohm(10.0))
    assert old.ocv_V(0.5 * old.capacity_C) == pytest.approx(new.ocv_V(0.5 * new.capacity_C))
    assert old.floor_C(-5.0) == pytest.approx(0.7 * new.floor_C(-5.0))
    assert old.energy_J(old.capacity_C) == pytest.approx(0.7 * new.energy_J(new.capacity_C))
    ageing = Ageing.of(part)
    full, stored = ageing.rates(np.array([-30.0, 10.0, 35.0, 80.0]))
    assert (np.diff(full) > 0).all() and (stored <= full).all()


def test_numba_takes_the_functions_as_they_stand() -> None:
    jit = jitter()
    fast = [jit(one) for one in (rate_at, shelved, cycled, capacity_left, resistance_factor)]
    rate = fast[0](0.2, 0.04, 0.9)
    square, wear = fast[1](0.01, rate, 500.0), fast[2](0.02, 0.3, 0.3, 0.0004, 1.2)
    assert rate == pytest.approx(rate_at(0.2, 0.04, 0.9), rel=1e-12)
    assert square == pytest.approx(shelved(0.01, rate, 500.0), rel=1e-12)
    assert wear == pytest.approx(cycled(0.02, 0.3, 0.3, 0.0004, 1.2), rel=1e-12)
    left = fast[3](square, wear)
    assert left == pytest.approx(capacity_left(square, wear), rel=1e-12)
    assert fast[4](left, 5.0) == pytest.approx(resistance_factor(left, 5.0), rel=1e-12)


def test_the_twin_runs_a_node_in_its_third_winter() -> None:
    """The same days move an older battery further up and down."""
    new, old = (
        build(Scenario(days=3.0, start_day=340, soc=0.5, panel_scale=0.05, cell_years=years))
        for years in (0.0, 2.5)
    )
    assert new.plant.cell.capacity_C == 10_800.0
    left = old.plant.cell.capacity_C / 10_800.0
    assert left == pytest.approx(aged(NMC, np.array(old.sky.air_C), 2.5).capacity)
    assert 0.75 < left < 0.85
    assert old.plant.cell.resistance_ohm(0.0) > 1.8 * new.plant.cell.resistance_ohm(0.0)
    for twin in (new, old):
        twin.live()
        assert max(twin.plant.errors().values()) < 1e-9
    spans = [twin.plant.books.soc for twin in (new, old)]
    assert max(spans[1]) - min(spans[1]) > 1.1 * (max(spans[0]) - min(spans[0]))
