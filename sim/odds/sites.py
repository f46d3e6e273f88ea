"""Many places: a list in a file, or a grid of latitudes and longitudes."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.odds.case import Case
from sim.odds.owners_file import text_of
from sim.odds.question import Question
from sim.place import Place
from sim.weather import read_years

#: Months of a site's columns: ghi_1 .. ghi_12 in kWh/m2, air_1 .. air_12 in C.
MONTHS = range(1, 13)
#: First day of a node's years, north and south: 1 July and 1 January, so that no winter is cut in two.
SUMMER = (181, 0)
#: What pvlib's table of heights has at sea, and its cells per degree.
SEA, CELLS = 255, 12
#: A larger grid is a mistake.
MOST = 20_000
_KEYS = ("name", "latitude", "longitude", "weather", "ghi", "air")


@dataclass(frozen=True, slots=True)
class Site:
    """One place: its weather from files, or made up from monthly values or from its latitude.

    Attributes
    ----------
    weather : file or folder; None: made up. kWh_m2, air_C : monthly values, if known.
    """

    name: str
    latitude: float
    longitude: float
    weather: Path | None = None
    kWh_m2: tuple[float, ...] | None = None
    air_C: tuple[float, ...] | None = None

    def ask(self, question: Question) -> Question:
        """The question asked here. A file is read now, weather is made up where the question is worked
        out."""
        if self.weather is not None:
            years = read_years([self.weather])
            case = turned(question.case, self.latitude).change(sources=years)
            return replace(question, name=self.name, case=case, monthly=None, place=None)
        place = Place.at(self.latitude, self.longitude, self.kWh_m2, self.air_C, self.name)
        case = turned(question.case, self.latitude).change(sources=())
        return replace(question, name=self.name, case=case, place=place)


def turned(case: Case, latitude: float) -> Case:
    """The case as it stands in a hemisphere: its years begin in summer, and its panel looks to the noon sun
    unless somebody said where it looks."""
    south = latitude < 0.0
    case = case.change(start_day=SUMMER[south])
    if case.azimuth_deg is not None:
        return case
    own = float(str(case.design.options["azimuth_deg"]))
    return case.change(azimuth_deg=(own + 180.0) % 360.0 if south else own)


def on_land(sites: tuple[Site, ...]) -> tuple[Site, ...]:
    """Those of them that stand on land, by the table of heights that pvlib carries."""
    land = is_land(np.array([one.latitude for one in sites]), np.array([one.longitude for one in sites]))
    return tuple(one for one, dry in zip(sites, land, strict=True) if dry)


def is_land(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether places, of one shape, are on land."""
    across = (((longitude + 180.0) % 360.0) * CELLS).astype(int)
    along = np.clip(((90.0 - latitude) * CELLS).astype(int), 0, 180 * CELLS - 1)
    return np.asarray(_heights()[along, across] != SEA)


@lru_cache(maxsize=1)
def _heights() -> NDArray[np.uint8]:
    import h5py
    import pvlib

    with h5py.File(Path(pvlib.__file__).parent / "data" / "Altitude.h5", "r") as file:
        return np.asarray(file["Altitude"])


def read_sites(path: Path) -> tuple[Site, ...]:
    """Read a CSV file with a header or a TOML file of [[site]] tables.

    Columns or keys: name, latitude, longitude; then weather (a path beside the file), or ghi_1 .. ghi_12
    (TOML: ghi = [...]) and air_1 .. air_12.

    Raises SimError, one sentence, for whatever is not as expected.
    """
    text = text_of(path)
    rows = _toml(path, text) if path.suffix == ".toml" else _csv(path, text)
    if not rows:
        raise SimError(f"{path}: names no site, expected one or more.")
    sites = tuple(_site(path, where, row) for where, row in rows)
    names = [site.name for site in sites]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SimError(f"{path}: two sites are called {twice!r}.")
    return sites


