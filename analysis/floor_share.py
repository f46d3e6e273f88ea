"""How much of a node's charge its rest is, in this log and in longer cycles."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from .state_rows import StateTable

#: Cycles for which the share is said beside the log's own, s.
CYCLES_s = (900.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Part:
    """The rest's share in a cycle of so many seconds (0 to 1): as found, at least, at most."""

    cycle_s: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """Attributes
    ----------
    awake_mC, awake_s, rest_s : of the whole log. now : of its own mean cycle. longer : if its wakes came once
    in CYCLES_s (only those that are longer than a wake).
    """

    awake_mC: float
    awake_s: float
    rest_s: float
    now: Part
    longer: tuple[Part, ...]


def share_of(
    table: StateTable, floor_mA: tuple[float, float, float], read_mA: float, zero_mA: float
) -> Share:
    """Parameters
    ----------
    floor_mA : as found, at least, at most. read_mA : the mean that was read at rest, which the charge awake
        is told apart by. zero_mA : what the meter shows without a current.
    """
    rest_s = sum(row.duration_s for row in table.states if _rests(table, row.name))
    awake_s = table.total.duration_s - rest_s
    awake_mC = table.total.charge_mC - read_mA * rest_s - zero_mA * awake_s
    wakes = max(1, len(table.cycles))
    each_mC, each_s = awake_mC / wakes, awake_s / wakes

    def part(cycle_s: float) -> Part:
        asleep_s = cycle_s - each_s
        return Part(cycle_s, *(_share(mA * asleep_s, each_mC) for mA in floor_mA))

    longer = tuple(part(cycle_s) for cycle_s in CYCLES_s if cycle_s > each_s) if table.cycles else ()
    return Share(awake_mC, awake_s, rest_s, part((awake_s + rest_s) / wakes), longer)


def _rests(table: StateTable, name: str) -> bool:
    return table.resting[table.names.index(name)]


def _share(rest_mC: float, awake_mC: float) -> float:
    if isnan(rest_mC):
        return nan
    rest_mC, awake_mC = max(0.0, rest_mC), max(0.0, awake_mC)
    return rest_mC / (rest_mC + awake_mC) if rest_mC + awake_mC > 0.0 else 0.0
