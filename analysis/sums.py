"""Sums over visits, states and cycles: left rectangles on real time steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .clipping import Clipping
from .log import FloatArray, IntArray, Log
from .pieces import stretch_sums
from .state_rows import CycleRow, StateRow, Visits


def visits_of(log: Log, first: NDArray[np.intp], state: IntArray, cycle: IntArray) -> Visits:
    """Stretches that begin at these rows, with their sums."""
    charge, energy = stretch_sums(first, log.mA, log.dt_s, log.V, factors=2)
    duration = np.add.reduceat(log.dt_s, first)
    return Visits(
        first=first, end=np.append(first[1:], len(log.mA)), state=state, cycle=cycle,
        t_s=log.t_s[first], duration_s=duration, charge_mC=charge, energy_mJ=energy,
        mean_mA=charge / np.where(duration > 0, duration, np.inf),
        peak_mA=np.maximum.reduceat(log.mA, first),
    )  # fmt: skip


def row_of(name: str, visits: Visits, chosen: NDArray[np.bool_], clipped: NDArray[np.bool_]) -> StateRow:
    """The sums of the chosen visits; `clipped` says of each visit whether the meter clipped in it."""
    if not chosen.any():
        return StateRow(name, 0, 0.0, 0.0, 0.0, mean_mA=0.0, peak_mA=0.0, V=float("nan"))
    duration = float(visits.duration_s[chosen].sum())
    charge, energy = float(visits.charge_mC[chosen].sum()), float(visits.energy_mJ[chosen].sum())
    low, middle, high = np.percentile(visits.charge_mC[chosen], (5, 50, 95))
    cycles = np.unique(visits.cycle[chosen])
    return StateRow(
        name, int(chosen.sum()), duration, charge, energy,
        mean_mA=charge / duration if duration else 0.0,
        peak_mA=float(visits.peak_mA[chosen].max()),
        V=energy / charge if charge else float("nan"),
        at_least=bool(clipped[chosen].any()), cycles=int((cycles >= 0).sum()),
        each_mC=(float(low), float(middle), float(high)),
    )  # fmt: skip


def clipped_visits(visits: Visits, clipping: Clipping | None) -> NDArray[np.bool_]:
    """Which visits hold a sample at the meter's full scale."""
    if clipping is None:
        return np.zeros(len(visits.first), dtype=bool)
    return np.asarray(np.logical_or.reduceat(clipping.rows, visits.first))


def cycle_rows(
    log: Log, visits: Visits, names: tuple[str, ...], resting: tuple[bool, ...], off_mC: FloatArray
) -> tuple[CycleRow, ...]:
    """One row per cycle that has an awake part, whose charge is known to `off_mC`."""
    inside = visits.cycle >= 0
    if not inside.any():
        return ()
    rest = np.array(resting)[visits.state]
    cycles = int(visits.cycle.max()) + 1

    def total(values: FloatArray, chosen: NDArray[np.bool_]) -> FloatArray:
        part = chosen & inside
        return np.bincount(visits.cycle[part], values[part], minlength=cycles).astype(np.float64)

    awake_s, rest_s = total(visits.duration_s, ~rest), total(visits.duration_s, rest)
    awake_mC = total(visits.charge_mC, ~rest)
    awake_mJ, rest_mJ = total(visits.energy_mJ, ~rest), total(visits.energy_mJ, rest)
    begin = np.searchsorted(visits.cycle, np.arange(cycles))
    numbered = log.has_states and bool(log.marker.any())
    peaks = np.maximum.reduceat(visits.peak_mA, begin)
    ends = np.append(begin[1:], len(visits.cycle))
    return tuple(
        CycleRow(
            str(int(log.marker[visits.first[start]])) if numbered else str(number + 1),
            number, float(visits.t_s[start]),
            float(awake_s[number]), float(awake_mC[number]), float(awake_mJ[number]), float(peaks[number]),
            float(rest_s[number]), float(rest_mJ[number]),
            tuple(names[code] for code in visits.state[start : ends[number]]),
            float(off_mC[number]),
            float(off_mC[number] * abs(awake_mJ[number] / (awake_mC[number] or np.nan))),
        )
        for number, start in enumerate(begin)
        if awake_s[number] > 0
    )  # fmt: skip
