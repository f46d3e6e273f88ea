"""What a node's LED says in install mode, from the firmware's own list: for page and printed card."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.application import ROOT

SOURCE = ROOT / "firmware" / "lib" / "torpor" / "codes.py"
_LINE = re.compile(r"^([A-Z_]+) = (\d+)  # (.+?): (.+)$")
_SECTIONS = {"# so many flickers": "flicker", "# so many long flashes": "long"}


@dataclass(frozen=True, slots=True)
class LedCode:
    """One thing that it says: `count` flashes of a `kind` ("flicker", "long"); in words, and what to do."""

    name: str
    kind: str
    count: int
    says: str
    todo: str


@dataclass(frozen=True, slots=True)
class LedCodes:
    """All of it. `ms` : WINK_ms, PAUSE_ms, FLICKER_ms, SHORT_ms, LONG_ms, DARK_ms, GAP_ms.

    `bars_dBm` : weakest signal, -dBm, with 2, 3 and 4 short flashes."""

    codes: tuple[LedCode, ...]
    ms: Mapping[str, int]
    bars_dBm: tuple[int, ...]

    def of(self, number: int) -> LedCode | None:
        """The fault with this many long flashes."""
        return next((one for one in self.codes if (one.kind, one.count) == ("long", number)), None)

    def bars(self, dBm: int) -> int:
        """1 to 4 for a signal (below zero); 0 where nobody knows."""
        return 1 + sum(-dBm <= least for least in self.bars_dBm) if dBm else 0


@cache
def led_codes(path: Path = SOURCE) -> LedCodes:
    """Read the firmware's list."""
    text = path.read_text("utf-8")
    kind, found = "", []
    for line in text.splitlines():
        kind = _SECTIONS.get(line, kind)
        if kind and (match := _LINE.match(line)):
            found.append(LedCode(match[1], kind, int(match[2]), match[3], match[4]))
    values = _values(text)
    bars = values.pop("BARS")
    ms = {name: value for name, value in values.items() if name.endswith("_ms") and isinstance(value, int)}
    assert isinstance(bars, tuple)
    return LedCodes(tuple(found), ms, tuple(int(one) for one in bars))


def _values(text: str) -> dict[str, object]:
    """Every constant of the file by its name."""
    values: dict[str, object] = {}
    for line in ast.parse(text).body:
        if isinstance(line, ast.Assign):
            names, value = line.targets[0], ast.literal_eval(line.value)
            if isinstance(names, ast.Tuple):
                values.update(zip((ast.unparse(name) for name in names.elts), value, strict=True))
            else:
                values[ast.unparse(names)] = value
    return values


#: In words, by the number of bars.
_SIGNAL = ("not known", "weak", "fair", "good", "very good")


def signal_words(bars: int) -> str:
    """What a person makes of a number of bars."""
    return _SIGNAL[min(max(bars, 0), 4)]
