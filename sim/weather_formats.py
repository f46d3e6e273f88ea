"""Which reader a weather file wants: its content tells, not its name."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.weather_nsrdb import read_nsrdb
from sim.weather_series import read_pvgis_series_csv, read_pvgis_series_json
from sim.weather_stations import head_of, is_bsrn, is_surfrad, read_bsrn, read_surfrad
from sim.weather_table import Hours, Table, WeatherError
from sim.weather_typical import read_epw, read_pvgis_csv, read_pvgis_json, read_tm2, read_tmy3

FORMATS = "TMY3 CSV, TM2, EPW, NSRDB CSV, BSRN, SURFRAD, or PVGIS as JSON or CSV"

#: What the libraries underneath raise when a file is not what it looks like.
BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError, OSError, zlib.error)

Reader = Callable[[Path], Table | Hours]


def weather_files(paths: Sequence[Path]) -> list[tuple[Path, Reader]]:
    """Every file with its reader; those of a folder by name, one level deep."""
    found = []
    for path in paths:
        if not path.is_dir():
            found.append((path, _reader_for(path)))
            continue
        inside = [file for file in sorted(path.iterdir()) if file.is_file() and not file.name.startswith(".")]
        known = [(file, reader) for file in inside if (reader := _known(file)) is not None]
        if not known:
            raise WeatherError(f"{path}: no weather file in this folder, expected {FORMATS}")
        found += known
    return found


def read_file(path: Path, reader: Reader) -> Table | Hours:
    try:
        return reader(path)
    except BROKEN as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeatherError(
            f"{path}: looks like {reader.__name__[5:]} but cannot be read ({reason}), "
            f"expected whole rows of it"
        ) from None


def _reader_for(path: Path) -> Reader:
    try:
        reader = _known(path)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WeatherError(f"{path}: {reason}, expected a weather file ({FORMATS})") from None
    if reader is None:
        raise WeatherError(f"{path}: unknown content, expected {FORMATS}")
    return reader


def _known(path: Path) -> Reader | None:
    """The reader for a file's content; None if there is none."""
    head = head_of(path)
    lines = [*head.splitlines(), "", ""]
    series = "mounting_system" in head or "Slope:" in head
    if head.lstrip().startswith("{") and "meteo_data" in head:
        return read_pvgis_series_json if series else read_pvgis_json
    if head.startswith("Latitude (decimal degrees)"):
        return read_pvgis_series_csv if series else read_pvgis_csv
    told: tuple[tuple[bool, Reader], ...] = (
        (head.startswith("LOCATION,"), read_epw),
        (head.startswith("Source,Location ID,"), read_nsrdb),
        (lines[1].startswith("Date (MM/DD/YYYY),Time (HH:MM)"), read_tmy3),
        (bool(re.match(r"^ ?\d{5} .{22} .. +-?\d+ [NS] ", lines[0])) and len(lines[1]) > 100, read_tm2),
        (is_bsrn(head), read_bsrn),
        (is_surfrad(head), read_surfrad),
    )
    return next((reader for found, reader in told if found), None)
