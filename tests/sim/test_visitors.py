"""Visitors and false triggers: means over many seeds, hours of the day, seasons, and seeds."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import datetime

import numpy as np
import pytest

from sim.visitors import KINDS, Garden, _poisson, false_motions, visitors
from sim.weather import HOURS, Weather


def weather(ghi: np.ndarray, wind: np.ndarray) -> Weather:
    none = np.zeros(HOURS)
    return Weather("flat", "", 0.0, 0.0, 0.0, 0.0, datetime(2025, 1, 1), ghi, none, none, none, wind, none)


@pytest.fixture(scope="module")
def year():
    """Ten years of 18 visitors a day."""
    return [visitor for seed in range(10) for visitor in visitors(Garden(), 365.0, 0, seed)]


def test_how_many(year) -> None:
    mean = 3650 * 18  # 65,700; Poisson: 256 is one standard deviation
    assert abs(len(year) - mean) < 4 * 256
    unseen = sum(not visitor.seen for visitor in year)
    assert unseen / len(year) == pytest.approx(0.05, abs=0.004)


def test_shares_and_stays(year) -> None:
    counts = Counter(visitor.kind for visitor in year)
    for kind, (share, _, median_s, _) in KINDS.items():
        assert counts[kind] / len(year) == pytest.approx(share, abs=0.01)
        stays = sorted(visitor.leave_s - visitor.t_s for visitor in year if visitor.kind == kind)
        assert stays[len(stays) // 2] == pytest.approx(median_s, rel=0.05)
        assert stays[0] > 0.0
    assert sum(share for share, *_ in KINDS.values()) == pytest.approx(1.0)


def test_no_robin_at_night_and_no_hedgehog_at_noon(year) -> None:
    hours = {kind: Counter(int(v.t_s % 86_400 // 3600) for v in year if v.kind == kind) for kind in KINDS}
    for kind in ("robin", "blackbird", "squirrel", "cat"):
        assert not {20, 21, 22, 23, 0, 1, 2, 3} & set(hours[kind])
        assert hours[kind].most_common(1)[0][0] in (7, 8)
    for kind in ("hedgehog", "fox"):
        assert not set(range(6, 18)) & set(hours[kind])


@pytest.mark.parametrize(("south", "busy", "quiet"), [(False, 172, 355), (True, 355, 172)])
def test_summer_is_where_the_garden_lies(south: bool, busy: int, quiet: int) -> None:
    garden = Garden(visitors_per_day=3000.0, season=0.3)
    found = {day: len(visitors(garden, 1.0, day, 1, south)) for day in (busy, quiet)}
    assert found[busy] == pytest.approx(3900, rel=0.08)
    assert found[quiet] == pytest.approx(2100, rel=0.08)


def test_the_same_seed_the_same_visitors() -> None:
    first = visitors(Garden(), 30.0, 0, 7)
    assert first == visitors(Garden(), 30.0, 0, 7)
    assert first != visitors(Garden(), 30.0, 0, 8)
    assert [v.t_s for v in first] == sorted(v.t_s for v in first)
    assert all(0.0 <= v.t_s < 30 * 86_400.0 for v in first)


def test_a_part_of_a_day_has_no_later_visitors() -> None:
    assert max(v.t_s for v in visitors(Garden(visitors_per_day=500.0), 0.5, 0, 1)) < 43_200.0
    assert visitors(Garden(visitors_per_day=0.0), 30.0, 0, 1) == []


def test_false_triggers_follow_sun_times_wind() -> None:
    hour = np.arange(HOURS) % 24
    ghi = np.where((hour >= 8) & (hour < 16), 500.0, 0.0)
    wind = np.where(hour < 12, 6.0, 2.0)
    found = [m for seed in range(10) for m in false_motions(Garden(), weather(ghi, wind), 365.0, 0, seed)]
    assert len(found) == pytest.approx(36_500, rel=0.03)
    hours = Counter(int(start % 86_400 // 3600) for start, _ in found)
    assert set(hours) == set(range(8, 16))
    morning, afternoon = sum(hours[h] for h in range(8, 12)), sum(hours[h] for h in range(12, 16))
    assert morning / afternoon == pytest.approx(3.0, rel=0.05)
    assert sum(end - start for start, end in found) / len(found) == pytest.approx(2.0, rel=0.05)


def test_without_sun_or_wind_nothing_moves() -> None:
    still = weather(np.full(HOURS, 500.0), np.zeros(HOURS))
    assert false_motions(Garden(), still, 30.0, 0, 1) == []


@pytest.mark.parametrize("mean", [0.3, 8.0, 499.0, 501.0, 3000.0])
def test_poisson(mean: float) -> None:
    chance = random.Random(5)
    n = 300
    found = [_poisson(chance, mean) for _ in range(n)]
    average = sum(found) / n
    assert average == pytest.approx(mean, abs=4 * math.sqrt(mean / n))
    variance = sum((one - average) ** 2 for one in found) / n
    assert variance == pytest.approx(mean, rel=0.4)
