"""The swing within the hour, against one-minute irradiance: what a limit lets pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pytest
from pvlib.iotools import read_bsrn

from benchmarks.pvlib_archive import archived
from boards import load_design
from sim.plane import plane_light
from sim.sky import Sky
from sim.sun import Sun, sun_over
from sim.weather import default_weather
from sim.within_hour import MOST, SPREAD, capped, swing


@dataclass
class Place:
    altitude_m: float
    dni: np.ndarray
    ghi: np.ndarray
    dhi: np.ndarray
    swing: np.ndarray | None = None


@pytest.fixture(scope="module")
def payerne() -> tuple[np.ndarray, Place, Sun]:
    """Minutes of a June as (720, 60), their hours, the sun of each."""
    path = archived("bsrn-lr0100-pay0616.dat")
    if path is None:
        pytest.skip("the one-minute file of pvlib's source archive cannot be fetched here")
    data, _ = read_bsrn(path)
    ghi, dni, dhi = (
        np.nan_to_num(data[name].interpolate().clip(lower=0.0)).reshape(-1, 60)
        for name in ("ghi", "dni", "dhi")
    )
    sun = sun_over(46.815, 6.944, datetime(2016, 6, 1), np.arange(720.0) + 0.5)
    return ghi, Place(491.0, dni.mean(1), ghi.mean(1), dhi.mean(1)), sun


def level(place: Place, sun: Sun) -> np.ndarray:
    day = np.full(len(place.ghi), 166.0)
    light = plane_light((place.ghi, place.dhi, place.dni), sun, day, (0.0, 180.0), 0.2)
    return swing(place, sun, light)


def too_much_pct(minutes: np.ndarray, taken: np.ndarray, limit: float) -> float:
    return float(100.0 * (taken.sum() / np.minimum(minutes, limit).mean(1).sum() - 1.0))


@pytest.mark.parametrize(("limit", "without"), [(500.0, 3.9), (700.0, 2.8), (900.0, 1.3)])
def test_what_a_limit_lets_pass_is_right_with_the_swing(payerne, limit: float, without: float) -> None:
    minutes, place, sun = payerne
    hourly = too_much_pct(minutes, np.minimum(place.ghi, limit), limit)
    assert hourly == pytest.approx(without, abs=0.05)  # the reference's figures
    modelled = too_much_pct(minutes, capped(place.ghi, level(place, sun), limit), limit)
    assert modelled == pytest.approx(0.0, abs=0.3)
    mean = place.ghi
    place.swing = np.divide(minutes.std(1), mean, out=np.zeros(720), where=mean > 5.0)
    measured = too_much_pct(minutes, capped(place.ghi, level(place, sun), limit), limit)
    place.swing = None
    assert measured == pytest.approx(0.0, abs=0.5)


def test_the_swing_is_where_the_clouds_come_and_go(payerne) -> None:
    minutes, place, sun = payerne
    high = sun.up > 0.3
    found = level(place, sun)
    real = np.divide(minutes.std(1), place.ghi, out=np.zeros(720), where=place.ghi > 5.0)
    assert np.corrcoef(found[high], real[high])[0, 1] > 0.65
    assert found[high].mean() == pytest.approx(real[high].mean(), rel=0.15)


def flat(dni: float, dhi: float) -> tuple[Place, Sun]:
    """Hours of 1 June at 47 north, sun high; the first is the place's clear hour with 800 W/m2."""
    sun = sun_over(47.0, 0.0, datetime(2025, 6, 1), np.array([12.0, 12.1]))
    beam = np.array([800.0, dni])
    return Place(0.0, beam, beam * sun.up + dhi, np.full(2, dhi)), sun


@pytest.mark.parametrize(
    ("dni", "least", "most"),
    [(800.0, 0.0, 0.05), (0.0, 0.0, 0.16), (300.0, 0.5, 0.8)],  # clear, overcast, broken
)
def test_clear_and_overcast_hours_swing_little(dni: float, least: float, most: float) -> None:
    place, sun = flat(dni, 100.0)
    assert least <= level(place, sun)[1] <= most


def test_three_levels_have_mean_and_variance() -> None:
    mean, swings = np.array([600.0]), np.array([0.3])
    assert capped(mean, swings, 1e9) == pytest.approx(600.0)
    assert capped(mean, swings, 600.0) == pytest.approx(600.0 - 600.0 * 0.3 * SPREAD / 3.0)
    assert pytest.approx(0.0) == 1.0 - SPREAD * MOST
    assert np.std([1 - SPREAD * 0.3, 1.0, 1 + SPREAD * 0.3]) == pytest.approx(0.3)


def test_a_sky_has_it_in_its_own_plane() -> None:
    weather = default_weather()
    panel = load_design("pico-w-arducam-2mp").panel
    sky, later = (Sky.prepare(weather, panel, 60.0, start_day=day).arrays() for day in (0, 100))
    lit = sky.poa_W_m2 > 100.0
    assert sky.swing.min() == 0.0 and sky.swing.max() <= MOST
    assert 0.1 < sky.swing[lit].mean() < 0.3
    assert (sky.swing[sky.poa_W_m2 == 0.0] == 0.0).all()
    assert (np.roll(later.swing, 2400) == sky.swing).all()
