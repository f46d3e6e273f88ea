"""What costs how much: one table per state and one per cycle, from any log.

A log with state names is grouped by them and its cycles are the wake numbers; a log with a
marker column is grouped by marker value; for any other log, wakes are found by hysteresis
with thresholds from the log's own noise. Sums are left rectangles on real time steps.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .clipping import find_clipping
from .log import IntArray, Log
from .state_rows import CycleRow, FindOptions, StateRow, StateTable, Visits
from .sums import clipped_visits, cycle_rows, row_of, visits_of
from .wakes import Thresholds, hysteresis, thresholds

__all__ = [
    "ASLEEP", "AWAKE", "RESTING", "CycleRow", "FindOptions", "StateRow", "StateTable", "Thresholds", "Visits",
    "hysteresis", "state_table", "thresholds",
]  # fmt: skip

#: What the states of a log without state names are called.
AWAKE, ASLEEP = "awake", "asleep"
#: Names of states in which a node rests: they end a cycle and are no part of its awake cost.
RESTING = frozenset({"SLEEP", ASLEEP, "OFF", "marker 0"})


def state_table(log: Log, options: FindOptions | None = None) -> StateTable:
    """Group a log by its states and by its cycles."""
    codes, names, limits, notes = _codes(log, options or FindOptions())
    resting = tuple(name in RESTING for name in names)
    cycle_of_row = _cycles_of_rows(log, codes, resting)
    visits = visits_of(log, codes, cycle_of_row)
    clipping = find_clipping(log)
    clipped = clipped_visits(visits, clipping)
    rows = [row_of(name, visits, visits.state == code, clipped) for code, name in enumerate(names)]
    return StateTable(
        states=tuple(row for row in rows if row.count),
        total=row_of("total", visits, np.ones(len(visits.first), dtype=bool), clipped),
        cycles=cycle_rows(log, visits, names, resting),
        codes=codes,
        names=names,
        cycle_of_row=cycle_of_row,
        at_least=clipping is not None,
        notes=notes,
        visits=visits,
        limits=limits,
        resting=resting,
    )


def _codes(
    log: Log, options: FindOptions
) -> tuple[IntArray, tuple[str, ...], Thresholds | None, tuple[str, ...]]:
    """Which state each row belongs to, by names, by marker or by hysteresis."""
    if log.has_states:
        if (log.state >= 0).all():
            return log.state, log.states, None, ()
        code = np.where(log.state >= 0, log.state, len(log.states))
        return code, (*log.states, "unnamed"), None, ()
    values, codes = np.unique(log.marker, return_inverse=True)
    if len(values) > 1:
        note = "States are the values of the marker column; marker 0 is taken as rest."
        return codes.astype(np.int64), tuple(f"marker {value}" for value in values), None, (note,)
    limit = replace(thresholds(log), stated_wake_mA=options.wake_mA, stated_sleep_mA=options.sleep_mA)
    awake = hysteresis(log.mA, limit.wake_mA, limit.sleep_mA)
    return awake.astype(np.int64), (ASLEEP, AWAKE), limit, (limit.sentence,)


def _cycles_of_rows(log: Log, codes: IntArray, resting: tuple[bool, ...]) -> IntArray:
    """The cycle of each row, counted from 0; -1 before the first one.

    Cycles are wake numbers where a log has states and markers, else each rise out of rest.
    """
    if log.has_states and len(np.unique(log.marker)) > 1:
        return np.cumsum(np.concatenate(([True], log.marker[1:] != log.marker[:-1]))) - 1
    rest = np.array(resting)[codes]
    rises = ~rest & np.concatenate(([True], rest[:-1]))
    return np.cumsum(rises) - 1
