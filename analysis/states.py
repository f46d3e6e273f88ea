"""What costs how much: one table per state and one per cycle, from any log.

A log with state names is grouped by them and its cycles are the wake numbers; a log with a marker column is
grouped by marker value; in any other log wakes, and states within them, are found in the current. Sums are
left rectangles on real time steps.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .clipping import find_clipping
from .finding import ASLEEP, AWAKE, RESTING, Found, found_states
from .log import FloatArray, Log
from .sampling import inner_variances, of_cycles, of_states
from .spells import hysteresis
from .state_rows import CycleRow, FindOptions, StateRow, StateTable, Visits
from .sums import clipped_visits, cycle_rows, row_of, visits_of
from .wakes import Thresholds, thresholds

__all__ = [
    "ASLEEP", "AWAKE", "RESTING", "CycleRow", "FindOptions", "StateRow", "StateTable", "Thresholds", "Visits",
    "hysteresis", "state_table", "thresholds",
]  # fmt: skip


def state_table(log: Log, options: FindOptions | None = None) -> StateTable:
    """Group a log by its states and by its cycles."""
    options = options or FindOptions()
    found = found_states(log, options)
    visits = visits_of(log, found.first, found.state, found.cycle)
    clipping = find_clipping(log)
    seen = min(options.conversion_s / log.step_s, 1.0) if log.step_s else 0.0
    inner = inner_variances(log, visits, len(found.names), seen)
    off_mC = of_states(log, visits, inner, seen)
    rows = _rows(found, visits, clipped_visits(visits, clipping), off_mC, options.clock_off)
    cycle_off_mC = of_cycles(log, visits, np.array(found.resting), inner, seen)
    return StateTable(
        states=tuple(row for row in rows[:-1] if row.count),
        total=rows[-1],
        cycles=cycle_rows(log, visits, found.names, found.resting, cycle_off_mC),
        names=found.names,
        at_least=clipping is not None,
        notes=found.notes,
        visits=visits,
        limits=found.limits,
        resting=found.resting,
    )


def _rows(
    found: Found, visits: Visits, clipped: NDArray[np.bool_], off_mC: FloatArray, clock_off: float
) -> list[StateRow]:
    """The sums of each state and, last, of the whole log, with their intervals."""
    names = (*found.names, "total")
    whole = np.ones(len(visits.first), dtype=bool)
    made = []
    for code, name in enumerate(names):
        row = row_of(name, visits, visits.state == code if code < len(found.names) else whole, clipped)
        off = float(np.hypot(off_mC[code], clock_off * row.charge_mC))
        made.append(replace(row, charge_off_mC=off, energy_off_mJ=off * abs(row.V)))
    return made
