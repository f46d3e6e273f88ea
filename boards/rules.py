"""The shapes a schema is made of: what a row, a cap, a table may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowRule:
    """A row's unit and its allowed range [low, high] in that unit.

    `when` names a cap and the value that it must have (or hold, if it is a list) for the row to be
    required; a row that is neither required nor asked for by `when` is optional.
    """

    unit: str
    low: float
    high: float
    required: bool = True
    when: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CapRule:
    """A cap's type ("bool", "int", "str", "strs", "ints") and, for strings, the allowed values."""

    type: str
    allowed: tuple[str, ...] = ()
    required: bool = True
    when: tuple[str, str] | None = None


#: Caps that many kinds have: the rail a part hangs on, the pin roles it needs.
RAIL_OF = CapRule("str", ("3V3", "battery"))
PINS = CapRule("strs", required=False)


@dataclass(frozen=True, slots=True)
class TableRule:
    """A table's ranges of x and y; `rising`: y rises with x; `span`: x covers its whole range.

    `required`, `when` : as of a row.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    rising: bool = False
    span: bool = False
    required: bool = True
    when: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything a kind of part must have."""

    rows: dict[str, RowRule]
    caps: dict[str, CapRule]
    tables: dict[str, TableRule]
