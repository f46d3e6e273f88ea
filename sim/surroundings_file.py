"""What hides the sky, from files: the tables of a scenario, and horizons as PVGIS and others write them.

[surroundings]
horizon = "horizon.csv"              # or [[0, 5], [90, 12], [180, 3]]: azimuth, elevation in degrees
[[surroundings.obstruction]]
name = "apple tree"
azimuth_deg = 200                    # the compass direction of its middle; or from_deg, to_deg
width_m = 5
distance_m = 8
height_m = 6                         # of its top above the panel
bottom_m = 1.5                       # of its crown's lower edge above the panel
deciduous = true
[soiling]
percent = 2                          # or twelve numbers, January to December
percent_per_dry_day = 0.15           # grows until a dark day brings rain
[snow]
falls = [[352, 8.0]]                 # day of the year (0 is 1 January), cm
by_weather = true                    # as the weather file tells, or on cold and dark days
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

from sim.errors import SimError
from sim.snow import Snow
from sim.soiling import Soiling
from sim.surroundings import BARE_PASSES, LEAF_PASSES, Obstruction, Surroundings
from sim.toml_table import checked

_OBSTRUCTION = {
    "name": str,
    **dict.fromkeys(
        ("azimuth_deg", "width_m", "from_deg", "to_deg", "distance_m", "height_m", "bottom_m", "passes"),
        float,
    ),
    "deciduous": bool,
    "bare_passes": float,
    "bare_months": list,
}
_LIMITS = {
    "azimuth_deg": (0.0, 360.0),
    "from_deg": (0.0, 360.0),
    "to_deg": (0.0, 360.0),
    "width_m": (0.01, 10_000.0),
    "distance_m": (0.01, 100_000.0),
    "height_m": (0.0, 10_000.0),
    "bottom_m": (0.0, 10_000.0),
    "passes": (0.0, 1.0),
    "bare_passes": (0.0, 1.0),
}


def read_surroundings(path: Path, values: Any) -> Surroundings:
    """The table [surroundings] of the file `path`.

    Raises SimError, one sentence, for anything that is not as expected.
    """
    if isinstance(values, dict) and isinstance(values.get("horizon"), str):
        values = {**values, "horizon": list(read_horizon(path.parent / values["horizon"]))}
    found = checked(path, "surroundings", values, {"horizon": list, "obstruction": list})
    horizon = _pairs(path, "[surroundings] horizon", found.get("horizon", []), (-360.0, 360.0), (0.0, 90.0))
    things = tuple(
        _obstruction(path, number, one) for number, one in enumerate(found.get("obstruction", []), 1)
    )
    return Surroundings(horizon, things)


def read_soiling(path: Path, values: Any) -> Soiling:
    """The table [soiling] of the file `path`; raises as `read_surroundings`."""
    if isinstance(values, dict) and _within(values.get("percent"), -inf, inf):
        values = {**values, "percent": [values["percent"]] * 12}
    found = checked(path, "soiling", values, {"percent": list, "percent_per_dry_day": float})
    monthly, rate = found.get("percent", [0.0] * 12), found.get("percent_per_dry_day", 0.0)
    if len(monthly) != 12 or not all(_within(one, 0.0, 100.0) for one in monthly):
        raise SimError(f"{path}: [soiling] percent is {monthly!r}, expected one or twelve numbers, 0 to 100.")
    if not 0.0 <= rate <= 100.0:
        raise SimError(f"{path}: [soiling] percent_per_dry_day is {rate!r}, expected 0 to 100.")
    return Soiling(tuple(one / 100.0 for one in monthly), rate / 100.0)


def read_snow(path: Path, values: Any) -> Snow:
    """The table [snow] of the file `path`; raises as `read_surroundings`."""
    found = checked(path, "snow", values, {"falls": list, "by_weather": bool})
    falls = _pairs(path, "[snow] falls", found.get("falls", []), (0.0, 364.0), (0.0, 1000.0))
    for day, cm in falls:
        if day != int(day):
            raise SimError(f"{path}: [snow] falls has {[day, cm]!r}, expected a whole day of the year.")
    return Snow(tuple((int(day), cm) for day, cm in falls), found.get("by_weather", False))


def read_horizon(path: Path) -> tuple[tuple[float, float], ...]:
    """A horizon as (azimuth, elevation) pairs, degrees, clockwise from north.

    Read are PVGIS's own answers (CSV and JSON, azimuth from south), tables with a heading that names azimuth
    and elevation (from north), and heights alone, as PVGIS takes them: equal steps from north, clockwise.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise SimError(f"{path}: cannot be read ({reason}), expected a horizon file.") from None
    try:
        rows = _pvgis_json(text) if text.lstrip().startswith("{") else _rows(text)
    except (ValueError, KeyError, TypeError) as error:
        raise SimError(f"{path}: no horizon in it ({error}), {_EXPECTED}.") from None
    return _pairs(path, "horizon", rows, (-360.0, 360.0), (-90.0, 90.0))


