"""Measuring stations with a row every minute, in UTC: BSRN (a file a month) and SURFRAD (a file a day)."""

from __future__ import annotations

import gzip
import re
from io import StringIO
from pathlib import Path

import numpy as np

from sim.weather_hours import Stamps, hourly
from sim.weather_table import COLUMNS, FloatArray, Hours, named

#: How a file packed with gzip begins.
PACKED = b"\x1f\x8b"
#: Of the 21 fields of a minute of BSRN's record 0100: day, minute, ghi, dni, dhi, air temperature.
_BSRN = (0, 1, 2, 6, 10, 18)
#: Of SURFRAD's 48: year, day of the year, hour, minute, zenith angle; then ghi, dni, dhi, air temperature and
#: wind, each with its flag behind it. Source: README of the archive.
_SURFRAD_TIME = [0, 1, 4, 5, 7]
_SURFRAD = [8, 9, 12, 13, 14, 15, 38, 39, 42, 43]


def read_bsrn(path: Path) -> Hours:
    """A station-to-archive file of the Baseline Surface Radiation Network; it has no wind.

    Each minute has two lines in record 0100: global and direct irradiance with their spreads, then diffuse
    and long-wave the same way, air temperature, humidity and pressure. Source: GCOS-174, annex 1. Read by the
    spaces between the fields: six times as fast as pvlib's reader by their places.
    """
    lines = _lines(path)
    records = {line[2:6]: i for i, line in enumerate(lines) if line.startswith("*")}
    month, year = int(lines[1].split()[1]), int(lines[1].split()[2])
    station = lines[records["0004"] + 1 :]
    latitude, longitude, height = (float(field) for field in station[5].split()[:3])
    place = (latitude - 90.0, longitude - 180.0, height)  # counted from the south pole and the date line
    address = station[2].split(",")
    site = address[-2].strip() if len(address) > 2 else named((*place, 0.0))
    first = records["0100"] + 1
    last = min((i for i in records.values() if i > first), default=len(lines))
    day, minute, *columns = _minutes(lines[first:last])
    stamps = np.datetime64(f"{year}-{month:02}-01T00:00") + (1440 * (day - 1) + minute).astype(
        "timedelta64[m]"
    )
    wind = np.full(len(day), np.nan)
    return _station("BSRN", site, place, path, stamps, (*columns, wind))


def _lines(path: Path) -> list[str]:
    """The file up to the end of record 0100: what follows is many times as long."""
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == PACKED else data
    begin = max(data.find(b"\n*U0100"), data.find(b"\n*C0100"))
    end = data.find(b"\n*", begin + 1)
    return data[: end if end > 0 else None].decode("latin-1").splitlines()


def _minutes(lines: list[str]) -> list[FloatArray]:
    """Day, minute, ghi, dni, dhi and temperature of record 0100, missing ones NaN."""
    import pandas as pd

    text = "\n".join(f"{one} {other}" for one, other in zip(lines[::2], lines[1::2], strict=True))
    data = pd.read_csv(StringIO(text), sep=r"\s+", header=None, usecols=_BSRN, dtype="float64")
    columns = [data[i].to_numpy() for i in _BSRN]
    return [np.where((column == -999.0) | (column == -99.9), np.nan, column) for column in columns]


def read_surfrad(path: Path) -> Hours:
    """A day of a SURFRAD station. What failed a quality check counts as missing.

    Some files write a longitude in the west without its sign. The file tells by itself what is meant: its
    own zenith angles fit one of the two.
    """
    import pandas as pd

    with path.open(encoding="latin-1") as file:
        name, place = file.readline().strip(), file.readline().split()
        data = pd.read_csv(file, sep=r"\s+", header=None, dtype="float64", usecols=_SURFRAD_TIME + _SURFRAD)
    latitude, longitude, height = (float(field) for field in place[:3])
    year, day, hour, minute, zenith = (data[i].to_numpy() for i in _SURFRAD_TIME)
    years = (year - 1970).astype("datetime64[Y]").astype("datetime64[m]")
    stamps = years + (1440 * (day - 1) + 60 * hour + minute).astype("timedelta64[m]")
    columns = [_passed(data[i].to_numpy(), data[i + 1].to_numpy()) for i in _SURFRAD[::2]]
    if longitude > 0.0:
        longitude = _signed(stamps, zenith, latitude, longitude)
    return _station("SURFRAD", name, (latitude, longitude, height), path, stamps, tuple(columns))


def _passed(values: FloatArray, flags: FloatArray) -> FloatArray:
    """NaN where a value failed a check or is missing."""
    return np.where((flags == 0) & (values > -9999.0), values, np.nan)


def _station(
    kind: str,
    site: str,
    place: tuple[float, float, float],
    path: Path,
    stamps: Stamps,
    columns: tuple[FloatArray, ...],
) -> Hours:
    assert len(columns) == COLUMNS
    roll = round(place[1] / 15)
    return Hours(
        kind, site, (*place, float(roll)), *hourly(str(path), stamps, columns, snapshots=False), roll
    )


def _signed(stamps: Stamps, zenith: FloatArray, latitude: float, longitude: float) -> float:
    from sim.clear_sky import zenith_deg

    some = slice(None, None, max(1, len(stamps) // 24))
    errors = [
        float(np.nanmean(np.abs(zenith_deg(stamps[some], latitude, sign * longitude) - zenith[some])))
        for sign in (1.0, -1.0)
    ]
    return longitude if errors[0] <= errors[1] else -longitude


def head_of(path: Path) -> str:
    """The first 2000 characters, unpacked if the file is packed with gzip."""
    with path.open("rb") as file:
        head = file.read(2000)
    if head[:2] == PACKED:
        with gzip.open(path) as file:
            head = file.read(2000)
    return head.decode("latin-1")


def is_bsrn(head: str) -> bool:
    """A first record 0001, then the station's number, month and year."""
    return re.match(r"\*[CU]0001\r?\n *\d+ +\d+ +\d{4} ", head) is not None


def is_surfrad(head: str) -> bool:
    """The station's name, then its place with height and version."""
    return re.match(r".*\r?\n +-?\d+\.\d+ +-?\d+\.\d+ +-?\d+ m +version", head) is not None
