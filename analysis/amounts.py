"""Measured amounts as a person writes them: no more digits than their doubt allows."""

from __future__ import annotations

from math import floor, isfinite, log10, nan

from .style import seconds_text

#: No INA219 is sure of more digits than this.
MOST_DIGITS = 4
PM = "\N{PLUS-MINUS SIGN}"
_CURRENT = ((1e-3, 1e6, "nA"), (1.0, 1e3, "uA"), (1e3, 1.0, "mA"), (float("inf"), 1e-3, "A"))
_CHARGE = ((1e-3, 1e6, "nC"), (1.0, 1e3, "uC"), (1e4, 1.0, "mC"), (3.6e6, 1 / 3600, "mAh"),
           (float("inf"), 1 / 3.6e6, "Ah"))  # fmt: skip
_ENERGY = ((1.0, 1e3, "uJ"), (1e3, 1.0, "mJ"), (3.6e5, 1e-3, "J"), (3.6e6, 1 / 3.6e3, "mWh"),
           (float("inf"), 1 / 3.6e6, "Wh"))  # fmt: skip


def current_text(mA: float, off: float = nan) -> str:
    """A current: 22 uA, 0.60 ± 0.10 mA, 1.2 A."""
    return _in_units(mA, off, _CURRENT)


def charge_text(mC: float, off: float = nan) -> str:
    """A charge: 340 uC, 327 ± 4 mC, 12 mAh."""
    return _in_units(mC, off, _CHARGE)


def joules_text(mJ: float, off: float = nan) -> str:
    """An energy: 12 mJ, 1.24 ± 0.02 J, 12 mWh; a dash where there is none."""
    return _in_units(mJ, off, _ENERGY)


def charge_unit(mC: float) -> tuple[str, float]:
    """Unit of a column that holds charges up to this one, and what 1 mC is in it."""
    return ("mC", 1.0) if not abs(mC) > 1e5 else ("mAh", 1 / 3600)


def energy_unit(mJ: float) -> tuple[str, float]:
    """The same for energies."""
    return ("mJ", 1.0) if not abs(mJ) > 4e5 else ("mWh", 1 / 3600)


def _in_units(value: float, off: float, units: tuple[tuple[float, float, str], ...]) -> str:
    if not isfinite(value):
        return "-"
    size = max(abs(value), off if isfinite(off) else 0.0)
    scale, unit = next((scale, unit) for limit, scale, unit in units if size < limit)
    if value == 0 and size == 0:
        scale, unit = next((scale, unit) for _, scale, unit in units if unit in ("mA", "mC", "mJ"))
    return f"{within(value * scale, off * scale)} {unit}"


def within(value: float, off: float = nan) -> str:
    """327 ± 4, 0.60 ± 0.10; four digits at most, for no meter is better: a smaller doubt is left out."""
    if not isfinite(value):
        return "-"
    if not isfinite(off) or off <= 0:
        return digits(value)
    places = max(0, 1 - floor(log10(off)))
    if off >= 3 * 10.0 ** floor(log10(off)):
        places = max(places - 1, 0)
    size = max(abs(value), off)
    if places > (most := max(0, MOST_DIGITS - 1 - floor(log10(size)))):
        places = most
    if off < 0.5 * 10.0**-places:
        return digits(value, MOST_DIGITS)
    return f"{value:,.{places}f} {PM} {off:,.{places}f}"


def digits(value: float, count: int = 3) -> str:
    """So many digits, never an exponent: 1,234, 12.3, 0.00123."""
    if value == 0 or not isfinite(value):
        return f"{value:.0f}" if isfinite(value) else "-"
    places = max(0, count - 1 - floor(log10(abs(value))))
    return f"{value:,.{places}f}"


def days_text(days: float) -> str:
    """How long a battery lasts: 14 h, 5.8 days, 9 weeks, 14 months, 6 years."""
    if not isfinite(days):
        return "for ever"
    for limit, size, unit in ((2, 1 / 24, "h"), (60, 1, "days"), (730, 30.44, "months")):
        if days < limit:
            return f"{digits(days / size, 2)} {unit}"
    return f"{digits(days / 365.25, 2)} years" if days < 36525 else "more than a hundred years"


def period_text(period_s: float) -> str:
    """A pace as it is spoken of: every 20 s, every 15 min."""
    return f"every {seconds_text(period_s)}"
