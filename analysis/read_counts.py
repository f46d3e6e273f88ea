"""Read numbers without titles: lists of raw register counts, one or many to a line."""

from __future__ import annotations

import re

import numpy as np

from .errors import DamagedLog, LogError
from .headers import UNITS, sized_unit
from .log import Log
from .read_csv import given_rate
from .read_options import ReadOptions
from .recording import Recording, assemble
from .text import Text

_LIST = re.compile(rb"\s*\[\s*[-+]?\d+(\.\d+)?(\s*,\s*[-+]?\d+(\.\d+)?)*\s*\]?\s*")
_ONE = re.compile(rb"\s*[-+]?\d+(\.\d+)?\s*")


def are_counts(head: bytes) -> bool:
    """Whether a text begins with lists of numbers in brackets, or with one number to a line."""
    lines = [line for line in head.split(b"\n")[:3] if line.strip()]
    return bool(lines) and (_LIST.fullmatch(lines[0]) is not None or all(map(_ONE.fullmatch, lines[:2])))


def read_counts(text: Text, options: ReadOptions) -> Log:
    """Read raw counts; the owner says the size of one and the rate.

    Raises
    ------
    LogError : size or rate is not said, or a line holds something else.
    """
    size, unit = sized_unit(options.current_unit) if options.current_unit else (1.0, None)
    if unit is None or UNITS[unit][0] != "current":
        raise LogError(
            f"{text.name} line 1: numbers without titles; say --current-unit with the size of one, such as "
            "'0.1 mA' (Adafruit's 32V_2A), and --rate in Hz."
        )
    counts, notes = _counts(text, options.salvage)
    time = given_rate(f"{text.name} line 1", len(counts), options)
    found = Recording(text.name, time.t_s, counts * (size * UNITS[unit][1]), notes=(*notes, *time.notes))
    return assemble(found, options)


def _counts(text: Text, salvage: bool) -> tuple[np.ndarray, tuple[str, ...]]:
    """Every number of every list, and what was left out."""
    lines = text.data[:].split(b"\n")
    good: list[bytes] = []
    lost: list[int] = []
    notes = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if number == len(lines) and b"[" in line and b"]" not in line:
            line = line[: line.rfind(b",")] if b"," in line else b""  # its last number may be cut short
            notes.append("The last list is torn; its last number was left out.")
        if _LIST.fullmatch(line) or _ONE.fullmatch(line):
            good.append(line.strip(b" \r\t[]"))
        elif salvage:
            lost.append(number)
        elif line:
            shown = line.decode("utf-8", "replace").strip()[:40]
            raise DamagedLog(f"{text.name} line {number}: '{shown}' is no list of numbers")
    if lost:
        notes.append(f"{len(lost)} line(s) could not be read and were left out; the first is line {lost[0]}.")
    return np.array(b",".join(good).split(b","), dtype=np.float64), tuple(notes)
