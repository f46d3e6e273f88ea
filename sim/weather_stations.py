"""Measuring stations with a row every minute, in UTC: BSRN (a file a month) and SURFRAD (a file a day)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np

from sim.weather_hours import Stamps, hourly
from sim.weather_table import COLUMNS, FloatArray, Hours, floats, named


def read_bsrn(path: Path) -> Hours:
    """A station-to-archive file of the Baseline Surface Radiation Network; it has no wind."""
    from pvlib.iotools import read_bsrn as read

    data, meta = read(path)
    data = data.sort_index()
    ghi, dni, dhi, temp = floats(data, "ghi dni dhi temp_air")
    wind = np.full(len(ghi), np.nan)
    stamps = data.index.tz_localize(None).to_numpy()
    place = (float(meta["latitude"]), float(meta["longitude"]), float(meta["altitude"]))
    address = str(meta["address"]).split(",")
    site = address[-2].strip() if len(address) > 2 else named((*place, 0.0))
    return _station("BSRN", site, place, path, stamps, (ghi, dni, dhi, temp, wind))


def read_surfrad(path: Path) -> Hours:
    """A day of a SURFRAD station. What failed a quality check counts as missing.

    Some files write a longitude in the west without its sign. The file tells by itself what is meant: its
    own zenith angles fit one of the two.
    """
    from pvlib.iotools import read_surfrad as read

    data, meta = read(path)
    names = ("ghi", "dni", "dhi", "temp_air", "wind_speed")
    columns = [data[name].where(data[f"{name}_flag"] == 0).to_numpy(dtype=np.float64) for name in names]
    stamps = data.index.tz_localize(None).to_numpy()
    latitude, longitude = float(meta["latitude"]), float(meta["longitude"])
    zenith = data["solar_zenith"].to_numpy(dtype=np.float64)
    if longitude > 0.0:
        longitude = _signed(stamps, zenith, latitude, longitude)
    place = (latitude, longitude, float(meta["elevation"]))
    return _station("SURFRAD", str(meta["name"]), place, path, stamps, tuple(columns))


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
    if head[:2] == b"\x1f\x8b":
        with gzip.open(path) as file:
            head = file.read(2000)
    return head.decode("latin-1")


def is_bsrn(head: str) -> bool:
    """A first record 0001, then the station's number, month and year."""
    return re.match(r"\*[CU]0001\r?\n *\d+ +\d+ +\d{4} ", head) is not None


def is_surfrad(head: str) -> bool:
    """The station's name, then its place with height and version."""
    return re.match(r".*\r?\n +-?\d+\.\d+ +-?\d+\.\d+ +-?\d+ m +version", head) is not None
