"""--weather at the command line: files, places, and PVGIS only when it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sim.weather import default_weather
from sim.weather_choice import all_years, one_year
from station.errors import StationError
from station.weather_option import weather_choice
from tests.sim.test_pvgis import Service, service
from tests.sim.test_weather_series import series_document

ROOT = Path(__file__).parents[2]


def simulate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "station", "simulate", "--days", "0.05", "--json", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment, timeout=300
    )


def test_a_place_without_a_file_gets_made_up_weather(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--weather", "-33.9,18.4", "--seed", "3")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["site"]["name"] == "33.90S 18.40E"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--weather", "none.epw"), 1, "none.epw: No such file or directory, expected a weather file"),
        (("--weather", "95,8"), 1, "95,8: expected a latitude up to 90, a longitude up to 180"),
        (("--weather", "47,8", "--download-years", "2016"), 2, "--download-years 2016: expected two years"),
        (("--weather", "47,8", "--download-years", "2016-15"), 2, "--download-years 2016-15: expected two"),
        (("--weather", "47,8", "--download-years", "2016-2015"), 2, "--download-years 2016-2015: expected"),
        (("--download",), 2, "--download: wants --weather LATITUDE,LONGITUDE beside it."),
        (
            ("--weather", "a.epw", "--download"),
            2,
            "--download: wants --weather LATITUDE,LONGITUDE beside it.",
        ),
    ],
)
def test_what_cannot_be_weather_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = simulate(tmp_path, *arguments)
    assert done.returncode == code
    assert sentence in " ".join(done.stderr.split()) and "Traceback" not in done.stderr


def test_the_station_takes_a_place_as_well(tmp_path: Path) -> None:
    from station.receive_command import _weather

    assert _weather(None) == "" and _weather(Path("47.4,8.5")) == "47.4,8.5"
    with pytest.raises(StationError, match=r"none.epw: there is no such weather file."):
        _weather(tmp_path / "none.epw")
    (tmp_path / "a.epw").write_text("")
    assert _weather(tmp_path / "a.epw") == str((tmp_path / "a.epw").resolve())


def test_real_years_are_downloaded_into_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = {"weather": (Path("36.1,-79.95"),), "download": False, "download_years": "2015-2016"}
    with service() as url:
        Service.body = json.dumps(series_document(default_weather(), range(2015, 2017))).encode()
        choice = weather_choice(asked, url)
    assert choice == Path("pvgis-36.100_-79.950-2015-2016.json")
    assert [weather.year for weather in all_years(choice)] == [2015, 2016]
    assert one_year(choice, year=2016).temp_air[0] == default_weather().temp_air[0]
