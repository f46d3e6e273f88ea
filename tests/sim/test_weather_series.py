"""Hourly series of PVGIS: real years in UTC, beam of a level plane turned back to the sun."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.clear_sky import zenith_deg
from sim.weather import HOURS, Weather, WeatherError, default_weather, read_weather, read_years
from tests.sim.test_weather_nsrdb import fetched


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    return default_weather()


def rows_of(weather: Weather, years: range) -> list[dict[str, Any]]:
    """The typical year again and again, as PVGIS tells it: at ten past the hour in UTC."""
    rows = []
    for year in years:
        first = np.datetime64(f"{year}-01-01T00:10", "s")
        count = 8784 if year % 4 == 0 else HOURS
        stamps = first + np.arange(count) * np.timedelta64(3600, "s")
        elevation = 90.0 - zenith_deg(stamps, weather.latitude, weather.longitude)
        for i, when in enumerate(stamps.tolist()):
            local = (i - 5 - 24 * (i - 5 >= 59 * 24 and count > HOURS)) % HOURS
            beam = weather.dni[local] * max(0.0, np.sin(np.radians(elevation[i])))
            rows.append(
                {
                    "time": f"{when:%Y%m%d:%H%M}",
                    "Gb(i)": beam,
                    "Gd(i)": weather.dhi[local],
                    "Gr(i)": 0.0,
                    "H_sun": max(0.0, elevation[i]),
                    "T2m": weather.temp_air[local],
                    "WS10m": weather.wind[local],
                    "Int": 0.0,
                }
            )
    return rows


def series_document(weather: Weather, years: range, slope: Any = 0) -> dict[str, Any]:
    """The answer of PVGIS' `seriescalc` for a level plane."""
    location = {"latitude": weather.latitude, "longitude": weather.longitude, "elevation": 273.0}
    fixed = {"slope": {"value": slope, "optimal": False}, "azimuth": {"value": 0, "optimal": False}}
    meteo = {"radiation_db": "PVGIS-SARAH3", "year_min": years[0], "year_max": years[-1]}
    inputs = {"location": location, "meteo_data": meteo, "mounting_system": {"fixed": fixed}}
    return {
        "inputs": inputs,
        "outputs": {"hourly": rows_of(weather, years)},
        "meta": {"inputs": {}, "outputs": {}},
    }


def test_two_real_years_come_in_their_order(greensboro: Weather, tmp_path: Path) -> None:
    path = tmp_path / "series.json"
    path.write_text(json.dumps(series_document(greensboro, range(2015, 2017))))
    years = read_years([path])
    assert [year.year for year in years] == [2015, 2016]
    assert years[0].source == "series.json (PVGIS series JSON 2015)"
    assert years[0].mid_h[:2] == pytest.approx([1 / 6, 1 + 1 / 6]) and years[0].swing is None
    for year in years:
        high = year.dni > 0.0
        assert year.dni[high] == pytest.approx(greensboro.dni[high], rel=1e-6)
        assert year.dhi == pytest.approx(greensboro.dhi) and year.temp_air == pytest.approx(
            greensboro.temp_air
        )
        assert year.dni.sum() > 0.98 * greensboro.dni.sum()  # what is lost had the sun below 2 degrees
    with pytest.raises(WeatherError, match=r"series.json: holds 2 years \(series.json \(PVGIS series"):
        read_weather(path)


def test_the_csv_tells_the_same_year(greensboro: Weather, tmp_path: Path) -> None:
    rows = rows_of(greensboro, range(2015, 2016))
    lines = [
        "Latitude (decimal degrees):\t36.100",
        "Longitude (decimal degrees):\t-79.950",
        "Elevation (m):\t273",
        "Radiation database:\tPVGIS-SARAH3",
        "",
        "",
        "Slope: 0 deg. ",
        "Azimuth: 0 deg. ",
        ",".join(rows[0]),
        *(",".join(str(value) for value in row.values()) for row in rows),
        "",
        "Gb(i): Beam (direct) irradiance on the inclined plane",
    ]
    path = tmp_path / "series.csv"
    path.write_text("\n".join(lines) + "\n")
    year = read_weather(path)
    assert year.source == "series.csv (PVGIS series CSV 2015)" and year.utc_offset_h == -5.0
    assert year.temp_air == pytest.approx(greensboro.temp_air)


def refusal(path: Path) -> str:
    with pytest.raises(WeatherError) as caught:
        read_weather(path)
    return str(caught.value).removeprefix(f"{path}: ")


def test_tilted_planes_and_totals_are_refused(greensboro: Weather, tmp_path: Path) -> None:
    path = tmp_path / "series.json"
    document = series_document(greensboro, range(2015, 2016), slope=30)
    path.write_text(json.dumps(document))
    assert refusal(path) == "its plane has the slope 30, expected 0 (a level plane)"
    for row in document["outputs"]["hourly"]:
        del row["Gb(i)"]
    path.write_text(json.dumps(document))
    assert refusal(path) == "has no Gb(i), expected a PVGIS series with its radiation components"


def test_the_real_files_are_of_tilted_planes() -> None:
    name = "pvgis_hourly_Timeseries_45.000_8.000_SA_30deg_0deg_2016_2016.csv"
    assert refusal(fetched(name)) == "its plane has the slope 30, expected 0 (a level plane)"
