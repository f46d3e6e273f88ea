"""Counts that add up, and what is read from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.odds.resuming import packed, unpacked
from sim.odds.tally import YEAR, Tally, total, wilson


def some(years: int, alive: int, weathers: int, squares: float) -> Tally:
    empty = Tally.empty()
    lives, shares = empty.alive.copy(), empty.alive_sq.copy()
    lives[YEAR], shares[YEAR] = alive, squares
    return replace(empty, node_years=years, weather_years=weathers, alive=lives, alive_sq=shares)


def test_wilsons_interval_by_the_book() -> None:
    """8 of 10: 0.490 to 0.943 (Wilson 1927; any textbook's example)."""
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert wilson(1.0, 100) == pytest.approx((0.963, 1.0), abs=1e-3)
    assert wilson(0.0, 100) == pytest.approx((0.0, 0.037), abs=1e-3)


def test_nodes_under_one_weather_count_as_one() -> None:
    """Half of the weather years kill everybody: 100 x 128 node-years say no more than 100."""
    p, low, high = some(12_800, 6_400, 100, 50.0).probability()
    assert p == 0.5
    assert (low, high) == pytest.approx(wilson(0.5, 99), abs=1e-3)


def test_nodes_with_a_luck_of_their_own_count_each() -> None:
    """Every weather year kills half of its nodes, as chance has it (binomial): all of them count."""
    shares = np.random.default_rng(1).binomial(128, 0.5, 100) / 128.0
    tally = some(12_800, round(float(shares.sum()) * 128), 100, float((shares**2).sum()))
    _, low, high = tally.probability()
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(12_800), rel=0.35)


def test_one_lost_node_makes_nobody_surer_than_none() -> None:
    """400 years without a loss leave one year in a hundred open; a node that is lost by itself in one of them
    does not close that."""
    none = some(51_200, 51_200, 400, 400.0).probability()
    one = some(51_200, 51_199, 400, 399.0 + (127 / 128) ** 2).probability()
    assert none == pytest.approx((1.0, 0.9905, 1.0), abs=1e-4)
    assert one[1] == none[1] and one[0] < 1.0 == pytest.approx(one[2], abs=1e-4)


def test_quantiles_of_hours_down() -> None:
    tally = Tally.empty()
    tally.down[YEAR, 0] = 90
    tally.down[YEAR, 7] = 9
    tally.down[YEAR, 300] = 1
    tally = replace(tally, node_years=100)
    assert [tally.hours_down(q) for q in (0.5, 0.9, 0.91, 0.99, 1.0)] == [0.0, 0.0, 7.0, 7.0, 300.0]


def test_pictures_and_charge_that_most_years_reach() -> None:
    tally = Tally.empty()
    tally.pace[YEAR, 40], tally.pace[YEAR, 80] = 10, 90
    tally.least[20], tally.least[60] = 10, 90
    assert tally.pictures_a_day(0.5) == 20.0
    assert tally.pictures_a_day(0.95) == 10.0
    assert tally.lowest_charge(0.5) == pytest.approx(0.6)
    assert tally.lowest_charge(0.95) == pytest.approx(0.2)


def test_parts_add_up_and_go_through_a_file() -> None:
    one, two = some(100, 90, 10, 8.0), some(50, 10, 5, 0.5)
    both = total([one, two])
    assert (both.node_years, both.weather_years, int(both.alive[YEAR])) == (150, 15, 100)
    assert packed(unpacked(packed(both))) == packed(both)


def test_nothing_says_nothing() -> None:
    assert Tally.empty().probability() == (0.0, 0.0, 1.0)
    assert Tally.empty().hours_down(0.9) == 0.0
