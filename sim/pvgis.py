"""Weather from PVGIS, the European Commission's free service: only where somebody asks for it.

What comes is kept as a file of PVGIS' own kind and read like any other (sim/weather.py). A file that is there
already is not asked for again. Nothing is kept that cannot be read as a whole year.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sim.weather import WeatherError, read_years

if TYPE_CHECKING:
    import pandas as pd

URL = "https://re.jrc.ec.europa.eu/api/v5_3/"
#: Longest silence of the service, s: twenty years of hours take it some time.
TIMEOUT_s = 90
#: What to say to some of the service's answers.
_WORDS = {429: "too many requests, try again in a minute", 529: "it is overloaded, try again later"}

Answer = tuple["pd.DataFrame", dict[str, Any]]


class DownloadError(WeatherError):
    """PVGIS did not give what was asked for; `exit_code` is that of trouble with the network."""

    exit_code = 7


def typical_year(latitude: float, longitude: float, folder: Path, url: str = URL) -> Path:
    """The typical year of a place as a file in `folder`; asks PVGIS unless it is there.

    Raises
    ------
    DownloadError
        No connection, an answer that is no success, or one that is not a year of weather.
    """
    from pvlib.iotools import get_pvgis_tmy

    def ask() -> Answer:
        found: Answer = get_pvgis_tmy(latitude, longitude, map_variables=False, url=url, timeout=TIMEOUT_s)
        return found

    path = folder / f"pvgis-{latitude:.3f}_{longitude:.3f}-typical.json"
    return path if path.is_file() else _kept(path, url, ask, "tmy_hourly", "time(UTC)")


def real_years(
    latitude: float, longitude: float, first: int, last: int, folder: Path, url: str = URL
) -> Path:
    """The hours of the years first to last, on the level, as a file in `folder`; raises as `typical_year`."""
    from pvlib.iotools import get_pvgis_hourly

    def ask() -> Answer:
        found: Answer = get_pvgis_hourly(
            latitude, longitude, first, last, map_variables=False, url=url, timeout=TIMEOUT_s
        )
        return found

    path = folder / f"pvgis-{latitude:.3f}_{longitude:.3f}-{first}-{last}.json"
    return path if path.is_file() else _kept(path, url, ask, "hourly", "time")


def _kept(path: Path, url: str, ask: Callable[[], Answer], rows: str, time: str) -> Path:
    """Ask, write, read what was written, and only then give it its name."""
    data, meta = _asked(url, ask)
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_suffix(".part")
    try:
        begun.write_text(json.dumps(_document(data, meta, rows, time)), encoding="utf-8")
        read_years([begun])
    except WeatherError as error:
        begun.unlink()
        reason = str(error).removeprefix(f"{begun}: ")
        raise DownloadError(f"{_host(url)} gave something that is no year of weather: {reason}") from None
    begun.replace(path)
    return path


def _asked(url: str, ask: Callable[[], Answer]) -> Answer:
    from requests.exceptions import HTTPError, RequestException

    try:
        return ask()
    except HTTPError as error:
        answer = error.response
        reason = str(error) if answer is None else f"answered {answer.status_code} ({answer.reason})"
        reason = _WORDS.get(answer.status_code, reason) if answer is not None else reason
        raise DownloadError(f"{_host(url)}: {reason}, expected a year of weather.") from None
    except RequestException as error:
        # a body that is no JSON is a RequestException as well
        what = "nonsense came" if isinstance(error, ValueError) else _broken(error)
        raise DownloadError(f"{_host(url)}: {what}, expected a year of weather.") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise DownloadError(
            f"{_host(url)}: nonsense came ({type(error).__name__}), expected a year of weather."
        ) from None


def _broken(error: Exception) -> str:
    from requests.exceptions import ChunkedEncodingError, Timeout

    if isinstance(error, Timeout):
        return f"no answer within {TIMEOUT_s} s"
    if isinstance(error, ChunkedEncodingError):
        return "the answer broke off"
    return "no connection"


def _document(data: pd.DataFrame, meta: dict[str, Any], rows: str, time: str) -> dict[str, Any]:
    """The answer as PVGIS words it."""
    inputs = {name: value for name, value in meta["inputs"].items() if name != "descriptions"}
    stamps = [f"{when:%Y%m%d:%H%M}" for when in data.index]
    hours = [{time: stamp, **row} for stamp, row in zip(stamps, data.to_dict(orient="records"), strict=True)]
    outputs = {"months_selected": meta.get("months_selected", []), rows: hours}
    return {"inputs": inputs, "outputs": outputs, "meta": {"inputs": {}, "outputs": {}}}


def _host(url: str) -> str:
    return urlsplit(url).netloc
