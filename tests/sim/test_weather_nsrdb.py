"""NSRDB files: snapshots with the sun of their stamp, in UTC or local time, of a real or a typical year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.pvlib_archive import archived
from sim.weather import HOURS, Weather, WeatherError, default_weather, read_weather
from tests.sim.test_weather import pvlib_sun


def fetched(name: str) -> Path:
    """A file of pvlib's source archive; the test skips where that cannot be fetched."""
    kept = archived(name)
    if kept is None:
        pytest.skip(f"{name} is in pvlib's source archive, which could not be fetched")
    return kept


def nsrdb_of(
    weather: Weather,
    path: Path,
    zone: int = -5,
    step_min: int = 60,
    minute: int = 30,
    year: Callable[[int], int] = lambda month: 2017,
    columns: str = "GHI,DNI,DHI,Temperature,Wind Speed",
) -> Path:
    """The year as an NSRDB file; finer rows than an hour repeat the hour's values."""
    fields = "Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone"
    lines = [fields, f"NSRDB,1,-,-,-,{weather.latitude},{weather.longitude},{zone},273,-5"]
    lines.append(f"Year,Month,Day,Hour,Minute,{columns}")
    values = {
        "GHI": weather.ghi, "DNI": weather.dni, "DHI": weather.dhi,
        "Temperature": weather.temp_air, "Wind Speed": weather.wind,
    }  # fmt: skip
    chosen = [values[name] for name in columns.split(",")]
    for i in range(HOURS):
        j = (i + round(weather.utc_offset_h) - zone) % HOURS
        when = (np.datetime64("2021-01-01T00") + np.timedelta64(i, "h")).tolist()
        for m in range(minute, 60, step_min):
            stamp = f"{year(when.month)},{when.month},{when.day},{when.hour},{m}"
            lines.append(stamp + "," + ",".join(str(column[j]) for column in chosen))
    path.write_text("\n".join(lines) + "\n")
    return path


def same_year(one: Weather, other: Weather) -> bool:
    names = ("ghi", "dni", "dhi", "temp_air", "wind")
    return all(np.allclose(getattr(one, name), getattr(other, name), atol=1e-9) for name in names)


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    return default_weather()


@pytest.mark.parametrize("zone", [-5, 0])
def test_an_hourly_file_is_the_same_year_in_local_time_and_in_utc(
    greensboro: Weather, tmp_path: Path, zone: int
) -> None:
    weather = read_weather(nsrdb_of(greensboro, tmp_path / "a.csv", zone))
    assert (weather.source, weather.year) == ("a.csv (NSRDB 2017)", 2017)
    assert weather.site == "36.10N 79.95W" and weather.utc_offset_h == -5.0
    assert same_year(weather, greensboro)
    assert weather.mid_h[0] == 0.5 and weather.swing is None


def test_months_of_different_years_are_a_typical_year(greensboro: Weather, tmp_path: Path) -> None:
    path = nsrdb_of(greensboro, tmp_path / "tmy.csv", year=lambda month: 2000 + month % 5)
    weather = read_weather(path)
    assert (weather.source, weather.year) == ("tmy.csv (NSRDB typical year)", None)
    assert same_year(weather, greensboro)


def test_snapshots_at_the_full_hour_have_the_sun_of_the_full_hour(
    greensboro: Weather, tmp_path: Path
) -> None:
    weather = read_weather(nsrdb_of(greensboro, tmp_path / "a.csv", minute=0))
    assert weather.mid_h[:2].tolist() == [0.0, 1.0]
    assert same_year(weather, greensboro)


def test_the_hour_of_half_hourly_snapshots_is_the_trapezoid(greensboro: Weather, tmp_path: Path) -> None:
    weather = read_weather(nsrdb_of(greensboro, tmp_path / "a.csv", step_min=30, minute=0))
    # rows repeat the hour, so its mean is three quarters its own and a quarter the next hour's
    expected = 0.75 * greensboro.ghi[:-1] + 0.25 * greensboro.ghi[1:]
    assert weather.ghi[:-1] == pytest.approx(expected, abs=1e-9)
    assert weather.mid_h[0] == 0.5 and weather.swing is None  # two snapshots do not tell a spread


