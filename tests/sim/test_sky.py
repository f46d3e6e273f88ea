"""Plane of array, cell temperature and daylight, against pvlib's own chain and against the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from sim.daylight import clear_sky_lx
from sim.sky import Sky
from sim.weather import Weather, default_weather


class FaimanRows:
    def v(self, name: str) -> float:
        return {"u0": 25.0, "u1": 6.84}[name]


@pytest.fixture(scope="module")
def weather() -> Weather:
    return default_weather()


@pytest.fixture(scope="module")
def sky(weather: Weather) -> Sky:
    return Sky.prepare(weather, FaimanRows(), 45.0)


def pvlib_poa(tilt_deg: float, azimuth_deg: float) -> np.ndarray:
    """pvlib's chain from the raw file, its own index, half an hour back: independent of our reader."""
    data, meta = pvlib.iotools.read_tmy3(
        Path(pvlib.__file__).parent / "data" / "723170TYA.CSV", coerce_year=2025
    )
    mid = data.index - pd.Timedelta(minutes=30)
    sun = pvlib.solarposition.get_solarposition(mid, meta["latitude"], meta["longitude"])
    parts = pvlib.irradiance.get_total_irradiance(
        tilt_deg, azimuth_deg, sun["apparent_zenith"].to_numpy(), sun["azimuth"].to_numpy(),
        data["dni"].to_numpy(), data["ghi"].to_numpy(), data["dhi"].to_numpy(),
        dni_extra=pvlib.irradiance.get_extra_radiation(mid).to_numpy(), albedo=0.2, model="perez",
    )  # fmt: skip
    return np.nan_to_num(np.asarray(parts["poa_global"]))


def test_the_year_on_a_45_degree_plane_is_what_the_reference_says(sky: Sky) -> None:
    assert sum(sky.poa_W_m2) / 1000 == pytest.approx(1742.4, abs=1.0)  # reference/energy.md 3: SAM and pvlib


@pytest.mark.parametrize(("tilt_deg", "azimuth_deg"), [(0.0, 180.0), (45.0, 180.0), (90.0, 135.0)])
def test_every_hour_agrees_with_pvlibs_own_chain(
    weather: Weather, tilt_deg: float, azimuth_deg: float
) -> None:
    ours = np.array(Sky.prepare(weather, FaimanRows(), tilt_deg, azimuth_deg).poa_W_m2)
    theirs = pvlib_poa(tilt_deg, azimuth_deg)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.0005)
    assert np.abs(ours - theirs).mean() < 0.3  # W/m2
    months = np.repeat(np.arange(12), np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24)
    for month in range(12):
        assert ours[months == month].sum() == pytest.approx(theirs[months == month].sum(), rel=0.001)


def test_the_cover_reflects_a_few_per_cent(sky: Sky) -> None:
    share = sum(sky.absorbed_W_m2) / sum(sky.poa_W_m2)
    assert share == pytest.approx(0.969, abs=0.005)  # PVWatts v5 manual: 2 to 4 % a year
    assert all(
        0.0 <= behind <= before for behind, before in zip(sky.absorbed_W_m2, sky.poa_W_m2, strict=True)
    )


def test_cell_temperature_is_faimans(sky: Sky, weather: Weather) -> None:
    noon = 172 * 24 + 12
    expected = weather.temp_air[noon] + sky.poa_W_m2[noon] / (25.0 + 6.84 * weather.wind[noon])
    assert sky.panel_C[noon] == pytest.approx(expected, abs=1e-9)
    assert sky.panel_C[2] == sky.air_C[2]  # night


def test_sun_elevation_between_the_hours_is_pvlibs(sky: Sky) -> None:
    for day, hour in ((0, 7.37), (80, 12.9), (172, 19.2), (300, 16.01), (355, 0.5)):
        when = pd.Timestamp("2025-01-01", tz="Etc/GMT+5") + pd.Timedelta(hours=day * 24 + hour)
        sun = pvlib.solarposition.get_solarposition(pd.DatetimeIndex([when]), 36.1, -79.95)
        ours = sky.sun_elevation_deg((day * 24 + hour) * 3600.0)
        assert ours == pytest.approx(sun["elevation"].iloc[0], abs=0.02)


