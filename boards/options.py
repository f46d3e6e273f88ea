"""The design constants: every key of [options], its type and range."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boards.model import CapValue
from boards.reading import cap, missing, number, only_keys, refused
from boards.rules import CapRule


@dataclass(frozen=True, slots=True)
class OptionRule:
    """An option's type ("int", "float", "str"), and its range or words; `of_camera`: only with a camera."""

    type: str
    low: float = 0.0
    high: float = 0.0
    allowed: tuple[str, ...] = ()
    required: bool = True
    of_camera: bool = False


OPTIONS: dict[str, OptionRule] = {
    "frame_size": OptionRule("str", of_camera=True),
    "frame_size_small": OptionRule("str", of_camera=True),
    "spool": OptionRule("str", allowed=("fifo", "flash", "sd")),
    "spool_KiB": OptionRule("int", 0, 1 << 26),
    "cells_parallel": OptionRule("int", 1, 16),
    "tilt_deg": OptionRule("float", 0, 90),
    "azimuth_deg": OptionRule("float", 0, 360),
    "spi_Hz": OptionRule("int", 100_000, 80_000_000, required=False, of_camera=True),
    "i2c_Hz": OptionRule("int", 10_000, 1_000_000),
    "lockout_enter_mV": OptionRule("int", 500, 4500, required=False),
    "lockout_leave_mV": OptionRule("int", 500, 4500, required=False),
    #: How much warmer than the air sun makes the box of battery and board, and how slowly (`sim.box`).
    "box_K_m2_W": OptionRule("float", 0, 0.1, required=False),
    "box_lag_h": OptionRule("float", 0, 24, required=False),
}


def read_options(path: Path, document: dict[str, Any], has_camera: bool) -> dict[str, CapValue]:
    """Read the options: all that are required, and nothing unknown."""
    rules = {name: rule for name, rule in OPTIONS.items() if has_camera or not rule.of_camera}
    only_keys(path, "options", document, rules)
    return {
        name: _option(path, name, document, rule)
        for name, rule in rules.items()
        if rule.required or name in document
    }


def _option(path: Path, name: str, document: dict[str, Any], rule: OptionRule) -> CapValue:
    full = f"options.{name}"
    if name not in document:
        must = "a string" if rule.type == "str" else f"a number from {rule.low:g} to {rule.high:g}"
        raise missing(path, full, must)
    if rule.type == "str":
        return cap(path, full, document[name], CapRule("str", rule.allowed))
    value = number(path, "options", document, name, rule.low, rule.high)
    if rule.type == "float":
        return value
    if value != int(value):
        raise refused(path, full, document[name], "a whole number")
    return int(value)
