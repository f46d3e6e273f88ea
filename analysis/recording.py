"""What any reader hands over, and how it becomes a log on real time steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import clock
from .errors import DamagedLog, LogError
from .log import SAMPLES, VISITS, FloatArray, IntArray, Log
from .read_options import ReadOptions
from .style import seconds_text

#: A local clock that falls by an hour, to within this many seconds, has left summer time.
_HOUR_S, _HOUR_WITHIN_S = 3600.0, 600.0


def everywhere(value: int, rows: int) -> IntArray:
    """One value for every row, in no memory of its own (read-only)."""
    return np.broadcast_to(np.int64(value), (rows,))


@dataclass(frozen=True, slots=True)
class Recording:
    """The columns of one recording as its reader found them, in s, V, mA and mW.

    `t_s` may still fall or repeat; `line_of` says where a row stands in the file ("line 7");
    `local` that the time came from a clock whose offset is not known.
    """

    source: str
    t_s: FloatArray
    mA: FloatArray | None
    V: FloatArray | None = None
    dt_s: FloatArray | None = None
    power_mW: FloatArray | None = None
    marker: IntArray | None = None
    state: IntArray | None = None
    states: tuple[str, ...] = ()
    quality: IntArray | None = None
    qualities: tuple[str, ...] = ()
    start: datetime | None = None
    local: bool = False
    notes: tuple[str, ...] = ()
    line_of: Callable[[int], str] = "row {}".format


def assemble(found: Recording, options: ReadOptions) -> Log:
    """Judge the time of a recording, fill what the owner gave, and make it a log.

    Raises
    ------
    LogError : the time goes back and no salvage was asked for, or nothing lasts any time.
    """
    found = _rising(found, options)
    if found.dt_s is None:
        t_s, steps, repeated = clock.shared_stamps(found.t_s)
    else:
        t_s, steps, repeated = found.t_s, clock.intervals(found.t_s, found.dt_s), 0
    rows = len(t_s)
    if rows == 1 and found.dt_s is None and options.rate_hz:
        steps = clock.Intervals(np.array([1.0 / options.rate_hz]), 0, 0.0)
    if not steps.dt_s.any():
        rows_said = "a single row" if rows == 1 else f"{rows} rows, all of one time"
        raise LogError(f"{found.source}: has {rows_said}; how long that lasted cannot be told.")
    voltage, voltage_notes = _voltage(found, options)
    return Log(
        source=found.source, kind=_kind(found.dt_s), t_s=t_s, dt_s=steps.dt_s, V=voltage,
        mA=_current(found, options),
        state=everywhere(-1, rows) if found.state is None else found.state, states=found.states,
        marker=everywhere(0, rows) if found.marker is None else found.marker,
        has_marker=found.marker is not None,
        quality=everywhere(-1, rows) if found.quality is None else found.quality, qualities=found.qualities,
        power_mW=_power(found.power_mW), start=found.start, missing_s=steps.missing_s,
        shunt_ohm=options.shunt_ohm,
        notes=found.notes + voltage_notes + _gap_notes(repeated, steps),
    )  # fmt: skip


def _rising(found: Recording, options: ReadOptions) -> Recording:
    """The recording with a time that never falls, or LogError."""
    row = clock.backward_row(found.t_s)
    if row is None:
        return found
    if not options.salvage:
        raise _fallen(found, row)
    mended = clock.mended(found.t_s)
    notes = []
    if mended.late:
        notes.append(f"{mended.late} row(s) came later than their time says and were left out.")
    if mended.restarts:
        notes.append(
            f"The clock begins anew {mended.restarts} time(s); it is counted on, and how long the logger was "
            "away is not known."
        )
    whole = replace(found, t_s=mended.t_s, notes=(*found.notes, *notes))
    return whole if mended.keep.all() else only(whole, mended.keep)


def only(found: Recording, keep: NDArray[np.bool_]) -> Recording:
    """The rows that are kept of every column."""
    columns: dict[str, Any] = {
        item.name: getattr(found, item.name)[keep]
        for item in fields(found)
        if isinstance(getattr(found, item.name), np.ndarray)
    }
    return replace(found, **columns)


def _fallen(found: Recording, row: int) -> DamagedLog:
    before, after = found.t_s[row - 1], found.t_s[row]
    place = f"{found.source} {found.line_of(row)}"
    if found.local and abs(before - after - _HOUR_S) < _HOUR_WITHIN_S:
        return DamagedLog(
            f"{place}: the clock goes back by an hour, as where summer time ends; say --timezone, such as "
            "Europe/Berlin"
        )
    fall = f"the time goes back from {before:.3f} s to {after:.3f} s"
    return DamagedLog(f"{place}: {fall}; cut the file into recordings there")


def _kind(own_dt: FloatArray | None) -> str:
    """Rows of very unlike length are visits to states; rows of one length are samples."""
    if own_dt is None or float(own_dt.max()) <= clock.GAP_STEPS * float(np.median(own_dt)):
        return SAMPLES
    return VISITS


def _current(found: Recording, options: ReadOptions) -> FloatArray:
    if found.mA is None:
        return np.full(len(found.t_s), np.nan)
    return -found.mA if options.invert else found.mA


def _voltage(found: Recording, options: ReadOptions) -> tuple[FloatArray, tuple[str, ...]]:
    rows = len(found.t_s)
    if found.V is not None:
        return found.V, ()
    if options.voltage_V is not None:
        return _same(options.voltage_V, rows), (
            f"The log has no voltage; {options.voltage_V:g} V was given.",
        )
    note = "The log has no voltage, so there is charge but no energy; say --voltage to get it."
    return _same(np.nan, rows), (note,)


def _same(value: float, rows: int) -> FloatArray:
    return np.broadcast_to(np.float64(value), (rows,))


def _power(power_mW: FloatArray | None) -> FloatArray | None:
    """The power column is only a check: one with holes in it (OML writes nan) is none."""
    return None if power_mW is None or np.isnan(power_mW).any() else power_mW


def _gap_notes(repeated: int, steps: clock.Intervals) -> tuple[str, ...]:
    notes = []
    if steps.gaps:
        where = "gap" if steps.gaps == 1 else "gaps"
        missing = seconds_text(steps.missing_s)
        notes.append(f"{steps.gaps} {where} in the log: {missing} missing and not counted.")
    if repeated:
        notes.append(
            f"{repeated} row(s) repeat the time of the row before; rows of one stamp share its time evenly."
        )
    return tuple(notes)
