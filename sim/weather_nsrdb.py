"""NSRDB files (PSM3, PSM4, and SAM's CSV of them): snapshots with the sun of their stamp.

Checked on both test files that pvlib carries: the file's own solar zenith angle is that of the stamp to
0.03 degrees, and beam and diffuse make global there, morning and afternoon alike.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.weather_hours import hourly
from sim.weather_table import HOURS, Hours, Table, WeatherError, floats, named

if TYPE_CHECKING:
    import pandas as pd

_NEEDED = ("ghi", "dni", "dhi", "temp_air", "wind_speed")
_WORDS = {
    "ghi": "GHI", "dni": "DNI", "dhi": "DHI", "temp_air": "Temperature", "wind_speed": "Wind Speed",
}  # fmt: skip


def read_nsrdb(path: Path) -> Table | Hours:
    """One file: a typical year (months of different years), or real years of any step."""
    from pvlib.iotools import read_nsrdb_psm4

    data, meta = read_nsrdb_psm4(path)
    missing = [_WORDS[name] for name in _NEEDED if name not in data]
    if missing:
        raise WeatherError(
            f"{path}: has no column {', '.join(missing)}, expected an NSRDB file with all of "
            f"{', '.join(_WORDS.values())}"
        )
    roll = int(meta["Local Time Zone"]) - int(meta["Time Zone"])
    place = (
        float(meta["latitude"]), float(meta["longitude"]), float(meta["altitude"]),
        float(meta["Local Time Zone"]),
    )  # fmt: skip
    site = _site(meta, place)
    columns = floats(data, " ".join(_NEEDED))
    if _is_typical(data):
        sun_h = float(data["Minute"].iloc[0]) / 60
        return Table("NSRDB typical year", site, place, data.index, columns, 0, sun_h, roll)
    stamps = data.index.tz_localize(None).to_numpy()
    return Hours("NSRDB", site, place, *hourly(str(path), stamps, columns, snapshots=True), roll)


def _is_typical(data: pd.DataFrame) -> bool:
    """Months of different years, stitched: as many hours as one year, with more than one year named."""
    return len(data) == HOURS and data["Year"].nunique() > 1


def _site(meta: dict[str, Any], place: tuple[float, float, float, float]) -> str:
    city = str(meta.get("City", "-")).strip()
    return city if city not in ("", "-") else named(place)
