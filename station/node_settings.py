"""Settings for a node to take, checked by the node's own rules.

firmware/lib/torpor/validate.py is loaded as a file, with the rows of the node's design.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from boards import Design, load_design
from sim.drive import TWIN_SETTINGS
from sim.nodefile import rows_source
from sim.protocol import LONGEST_ANSWER
from station.errors import Exit, StationError
from station.records import Node

_VALIDATE = Path(__file__).resolve().parent.parent / "firmware" / "lib" / "torpor" / "validate.py"
#: What makes a node reachable, and whom it trusts: never sent, as anybody can read what is.
AT_THE_NODE = (*TWIN_SETTINGS, "TORPOR_PORT", "TORPOR_TLS")
_IN_KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#: The rest of an answer: its head, time and CRC.
_REST = 300


def read_pairs(pairs: tuple[str, ...]) -> dict[str, str | int]:
    """KEY=VALUE words; whole numbers become numbers. StationError if one is no pair."""
    found: dict[str, str | int] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            name = key[: len(key) - len(key.lstrip(_IN_KEYS))]  # what follows may be a secret
            raise StationError(f"'{name}' is no setting: expected KEY=VALUE.", Exit.USAGE)
        found[key] = int(value) if value.lstrip("-").isdecimal() and value.isascii() else value
    return found


def check(node: Node, settings: Mapping[str, str | int]) -> None:
    """StationError, one sentence, if the node would not take them."""
    if not node.design:
        raise StationError(
            f"Node {node.name} has no design, which says what its settings may be:"
            f" torpor node design {node.name} DESIGN.",
            Exit.USAGE,
        )
    for key in settings:
        if key in AT_THE_NODE:
            raise StationError(f"{key} is set at the node itself, not over the air.", Exit.USAGE)
    rules = _rules(load_design(node.design))
    known = [row[0] for row in rules["KEYS"]]
    if strange := next((key for key in settings if key not in known), None):
        there = ", ".join(key for key in known if key not in AT_THE_NODE)
        raise StationError(f"{strange} is no setting of a node; there is: {there}.", Exit.USAGE)
    _read(rules, settings)
    if len(json.dumps(dict(settings))) > LONGEST_ANSWER - _REST:
        raise StationError("These settings are too long for one answer: send fewer at a time.", Exit.USAGE)


def check_those_at_home(design: Design, settings: Mapping[str, object]) -> None:
    """StationError, one sentence, if a node of this design would not start with them; what concerns its
    network alone is not looked at."""
    _read(_rules(design), {key: value for key, value in settings.items() if key not in AT_THE_NODE})


def refused(design: Design, settings: Mapping[str, object]) -> str:
    """Why a node of this design would not start with these settings of its own, "" if it would. Whether its
    certificate is there is not looked at."""
    rules = _rules(design)
    try:
        rules["read"](settings.get)
    except rules["SettingsError"] as error:
        return _told(error)
    return ""


def _read(rules: Mapping[str, Any], settings: Mapping[str, object]) -> None:
    try:
        rules["read"]({**TWIN_SETTINGS, **settings}.get)
    except rules["SettingsError"] as error:
        raise StationError(f"{_told(error)}.", Exit.USAGE) from None


def _told(error: Exception) -> str:
    """In the node's words, but for "64 to 64"."""
    return re.sub(r"\b(\d+) to \1\b", r"\1", str(error))


def _names() -> list[str]:
    """The short names of settings, as they stand in the firmware's own file."""
    tree = ast.parse(_VALIDATE.with_name("settings.py").read_text(encoding="utf-8"))
    for line in tree.body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "NAMES":
            return list(eval(compile(ast.Expression(line.value), "settings.py", "eval"), {}))
    raise AssertionError("firmware/lib/torpor/settings.py has no NAMES")


def _rules(design: Design) -> dict[str, Any]:
    """The names of validate.py."""
    rows = ModuleType("rows")
    exec(rows_source(design), vars(rows))
    board = SimpleNamespace(implementation=SimpleNamespace(version=(10, 2, 1)))
    there = {"os": os, "sys": board, "rows": rows, "torpor.settings": SimpleNamespace(NAMES=_names())}
    there["torpor"] = SimpleNamespace(secure=SimpleNamespace(ready=lambda: True))
    names: dict[str, Any] = {
        "__name__": "validate",
        "__builtins__": {**vars(builtins), "__import__": lambda name, *rest: there[name]},
    }
    exec(compile(_VALIDATE.read_text(encoding="utf-8"), str(_VALIDATE), "exec"), names)
    return names


def rows_of_settings(design: Design) -> tuple[tuple[str, int, int, int, str | int | None], ...]:
    """Every key that a node of this design reads: key, kind, lowest or shortest, highest or longest, default
    (None: it must be said). The kinds are text, hex digits, whole number, address, from 0 on."""
    return tuple(_rules(design)["KEYS"])


@cache
def keys_of_settings() -> tuple[str, ...]:
    """Every key that a node reads."""
    from boards import list_designs

    return tuple(row[0] for row in rows_of_settings(load_design(list_designs()[0])))
