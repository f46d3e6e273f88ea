"""What found states are called: the owner's list, the nearest rows of a design, or number and current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .log import FloatArray

if TYPE_CHECKING:
    from boards import Design

#: Names in an owner's list that mean the rest between wakes.
REST_WORDS = frozenset({"sleep", "asleep", "rest", "off", "deep sleep"})
#: A row of the design names a state if their currents differ by less than this (natural logarithm).
NEAR_ROW = 0.3
#: States of the firmware that no wake shows as a state of its own.
_NO_WAKE = frozenset({"SLEEP", "RECOVER", "-"})


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of the states in their order, the group of each found state among them, and why."""

    names: tuple[str, ...]
    group: tuple[int, ...]
    rest: str | None
    notes: tuple[str, ...]


def plain_names(mA: Sequence[float]) -> tuple[str, ...]:
    """What states are called that nobody named: "state 1 (45 mA)"."""
    return tuple(f"state {number} ({current:.3g} mA)" for number, current in enumerate(mA, 1))


def named(mA: FloatArray, s: FloatArray, listed: Sequence[str], design: Design | None, V: float) -> Naming:
    """Names for states of so many mA and s in all, in the order of a wake."""
    own = tuple(range(len(mA)))
    rest = next((name for name in listed if name.lower() in REST_WORDS), None)
    wanted = [name for name in dict.fromkeys(listed) if name.lower() not in REST_WORDS]
    if wanted:
        return _by_list(mA, s, wanted, rest)
    if design is not None:
        names, notes = _by_rows(mA, design, V)
        return Naming(names, own, rest, notes)
    return Naming(plain_names(mA.tolist()), own, rest, ())


def _by_list(mA: FloatArray, s: FloatArray, wanted: Sequence[str], rest: str | None) -> Naming:
    if len(wanted) > len(mA):
        note = (
            f"You named {len(wanted)} states ({', '.join(wanted)}), but {len(mA)} can be told apart; "
            "they keep their numbers."
        )
        return Naming(plain_names(mA.tolist()), tuple(range(len(mA))), rest, (note,))
    group = _grouped(np.log(np.maximum(mA, 1e-9)), s, len(wanted))
    listed = [f"{mA[number]:.3g} mA" for number in range(len(mA))]
    told = [
        f"{name} is {' and '.join(listed[at] for at in range(len(mA)) if group[at] == number)}"
        for number, name in enumerate(wanted)
    ]
    why = " (neighbours nearest in current were put together)" if len(wanted) < len(mA) else ""
    return Naming(tuple(wanted), group, rest, (f"Your names go by order: {', '.join(told)}{why}.",))


def _grouped(height: FloatArray, s: FloatArray, groups: int) -> tuple[int, ...]:
    """Neighbours put together, the nearest first, until so many groups are left."""
    begin = list(range(len(height)))
    while len(begin) > groups:
        bounds = [*begin, len(height)]
        weight = [float(s[a:b].sum()) for a, b in pairwise(bounds)]
        mean = [float(np.average(height[a:b], weights=s[a:b])) for a, b in pairwise(bounds)]
        cost = [
            (mean[at + 1] - mean[at]) ** 2 * weight[at] * weight[at + 1] / (weight[at] + weight[at + 1])
            for at in range(len(begin) - 1)
        ]
        del begin[int(np.argmin(cost)) + 1]
    return tuple(int(np.searchsorted(begin, at, side="right")) - 1 for at in range(len(height)))


def _by_rows(mA: FloatArray, design: Design, V: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The design's state nearest to each, in the firmware's order; each at most once."""
    from boards import half_full_V
    from sim.prices import state_mW, states_of

    volts = V if V == V and V > 0 else half_full_V(design)
    rows = [
        (name, mW / volts)
        for name, mW in zip(states_of(design), state_mW(design), strict=True)
        if name not in _NO_WAKE and mW > 0
    ]
    match = _in_order(np.log(np.maximum(mA, 1e-9)), np.log([row for _, row in rows]))
    names, notes = list(plain_names(mA.tolist())), []
    for at, row in enumerate(match):
        if row is None:
            notes.append(f"{names[at]} is like no state in the rows of {design.name}, and keeps its number.")
            continue
        name, row_mA = rows[row]
        notes.append(f"{names[at]} is called {name}: there the rows of {design.name} say {row_mA:.3g} mA.")
        names[at] = name
    return tuple(names), tuple(notes)


def _in_order(found: FloatArray, rows: FloatArray) -> list[int | None]:
    """For each found state a row, rising, so that the sum of distances is least; None costs NEAR_ROW."""
    cost = np.zeros((len(found) + 1, len(rows) + 1))
    cost[1:, 0] = NEAR_ROW * np.arange(1, len(found) + 1)
    for at in range(1, len(found) + 1):
        for row in range(1, len(rows) + 1):
            pair = cost[at - 1, row - 1] + abs(found[at - 1] - rows[row - 1])
            cost[at, row] = min(cost[at, row - 1], cost[at - 1, row] + NEAR_ROW, pair)
    match: list[int | None] = [None] * len(found)
    at, row = len(found), len(rows)
    while at and row:
        if cost[at, row] == cost[at, row - 1]:
            row -= 1
        elif cost[at, row] == cost[at - 1, row] + NEAR_ROW:
            at -= 1
        else:
            at, row = at - 1, row - 1
            match[at] = row
    return match