_EXPECTED = "expected PVGIS's CSV or JSON, a table of azimuth and elevation, or one height per line"


def _pvgis_json(text: str) -> list[tuple[float, float]]:
    return [(one["A"] + 180.0, one["H_hor"]) for one in json.loads(text)["outputs"]["horizon_profile"]]


def _rows(text: str) -> list[tuple[float, float]]:
    """Pairs of a text file; a heading says which azimuth is meant."""
    table = [re.split(r"[\s,;]+", line.strip()) for line in text.splitlines() if line.strip()]
    heading = next((cells for cells in table if re.match(r"(?i)a\b|a_hor|.*azimuth", cells[0])), None)
    if heading is None:
        heights = [float(cell) for cells in table for cell in cells if cell]
        if not heights:
            raise ValueError("it is empty")
        return [(360.0 * number / len(heights), one) for number, one in enumerate(heights)]
    from_south = 180.0 if re.match(r"(?i)a\b|a_hor", heading[0]) else 0.0
    rows = []
    for cells in table[table.index(heading) + 1 :]:
        if not re.match(r"[-+.\d]", cells[0]):
            break  # PVGIS explains its columns below the table
        if len(cells) < 2:
            raise ValueError(f"{cells[0]} has no elevation beside it")
        rows.append((float(cells[0]) + from_south, float(cells[1])))
    if not rows:
        raise ValueError("no row stands below its heading")
    return rows


def _obstruction(path: Path, number: int, values: Any) -> Obstruction:
    """One [[surroundings.obstruction]]."""
    where = f"surroundings.obstruction {number}"
    found = checked(path, where, values, _OBSTRUCTION)
    for key, (least, most) in _LIMITS.items():
        if key in found and not least <= found[key] <= most:
            raise SimError(f"{path}: [{where}] {key} is {found[key]!r}, expected {least:g} to {most:g}.")
    for key in ("distance_m", "height_m"):
        if key not in found:
            raise SimError(f"{path}: [{where}] has no {key}.")
    months = found.pop("bare_months", None)
    if months is not None and not all(_within(one, 1, 12) for one in months):
        raise SimError(f"{path}: [{where}] bare_months is {months!r}, expected numbers from 1 to 12.")
    if found.pop("deciduous", False):
        found = {"passes": LEAF_PASSES, "bare_passes": BARE_PASSES, **found}
    found.setdefault("name", f"obstruction {number}")
    if found.keys() & {"azimuth_deg", "width_m"} == {"azimuth_deg", "width_m"}:
        thing = Obstruction.of_width(**found)
    elif found.keys() & {"from_deg", "to_deg"} == {"from_deg", "to_deg"}:
        thing = Obstruction(**found)
    else:
        raise SimError(f"{path}: [{where}] needs azimuth_deg and width_m, or from_deg and to_deg.")
    return thing if months is None else replace(thing, bare_months=tuple(int(one) for one in months))


def _within(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _pairs(
    path: Path, what: str, values: Sequence[Any], first: tuple[float, float], second: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    for one in values:
        if not isinstance(one, list | tuple) or len(one) != 2:
            raise SimError(f"{path}: {what} has {one!r}, expected pairs of numbers.")
        if not (_within(one[0], *first) and _within(one[1], *second)):
            raise SimError(
                f"{path}: {what} has {one!r}, expected {first[0]:g} to {first[1]:g} and "
                f"{second[0]:g} to {second[1]:g}."
            )
    return tuple((float(one), float(two)) for one, two in values)