def grid(text: str) -> tuple[Site, ...]:
    """The sites of "LAT0:LAT1:STEP,LON0:LON1:STEP", the north-western first; SimError if it is none."""
    number = r"\s*(-?\d+(?:\.\d+)?)\s*"
    found = re.fullmatch(rf"{number}:{number}:{number},{number}:{number}:{number}", text)
    if not found:
        raise SimError(f"grid {text!r}: expected LAT0:LAT1:STEP,LON0:LON1:STEP, as -60:70:10,-180:170:10.")
    south, north, down, west, east, along = (float(one) for one in found.groups())
    if not (-90.0 <= south <= north <= 90.0 and -180.0 <= west <= east <= 360.0 and min(down, along) > 0.0):
        raise SimError(
            f"grid {text!r}: expected latitudes -90 to 90 and longitudes -180 to 360, each rising."
        )
    rows = np.arange(south, north + 1e-9, down)[::-1]
    columns = np.arange(west, east + 1e-9, along)
    if len(rows) * len(columns) > MOST:
        raise SimError(f"grid {text!r}: {len(rows) * len(columns)} places, expected {MOST} at most.")
    return tuple(
        Site(f"{lat:g} {lon:g}", float(lat), float((lon + 180.0) % 360.0 - 180.0))
        for lat in rows
        for lon in columns
    )


def _csv(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    rows = []
    for row in reader:
        where = f"{path}: line {reader.line_num}"
        if None in row:
            raise SimError(f"{where}: has more fields than the header names.")
        given = {key.strip(): value.strip() for key, value in row.items() if value and value.strip()}
        for kind in ("ghi", "air"):
            columns = [f"{kind}_{month}" for month in MONTHS]
            if any(column in given for column in columns):
                given[kind] = [_number(where, column, given.pop(column, None)) for column in columns]
        rows.append((where, given))
    return rows


def _toml(path: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SimError(f"{path}: is no valid TOML ({error}).") from None
    listed = data.get("site", [])
    if set(data) - {"site"} or not isinstance(listed, list) or not all(isinstance(x, dict) for x in listed):
        raise SimError(f"{path}: expected nothing but [[site]] tables.")
    return [(f"{path}: site {at + 1}", one) for at, one in enumerate(listed)]


def _site(path: Path, where: str, row: Mapping[str, Any]) -> Site:
    unknown = next((key for key in row if key not in _KEYS), None)
    if unknown is not None:
        raise SimError(f"{where}: {unknown!r} is unknown; there are {', '.join(_KEYS)}.")
    latitude = _number(where, "latitude", row.get("latitude"), 90.0)
    longitude = _number(where, "longitude", row.get("longitude"), 180.0)
    name = str(row.get("name") or f"{latitude:g} {longitude:g}")
    weather = path.parent / str(row["weather"]) if row.get("weather") else None
    if weather is not None and (row.get("ghi") or row.get("air")):
        raise SimError(f"{where}: has both a weather file and monthly values, expected one of them.")
    monthly = [_monthly(where, kind, row.get(kind)) for kind in ("ghi", "air")]
    return Site(name, latitude, longitude, weather, *monthly)


def _monthly(where: str, kind: str, values: Any) -> tuple[float, ...] | None:
    if values is None:
        return None
    if not isinstance(values, list) or len(values) != 12:
        raise SimError(f"{where}: {kind} is {values!r}, expected 12 monthly values.")
    return tuple(_number(where, f"{kind} of month {at + 1}", one) for at, one in enumerate(values))


def _number(where: str, what: str, value: Any, most: float | None = None) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        said = "is missing" if value is None else f"is {value!r}"
        raise SimError(f"{where}: {what} {said}, expected a number.") from None
    if not abs(number) <= (most if most is not None else 1e6):
        limit = f"from {-most:g} to {most:g}" if most is not None else "that can be"
        raise SimError(f"{where}: {what} is {number:g}, expected one {limit}.")
    return number
