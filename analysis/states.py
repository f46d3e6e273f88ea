"""What costs how much: one table per state and one per cycle, from any log.

A log with state names is grouped by them and its cycles are the wake numbers; a log with a
marker column is grouped by marker value; for any other log, wakes are found by hysteresis
with thresholds from the log's own noise. Sums are left rectangles on real time steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .clipping import SHUNT_STEP_mV, find_clipping
from .log import FloatArray, IntArray, Log

#: What the states of a log without state names are called.
AWAKE, ASLEEP = "awake", "asleep"
#: States in which a node rests: they end a cycle and are no part of its awake cost.
RESTING = frozenset({"SLEEP", ASLEEP, "OFF", "marker 0"})
#: Thresholds above the floor, in standard deviations of the log's quiet noise.
WAKE_SD, SLEEP_SD = 6.0, 3.0


@dataclass(frozen=True, slots=True)
class StateRow:
    """All visits to one state, or one cycle.

    `energy_mJ` and `V` (the charge-weighted mean) are NaN for a log without a voltage;
    `peak_mA` is the highest row, which for a sampled log is a mean over one step.
    """

    name: str
    count: int
    duration_s: float
    charge_mC: float
    energy_mJ: float
    mean_mA: float
    peak_mA: float
    V: float

    @property
    def charge_mAh(self) -> float:
        """The charge in mAh."""
        return self.charge_mC / 3600

    @property
    def energy_mWh(self) -> float:
        """The energy in mWh."""
        return self.energy_mJ / 3600


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One wake and the rest after it: when it began, its awake part, and the rest."""

    name: str
    t_s: float
    awake_s: float
    awake_mC: float
    awake_mJ: float
    peak_mA: float
    rest_s: float
    rest_mJ: float
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StateTable:
    """The per-state and the per-cycle table of one log.

    `codes` and `names` say which state each row of the log was counted to; `at_least` is
    True if the meter clipped; `notes` tell how the states were found.
    """

    states: tuple[StateRow, ...]
    total: StateRow
    cycles: tuple[CycleRow, ...]
    codes: IntArray
    names: tuple[str, ...]
    cycle_of_row: IntArray
    at_least: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hysteresis from a log's own noise, all in mA."""

    floor_mA: float
    sd_mA: float

    @property
    def wake_mA(self) -> float:
        """Above this the node is awake."""
        return self.floor_mA + WAKE_SD * self.sd_mA

    @property
    def sleep_mA(self) -> float:
        """Below this it rests again."""
        return self.floor_mA + SLEEP_SD * self.sd_mA

    @property
    def sentence(self) -> str:
        """How the wakes were found."""
        return (
            f"The log names no states; a wake starts above {self.wake_mA:.2f} mA and ends below "
            f"{self.sleep_mA:.2f} mA (quiet level {self.floor_mA:.2f} mA, its noise {self.sd_mA:.3f} mA, "
            f"times {WAKE_SD:g} and {SLEEP_SD:g})."
        )


def thresholds(log: Log) -> Thresholds:
    """Quiet level and noise: the median and spread of what lies near the log's lowest tenth.

    The noise is at least that of the meter's own step (step / sqrt(12)).
    """
    least_sd = SHUNT_STEP_mV / log.shunt_ohm / np.sqrt(12)
    floor = float(np.percentile(log.mA, 10, method="lower"))
    sd = max(_spread(log.mA[log.mA <= floor]), least_sd)
    for _ in range(5):
        quiet = log.mA[np.abs(log.mA - floor) <= WAKE_SD * sd]
        floor, sd = float(np.median(quiet)), max(_spread(quiet), float(least_sd))
    return Thresholds(floor, float(sd))


def _spread(values: FloatArray) -> float:
    """Standard deviation from the median absolute deviation; the plain one if that is zero."""
    robust = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return robust or float(values.std())


def hysteresis(mA: FloatArray, wake_mA: float, sleep_mA: float) -> NDArray[np.bool_]:
    """Awake or not, per row: on above wake_mA, off below sleep_mA, else as before (at first off)."""
    event = np.where(mA > wake_mA, 1, np.where(mA < sleep_mA, -1, 0))
    last = np.maximum.accumulate(np.where(event != 0, np.arange(len(mA)), -1))
    return np.asarray((last >= 0) & (event[np.maximum(last, 0)] == 1))


