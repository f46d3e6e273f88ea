"""Part files: each holds parts of one kind; every figure is checked against the kind's schema."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from boards.model import CapValue, Part, Row, Table
from boards.reading import (
    HOME,
    cap,
    missing,
    number,
    only_keys,
    read_toml,
    refused,
    sub_table,
    text,
    word,
)
from boards.rules import Kind, RowRule, TableRule
from boards.schema import ALL_KINDS

#: Highest voltage at which a current of a node can have been measured.
_MAX_V = 24.0
_LOADS = ("power", "current")
_ROW_KEYS = ("value", "unit", "plus_minus", "condition", "source")
_CURRENT_KEYS = ("value", "unit", "at_V", "load", "plus_minus", "condition", "source")

Catalogue = Mapping[tuple[str, str], Part]


@cache
def shipped_parts() -> Catalogue:
    """Return the parts that come with the project, by (kind, name)."""
    return read_parts(HOME / "parts")


def read_parts(folder: Path) -> Catalogue:
    """Return the parts of all TOML files of a folder, by (kind, name)."""
    found: dict[tuple[str, str], Part] = {}
    for path in sorted(folder.glob("*.toml")):
        for part in read_part_file(path):
            if (part.kind, part.name) in found:
                raise refused(path, part.name, part.kind, "another name, this one is taken")
            found[part.kind, part.name] = part
    return MappingProxyType(found)


def read_part_file(path: Path) -> list[Part]:
    """Read one part file: `kind = "..."` and one table for each part."""
    document = read_toml(path)
    kind = word(path, "", document, "kind", tuple(ALL_KINDS))
    del document["kind"]
    return [_part(path, kind, name, sub_table(path, "", document, name)) for name in document]


def _part(path: Path, kind: str, name: str, document: dict[str, Any]) -> Part:
    only_keys(path, name, document, ("title", "rows", "caps", "tables"))
    rules = ALL_KINDS[kind]
    caps = read_caps(path, f"{name}.caps", sub_table(path, name, document, "caps"), rules)
    rows = read_rows(path, f"{name}.rows", sub_table(path, name, document, "rows"), rules)
    tables = _tables(path, f"{name}.tables", sub_table(path, name, document, "tables"), rules)
    part = Part(
        kind=kind,
        name=name,
        title=text(path, name, document, "title"),
        rows=MappingProxyType(rows),
        caps=MappingProxyType(caps),
        tables=MappingProxyType(tables),
        path=path,
    )
    check_complete(part)
    return part


def read_rows(path: Path, where: str, document: dict[str, Any], kind: Kind) -> dict[str, Row]:
    """Read rows and hold each against its rule (unit, range, all keys there)."""
    only_keys(path, where, document, kind.rows)
    return {
        name: _row(path, f"{where}.{name}", name, sub_table(path, where, document, name), kind.rows[name])
        for name in document
    }


def _row(path: Path, where: str, name: str, document: dict[str, Any], rule: RowRule) -> Row:
    is_current = rule.unit == "mA"
    only_keys(path, where, document, _CURRENT_KEYS if is_current else _ROW_KEYS)
    unit = word(path, where, document, "unit", (rule.unit,))
    return Row(
        name=name,
        value=number(path, where, document, "value", rule.low, rule.high),
        unit=unit,
        at_V=number(path, where, document, "at_V", 0.5, _MAX_V) if is_current else None,
        load=word(path, where, document, "load", _LOADS) if is_current else None,
        plus_minus=number(path, where, document, "plus_minus", 0, max(abs(rule.low), abs(rule.high))),
        condition=text(path, where, document, "condition"),
        source=text(path, where, document, "source"),
    )


def read_caps(path: Path, where: str, document: dict[str, Any], kind: Kind) -> dict[str, CapValue]:
    """Read caps and hold each against its rule."""
    only_keys(path, where, document, kind.caps)
    return {name: cap(path, f"{where}.{name}", document[name], kind.caps[name]) for name in document}


def _tables(path: Path, where: str, document: dict[str, Any], kind: Kind) -> dict[str, Table]:
    only_keys(path, where, document, kind.tables)
    return {
        name: _table(path, f"{where}.{name}", name, sub_table(path, where, document, name), rule)
        for name, rule in kind.tables.items()
        if name in document
    }


def _table(path: Path, where: str, name: str, document: dict[str, Any], rule: TableRule) -> Table:
    only_keys(path, where, document, ("points", "condition", "source"))
    points = _points(path, f"{where}.points", document.get("points", []), rule)
    if rule.span and (points[0][0], points[-1][0]) != rule.x:
        ends = [points[0][0], points[-1][0]]
        raise refused(path, f"{where}.points", ends, f"points from x {rule.x[0]:g} to {rule.x[1]:g}")
    condition = text(path, where, document, "condition")
    return Table(name, points, condition, text(path, where, document, "source"))


def _points(path: Path, where: str, points: Any, rule: TableRule) -> tuple[tuple[float, float], ...]:
    if not isinstance(points, list) or len(points) < 2:
        raise refused(path, where, points, "a list of two or more [x, y] points")
    read: list[tuple[float, float]] = []
    for i, point in enumerate(points):
        pair = dict(zip("xy", point, strict=False)) if isinstance(point, list) and len(point) == 2 else {}
        x, y = (number(path, f"{where}[{i}]", pair, axis, *getattr(rule, axis)) for axis in "xy")
        if read and (x <= read[-1][0] or (rule.rising and y <= read[-1][1])):
            must = "points with rising x and y" if rule.rising else "points with rising x"
            raise refused(path, f"{where}[{i}]", point, must)
        read.append((x, y))
    return tuple(read)


def check_complete(part: Part) -> None:
    """Refuse a part that lacks a row, cap or table of its kind, or one that its own caps ask for."""
    kind = ALL_KINDS[part.kind]
    for name, cap_rule in kind.caps.items():
        if name not in part.caps and (cap_rule.required or asked(part, cap_rule.when)):
            raise missing(part.path, f"{part.name}.caps.{name}", f"a cap of every {part.kind} like this")
    for name, rule in kind.rows.items():
        if name not in part.rows and (rule.required or asked(part, rule.when)):
            must = f"a row in {rule.unit} from {rule.low:g} to {rule.high:g}"
            raise missing(part.path, f"{part.name}.rows.{name}", must)
    for name, table_rule in kind.tables.items():
        if name not in part.tables and (table_rule.required or asked(part, table_rule.when)):
            raise missing(part.path, f"{part.name}.tables.{name}", f"a table of every {part.kind} like this")


def asked(part: Part, when: tuple[str, str] | None) -> bool:
    """Whether a cap of this part asks for a row: it equals the word, or its list holds it."""
    if when is None:
        return False
    value = part.caps.get(when[0])
    return when[1] in value if isinstance(value, list) else value == when[1]
