"""Dirt on the panel: by the month, or grown and washed off, against pvlib's Kimber model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from boards import load_design
from sim.clear_days import wet_days
from sim.sky import Sky
from sim.soiling import CLEAN, USUAL, Soiling
from sim.sun import Sun, sun_over
from sim.weather import Weather, default_weather

PANEL = load_design("pico-w-arducam-2mp").panel
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH = np.repeat(np.arange(1, 13), [days * 24 for days in DAYS])


@pytest.fixture(scope="module")
def weather() -> Weather:
    return default_weather()


def sun_of(weather: Weather) -> Sun:
    first = pd.Timestamp(weather.start) - pd.Timedelta(hours=weather.utc_offset_h - float(weather.mid_h[0]))
    return sun_over(weather.latitude, weather.longitude, first.to_pydatetime(), np.arange(8760.0))


def kimber(wet: np.ndarray, rate_day: float) -> np.ndarray:
    """pvlib's model on two such years of rain, the second of them; no damp ground."""
    times = pd.date_range("2021-01-01", periods=2 * 365, freq="D")
    rain = pd.Series(np.where(np.tile(wet, 2), 10.0, 0.0), index=times)
    lost = pvlib.soiling.kimber(rain, soiling_loss_rate=rate_day, grace_period=0)
    return lost.to_numpy()[365:]


@pytest.mark.parametrize("rate_day", [0.0015, 0.003])
def test_a_dry_day_adds_and_rain_washes_as_pvlib_says(weather: Weather, rate_day: float) -> None:
    sun = sun_of(weather)
    wet = wet_days(weather.ghi, sun)
    passes = Soiling(rate_day=rate_day).passes(weather.ghi, sun, MONTH).reshape(365, 24)
    assert (passes == passes[:, :1]).all()
    assert 1.0 - passes[:, 0] == pytest.approx(kimber(wet, rate_day), abs=1e-12)


def test_dark_days_stand_for_the_rain_gauge(weather: Weather) -> None:
    """The file's own rain, tenths of mm, washes from 6 mm a day on: as many days and the same mean loss."""
    data, _ = pvlib.iotools.read_tmy3(Path(pvlib.__file__).parent / "data" / "723170TYA.CSV")
    gauge = data["Lprecip depth (mm)"].to_numpy().reshape(365, 24).sum(axis=1) / 10.0 >= 6.0
    wet = wet_days(weather.ghi, sun_of(weather))
    assert (gauge.sum(), wet.sum()) == (41, 42)
    assert kimber(gauge, 0.0015).mean() == pytest.approx(0.0135, abs=0.001)
    assert kimber(wet, 0.0015).mean() == pytest.approx(0.0128, abs=0.001)


def test_a_year_without_rain_ends_at_the_most(weather: Weather) -> None:
    bright = np.full(8760, 2000.0)
    passes = Soiling(rate_day=0.003).passes(bright, sun_of(weather), MONTH)
    assert passes == pytest.approx(np.full(8760, 0.7))


def test_a_month_has_its_loss_and_the_air_does_not_warm(weather: Weather) -> None:
    clean = Sky.prepare(weather, PANEL, 60.0).arrays()
    dirty = Sky.prepare(weather, PANEL, 60.0, soiling=Soiling(monthly=(0.1, *(0.0,) * 10, 0.05))).arrays()
    lit = clean.absorbed_W_m2 > 0.0
    share = dirty.absorbed_W_m2[lit] / clean.absorbed_W_m2[lit]
    assert share[MONTH[lit] == 1] == pytest.approx(0.9)
    assert share[MONTH[lit] == 6] == pytest.approx(1.0)
    assert share[MONTH[lit] == 12] == pytest.approx(0.95)
    assert (dirty.poa_W_m2 == clean.poa_W_m2).all() and (dirty.panel_C == clean.panel_C).all()


def test_the_usual_loss_is_pvwatts_and_clean_is_nothing(weather: Weather) -> None:
    clean, usual = (
        sum(Sky.prepare(weather, PANEL, 60.0, soiling=one).absorbed_W_m2) for one in (CLEAN, USUAL)
    )
    assert clean == sum(Sky.prepare(weather, PANEL, 60.0).absorbed_W_m2)
    assert usual == pytest.approx(0.98 * clean)
