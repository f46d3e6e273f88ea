"""Read any INA219 log: our own schema (twin, node, bench) and the CSVs that makers write."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import clock
from .errors import LogError
from .headers import SPELLED, UNITS, Column, known_unit
from .log import SAMPLES, VISITS, FloatArray, IntArray, Log
from .table import Table, line_of, numbers_of, open_table, read_columns

if TYPE_CHECKING:
    from pandas import DataFrame, Series


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the owner says because the file does not.

    Units are spelled as in headers.UNITS; `rate_hz` is for a log without a time column;
    `voltage_V` for one without a voltage; `shunt_ohm` is what full scale is judged by.
    """

    time_unit: str | None = None
    voltage_unit: str | None = None
    current_unit: str | None = None
    time_column: str | None = None
    voltage_column: str | None = None
    current_column: str | None = None
    rate_hz: float | None = None
    voltage_V: float | None = None
    shunt_ohm: float = 0.1


DEFAULTS = ReadOptions()


@dataclass(frozen=True, slots=True)
class _Time:
    """Seconds, the log's wall-clock start if it is known, and what was noticed."""

    t_s: FloatArray
    start: datetime | None = None
    notes: tuple[str, ...] = ()


def read_log(path: Path | str, options: ReadOptions = DEFAULTS) -> Log:
    """Read a log into arrays on real time steps.

    Raises
    ------
    LogError : one sentence with file, line and reason; a unit that nothing tells is asked for.
    """
    table = open_table(Path(path))
    chosen = _choose(table, options)
    numeric = [item for role, item in chosen.items() if role in _NUMERIC]
    words = [item for role, item in chosen.items() if role not in _NUMERIC]
    if _time_is_text(table, chosen):
        numeric.remove(chosen["time"])
        words.append(chosen["time"])
    else:
        chosen = _with_time_unit(table, chosen, options)
    frame = read_columns(table, numeric, words)
    return _assemble(table, chosen, frame, options)


_NUMERIC = ("time", "dt", "voltage", "current", "power", "marker")
_ROLES = (*_NUMERIC, "bits", "state", "quality")


def _choose(table: Table, options: ReadOptions) -> dict[str, Column]:
    """Role -> column, each electrical one with a unit."""
    titles = {
        "time": options.time_column,
        "voltage": options.voltage_column,
        "current": options.current_column,
    }
    chosen = {}
    for role in _ROLES:
        found = None if role == "power" else table.column(role, titles.get(role))
        if role == "power":
            found = next((item for item in table.columns if item.role == role and item.unit), None)
        if found is not None:
            chosen[role] = found
    if "current" not in chosen:
        raise LogError(f"{table.name} line {table.header_line}: no column holds a current.")
    said = {"voltage": options.voltage_unit, "current": options.current_unit}
    for role, unit in said.items():
        if role in chosen:
            chosen[role] = _with_unit(table, chosen[role], role, unit)
    return chosen


def _with_unit(table: Table, item: Column, role: str, said: str | None) -> Column:
    """The column with its unit: from its title, else from the owner, else LogError asks."""
    unit = item.unit or (known_unit(said) if said else None)
    if unit is None or UNITS[unit][0] != role:
        what = f"'{said}' is not a unit of {role}" if said else f"column '{item.title}' tells no unit"
        raise LogError(f"{table.name} line {table.header_line}: {what}; say --{role}-unit ({SPELLED[role]}).")
    return replace(item, role=role, unit=unit)


def _time_is_text(table: Table, chosen: dict[str, Column]) -> bool:
    """Whether the first row's time is a date or a clock time."""
    if "time" not in chosen:
        return False
    first = next((line for line in table.body.splitlines() if line.strip() and line[:1] != b"#"), b"")
    cells = first.decode("utf-8", "replace").split(table.delimiter)
    cell = cells[chosen["time"].index].strip().strip('"') if len(cells) > chosen["time"].index else ""
    return bool(re.search(r"\d[:T]\d|[A-Za-z]{3} \d", cell))


def _with_time_unit(table: Table, chosen: dict[str, Column], options: ReadOptions) -> dict[str, Column]:
    if "time" not in chosen:
        return chosen
    return chosen | {"time": _with_unit(table, chosen["time"], "time", options.time_unit)}


def _time(table: Table, chosen: dict[str, Column], frame: DataFrame, options: ReadOptions) -> _Time:
    if "time" not in chosen:
        if not options.rate_hz:
            raise LogError(
                f"{table.name} line {table.header_line}: no column holds a time; say --rate in Hz."
            )
        note = f"The log has no time; {options.rate_hz:g} samples per second were given."
        return _Time(np.arange(len(frame)) / options.rate_hz, None, (note,))
    item = chosen["time"]
    if frame[item.index].dtype != np.float64:
        try:
            return _Time(*clock.wall_clock(frame[item.index].tolist()))
        except LogError as error:
            raise LogError(f"{table.name} line {table.header_line + 1}: {error}.") from None
    return _counted(numbers_of(frame, item), item)


