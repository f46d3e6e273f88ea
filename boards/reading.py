"""Reading TOML with one-sentence refusals: file, key, value, what is allowed."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from boards.model import BoardsError, CapValue
from boards.rules import CapRule

HOME = Path(__file__).resolve().parent
#: What each type of CapRule is called in a refusal.
CAP_TYPES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "strs": "a list of strings",
    "ints": "a list of whole numbers",
}


def shown(path: Path) -> str:
    """Return the path as a person names it: short for files of ours, as given for others."""
    return path.relative_to(HOME.parent).as_posix() if path.is_relative_to(HOME) else str(path)


def in_toml(value: object) -> str:
    """Return the value as it stands in a TOML file."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, str | bool | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def refused(path: Path, key: str, value: object, allowed: str) -> BoardsError:
    """Return the error for a value that must not stand there."""
    return BoardsError(f"{shown(path)}: {key} is {in_toml(value)}, but must be {allowed}.")


def missing(path: Path, key: str, allowed: str) -> BoardsError:
    """Return the error for a key that must be there."""
    return BoardsError(f"{shown(path)}: {key} is missing, it must be {allowed}.")


def one_of(names: Iterable[str]) -> str:
    """Return 'one of "a", "b"', or 'absent (nothing is allowed here)' for no names."""
    quoted = ", ".join(f'"{name}"' for name in names)
    if quoted and ", " not in quoted:
        return quoted
    return f"one of {quoted}" if quoted else "absent (nothing is allowed here)"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; BoardsError with the line where it is no TOML, or where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        why = f"{str(error)[0].lower()}{str(error)[1:]}"
        raise BoardsError(f"{shown(path)}: not valid TOML, {why}.") from None
    except RecursionError:
        raise BoardsError(f"{shown(path)}: nested too deeply, a design has two levels.") from None
    except UnicodeDecodeError as error:
        where = f"byte {error.start}"
        raise BoardsError(f"{shown(path)}: not UTF-8 text ({where}), a TOML file must be.") from None
    except OSError as error:
        raise BoardsError(f"{shown(path)}: cannot be read: {error.strerror or error}.") from None


def only_keys(path: Path, where: str, table: dict[str, Any], allowed: Iterable[str]) -> None:
    """Refuse a key that nobody reads: it is a slip of the pen, and its value would be lost in silence."""
    known = list(allowed)
    for key in table:
        if key not in known:
            full = f"{where}.{key}" if where else key
            allowed = f"allowed are {', '.join(known)}" if known else "none is allowed here"
            raise BoardsError(f"{shown(path)}: {full} is not a known key, {allowed}.")


def sub_table(path: Path, where: str, table: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a sub-table (empty if it is not there)."""
    full = f"{where}.{key}" if where else key
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise refused(path, full, value, "a table")
    return value


def text(path: Path, where: str, table: dict[str, Any], key: str) -> str:
    """Return a string that says something."""
    full = f"{where}.{key}" if where else key
    value = table.get(key)
    if value is None:
        raise missing(path, full, "a sentence")
    if not isinstance(value, str) or not value.strip():
        raise refused(path, full, value, "a string that says something")
    return value


def word(path: Path, where: str, table: dict[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    """Return a string that is one of the allowed ones."""
    full = f"{where}.{key}" if where else key
    value = table.get(key)
    if value is None:
        raise missing(path, full, one_of(allowed))
    if value not in allowed:
        raise refused(path, full, value, one_of(allowed))
    return str(value)


def number(path: Path, where: str, table: dict[str, Any], key: str, low: float, high: float) -> float:
    """Return a finite number in [low, high]."""
    full = f"{where}.{key}" if where else key
    value = table.get(key)
    allowed = f"a number from {low:g} to {high:g}"
    if value is None:
        raise missing(path, full, allowed)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refused(path, full, value, allowed)
    if not low <= value <= high:
        raise refused(path, full, value, allowed)
    return float(value)


def cap(path: Path, full: str, value: object, rule: CapRule) -> CapValue:
    """Return a cap's value if its type and its words are allowed."""
    if not _has_type(value, rule.type):
        raise refused(path, full, value, CAP_TYPES[rule.type])
    words = value if isinstance(value, list) else [value]
    if rule.allowed and any(word not in rule.allowed for word in words):
        raise refused(path, full, value, one_of(rule.allowed))
    return value  # type: ignore[return-value]  # _has_type has narrowed it


def _has_type(value: object, name: str) -> bool:
    if name in ("strs", "ints"):
        return isinstance(value, list) and all(_has_type(item, name[:-1]) for item in value)
    if name == "float":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if name == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"bool": bool, "str": str}[name])
