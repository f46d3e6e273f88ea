"""One table of a TOML file against what may stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import SimError


def checked(path: Path, section: str, values: Any, allowed: Mapping[str, type] | None) -> dict[str, Any]:
    """The table's values, each of its allowed kind; None allows any text or whole number.

    Raises SimError, one sentence that names file, table and key.
    """
    found: dict[str, Any] = {}
    if not isinstance(values, dict):
        raise SimError(f"{path}: {section} is {values!r}, expected a table [{section}].")
    for key, value in values.items():
        kind = allowed.get(key) if allowed is not None else None
        if allowed is not None and kind is None:
            raise SimError(f"{path}: [{section}] {key} is unknown; there are {', '.join(sorted(allowed))}.")
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if kind is not None and (
            not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))
        ):
            raise SimError(f"{path}: [{section}] {key} is {value!r}, expected {kind.__name__}.")
        if kind is None and (isinstance(value, bool) or not isinstance(value, (str, int))):
            raise SimError(f"{path}: [{section}] {key} is {value!r}, expected text or a whole number.")
        found[key] = value
    return found