def test_clear_sky_illuminance_meets_the_table_and_itself() -> None:
    # Explanatory Supplement to the Astronomical Almanac, table of ground illumination in lx
    for elevation_deg, lx in (
        (90, 129000),
        (45, 76000),
        (20, 27000),
        (5, 4500),
        (0, 760),
        (-6, 3.4),
        (-18, 0.00065),
    ):
        assert clear_sky_lx(elevation_deg) == pytest.approx(lx, rel=0.12)
    for knot in (20.0, 5.0, -0.8, -5.0, -12.0):
        assert clear_sky_lx(knot - 1e-9) == pytest.approx(clear_sky_lx(knot), rel=0.012)
    assert clear_sky_lx(-18.001) == 0.0


def test_light_of_a_midsummer_day_has_night_dusk_and_noon(sky: Sky) -> None:
    day = 172 * 86400.0
    assert sky.light(day) == 0.0 and sky.light(day + 3 * 3600) == 0.0
    assert 0.8 < sky.light(day + 12.3 * 3600) <= 1.0
    dusk = [sky.light(day + 19.0 * 3600 + 300 * i) for i in range(20)]
    assert dusk == sorted(dusk, reverse=True) and dusk[0] > 0.4 and dusk[-1] == 0.0
    assert sky.light(day) == sky.light(day + 365 * 86400.0)  # the year starts over


def test_a_run_can_start_on_any_day(weather: Weather, sky: Sky) -> None:
    later = Sky.prepare(weather, FaimanRows(), 45.0, start_day=200)
    assert later.start == datetime(2025, 7, 20)
    assert later.poa_W_m2[12] == sky.poa_W_m2[200 * 24 + 12]
    assert later.poa_W_m2[170 * 24 + 12] == sky.poa_W_m2[5 * 24 + 12]
    assert later.light(36000.0) == sky.light(200 * 86400.0 + 36000.0)


def test_arrays_are_the_lists(sky: Sky) -> None:
    arrays = sky.arrays()
    assert arrays.absorbed_W_m2.dtype == np.float64 and arrays.absorbed_W_m2.shape == (8760,)
    for name, values in arrays._asdict().items():
        assert values.tolist() == getattr(sky, name)


@pytest.mark.parametrize("latitude", [-70.0, -35.0, 0.0, 52.0, 70.0, 90.0])
def test_any_other_place_agrees_with_pvlibs_own_chain(weather: Weather, latitude: float) -> None:
    """A sky of half cloud, half sun at the place's own clear-sky irradiance; polar night included."""
    times = pd.date_range("2025-01-01 00:30", periods=8760, freq="h", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, latitude, 0.0)
    seen = sun["apparent_zenith"].to_numpy()
    clear = pvlib.clearsky.haurwitz(sun["apparent_zenith"])["ghi"].to_numpy()
    dhi = 0.45 * clear
    dni = np.where(seen < 87.0, 0.4 * clear / np.cos(np.radians(np.minimum(seen, 87.0))), 0.0)
    place = replace(
        weather, latitude=latitude, longitude=0.0, utc_offset_h=0.0, ghi=0.85 * clear, dni=dni, dhi=dhi
    )
    toward = 180.0 if latitude >= 0.0 else 0.0
    parts = pvlib.irradiance.get_total_irradiance(
        60.0, toward, seen, sun["azimuth"].to_numpy(), dni, 0.85 * clear, dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times).to_numpy(), albedo=0.2, model="perez",
    )  # fmt: skip
    theirs = np.nan_to_num(parts["poa_global"])
    ours = np.array(Sky.prepare(place, FaimanRows(), 60.0, toward).poa_W_m2)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.0005)
    assert np.abs(ours - theirs).max() < 2.0  # W/m2
