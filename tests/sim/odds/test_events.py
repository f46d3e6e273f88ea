"""Motions by limits: a Poisson count, whatever its mean."""

from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest

from sim.kernel import VISITOR_LIT, Motions
from sim.odds.events import LIMITS, drawn_by, given, visits_per_hour
from sim.sky import Sky
from sim.visitors import Garden, visitors
from sim.weather import default_weather


def moments(rate: float) -> tuple[float, float]:
    limits, steps, most = drawn_by(np.array([rate]))
    edges = np.append(limits[0, : most[0]] / 2.0**32, 1.0)
    values = np.append(0.0, np.cumsum(steps[0, : most[0]]))
    chance = np.diff(np.append(0.0, edges))
    mean = float((values * chance).sum())
    return mean, float((values * values * chance).sum()) - mean * mean


@pytest.mark.parametrize("rate", [0.01, 0.3, 1.0, 2.5, 4.0, 9.0, 27.0, 60.0])
def test_mean_and_variance_are_a_poisson_counts(rate: float) -> None:
    mean, variance = moments(rate)
    assert mean == pytest.approx(rate, rel=2e-3)
    assert variance == pytest.approx(rate, rel=0.12)


def test_chances_are_exact_in_a_quiet_hour() -> None:
    limits, steps, most = drawn_by(np.array([0.7]))
    below = np.cumsum([exp(-0.7) * 0.7**k / factorial(k) for k in range(int(most[0]))])
    assert limits[0, : most[0] - 1] / 2.0**32 == pytest.approx(below[:-1], abs=1e-9)
    assert set(steps[0, : most[0]]) == {1.0}
    assert most[0] < LIMITS


def test_nobody_comes_to_an_empty_garden() -> None:
    limits, steps, most = drawn_by(np.zeros(24))
    assert not most.any()
    assert not steps.any()
    assert (limits == 2**32 - 1).all()


def test_visits_are_those_that_the_twin_draws() -> None:
    """40 years of the twin's own visitors, by hour of the day, within four standard deviations."""
    garden, hours, days = Garden(), np.zeros(24), 365
    for seed in range(40):
        for one in visitors(garden, days, 0, seed):
            hours[int(one.t_s // 3600) % 24] += one.seen
    expected = visits_per_hour(garden, False).reshape(365, 24).sum(axis=0) * 40
    assert (np.abs(hours - expected) < 4.0 * np.sqrt(expected) + 1e-9).all()


def test_given_motions_come_exactly() -> None:
    weather = default_weather()
    from boards import load_design

    sky = Sky.prepare(weather, load_design("pico-w-arducam-2mp").panel, 60.0)
    motions = Motions(np.array([0, 2, 2, 3]), np.array([VISITOR_LIT, 0, VISITOR_LIT]))
    found = given(motions, sky, 10)
    assert found.steps[240:243, 0].tolist() == [2.0, 0.0, 1.0]
    assert found.mix[240:243].tolist() == [0.5, 0.0, 1.0]
    assert not found.limits[:, 0].any()
