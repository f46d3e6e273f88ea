"""What an owner may name as weather."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.scenario import read_scenario
from sim.weather import Weather, WeatherError, default_weather
from sim.weather_choice import all_years, one_year
from tests.sim.test_weather_series import series_document


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("years") / "series.json"
    path.write_text(json.dumps(series_document(default_weather(), range(2015, 2017))))
    return path


def test_nothing_is_the_default_site() -> None:
    assert one_year(None).source == "723170TYA.CSV (TMY3)"
    assert [weather.source for weather in all_years(())] == ["723170TYA.CSV (TMY3)"]


def test_of_several_years_one_is_named(two_years: Path) -> None:
    assert one_year(two_years, year=2016).year == 2016
    assert one_year((two_years,), year=2015).year == 2015
    assert [weather.year for weather in all_years(two_years)] == [2015, 2016]
    with pytest.raises(WeatherError) as caught:
        one_year(two_years)
    assert str(caught.value) == f"{two_years}: holds 2 years (2015, 2016), expected one: name it as `year`"
    with pytest.raises(WeatherError, match="has no year 2017, expected one of 2015, 2016"):
        one_year(two_years, year=2017)


def test_coordinates_are_a_made_up_place() -> None:
    weather = one_year(Path("-33.9,18.4"), seed=7)
    assert weather.source == "made up from a rough climate by latitude (a typical year of seed 7)"
    assert (weather.latitude, weather.longitude) == (-33.9, 18.4)
    assert len(all_years(Path("-33.9,18.4"))) == 10


def test_a_scenario_names_files_beside_it_or_a_place(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('[run]\nweather = "47.4,8.5"\n')
    assert read_scenario(path).weather == Path("47.4,8.5")
    path.write_text('[run]\nweather = "years.json"\nyear = 2016\n')
    assert read_scenario(path).weather == tmp_path / "years.json"
    assert read_scenario(path).year == 2016


def test_the_weather_is_one_object_with_a_year(two_years: Path) -> None:
    assert isinstance(one_year(two_years, year=2016), Weather)
