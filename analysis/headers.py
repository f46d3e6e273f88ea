"""What a column is: its role and its unit, read from its title and never guessed.

The titles are those that INA219 loggers in the wild write, such as `current_mA`,
`Current[mA]`, `Current (mA)`, `BusV[V]`, `Timestamp(ms)`, `epoch`, `volts`, `amps`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: unit (lower case) -> (dimension, factor to s, V, mA or mW)
UNITS: dict[str, tuple[str, float]] = {
    "s": ("time", 1.0), "sec": ("time", 1.0), "seconds": ("time", 1.0), "ms": ("time", 1e-3),
    "secs": ("time", 1.0), "second": ("time", 1.0), "msec": ("time", 1e-3), "millis": ("time", 1e-3),
    "milliseconds": ("time", 1e-3), "usec": ("time", 1e-6), "micros": ("time", 1e-6),
    "microseconds": ("time", 1e-6),
    "us": ("time", 1e-6), "ns": ("time", 1e-9), "min": ("time", 60.0), "h": ("time", 3600.0),
    "v": ("voltage", 1.0), "volt": ("voltage", 1.0), "volts": ("voltage", 1.0), "mv": ("voltage", 1e-3),
    "millivolts": ("voltage", 1e-3), "uv": ("voltage", 1e-6),
    "a": ("current", 1e3), "amps": ("current", 1e3), "ma": ("current", 1.0), "ua": ("current", 1e-3),
    "na": ("current", 1e-6), "amp": ("current", 1e3), "amperes": ("current", 1e3),

    "milliamps": ("current", 1.0), "milliamperes": ("current", 1.0), "microamps": ("current", 1e-3),
    "w": ("power", 1e3), "watts": ("power", 1e3), "mw": ("power", 1.0),
    "uw": ("power", 1e-3),
}  # fmt: skip

#: How units are spelled when the owner is asked for one.
SPELLED = {"time": "s, ms, us, min or h", "voltage": "V or mV", "current": "A, mA or uA"}
#: Titles of numbers as the chip's registers hold them.
COUNTS = re.compile(r"raw|count|lsb|register|^reg", re.IGNORECASE)

#: plain title -> (role, unit that the title itself implies)
TITLES: dict[str, tuple[str, str | None]] = {
    "time": ("time", None), "timestamp": ("time", None), "t": ("time", None), "datetime": ("time", None),
    "date": ("time", None), "createdat": ("time", None), "iso": ("time", None), "elapsed": ("time", None),
    "epoch": ("time", "s"), "unixtime": ("time", "s"), "unix": ("time", "s"),
    "millis": ("time", "ms"), "micros": ("time", "us"),
    "dt": ("dt", None), "state": ("state", None), "phase": ("state", None), "quality": ("quality", None),
    "marker": ("marker", None), "gpio": ("marker", None), "trigger": ("marker", None), "d0d7": ("bits", None),
    "voltage": ("voltage", None), "bus": ("voltage", None), "busv": ("voltage", None),
    "busvoltage": ("voltage", None), "loadv": ("voltage", None), "loadvoltage": ("voltage", None),
    "rawcurrent": ("current", None), "currentraw": ("current", None),
    "rawbus": ("voltage", None), "busraw": ("voltage", None), "rawvoltage": ("voltage", None),
    "current": ("current", None), "i": ("current", None), "power": ("power", None),
}  # fmt: skip

#: Titles with these words hold a voltage across the shunt, not the supply's.
SHUNT = re.compile(r"^shun")
_SIZE = re.compile(r"^\s*(?P<size>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>[A-Za-z\u00b5\u03bc]+)\s*$")
_BIT = re.compile(r"^d[0-7]$")
_IN_BRACKETS = re.compile(r"^(?P<name>.*?)[\s_]*[\[(](?P<unit>[^\])]*)[\])]\s*$")
_AFTER_UNDERSCORE = re.compile(r"^(?P<name>.+)_(?P<unit>[A-Za-z\u00b5\u03bc]+)$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place, its title as written, its role ("" if none) and its unit if it tells one.

    `size` is how many of its unit one is worth: 0.1 for counts of 0.1 mA.
    """

    index: int
    title: str
    role: str
    unit: str | None
    size: float = 1.0

    @property
    def factor(self) -> float:
        """Factor from the column's numbers to s, V, mA or mW."""
        return self.size * UNITS[self.unit][1] if self.unit else 1.0

    @property
    def place(self) -> str:
        """Where it was measured, as the title's first word says: 'solar' of 'Solar_mA'."""
        return re.split(r"[^a-z0-9]", self.title.lower().strip(), maxsplit=1)[0]


def known_unit(text: str) -> str | None:
    """The unit as this module spells it, or None."""
    plain = text.strip().lower().replace("\u00b5", "u").replace("\u03bc", "u")
    return plain if plain in UNITS else None


def sized_unit(text: str) -> tuple[float, str | None]:
    """What an owner says a column holds: (1, 'ma') of 'mA', (0.1, 'ma') of '0.1 mA' for counts."""
    match = _SIZE.match(text)
    if match:
        return float(match["size"]), known_unit(match["unit"])
    return 1.0, known_unit(text)


def _split(title: str) -> tuple[str, str | None]:
    """Title -> (plain name, unit): brackets first, then a suffix after an underscore."""
    for pattern in (_IN_BRACKETS, _AFTER_UNDERSCORE):
        match = pattern.match(title)
        if match and known_unit(match["unit"]):
            return _plain(match["name"]), known_unit(match["unit"])
    return _plain(title), None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def column(index: int, title: str) -> Column:
    """Recognise one title."""
    title = title.strip().lstrip("\ufeff#").strip().strip('"').strip()
    name, unit = _split(title)
    if _BIT.match(name):
        return Column(index, title, "bit", None)
    if SHUNT.match(name):
        return Column(index, title, "shunt", unit)
    if name in TITLES:
        role, implied = TITLES[name]
        unit = unit or implied
        if unit and role in ("voltage", "current", "power", "time") and UNITS[unit][0] != role:
            return Column(index, title, "", unit)
        return Column(index, title, role, unit)
    unit = unit or known_unit(title)
    return Column(index, title, UNITS[unit][0] if unit else _last_word(name), unit)


def _last_word(name: str) -> str:
    """The role of a title such as 'battery current' that tells no unit."""
    return next((role for role in ("voltage", "current") if name.endswith(role)), "")


def columns(titles: Sequence[str]) -> tuple[Column, ...]:
    """Recognise every title of a header row."""
    return tuple(column(index, title) for index, title in enumerate(titles))


def are_words(titles: Sequence[str]) -> bool:
    """Whether no cell is a number or a printed dictionary."""
    return not any(re.match(r"^\s*([-+]?\.?\d|[{\[]\s*['\"{])", cell) for cell in titles)


def is_header(titles: Sequence[str]) -> bool:
    """Whether a row of cells is a header: no number in it, and a current or two other roles.

    A single title must tell its unit as well, or any word could be one.
    """
    if not are_words(titles):
        return False
    found = columns(titles)
    if len(found) == 1:
        return found[0].role in ("current", "shunt") and found[0].unit is not None
    roles = [item.role for item in found]
    return "current" in roles or sum(map(bool, roles)) >= 2
