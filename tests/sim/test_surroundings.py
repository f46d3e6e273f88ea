"""Horizon, walls, hedges and trees, against closed forms and against the sun's own path."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from math import cos, radians, tan

import numpy as np
import pytest

from boards import load_design
from sim.plane import PlaneLight
from sim.sky import Sky
from sim.sun import sun_over
from sim.surroundings import BARE_PASSES, LEAF_PASSES, OPEN, Obstruction, Surroundings
from sim.weather import Weather, default_weather

PANEL = load_design("pico-w-arducam-2mp").panel


@pytest.fixture(scope="module")
def weather() -> Weather:
    return default_weather()


@pytest.fixture(scope="module")
def clear(weather: Weather) -> Sky:
    return Sky.prepare(weather, PANEL, 60.0)


def ring(height_deg: float) -> Surroundings:
    return Surroundings(horizon=((0.0, height_deg),))


def months(values: list[float]) -> np.ndarray:
    edges = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24
    return np.array([sum(values[a:b]) for a, b in pairwise(edges)])


def test_nothing_around_is_the_same_sky(weather: Weather, clear: Sky) -> None:
    assert Sky.prepare(weather, PANEL, 60.0, surroundings=OPEN).poa_W_m2 == clear.poa_W_m2
    flat = Sky.prepare(weather, PANEL, 60.0, surroundings=ring(0.0))
    assert flat.poa_W_m2 == pytest.approx(clear.poa_W_m2, abs=1e-9)


@pytest.mark.parametrize("height_deg", [5.0, 20.0, 45.0])
def test_an_even_horizon_leaves_the_dome_its_cosine_squared(height_deg: float) -> None:
    hours = np.arange(0.0, 8760.0)
    sun = sun_over(36.1, 0.0, datetime(2025, 1, 1), hours)
    nothing, dome = np.zeros(8760), np.full(8760, 100.0)
    light = PlaneLight(nothing, nothing, dome, nothing, nothing, nothing, 0.0)
    left = ring(height_deg).leave(light, sun, np.ones(8760, dtype=np.int64), 180.0)
    assert left.total / 100.0 == pytest.approx(np.full(8760, cos(radians(height_deg)) ** 2), abs=1e-3)


def test_the_sun_behind_a_horizon_gives_no_beam(weather: Weather, clear: Sky) -> None:
    """At 36.1 north the winter noon's sun stands 30.5 degrees high, the equinox's 54."""
    high = months(Sky.prepare(weather, PANEL, 60.0, surroundings=ring(35.0)).poa_W_m2) / months(
        clear.poa_W_m2
    )
    assert high[11] < 0.35 and high[0] < 0.4  # diffuse light alone
    assert high[5] > 0.6


def test_a_wall_in_the_north_takes_no_sun_and_a_house_in_the_south_takes_the_winter(
    weather: Weather, clear: Sky
) -> None:
    whole = months(clear.poa_W_m2)
    north = Obstruction.of_width("wall", 0.0, 20.0, 3.0, 4.0)
    house = Obstruction.of_width("house", 180.0, 12.0, 8.0, 5.0)  # 32 degrees high
    behind, before = (
        months(Sky.prepare(weather, PANEL, 60.0, surroundings=Surroundings((), (thing,))).poa_W_m2) / whole
        for thing in (north, house)
    )
    assert behind.min() > 0.97
    assert before[11] < 0.45 and before[5] > 0.85


def test_morning_and_evening_tell_east_from_west(weather: Weather, clear: Sky) -> None:
    east = Surroundings((), (Obstruction("hedge", 60.0, 120.0, 2.0, 4.0),))
    shaded = np.array(Sky.prepare(weather, PANEL, 60.0, surroundings=east).poa_W_m2).reshape(365, 24)
    whole = np.array(clear.poa_W_m2).reshape(365, 24)
    equinox = slice(70, 90)
    assert shaded[equinox, 7:9].sum() < 0.75 * whole[equinox, 7:9].sum()
    assert shaded[equinox, 15:17].sum() > 0.9 * whole[equinox, 15:17].sum()


def test_within_the_hour_the_shadow_comes_in_sixths(weather: Weather) -> None:
    """The December sun turns by 16 degrees in the hour at noon: a pole of 4 degrees takes a quarter of it."""
    beam = np.where(weather.dni > 0.0, 500.0, 0.0)
    sunny = replace(weather, dni=beam, dhi=np.zeros(8760), ghi=np.zeros(8760))
    pole = Surroundings((), (Obstruction("pole", 178.0, 182.0, 1.0, 5.0),))
    whole, shaded = (
        Sky.prepare(sunny, PANEL, 60.0, surroundings=around).arrays().poa_W_m2[334 * 24 :]
        for around in (OPEN, pole)
    )
    lost_h = np.divide(whole - shaded, whole, out=np.zeros_like(whole), where=whole > 0.0)
    assert lost_h.sum() / 31 == pytest.approx(0.25, abs=0.03)
    assert set(np.round(6.0 * lost_h)) == {0.0, 1.0, 2.0}


@pytest.mark.parametrize(("latitude", "bare", "leafy"), [(52.0, 0, 6), (-35.0, 6, 0)])
def test_a_tree_is_bare_in_its_own_winter(weather: Weather, latitude: float, bare: int, leafy: int) -> None:
    there = replace(weather, latitude=latitude)
    tree = Obstruction("apple", 0.0, 360.0, 1.0, tan(radians(89.0)), None, LEAF_PASSES, BARE_PASSES)
    plain = Sky.prepare(there, PANEL, 0.0).poa_W_m2
    under = Sky.prepare(there, PANEL, 0.0, surroundings=Surroundings((), (tree,))).poa_W_m2
    share = months(under) / months(plain)
    assert share[bare] == pytest.approx(BARE_PASSES, abs=0.01)
    assert share[leafy] == pytest.approx(LEAF_PASSES, abs=0.02)


def test_what_is_hidden_where() -> None:
    crown = Obstruction("crown", 350.0, 10.0, 4.0, 4.0, bottom_m=2.0)
    azimuth = np.array([0.0, 355.0, 9.0, 11.0, 180.0, 0.0, 0.0])
    elevation = np.array([30.0, 30.0, 30.0, 30.0, 30.0, 26.0, 46.0])
    assert crown.hides(azimuth, elevation).tolist() == [True, True, True, False, False, False, False]
    wall = Obstruction.of_width("wall", 90.0, 2.0, 1.0, 1.0)
    assert (wall.from_deg, wall.to_deg) == pytest.approx((45.0, 135.0))
    # 45 degrees high in the middle, at the corners as much lower as they are farther away
    found = wall.hides(np.array([90.0, 90.0, 134.0, 134.0]), np.array([44.0, 46.0, 34.0, 36.0]))
    assert found.tolist() == [True, False, True, False]


def test_a_horizon_is_joined_by_straight_lines_around_the_north() -> None:
    around = Surroundings(horizon=((90.0, 10.0), (270.0, 30.0)))
    azimuth = np.array([90.0, 180.0, 0.0, 359.0])
    heights = np.array([10.0, 20.0, 20.0, 20.11])
    assert (around.passes(azimuth, heights - 0.05, ()) == 0.0).all()
    assert (around.passes(azimuth, heights + 0.05, ()) == 1.0).all()


def test_a_turned_sky_keeps_what_is_around(weather: Weather) -> None:
    around = ring(20.0)
    sky = Sky.prepare(weather, PANEL, 60.0, start_day=100, surroundings=around)
    other = Sky.prepare(weather, PANEL, 30.0, start_day=100, surroundings=around)
    assert sky.turned(PANEL, 30.0).absorbed_W_m2 == other.absorbed_W_m2