def test_five_minute_rows_tell_the_spread_within_the_hour(greensboro: Weather, tmp_path: Path) -> None:
    path = nsrdb_of(greensboro, tmp_path / "a.csv", step_min=5, minute=0)
    text = path.read_text().splitlines()
    noon = [i for i, line in enumerate(text) if line.startswith("2017,6,21,12,")]
    for count, i in enumerate(noon):  # a cloud every other row
        cells = text[i].split(",")
        text[i] = ",".join([*cells[:5], "200" if count % 2 else "800", *cells[6:]])
    path.write_text("\n".join(text) + "\n")
    weather = read_weather(path)
    assert weather.swing is not None
    hour = 24 * 171 + 12
    assert weather.swing[hour] == pytest.approx(0.6)  # 300 of 500 W/m2
    assert weather.swing[hour - 1] == 0.0 and weather.swing[0] == 0.0


@pytest.mark.parametrize(
    ("name", "year", "kWh_m2", "coldest"),
    [("test_read_psm3.csv", 2017, 1748.85, -27.6), ("test_read_psm4.csv", 2023, 1827.41, -22.1)],
)
def test_the_real_files_have_their_sun_at_the_right_time(
    name: str, year: int, kWh_m2: float, coldest: float
) -> None:
    weather = read_weather(fetched(name))
    assert weather.year == year and weather.altitude_m == 2168.0
    assert weather.ghi.sum() / 1000 == pytest.approx(kWh_m2, abs=0.01)
    assert weather.temp_air.min() == pytest.approx(coldest, abs=0.05)
    zenith, azimuth = pvlib_sun(weather, float(weather.mid_h[0]))
    assert weather.ghi[zenith > 93.0].sum() < 0.0005 * weather.ghi.sum()
    gap = weather.dni * np.cos(np.radians(zenith)) + weather.dhi - weather.ghi
    day = (zenith < 80.0) & (weather.dni > 200.0)
    for half in (azimuth < 180.0, azimuth >= 180.0):
        assert abs(gap[day & half].mean()) < 1.0


def refusal(path: Path) -> str:
    with pytest.raises(WeatherError) as caught:
        read_weather(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


def test_what_lacks_a_column_is_refused_by_its_name(greensboro: Weather, tmp_path: Path) -> None:
    path = nsrdb_of(greensboro, tmp_path / "a.csv", columns="GHI,DNI,DHI,Wind Speed")
    assert refusal(path) == (
        "has no column Temperature, expected an NSRDB file with all of GHI, DNI, DHI, Temperature, Wind Speed"
    )


def test_the_polar_file_has_only_global_irradiance() -> None:
    assert refusal(fetched("test_psm4_polar_2023.csv")).startswith(
        "has no column DNI, DHI, Temperature, Wind Speed, expected"
    )


def test_uneven_rows_and_a_part_of_a_year_are_refused(greensboro: Weather, tmp_path: Path) -> None:
    path = nsrdb_of(greensboro, tmp_path / "a.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:1000], lines[1000].replace(",30,", ",47,", 1), *lines[1001:]]) + "\n")
    assert refusal(path).startswith("its rows are 43 minutes apart or not evenly")
    path.write_text("\n".join([*lines[: 3 + 24 * 31], *lines[3 + 24 * 90 :]]) + "\n")
    assert refusal(path) == (
        "2017 lacks February to March, expected the whole year: give all of its files or their folder"
    )
    path.write_text("\n".join([*lines[:500], *lines[510:]]) + "\n")
    assert refusal(path) == (
        "irradiance is missing for 10 hours from 21 January 2017 17:00, expected gaps of 6 hours at most"
    )
    path.write_text("\n".join(["no", *lines[1:]]) + "\n")
    assert refusal(path).startswith("unknown content")
    path.write_text("\n".join([*lines[:500], "2017,1,x,3,30,1,1,1,1,1"]) + "\n")
    assert refusal(path).startswith("looks like nsrdb but cannot be read")
