"""Amounts as people type them: 15min, 22uA, 2.6Ah; a plain number is in the option's own unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

import rich_click as click

_AMOUNT = re.compile(r"^\s*([0-9.]+(?:[eE][-+]?[0-9]+)?)\s*([^\s0-9]*)\s*$")


class Amount(click.ParamType[float]):
    """A number above 0 (`zero`: or 0) with a unit; what comes out is in the first unit named."""

    name = "amount"

    def __init__(self, units: Mapping[str, float], example: str, zero: bool = False) -> None:
        self.units = units
        self.zero = zero
        self.example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Raises click.BadParameter for what is no such amount."""
        if isinstance(value, float):
            return value
        found = _AMOUNT.match(str(value))
        unit = found.group(2).replace("\N{MICRO SIGN}", "u") if found else ""
        scale = self.units.get(unit or next(iter(self.units)))
        try:
            number = float(found.group(1)) if found else float("nan")
        except ValueError:
            number = float("nan")
        if scale is None or not isfinite(number):
            units = ", ".join(self.units)
            self.fail(
                f"{value!r}: expected a number with a unit of {units}, such as {self.example}.", param, ctx
            )
        if number == 0.0 and not self.zero:
            self.fail(f"{value!r}: expected more than nothing, such as {self.example}.", param, ctx)
        return number * scale


SECONDS = Amount({"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "h": 3600.0, "d": 86400.0}, "15min")
MILLIAMPERES = Amount({"mA": 1.0, "uA": 1e-3, "nA": 1e-6, "A": 1e3}, "22uA", zero=True)
AMPERE_HOURS = Amount({"Ah": 1.0, "mAh": 1e-3}, "2.6Ah")
