"""Limits that a log must keep, for a test bench that says yes or no: `wake_mJ=3500`, `sleep_uA=50`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from .amounts import within
from .cycle_spread import wakes_clipped
from .errors import LogError
from .mean_doubt import mean_doubt
from .states import StateRow, StateTable

#: A limit of one of these is the least that must be, of all others the most that may.
AT_LEAST = ("life_days", "cycles")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the log that a limit may name: its value, its doubt, what makes it only a bound.

    `only` is "" for a figure, "at most" where the meter cannot say how small it is, "at least" where it
    clipped.
    """

    value: float
    off: float = nan
    only: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: the name of a figure and its value."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A limit beside what the log says; `kept` is None where the log cannot tell."""

    limit: Limit
    figure: Figure
    kept: bool | None
    sentence: str


def limit_of(text: str) -> Limit:
    """NAME=NUMBER; LogError for anything else."""
    name, equals, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = nan
    if not equals or not name.strip() or not isfinite(value):
        raise LogError(f"--limit {text}: expected NAME=NUMBER, such as wake_mJ=3500 or sleep_uA=50.")
    return Limit(name.strip(), value)


def figures(
    table: StateTable, rest: Figure | None, life_days: float | None, missing_s: float
) -> dict[str, Figure]:
    """Everything that a limit may name, by its name."""
    clipped = "at least" if table.at_least else ""
    found = {
        "peak_mA": Figure(table.total.peak_mA, only=clipped),
        "mean_mA": Figure(table.total.mean_mA, only=clipped),
        "missing_s": Figure(missing_s),
        "cycles": Figure(float(len(table.cycles))),
    }
    if table.cycles:
        found |= _of_wakes(table, "at least" if wakes_clipped(table) else "")
    if rest is not None:
        found |= {"sleep_mA": rest, "sleep_uA": Figure(1e3 * rest.value, 1e3 * rest.off, rest.only)}
    for row in table.states:
        found |= _of_state(row)
    if life_days is not None:
        found["life_days"] = Figure(life_days, only="at most" if clipped else "")
    return found


def _of_wakes(table: StateTable, clipped: str) -> dict[str, Figure]:
    columns = {
        "mJ": [cycle.awake_mJ for cycle in table.cycles],
        "mC": [cycle.awake_mC for cycle in table.cycles],
        "s": [cycle.awake_s for cycle in table.cycles],
    }
    found = {}
    for unit, values in columns.items():
        only = clipped if unit != "s" else ""
        found[f"wake_{unit}"] = Figure(float(np.mean(values)), mean_doubt(values), only)
        found[f"worst_wake_{unit}"] = Figure(float(np.max(values)), only=only)
    return found


def _of_state(row: StateRow) -> dict[str, Figure]:
    """A visit to a state on average, by the state's name in small letters."""
    name = row.name.lower().replace(" ", "_")
    only = "at least" if row.at_least else ""
    return {
        f"{name}_mC": Figure(row.charge_mC / row.count, row.charge_off_mC / row.count, only),
        f"{name}_mJ": Figure(row.energy_mJ / row.count, row.energy_off_mJ / row.count, only),
        f"{name}_s": Figure(row.duration_s / row.count),
        f"{name}_mA": Figure(row.mean_mA, only=only),
    }


def judged(limits: tuple[Limit, ...], found: Mapping[str, Figure]) -> tuple[Judged, ...]:
    """Each limit beside its figure.

    Raises
    ------
    LogError : a limit names no figure of this log.
    """
    return tuple(_judged(limit, _named(limit, found)) for limit in limits)


def _named(limit: Limit, found: Mapping[str, Figure]) -> Figure:
    for name, figure in found.items():
        if name.lower() == limit.name.lower() and isfinite(figure.value):
            return figure
    names = ", ".join(name for name, figure in found.items() if isfinite(figure.value))
    raise LogError(f"--limit {limit.name}: this log has no such figure; it has {names}.")


def _judged(limit: Limit, figure: Figure) -> Judged:
    least = limit.name.lower() in AT_LEAST
    inside = figure.value >= limit.value if least else figure.value <= limit.value
    said = f"{limit.name} is {_bound(figure)}{within(figure.value, figure.off)}"
    word = "at least" if least else "at most"
    if figure.only == "at most" and inside == least:
        return Judged(limit, figure, None, f"{said}: the meter cannot tell {word} {limit.value:g}.")
    if figure.only == "at least" and inside != least:
        return Judged(limit, figure, None, f"{said}, the meter clipped: {word} {limit.value:g} is not told.")
    if not inside:
        return Judged(limit, figure, False, f"{said}, not {word} {limit.value:g}.")
    near = isfinite(figure.off) and abs(figure.value - limit.value) < figure.off
    close = ", but its doubt reaches over it" if near else ""
    return Judged(limit, figure, True, f"{said}, within {limit.value:g}{close}.")


def _bound(figure: Figure) -> str:
    return f"{figure.only} " if figure.only else ""
