"""How cycles differ: the typical one, the spread of all of them, the dearest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mean_doubt import mean_doubt
from .states import CycleRow, StateRow, StateTable

#: So many of the dearest cycles are named.
DEAREST = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """5th percentile, median, 95th percentile, mean and half the width of the mean's 95 % interval."""

    low: float
    median: float
    high: float
    mean: float
    off: float


@dataclass(frozen=True, slots=True)
class CycleSpread:
    """Charge, energy (None without a voltage), length and rest of the wakes; the dearest first."""

    count: int
    charge_mC: Spread
    energy_mJ: Spread | None
    awake_s: Spread
    rest_s: Spread
    dearest: tuple[CycleRow, ...]


def cycle_spread(table: StateTable) -> CycleSpread | None:
    """The spread of a log's cycles; None without any."""
    cycles = table.cycles
    if not cycles:
        return None
    energy = [cycle.awake_mJ for cycle in cycles]
    return CycleSpread(
        len(cycles),
        spread([cycle.awake_mC for cycle in cycles]),
        spread(energy) if not np.isnan(energy).any() else None,
        spread([cycle.awake_s for cycle in cycles]),
        spread([cycle.rest_s for cycle in cycles]),
        tuple(sorted(cycles, key=lambda cycle: -cycle.awake_mC)[:DEAREST]),
    )


def wakes_clipped(table: StateTable) -> bool:
    """Whether clipped samples lie in the wakes, and not only in what is taken for rest."""
    return any(row.at_least and not resting for row, resting in _with_rest(table))


def rests_clipped(table: StateTable) -> bool:
    """Whether clipped samples lie in what is taken for rest."""
    return any(row.at_least and resting for row, resting in _with_rest(table))


def _with_rest(table: StateTable) -> list[tuple[StateRow, bool]]:
    resting = dict(zip(table.names, table.resting, strict=True))
    return [(row, resting[row.name]) for row in table.states]


def spread(values: list[float]) -> Spread:
    """The spread of some values, at least one."""
    low, median, high = (float(one) for one in np.percentile(values, (5, 50, 95)))
    return Spread(low, median, high, float(np.mean(values)), mean_doubt(values))
