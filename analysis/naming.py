"""What found states are called: the owner's list, the nearest rows of a design, or number and current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        return replace(_by_rows(mA, s, design, V), rest=rest)
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


def _by_rows(mA: FloatArray, s: FloatArray, design: Design, V: float) -> Naming:
    """The design's state nearest to each in current, in the firmware's order; neighbours may share one."""
    rows = _rows_mA(design, V)
    row_of = _in_order(np.log(np.maximum(mA, 1e-9)), s, np.log([row_mA for _, row_mA in rows]))
    plain = plain_names(mA.tolist())
    called = [plain[at] if row is None else rows[row][0] for at, row in enumerate(row_of)]
    names, notes = tuple(dict.fromkeys(called)), []
    for name, row_mA in rows:
        alike = [f"{mA[at]:.3g} mA" for at, own in enumerate(called) if own == name]
        if alike:
            notes.append(f"{name} is {' and '.join(alike)}: the rows of {design.name} say {row_mA:.3g} mA.")
    notes += [
        f"{name} is like no state in the rows of {design.name} at its place, and keeps its number."
        for name in names
        if name in plain
    ]
    return Naming(names, tuple(names.index(name) for name in called), None, tuple(notes))


def _rows_mA(design: Design, V: float) -> list[tuple[str, float]]:
    """What the rows say of the states of a wake, mA at V (at a half-full battery if that is not known)."""
    from boards import half_full_V
    from sim.prices import state_mW, states_of

    volts = V if V == V and V > 0 else half_full_V(design)
    return [
        (name, mW / volts)
        for name, mW in zip(states_of(design), state_mW(design), strict=True)
        if name not in _NO_WAKE and mW > 0
    ]


def _in_order(found: FloatArray, s: FloatArray, rows: FloatArray) -> list[int | None]:
    """For each found state a row, never falling, so that the distances, weighed by time, are least in sum.

    A state that is further than NEAR_ROW from its row has none. Of equal rows the first one is taken.
    """
    apart = np.abs(found[:, None] - rows)
    near = np.minimum(apart, NEAR_ROW) * s[:, None]
    best = np.zeros((len(found) + 1, len(rows)))
    for at in range(len(found) - 1, -1, -1):
        whole = near[at] + best[at + 1]
        best[at] = np.minimum.accumulate(whole[::-1])[::-1]  # with this row or a later one
    match: list[int | None] = []
    row = 0
    for at in range(len(found)):
        row += int(np.argmin((near[at] + best[at + 1])[row:]))
        match.append(row if apart[at, row] < NEAR_ROW else None)
    return match
