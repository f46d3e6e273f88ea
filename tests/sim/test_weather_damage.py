"""Damaged weather files of every kind: a year or one sentence, never anything else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pvlib
import pytest

from sim.weather import HOURS, Weather, WeatherError, default_weather, read_weather
from tests.sim.test_weather import epw_of, pvgis_csv_of, pvgis_json_of
from tests.sim.test_weather_nsrdb import nsrdb_of
from tests.sim.test_weather_series import series_document
from tests.sim.test_weather_stations import bsrn_month, surfrad_day

DATA = Path(pvlib.__file__).parent / "data"


def wheel(name: str) -> Callable[[Weather, Path], Path]:
    def copied(_: Weather, folder: Path) -> Path:
        path = folder / name
        path.write_bytes((DATA / name).read_bytes())
        return path

    return copied


def series(weather: Weather, folder: Path) -> Path:
    path = folder / "series.json"
    path.write_text(json.dumps(series_document(weather, range(2015, 2016))))
    return path


def surfrad(weather: Weather, folder: Path) -> Path:
    from datetime import datetime

    return surfrad_day(weather, folder, datetime(2015, 6, 21))


KINDS: dict[str, Callable[[Weather, Path], Path]] = {
    "tmy3": wheel("723170TYA.CSV"),
    "tm2": wheel("12839.tm2"),
    "epw": lambda weather, folder: epw_of(weather, folder / "a.epw"),
    "pvgis json": lambda weather, folder: pvgis_json_of(weather, folder / "a.json"),
    "pvgis csv": lambda weather, folder: pvgis_csv_of(weather, folder / "a.csv"),
    "series": series,
    "nsrdb": lambda weather, folder: nsrdb_of(weather, folder / "a.csv"),
    "bsrn": lambda weather, folder: bsrn_month(weather, folder, 1),
    "bsrn packed": lambda weather, folder: bsrn_month(weather, folder, 2, packed=True),
    "surfrad": surfrad,
}


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes cut, overwritten, or with a piece away; often in the head, where meaning is dense."""
    at = rng.randrange(min(len(data), rng.choice((300, 3000, 10**9))))
    much = rng.choice((1, 3, 40, 5000))
    how = rng.randrange(4)
    if how == 0:
        return data[:at]
    if how == 1:
        return data[:at] + data[at + much :]
    if how == 2:
        return (
            data[:at] + bytes(rng.randrange(256) for _ in range(min(much, 40))) + data[at + min(much, 40) :]
        )
    return data[:at] + rng.choice((b"-", b",", b"\n", b"nan", b"9999999", b"{", b" ")) + data[at + 1 :]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_a_year_or_one_sentence(
    kind: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    path = KINDS[kind](default_weather(), tmp_path)
    whole = path.read_bytes()
    for seed in range(300 if pytestconfig.getoption("--full") else 12):
        print(f"seed {seed}")
        path.write_bytes(damaged(whole, random.Random(seed)))
        try:
            weather = read_weather(path)
        except WeatherError as error:
            assert str(error).startswith(str(path)) and "\n" not in str(error)
            assert "expected" in str(error)
        else:
            assert len(weather.ghi) == HOURS
