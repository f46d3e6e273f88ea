"""The sun's position against the algorithm it interpolates, everywhere and in every season."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from pvlib.solarposition import ephemeris, get_solarposition

from sim.sun import Sun, refraction_deg, sun_over

YEAR = np.arange(0.0, 8760.0, 7.3)  # hours, so that every time of day and every week occur


def theirs(latitude: float, longitude: float, first: str, hours: np.ndarray) -> pd.DataFrame:
    times = pd.Timestamp(first, tz="UTC") + pd.to_timedelta(hours, unit="h")
    return get_solarposition(pd.DatetimeIndex(times), latitude, longitude)


def apart_deg(sun: Sun, judge: pd.DataFrame) -> np.ndarray:
    """Angle between two directions, degrees."""
    up, around = np.radians(judge["elevation"].to_numpy()), np.radians(judge["azimuth"].to_numpy())
    east, north = np.cos(up) * np.sin(around), np.cos(up) * np.cos(around)
    return np.degrees(np.sqrt((sun.east - east) ** 2 + (sun.north - north) ** 2 + (sun.up - np.sin(up)) ** 2))


@pytest.mark.parametrize("latitude", [-90.0, -78.0, -60.0, -35.0, 0.0, 23.4, 47.0, 66.6, 75.0, 90.0])
@pytest.mark.parametrize("longitude", [-160.0, 0.0, 8.0, 179.9])
def test_everywhere_and_all_year_the_sun_stands_where_nrel_says(latitude: float, longitude: float) -> None:
    sun = sun_over(latitude, longitude, datetime(2025, 1, 1), YEAR)
    judge = theirs(latitude, longitude, "2025-01-01", YEAR)
    assert apart_deg(sun, judge).max() < 0.001
    seen = judge["apparent_elevation"].to_numpy()
    # at the very point where the limb appears, refraction sets in with a step of half a degree
    clear_of_it = np.abs(judge["elevation"].to_numpy() + 0.8334) > 0.01
    assert np.abs(sun.apparent_deg - seen)[clear_of_it].max() < 0.002
    assert np.abs(np.hypot(np.hypot(sun.east, sun.north), sun.up) - 1.0).max() < 1e-8


@pytest.mark.parametrize("year", [1962, 1990, 2005, 2040])
def test_other_years_as_well(year: int) -> None:
    sun = sun_over(52.3, 4.8, datetime(year, 1, 1), YEAR)
    assert apart_deg(sun, theirs(52.3, 4.8, f"{year}-01-01", YEAR)).max() < 0.001


@pytest.mark.parametrize("latitude", [-65.0, 0.0, 40.0, 70.0])
def test_another_way_to_compute_it_agrees_too(latitude: float) -> None:
    """pvlib's ephemeris is a short formula of its own, good to some hundredths of a degree."""
    times = pd.DatetimeIndex(pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(YEAR, unit="h"))
    other = ephemeris(times, latitude, 20.0)
    sun = sun_over(latitude, 20.0, datetime(2025, 1, 1), YEAR)
    assert np.abs(sun.elevation_deg - other["elevation"].to_numpy()).max() < 0.03


def test_within_the_hour_the_earth_turns_and_nothing_else() -> None:
    hours = np.arange(0.0, 8760.0, 13.7)
    sun = sun_over(60.0, 25.0, datetime(2025, 1, 1), hours)
    for later_h in (-0.5, 0.25, 0.5):
        exact = sun_over(60.0, 25.0, datetime(2025, 1, 1) + timedelta(hours=later_h), hours)
        moved = sun.later(later_h)
        assert (
            np.abs(moved.elevation_deg - exact.elevation_deg).max() < 0.01
        )  # declination: 0.4 degrees a day


def test_noon_and_midnight_of_the_solstice() -> None:
    # 2025: solstice on 21 June, 02:42 UTC; obliquity 23.436 degrees
    greenwich = sun_over(51.4779, 0.0, datetime(2025, 6, 21), np.array([12.0 + 2.0 / 60.0]))
    assert greenwich.elevation_deg[0] == pytest.approx(90.0 - 51.4779 + 23.436, abs=0.01)
    assert greenwich.azimuth_deg[0] == pytest.approx(180.0, abs=0.1)
    pole = sun_over(90.0, 0.0, datetime(2025, 12, 21), np.arange(0.0, 24.0))
    assert pole.elevation_deg == pytest.approx(np.full(24, -23.438), abs=0.01)


def test_refraction_at_the_horizon_is_half_a_degree_and_none_overhead() -> None:
    lift = refraction_deg(np.array([-5.0, 0.0, 10.0, 90.0]))
    assert lift == pytest.approx([0.0, 0.48, 0.09, 0.0], abs=0.01)