def _counted(counts: FloatArray, item: Column) -> _Time:
    """Numeric time: wraps of 32-bit counters undone, Unix time turned into a start."""
    notes: tuple[str, ...] = ()
    if item.unit in ("ms", "us"):
        counts, wraps = clock.unwrap(counts, clock.COUNTER)
        if wraps:
            notes = (f"The {item.unit} counter wrapped {wraps} time(s) at 2^32; the time is counted on.",)
    t_s = counts * item.factor
    if t_s[0] > _UNIX_FROM_S:
        return _Time(t_s - t_s[0], datetime.fromtimestamp(float(t_s[0]), UTC), notes)
    return _Time(t_s, None, notes)


#: A time in seconds above this is Unix time (2001-09-09), below it counts from the log's own zero.
_UNIX_FROM_S = 1e9


def _assemble(table: Table, chosen: dict[str, Column], frame: DataFrame, options: ReadOptions) -> Log:
    time = _time(table, chosen, frame, options)
    row = clock.backward_row(time.t_s)
    if row is not None:
        before, after = time.t_s[row - 1], time.t_s[row]
        raise LogError(
            f"{table.name} line {line_of(table, row)}: the time goes back from {before:.3f} s to "
            f"{after:.3f} s; cut the file into recordings there."
        )
    own_dt = numbers_of(frame, chosen["dt"]) * chosen["dt"].factor if "dt" in chosen else None
    steps = clock.intervals(time.t_s, own_dt)
    voltage, voltage_notes = _voltage(chosen, frame, options)
    states, names = _words(frame, chosen.get("state"))
    qualities, quality_names = _words(frame, chosen.get("quality"))
    return Log(
        source=table.name, kind=_kind(own_dt), t_s=time.t_s, dt_s=steps.dt_s, V=voltage,
        mA=numbers_of(frame, chosen["current"]) * chosen["current"].factor,
        state=states, states=names, marker=_marker(frame, chosen),
        has_marker="marker" in chosen or "bits" in chosen, quality=qualities, qualities=quality_names,
        power_mW=numbers_of(frame, chosen["power"]) * chosen["power"].factor if "power" in chosen else None,
        start=time.start, missing_s=steps.missing_s, shunt_ohm=options.shunt_ohm,
        notes=table.notes + time.notes + voltage_notes + _gap_notes(time.t_s, steps),
    )  # fmt: skip


def _kind(own_dt: FloatArray | None) -> str:
    """Rows of very unlike length are visits to states; rows of one length are samples."""
    if own_dt is None or float(own_dt.max()) <= clock.GAP_STEPS * float(np.median(own_dt)):
        return SAMPLES
    return VISITS


def _voltage(
    chosen: dict[str, Column], frame: DataFrame, options: ReadOptions
) -> tuple[FloatArray, tuple[str, ...]]:
    if "voltage" in chosen:
        return numbers_of(frame, chosen["voltage"]) * chosen["voltage"].factor, ()
    if options.voltage_V is not None:
        note = f"The log has no voltage; {options.voltage_V:g} V was given."
        return np.full(len(frame), options.voltage_V), (note,)
    note = "The log has no voltage, so there is charge but no energy; say --voltage to get it."
    return np.full(len(frame), np.nan), (note,)


def _words(frame: DataFrame, item: Column | None) -> tuple[IntArray, tuple[str, ...]]:
    """A column of words as codes and names; an empty cell is -1."""
    import pandas as pd

    if item is None:
        return np.full(len(frame), -1, dtype=np.int64), ()
    cells: Series[str] = frame[item.index].str.strip()
    codes, names = pd.factorize(cells.where(cells != ""))
    return np.asarray(codes, dtype=np.int64), tuple(str(name) for name in names)


def _marker(frame: DataFrame, chosen: dict[str, Column]) -> IntArray:
    """Marker numbers; digital inputs written as bits ('00000001') become their number."""
    if "marker" in chosen:
        return numbers_of(frame, chosen["marker"]).astype(np.int64)
    if "bits" not in chosen:
        return np.zeros(len(frame), dtype=np.int64)
    cells = frame[chosen["bits"].index]
    values = {cell: int(cell, 2) if re.fullmatch("[01]+", cell) else 0 for cell in cells.unique()}
    return np.asarray(cells.map(values), dtype=np.int64)


def _gap_notes(t_s: FloatArray, steps: clock.Intervals) -> tuple[str, ...]:
    notes = []
    if steps.gaps:
        where = "gap" if steps.gaps == 1 else "gaps"
        notes.append(f"{steps.gaps} {where} in the log: {steps.missing_s:.3g} s are missing and not counted.")
    repeated = int((np.diff(t_s) == 0).sum())
    if repeated:
        notes.append(f"{repeated} row(s) repeat the time of the row before.")
    return tuple(notes)
