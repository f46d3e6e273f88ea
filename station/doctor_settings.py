"""The doctor without a board: a settings file as the board would read it, a design as it would live."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from boards import Design, load_design
from sim.application import is_own
from sim.drive import TWIN_SETTINGS
from sim.prices import asleep_W, best_day_J, cell_J
from station.deploy_settings import is_read
from station.doctor_table import Finding, finding
from station.node_settings import keys_of_settings, refused
from station.settings_traps import traps

#: Rules of a board without PSRAM and clock are the strictest; they stand in where no design is named.
_ANY = "pico-w-arducam-2mp"
_CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb]")
_LEAST_DAYS, _LEAST_TIMES = 7.0, 3.0
#: Keys that CircuitPython itself reads.
_CORE = ("CIRCUITPY_", "BENCH_")


def examine_files(text: str | None, design: Design | None) -> list[Finding]:
    """What is wrong with a settings.toml, and what is doubtful about a design; worst first."""
    found = [] if text is None else [*of_settings(text, design or load_design(_ANY))]
    found += [] if design is None else [*of_design(design)]
    return sorted(dict.fromkeys(found), key=lambda one: one.weight)


def of_settings(text: str, design: Design) -> Iterator[Finding]:
    """Everything at once, not only the first thing."""
    if text.startswith("\ufeff"):
        yield finding("settings.mark")
        text = text[1:]
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        yield from _no_TOML(text, str(error))
        return
    for number, line in enumerate(text.splitlines(), 1):
        if not is_read(line, (10, 2, 1)):
            name = line.partition("=")[0].strip()[:40]
            values.pop(name, None)  # the board goes without it
            yield finding("settings.line", line=number, name=name)
    yield from _refused(design, values)
    yield from _strange([key for key in values if key.startswith("TORPOR_") or not is_own(design)])
    yield from traps(values)
    if values.get("TORPOR_TLS") == 1 and design.board.caps["psram"]:
        yield finding("settings.certificate")


def _no_TOML(text: str, error: str) -> Iterator[Finding]:
    """What a parser says of a line is told without the line: it may be a secret."""
    curly = [
        number for number, line in enumerate(text.splitlines(), 1) if _CURLY.search(line.partition("#")[0])
    ]
    if curly:
        yield finding("settings.quotes", line=curly[0])
        return
    at = re.search(r"at line (\d+)", error)
    yield finding("settings.no_toml", line=f" (line {at[1]})" if at else "")


def _refused(design: Design, values: dict[str, Any]) -> Iterator[Finding]:
    """What the node's own rules say, one key after the other: a wrong one stands in for its default."""
    left = dict(values)
    for _ in range(len(keys_of_settings())):
        told = refused(design, left)
        if not told:
            return
        yield finding("settings.wrong", text=told)
        key = told.split(" ")[0]
        if key in TWIN_SETTINGS:
            left[key] = TWIN_SETTINGS[key]
        elif left.pop(key, None) is None:
            return


def _strange(keys: list[str]) -> Iterator[Finding]:
    known = keys_of_settings()
    for key in keys:
        if key not in known and not key.startswith(_CORE):
            like = get_close_matches(key.upper(), known, 1)
            yield finding("settings.unknown", key=key, like=f" Is {like[0]} meant?" if like else "")


def of_design(design: Design) -> Iterator[Finding]:
    """What the loader lets pass (it has checked pins, rails and wake pins) and an owner should know."""
    day_J = asleep_W(design) * 86_400.0
    cells = int(str(design.options.get("cells_parallel", 1)))
    if (days := cell_J(design, cells) / day_J) < _LEAST_DAYS:
        yield finding("design.battery", days=days, design=design.name)
    if (times := best_day_J(design) / day_J) < _LEAST_TIMES:
        yield finding("design.panel", times=times, design=design.name)
