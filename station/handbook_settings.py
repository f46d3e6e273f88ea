"""The page of all settings: keys, kinds, ranges and defaults from the node's own rules, meanings from the
comments of the example files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from boards import list_designs, load_design
from station.node_settings import AT_THE_NODE, rows_of_settings

_FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
_LINE = re.compile(r"^(?:# )?([A-Z_]+) = [^#]*(?:# (.*))?$")
KIND = ("text", "hex digits", "number", "address")
APPLICATIONS = {"wildcam": "camera", "soil": "soil"}

#: What an example file leaves to the eye.
_PLAIN = {
    "TORPOR_WIFI_SSID": "the network's name, as your router shows it (2.4 GHz)",
    "TORPOR_WIFI_PASSWORD": "its password: none, or 8 characters and more",
    "TORPOR_PORT": "the station's port",
    "BENCH_SCL": "the INA219's SCL",
    "BENCH_SDA": "the INA219's SDA",
    "BENCH_ADDRESS": "the INA219's address on the bus; 64 is 0x40",
    "BENCH_I2C_HZ": "clock of the bus",
}

_HEAD = """\
# Settings

<!-- This page is made by station/handbook_settings.py from the code: change it there. -->

What an owner sets, in `settings.toml` on the node's drive. CircuitPython reads only plain text in double quotes and
whole numbers there. `torpor deploy --set KEY=VALUE` writes them by the node's own rules ([deploy](../deploy.md)); those with a
"yes" under *from home* can also be changed from your desk while the node hangs in the garden ([node set](../station.md#a-node)).

A key that is wrong is not guessed: the node says one sentence on its console, goes on with the last set that was good,
or, if there never was one, sleeps and asks again. Its LED flashes the key's number, twice: a long flash for each five, a short one for each one.
"""


def settings_page() -> str:
    """Return docs/reference/settings.md."""
    return "\n".join([_HEAD, *_node(), *_bench()]).rstrip() + "\n"


def meanings(application: str) -> dict[str, str]:
    """Return what the example file of an application says of each key."""
    text = (_FIRMWARE / application / "settings.example.toml").read_text("utf-8")
    found = (_LINE.match(line) for line in text.splitlines())
    return {line[1]: (line[2] or "").strip().rstrip(";") for line in found if line}


def _node() -> Iterator[str]:
    asked = {name: rows_of_settings(load_design(name)) for name in list_designs()}
    said = {name: meanings(name) for name in APPLICATIONS}
    yield "## Of a node\n"
    yield "| | key | what it is | may be | without it | for | from home |"
    yield "|---|---|---|---|---|---|---|"
    for at, (key, kind, *_) in enumerate(asked[list_designs()[0]]):
        rows = {name: rows[at] for name, rows in asked.items()}
        ranges = _distinct({name: _range(*row[1:4]) for name, row in rows.items()})
        defaults = _distinct({name: _default(row[4]) for name, row in rows.items()})
        means = next((words[key] for words in said.values() if words.get(key)), _PLAIN.get(key, ""))
        users = ", ".join(word for name, word in APPLICATIONS.items() if key in said[name])
        home = "" if key in AT_THE_NODE else "yes"
        yield f"| {at + 1} | `{key}` | {means} | {KIND[kind]}, {ranges} | {defaults} | {users} | {home} |"
    yield "\n*must be said*: the node does not start without it. Of the charges holds LOW < HIGH <= FULL.\n"


def _range(kind: int, low: int, high: int) -> str:
    if KIND[kind] == "number":
        return f"{low} only" if low == high else f"{low} to {high:,}"
    if KIND[kind] == "address":
        return "four numbers with dots, or nothing"
    return f"{low} characters" if low == high else f"{low} to {high} characters"


def _default(value: str | int | None) -> str:
    if value is None:
        return "*must be said*"
    return str(value) if value != "" else "nothing"


def _distinct(by_design: dict[str, str]) -> str:
    """One value where all designs agree, else each with those that have it."""
    values = list(dict.fromkeys(by_design.values()))
    if len(values) == 1:
        return values[0]
    usual = max(values, key=list(by_design.values()).count)
    others = [value for value in values if value != usual]
    of = {
        value: ", ".join(f"`{name}`" for name, has in by_design.items() if has == value) for value in others
    }
    return f"{usual}; " + "; ".join(f"{value} ({of[value]})" for value in others)


def _bench() -> Iterator[str]:
    options, said = _options(), meanings("bench_logger")
    yield "## Of a bench logger\n"
    yield "A board that only measures ([recording](../recording.md)).\n"
    yield "| key | what it is | may be | without it |"
    yield "|---|---|---|---|"
    for key, default in options.WORDS.items():
        yield f"| `{key}` | {_PLAIN.get(key) or said[key]} | text | {default or 'nothing'} |"
    for key, (default, low, high) in options.NUMBERS.items():
        may = f"{low:,} to {high:,}"
        if key == "BENCH_RANGE_MV":
            may = ", ".join(map(str, sorted(options.RANGES_mV)))
        yield f"| `{key}` | {_PLAIN.get(key) or said[key]} | number, {may} | {default:,} |"


def _options() -> Any:
    """firmware/bench_logger/options.py as it stands, with the ranges of the chip beside it."""
    names: dict[str, Any] = {}
    source = (_FIRMWARE / "bench_logger" / "chip.py").read_text("utf-8")
    ranges = next(line for line in source.splitlines() if line.startswith("RANGES_mV"))
    exec(ranges, names)
    there = {"chip": SimpleNamespace(**names), "os": ModuleType("os")}
    text = (_FIRMWARE / "bench_logger" / "options.py").read_text("utf-8")
    found: dict[str, Any] = {"__builtins__": {"__import__": lambda name, *rest: there[name]}}
    exec(compile(text, "options.py", "exec"), found)
    return SimpleNamespace(**found)
