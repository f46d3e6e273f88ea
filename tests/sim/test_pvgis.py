"""PVGIS over a real connection: a server here answers as it does, and in all the ways it should not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from sim.pvgis import DownloadError, real_years, typical_year
from sim.weather import Weather, default_weather, read_weather, read_years
from tests.sim.test_weather import pvgis_json_of, same_year
from tests.sim.test_weather_series import series_document


class Service(BaseHTTPRequestHandler):
    """Answers with `body` and `code`; `cut` promises more than it sends."""

    body: ClassVar[bytes] = b""
    code: ClassVar[int] = 200
    cut: ClassVar[int] = 0
    asked: ClassVar[list[tuple[str, dict[str, list[str]]]]] = []

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self.asked.append((split.path, parse_qs(split.query)))
        self.send_response(self.code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.body) + self.cut))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def service() -> Iterator[str]:
    """The service's address, as long as it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    Service.code, Service.cut, Service.body = 200, 0, b""
    Service.asked.clear()
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/api/v5_3/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def url() -> Iterator[str]:
    with service() as address:
        yield address


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    return default_weather()


def test_a_typical_year_becomes_a_file_like_any_other(greensboro: Weather, url: str, tmp_path: Path) -> None:
    Service.body = pvgis_json_of(greensboro, tmp_path / "answer.json").read_bytes()
    path = typical_year(36.1, -79.95, tmp_path / "kept", url)
    assert path == tmp_path / "kept" / "pvgis-36.100_-79.950-typical.json"
    weather = read_weather(path)
    assert same_year(weather, greensboro) and weather.mid_h[0] == pytest.approx(0.1761)
    ((asked, query),) = Service.asked
    assert asked == "/api/v5_3/tmy"
    assert (query["lat"], query["lon"], query["outputformat"]) == (["36.1"], ["-79.95"], ["json"])
    assert typical_year(36.1, -79.95, tmp_path / "kept", url) == path
    assert len(Service.asked) == 1  # it was there already
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_real_years_are_asked_for_on_the_level(greensboro: Weather, url: str, tmp_path: Path) -> None:
    Service.body = json.dumps(series_document(greensboro, range(2015, 2017))).encode()
    path = real_years(36.1, -79.95, 2015, 2016, tmp_path, url)
    assert path.name == "pvgis-36.100_-79.950-2015-2016.json"
    years = read_years([path])
    assert [year.year for year in years] == [2015, 2016]
    assert np.allclose(years[1].temp_air, greensboro.temp_air)
    ((asked, query),) = Service.asked
    assert asked == "/api/v5_3/seriescalc"
    assert (query["startyear"], query["endyear"], query["angle"]) == (["2015"], ["2016"], ["0"])
    assert query["components"] == ["1"]


def refused(url: str, folder: Path) -> str:
    with pytest.raises(DownloadError) as caught:
        typical_year(36.1, -79.95, folder, url)
    assert caught.value.exit_code == 7
    assert not folder.exists() or not list(folder.iterdir())  # nothing is kept
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence.replace(urlsplit(url).netloc, "HOST")


def test_what_the_service_refuses_is_one_sentence(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    Service.code = 429
    assert (
        refused(url, folder) == "HOST: too many requests, try again in a minute, expected a year of weather."
    )
    Service.code = 500
    assert refused(url, folder) == "HOST: answered 500 (Internal Server Error), expected a year of weather."
    Service.code, Service.body = 400, b'{"message": "Location over the sea. Please, select another location"}'
    assert refused(url, folder) == (
        "HOST: Location over the sea. Please, select another location, expected a year of weather."
    )
    Service.body = b'{"other": 1}'
    assert refused(url, folder) == "HOST: nonsense came (KeyError), expected a year of weather."


def test_half_an_answer_and_nonsense_are_not_kept(greensboro: Weather, url: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    whole = pvgis_json_of(greensboro, tmp_path / "answer.json").read_bytes()
    Service.body, Service.cut = whole[: len(whole) // 2], len(whole) - len(whole) // 2
    assert refused(url, folder) == "HOST: the answer broke off, expected a year of weather."
    Service.cut = 0
    assert refused(url, folder) == "HOST: nonsense came, expected a year of weather."
    Service.body = b"<html>maintenance</html>"
    assert refused(url, folder) == "HOST: nonsense came, expected a year of weather."
    Service.body = b"[1, 2]"
    assert refused(url, folder) == "HOST: nonsense came (TypeError), expected a year of weather."
    Service.body = pvgis_json_of(greensboro, tmp_path / "short.json", rows=8000).read_bytes()
    assert refused(url, folder).startswith("HOST gave something that is no year of weather: 8000 rows that")


def test_without_a_connection_it_says_so(url: str, tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9/api/v5_3/"
    assert refused(nobody, tmp_path / "kept") == "HOST: no connection, expected a year of weather."
