"""Snow that falls, slides and melts, against pvlib's form of Marion's model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pvlib.snow import coverage_nrel

from boards import load_design
from sim.sky import Sky
from sim.snow import NO_SNOW, THROUGH_SNOW, Snow, covered, lying_cm
from sim.weather import Weather, default_weather

PANEL = load_design("pico-w-arducam-2mp").panel


@pytest.fixture(scope="module")
def weather() -> Weather:
    return default_weather()


@pytest.fixture(scope="module")
def clear(weather: Weather) -> Sky:
    return Sky.prepare(weather, PANEL, 60.0)


@pytest.mark.parametrize("tilt_deg", [15.0, 60.0, 90.0])
def test_it_slides_and_goes_with_that_of_the_ground_as_pvlib_says(
    weather: Weather, clear: Sky, tilt_deg: float
) -> None:
    fallen = np.zeros(8760)
    fallen[[24 * 3, 24 * 20 + 7, 24 * 21, 24 * 345]] = 20.0, 5.0, 40.0, 2.0
    ground = lying_cm(fallen, weather.temp_air)
    times = pd.date_range("2025-01-01", periods=8760, freq="h")
    poa = np.array(clear.poa_W_m2)
    judge = coverage_nrel(
        *(pd.Series(one, times) for one in (fallen, poa, weather.temp_air)),
        tilt_deg,
        pd.Series(ground, times),
    ).to_numpy()
    ours = covered(fallen, weather.temp_air, poa, tilt_deg, ground)
    after = slice(24 * 3, None)  # before it our year remembers the one before
    assert ours[after] == pytest.approx(judge[after], abs=1e-9)
    assert 0.0 < ours.mean() < 0.1


def test_a_level_panel_is_freed_by_melting_alone() -> None:
    fallen, air = np.zeros(8760), np.full(8760, -5.0)
    fallen[240], air[480:8000] = 12.0, 6.0  # 18 cm a day: below 1 cm in the fifteenth hour
    ground = lying_cm(fallen, air)
    assert ground[[239, 240, 479, 480, 495, 496]] == pytest.approx([0.0, 12.0, 12.0, 11.25, 0.0, 0.0])
    share = covered(fallen, air, np.zeros(8760), 0.0, ground)
    assert share[239] == 0.0 and (share[240:494] == 1.0).all() and (share[494:] == 0.0).all()


def test_snow_lies_over_new_year() -> None:
    fallen, air = np.zeros(8760), np.full(8760, -5.0)
    fallen[8750] = 10.0
    assert (covered(fallen, air, np.zeros(8760), 30.0, lying_cm(fallen, air)) == 1.0).all()


def test_a_weather_that_knows_its_snow_is_believed(weather: Weather, clear: Sky) -> None:
    """Deep on the ground from day 10 to day 14, fresh snow on day 12; none is guessed elsewhere."""
    depth = np.zeros(8760)
    depth[240:288], depth[288:336] = 5.0, 9.0
    told = replace(weather, snow_cm=depth, temp_air=np.where(np.arange(8760) < 50 * 24, -15.0, 10.0))
    bare, sky = (Sky.prepare(told, PANEL, 60.0, snow=snow).arrays() for snow in (NO_SNOW, Snow((), True)))
    hidden = bare.poa_W_m2 - sky.poa_W_m2 > 1.0
    assert set(np.flatnonzero(hidden) // 24) == {10, 11, 12, 13}
    given = Sky.prepare(told, PANEL, 60.0, snow=Snow(((40, 9.0),), True)).arrays()
    also = set(np.flatnonzero(bare.poa_W_m2 - given.poa_W_m2 > 1.0) // 24)
    assert also == {10, 11, 12, 13, *range(40, 50)}


@pytest.mark.parametrize(("cm", "lies"), [(0.9, False), (1.0, True)])
def test_a_little_snow_is_none(weather: Weather, clear: Sky, cm: float, lies: bool) -> None:
    sky = Sky.prepare(weather, PANEL, 60.0, snow=Snow(falls=((2, cm),)))
    assert (sky.poa_W_m2 != clear.poa_W_m2) == lies


def test_a_covered_panel_takes_little_and_stays_cool(weather: Weather, clear: Sky) -> None:
    frost = replace(weather, temp_air=np.full(8760, -15.0))
    bare = Sky.prepare(frost, PANEL, 60.0)
    sky = Sky.prepare(frost, PANEL, 60.0, snow=Snow(falls=((0, 30.0),)))
    dull = np.array(bare.poa_W_m2) < 1200.0  # at -15 C it slides from 1200 W/m2 on
    assert dull[: 24 * 30].all()
    january = slice(0, 24 * 30)
    assert np.array(sky.absorbed_W_m2)[january] == pytest.approx(
        THROUGH_SNOW * np.array(bare.absorbed_W_m2)[january]
    )
    assert max(sky.panel_C[january]) < -13.5 < max(bare.panel_C[january])


def test_a_guess_needs_cold_dark_days_and_is_off_by_default(weather: Weather, clear: Sky) -> None:
    assert Sky.prepare(weather, PANEL, 60.0, snow=NO_SNOW).poa_W_m2 == clear.poa_W_m2
    guess = Snow(by_weather=True)
    snowed = np.array(Sky.prepare(weather, PANEL, 60.0, snow=guess).poa_W_m2)
    lost = np.array(clear.poa_W_m2) - snowed
    hidden = (lost.reshape(365, 24) > 1.0).any(axis=1)
    assert 1 <= hidden.sum() <= 15  # Greensboro has some 4 to 8 days of snow a year
    assert not hidden[90:330].any()
    warm = replace(weather, temp_air=weather.temp_air + 30.0)
    assert Sky.prepare(warm, PANEL, 60.0, snow=guess).poa_W_m2 == Sky.prepare(warm, PANEL, 60.0).poa_W_m2
