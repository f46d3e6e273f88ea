"""Cycles that stand out: dearer, cheaper, longer or shorter than the others by more than their own spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .amounts import digits
from .log import FloatArray
from .states import StateTable
from .style import seconds_text

#: So many robust standard deviations from the median, and at least so large a part of it.
SPREADS, PART = 5.0, 0.15
#: With fewer cycles than this there is no usual one.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class StandsOut:
    """One cycle, its place in the table, how many spreads away it is, and why."""

    place: int
    name: str
    t_s: float
    spreads: float
    why: str


def standing_out(table: StateTable) -> tuple[StandsOut, ...]:
    """The cycles that stand out in charge or in length, the farthest first."""
    if len(table.cycles) < FEWEST:
        return ()
    charge = np.array([cycle.awake_mC for cycle in table.cycles])
    length = np.array([cycle.awake_s for cycle in table.cycles])
    by_charge, by_length = _spreads(charge), _spreads(length)
    worst = np.maximum(np.abs(by_charge), np.abs(by_length))
    return tuple(
        _row(table, int(place), float(worst[place]), charge, length, by_charge, by_length)
        for place in np.argsort(-worst, kind="stable")
        if worst[place] > 0
    )


def _spreads(values: FloatArray) -> FloatArray:
    """Signed distance from the median in robust standard deviations; 0 where it is not worth a word."""
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    least = PART * abs(middle) / SPREADS
    away = (values - middle) / max(spread, least, 1e-12)
    return np.where(np.abs(away) > SPREADS, away, 0.0)


def _row(
    table: StateTable, place: int, spreads: float, charge: FloatArray, length: FloatArray,
    by_charge: FloatArray, by_length: FloatArray,
) -> StandsOut:  # fmt: skip
    cycle = table.cycles[place]
    said = []
    if by_charge[place]:
        said.append(f"{digits(cycle.awake_mC)} mC, usual {digits(float(np.median(charge)))}")
    if by_length[place]:
        said.append(f"{seconds_text(cycle.awake_s)}, usual {seconds_text(float(np.median(length)))}")
    return StandsOut(place, cycle.name, cycle.t_s, spreads, "; ".join(said))
