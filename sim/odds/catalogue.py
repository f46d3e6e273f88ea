"""Panels and batteries that can be bought, with their prices: a TOML or a CSV file.

[[panel]]                  kind,size,price
W = 2.0                    panel,2.0,8.50
price = 8.50               battery,3.0,5.00
[[battery]]
Ah = 3.0
price = 5.00
"""

from __future__ import annotations

import csv
import tomllib
from math import isfinite
from pathlib import Path
from typing import Any

from sim.errors import SimError
from sim.odds.owners_file import text_of
from sim.odds.sizing import Sizes

UNITS = {"panel": "W", "battery": "Ah"}


def read_catalogue(path: Path) -> Sizes:
    """Read what can be bought; SimError, one sentence, for whatever is not as expected."""
    text = text_of(path)
    offered = _toml(path, text) if path.suffix == ".toml" else _csv(path, text)
    for kind in UNITS:
        if not offered[kind]:
            raise SimError(f"{path}: offers no {kind}, expected one or more.")
    panels, batteries = (tuple(zip(*sorted(offered[kind]), strict=True)) for kind in UNITS)
    try:
        return Sizes(panels[0], batteries[0], panels[1], batteries[1])
    except SimError as error:
        raise SimError(f"{path}: {error}") from None


def _csv(path: Path, text: str) -> dict[str, list[tuple[float, float]]]:
    offered: dict[str, list[tuple[float, float]]] = {kind: [] for kind in UNITS}
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    if set(reader.fieldnames or ()) != {"kind", "size", "price"}:
        raise SimError(f"{path}: expected the columns kind, size, price.")
    for row in reader:
        where = f"{path}: line {reader.line_num}"
        kind = (row["kind"] or "").strip()
        if kind not in UNITS:
            raise SimError(f"{where}: kind is {kind!r}, expected panel or battery.")
        offered[kind].append((_number(where, "size", row["size"]), _number(where, "price", row["price"])))
    return offered


def _toml(path: Path, text: str) -> dict[str, list[tuple[float, float]]]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SimError(f"{path}: is no valid TOML ({error}).") from None
    unknown = next((key for key in data if key not in UNITS), None)
    if unknown is not None:
        raise SimError(f"{path}: {unknown!r} is unknown; there are [[panel]] and [[battery]].")
    return {kind: [_offer(path, kind, at, one) for at, one in enumerate(_list(path, kind, data))]
            for kind in UNITS}  # fmt: skip


def _list(path: Path, kind: str, data: dict[str, Any]) -> list[dict[str, Any]]:
    found = data.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SimError(f"{path}: {kind} is no list of tables, expected [[{kind}]].")
    return found


def _offer(path: Path, kind: str, at: int, one: dict[str, Any]) -> tuple[float, float]:
    where, unit = f"{path}: {kind} {at + 1}", UNITS[kind]
    unknown = next((key for key in one if key not in (unit, "price")), None)
    if unknown is not None:
        raise SimError(f"{where}: {unknown!r} is unknown; there are {unit}, price.")
    return _number(where, unit, one.get(unit)), _number(where, "price", one.get("price"))


def _number(where: str, what: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        said = "is missing" if value in (None, "") else f"is {value!r}"
        raise SimError(f"{where}: {what} {said}, expected a number.") from None
    if not (isfinite(number) and number >= 0.0):
        raise SimError(f"{where}: {what} is {number:g}, expected 0 or more.")
    return number
