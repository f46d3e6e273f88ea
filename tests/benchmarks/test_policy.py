"""The scoreboard's rules hold together, and its trials change what they say."""

from __future__ import annotations

import pytest

from benchmarks.policy import POLICIES, live, score
from benchmarks.policy_cells import Cell, cell, weather_file
from benchmarks.policy_rules import CONFIRMED, DAY_VALUE, DEMANDS, SITES, TUNING
from benchmarks.policy_trials import TRIED, days_without_sun
from sim.weather import read_weather


@pytest.fixture(scope="module")
def scarce() -> Cell:
    path = weather_file("Greensboro")
    assert path is not None
    return cell("Greensboro", read_weather(path), 0.5, "NMC", DEMANDS[1])


def test_the_rules_name_what_there_is() -> None:
    assert set(SITES) > TUNING
    assert {site for site, *_ in (*CONFIRMED, *TRIED)} <= set(SITES)
    assert len(CONFIRMED) == 6
    slopes = [value for _, value in DAY_VALUE]
    assert slopes == sorted(slopes, reverse=True)  # concave


def test_ours_beats_the_plain_ramp_where_energy_is_scarce(scarce: Cell) -> None:
    """As README says: more than the ramp by a fifth of the optimum, with fewer hours down."""
    told = {policy.name: score(scarce, live(scarce, policy)) for policy in POLICIES}
    ours, ramp, always_on = told["ours"], told["ramp"], told["always_on"]
    assert ours["fraction_of_bound"] > ramp["fraction_of_bound"] + 0.2  # type: ignore[operator]
    assert ours["hours_down"] <= 24 < ramp["hours_down"]  # type: ignore[operator]
    assert always_on["hours_down"] > 8000  # type: ignore[operator]
    assert ours["mJ_per_picture"] < 0.6 * ramp["mJ_per_picture"]  # type: ignore[operator]


def test_days_without_sun(scarce: Cell) -> None:
    by_name = {policy.name: policy for policy in POLICIES}
    ours, none, always_on = (
        days_without_sun(scarce, by_name[name].node(scarce)) for name in ("ours", "no_policy", "always_on")
    )
    assert always_on <= 2
    assert none < ours
    assert 20 < ours < 60