def state_table(log: Log) -> StateTable:
    """Group a log by its states and by its cycles."""
    codes, names, notes = _codes(log)
    cycle_of_row = _cycles_of_rows(log, codes, names)
    rows = [_state_row(log, codes == code, name, codes) for code, name in enumerate(names)]
    return StateTable(
        states=tuple(row for row in rows if row.count),
        total=_sums(log, np.ones(len(codes), dtype=bool), "total", _runs(codes).size),
        cycles=_cycles(log, codes, names, cycle_of_row),
        codes=codes,
        names=names,
        cycle_of_row=cycle_of_row,
        at_least=find_clipping(log) is not None,
        notes=notes,
    )


def _codes(log: Log) -> tuple[IntArray, tuple[str, ...], tuple[str, ...]]:
    """Which state each row belongs to, by names, by marker or by hysteresis."""
    if log.has_states:
        if (log.state >= 0).all():
            return log.state, log.states, ()
        code = np.where(log.state >= 0, log.state, len(log.states))
        return code, (*log.states, "unnamed"), ()
    values, codes = np.unique(log.marker, return_inverse=True)
    if len(values) > 1:
        note = "States are the values of the marker column; marker 0 is taken as rest."
        return codes.astype(np.int64), tuple(f"marker {value}" for value in values), (note,)
    limit = thresholds(log)
    awake = hysteresis(log.mA, limit.wake_mA, limit.sleep_mA)
    return awake.astype(np.int64), (ASLEEP, AWAKE), (limit.sentence,)


def _runs(codes: IntArray) -> NDArray[np.intp]:
    """First row of every stretch of one code."""
    return np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))


def _cycles_of_rows(log: Log, codes: IntArray, names: tuple[str, ...]) -> IntArray:
    """The cycle of each row, counted from 0; -1 before the first one.

    Cycles are wake numbers where a log has states and markers, else each rise out of rest.
    """
    if log.has_states and len(np.unique(log.marker)) > 1:
        return np.cumsum(np.concatenate(([True], log.marker[1:] != log.marker[:-1]))) - 1
    resting = np.array([name in RESTING for name in names])[codes]
    rises = ~resting & np.concatenate(([True], resting[:-1]))
    return np.cumsum(rises) - 1


def _state_row(log: Log, mask: NDArray[np.bool_], name: str, codes: IntArray) -> StateRow:
    starts = _runs(codes)
    return _sums(log, mask, name, int(mask[starts].sum()))


def _sums(log: Log, mask: NDArray[np.bool_], name: str, count: int) -> StateRow:
    duration = float(log.dt_s[mask].sum())
    charge = float(log.charge_mC[mask].sum())
    energy = float(log.energy_mJ[mask].sum())
    return StateRow(
        name, int(count), duration, charge, energy,
        mean_mA=charge / duration if duration else 0.0,
        peak_mA=float(log.mA[mask].max()) if mask.any() else 0.0,
        V=energy / charge if charge else float("nan"),
    )  # fmt: skip


def _cycles(
    log: Log, codes: IntArray, names: tuple[str, ...], cycle_of_row: IntArray
) -> tuple[CycleRow, ...]:
    """One row per cycle, by sums over its slice of the log."""
    starts = np.flatnonzero(np.concatenate(([cycle_of_row[0] >= 0], np.diff(cycle_of_row) > 0)))
    if not starts.size:
        return ()
    resting = np.array([name in RESTING for name in names])[codes]
    charge, energy = log.charge_mC, log.energy_mJ

    def total(values: FloatArray, mask: NDArray[np.bool_]) -> FloatArray:
        return np.add.reduceat(np.where(mask, values, 0.0), starts)

    awake_s, rest_s = total(log.dt_s, ~resting), total(log.dt_s, resting)
    awake_mC, awake_mJ, rest_mJ = total(charge, ~resting), total(energy, ~resting), total(energy, resting)
    peaks = np.maximum.reduceat(log.mA, starts)
    ends = np.append(starts[1:], len(codes))
    return tuple(
        CycleRow(
            _cycle_name(log, int(start), number), float(log.t_s[start]), float(awake_s[number]),
            float(awake_mC[number]), float(awake_mJ[number]), float(peaks[number]),
            float(rest_s[number]), float(rest_mJ[number]), _path(codes[start : ends[number]], names),
        )
        for number, start in enumerate(starts)
        if awake_s[number] > 0
    )  # fmt: skip


def _cycle_name(log: Log, start: int, number: int) -> str:
    return str(int(log.marker[start])) if log.has_states and log.marker.any() else str(number + 1)


def _path(codes: IntArray, names: tuple[str, ...]) -> tuple[str, ...]:
    """The states of one cycle in order."""
    return tuple(names[codes[row]] for row in _runs(codes))
