"""What the owner says of his node's sleep: its current, his meter, a recording without the load."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import AnalysisError
from .log import Log

#: Units of a current, in mA.
_UNITS = {"a": 1e3, "ma": 1.0, "ua": 1e-3, "na": 1e-6}
_CURRENT = re.compile(
    r"\s*([0-9]+(?:[.,][0-9]+)?(?:e-?[0-9]+)?)\s*([a-z]*)\s*"
    r"(?:(?:\+-|\+/-|\N{PLUS-MINUS SIGN})\s*([0-9]+(?:[.,][0-9]+)?)\s*([a-z]*)\s*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FloorOptions:
    """Everything may be left open.

    Attributes
    ----------
    zero : a recording of the same meter with the load unplugged.
    stated_mA, stated_off_mA : the sleep current, measured elsewhere, and its plus or minus.
    meter : a name of `meters.NAMES`; gain : 1, 2, 4 or 8, grade : "A" or "B", of an INA219.
    """

    zero: Log | None = None
    stated_mA: float | None = None
    stated_off_mA: float = 0.0
    meter: str | None = None
    gain: int | None = None
    grade: str = "A"


def parse_current(text: str) -> tuple[float, float]:
    """`22uA`, `0,022 mA`, `22+-3uA` as (mA, plus or minus mA); AnalysisError without a unit."""
    plain = text.replace("\N{MICRO SIGN}", "u").replace("\N{GREEK SMALL LETTER MU}", "u")
    found = _CURRENT.fullmatch(plain)
    value, unit, off, off_unit = found.groups() if found else (None, None, None, None)
    if value is None:
        raise AnalysisError(f"The current {text!r} is no current, expected such as 22uA or 22+-3uA.")
    unit, off_unit = (unit or off_unit or "").lower(), (off_unit or unit or "").lower()
    for one in (unit, off_unit):
        if one not in _UNITS:
            said = "has no unit" if not one else f"has the unit {one!r}"
            raise AnalysisError(f"The current {text!r} {said}, expected nA, uA, mA or A.")
    return _number(value) * _UNITS[unit], _number(off) * _UNITS[off_unit] if off else 0.0


def _number(text: str) -> float:
    return float(text.replace(",", "."))
