"""Powers, shares and spans as people write them."""

from __future__ import annotations

from math import isnan

#: Figures that are given.
DIGITS = 3


def power(mW: float) -> str:
    """`7.4 mW`, `900 uW`, `1.2 W`."""
    if abs(mW) >= 1000.0:
        return f"{_figures(mW / 1000.0)} W"
    return f"{_figures(mW)} mW" if abs(mW) >= 1.0 or mW == 0.0 else f"{_figures(mW * 1000.0)} uW"


def percent(share: float) -> str:
    """`0.12 %`, `7 %`."""
    if isnan(share):
        return "an unknown share"
    return f"{100.0 * share:.2g} %" if share < 0.1 else f"{100.0 * share:.0f} %"


def span(seconds: float) -> str:
    """`20 s`, `15 min`, `1 h`, `3 days`."""
    for length, name in ((2 * 86_400.0, "days"), (3600.0, "h"), (120.0, "min")):
        if seconds >= length:
            unit = {"days": 86_400.0, "h": 3600.0, "min": 60.0}[name]
            return f"{_figures(seconds / unit)} {name}"
    return f"{_figures(seconds)} s"


def _figures(value: float) -> str:
    """Three figures, without an exponent."""
    rounded = float(f"{value:.{DIGITS}g}")
    return f"{rounded:.0f}" if abs(rounded) >= 10.0 ** (DIGITS - 1) else f"{rounded:g}"
