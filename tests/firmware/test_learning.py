"""The daily lesson and the plan for the half-year ahead, with figures that can be checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

CONFIG = (40_000, 20, 3000, 640)  # J in the cell, lock-out, first beliefs of harvest and use


@pytest.fixture
def learning(shared: Any) -> Any:
    return shared.load("torpor.learning")


@pytest.fixture
def season(shared: Any) -> Any:
    return shared.load("torpor.season")


def facts(**changes: int) -> tuple[int, ...]:
    known = {
        "hours": 24, "charge_ref": 5000, "charge": 5000, "spent_J": 700, "base_J": 640, "share": 1000,
        "half": 6,        "motion_J": 60, **changes,
    }  # fmt: skip
    return tuple(known.values())


def test_harvest_is_what_was_gained_and_spent(learning: Any, season: Any) -> None:
    """1 % of 40 kJ more in the cell and 700 J spent: 1100 J; a fourteenth of a day's lesson is believed."""
    state = learning.learn((1100, 640, 60, 0), facts(charge=5100), CONFIG, season.flat())
    assert state[:3] == (1100, 640, 60)
    state = learning.learn((300, 640, 60, 0), facts(charge=5100), CONFIG, season.flat())
    assert state[0] == 300 + (1100 - 300) * 24 // 336
    state = learning.learn((300, 640, 60, 0), facts(charge=5100, hours=96), CONFIG, season.flat())
    assert state[0] == 292  # in four days: 275 J a day, and two sevenths of that are believed


def test_a_full_battery_says_only_how_much_it_was_at_least(learning: Any, season: Any) -> None:
    full = facts(charge_ref=9800, charge=9800)
    assert learning.learn((3000, 640, 60, 0), full, CONFIG, season.flat())[0] == 3000
    assert learning.learn((300, 640, 60, 0), full, CONFIG, season.flat())[0] == 328


def test_what_was_not_counted_is_use(learning: Any, season: Any) -> None:
    """The cell lost 1000 J more than was spent: the sleep is dearer than its row; no harvest."""
    state = learning.learn((800, 640, 60, 0), facts(charge=5000 - 425), CONFIG, season.flat())
    assert state[0] == 800 + -800 * 24 // 336
    assert state[1] == 640 + 1000 * 24 // 336


def test_a_plan_spends_what_lies_between_charge_and_reserve(learning: Any, season: Any) -> None:
    """Sun as large as the use: what is above 28 % is spread over 12 half-months of 15.2 days."""
    sun = -(-640 * 100 // learning.TRUST)
    spare_J = 40_000 * (80 - 28) // 100
    planned = learning.plan(8000, 0, sun, 640, 1000, CONFIG, season.flat())
    assert planned == pytest.approx(spare_J / (12 * 15.2), abs=5)
    assert learning.plan(2800, 0, sun, 640, 1000, CONFIG, season.flat()) <= 1
    assert learning.plan(8000, 0, 10 * sun, 640, 1000, CONFIG, season.flat()) == 1000


@pytest.mark.parametrize(("wish", "allow"), [(60, 88), (20, 251), (10, 251), (1440, 4)])
def test_a_thirty_second_of_the_use_is_spent_in_any_case(
    learning: Any, season: Any, wish: int, allow: int
) -> None:
    """No sun at all: the plan would be nothing, which saves 21 J of 697 a day and ends all lessons."""
    state = learning.learn(
        (1, 640, wish, 251), facts(charge_ref=3000, charge=2800, spent_J=0, share=0), CONFIG, season.flat()
    )
    assert state[3] == allow


def test_what_comes_after_a_full_cell_is_no_reason_to_save(learning: Any, season: Any) -> None:
    """In May a dark half-year lies ahead that no saving carries through, but the cell is full before it."""
    course = (1000,) * 12 + (0,) * 12
    assert learning.plan(9000, 9, 2000, 640, 400, CONFIG, course) == 400
    assert learning.plan(9000, 12, 2000, 640, 400, CONFIG, course) == 0


def test_it_saves_before_the_winter_and_spends_after_it(learning: Any, season: Any) -> None:
    """At 52 degrees north the same charge allows more in January, when the dark is nearly over."""
    course = season.course(52, 60)
    planned = [learning.plan(9000, half, 1400, 640, 400, CONFIG, course) for half in (0, 5, 12, 17, 19, 22)]
    assert planned[1] == 400  # in March everything
    assert planned[2] > planned[3] > planned[4]  # the nearer the dark, the less
    assert planned[4] < planned[5] < planned[0]


def test_what_all_pictures_would_cost_is_learned_from_those_taken(learning: Any, season: Any) -> None:
    """60 J on pictures at a share of 50 %: 120 J a day for all; a fourteenth of that is believed."""
    lesson = facts(spent_J=700, base_J=640, share=500)
    assert learning.learn((1100, 640, 80, 0), lesson, CONFIG, season.flat())[2] == 80 + 40 * 24 // 336
    assert learning.learn((1100, 640, 0, 0), lesson, CONFIG, season.flat())[2] == 60 + 60 * 24 // 336
    assert learning.learn((1100, 640, 80, 0), facts(share=49), CONFIG, season.flat())[2] == 80


def test_half_months(learning: Any) -> None:
    assert learning.half_month(0) == 0
    assert [learning.half_month(1_750_000_000 + day * 86_400) for day in (0, 15, 30)] == [10, 11, 12]


@pytest.mark.parametrize("latitude", [-55, -10, 0, 26, 36, 52, 65, 89])
def test_the_suns_course(season: Any, latitude: int) -> None:
    course = season.course(latitude, 60)
    assert len(course) == 24
    assert max(course) == 1000
    assert min(course) >= 0


def test_winter_is_in_july_in_the_south(season: Any) -> None:
    north, south = season.course(52, 60), season.course(-52, 60)
    assert north[23] < 400 < south[23]
    assert south[12] < 400 < north[12]
