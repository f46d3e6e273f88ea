"""Read a CSV with titles: our own logs and whatever INA219 loggers in the wild write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .choose import NUMERIC, choose, with_unit
from .counters import counted
from .errors import DamagedLog, LogError
from .find_header import find_table
from .headers import Column
from .log import FloatArray, IntArray, Log
from .read_options import ReadOptions
from .recording import Recording, assemble, everywhere
from .salvage import salvaged
from .stamps import Stamps, is_text_time, wall_clock
from .table import Table, line_of, numbers_of, read_columns
from .text import Text

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def read_csv(text: Text, options: ReadOptions) -> Log:
    """Read a text of columns.

    Raises
    ------
    LogError : one sentence with file, line and reason; a unit that nothing tells is asked for.
    """
    table = find_table(text, options.titles)
    chosen = _with_time_unit(table, _as_they_are(table, choose(table.place, table.columns, options)), options)
    numeric = [item for role, item in chosen.items() if role in NUMERIC and not _is_word(role, chosen)]
    words = [item for item in chosen.values() if item not in numeric]
    words += [item for item in table.columns if item.role == "bit"]
    if options.salvage:
        table = salvaged(table, numeric, words)
    return assemble(recording_of(table, chosen, read_columns(table, numeric, words), options), options)


def _as_they_are(table: Table, chosen: dict[str, Column]) -> dict[str, Column]:
    """The columns as the first rows show them: dates apart from clock times, markers in words."""
    rows = [row for row in table.first_rows() if len(row) == len(table.columns)]
    if not rows:
        return chosen
    marker = chosen.get("marker")
    if marker is not None and any(table.number(row[marker.index]) is None for row in rows):
        chosen = {role: item for role, item in chosen.items() if role != "marker"}
        chosen.setdefault("state", marker)
    time = chosen.get("time")
    if time is not None and is_text_time(rows[0][time.index]):
        chosen = {**chosen, "stamp": time}
        other = _clock_beside(table, rows[0], time)
        chosen |= {"clock": other} if other is not None else {}
        del chosen["time"]
    return chosen


def _clock_beside(table: Table, row: list[str], date: Column) -> Column | None:
    """The column of clock times that belongs to a column of mere dates."""
    if ":" in row[date.index]:
        return None
    return next((item for item in table.columns if item.role == "time" and ":" in row[item.index]), None)


def _is_word(role: str, chosen: dict[str, Column]) -> bool:
    return role not in NUMERIC or (role == "marker" and chosen[role] is chosen.get("state"))


def _with_time_unit(table: Table, chosen: dict[str, Column], options: ReadOptions) -> dict[str, Column]:
    if "time" not in chosen:
        return chosen
    return chosen | {"time": with_unit(table.place, chosen["time"], "time", options.time_unit)}


def recording_of(
    table: Table, chosen: dict[str, Column], frame: DataFrame, options: ReadOptions
) -> Recording:
    """The columns of a frame in their places, and its time in seconds."""
    time = _time(table, chosen, frame, options)
    states, names = _words(frame, chosen.get("state"))
    qualities, quality_names = _words(frame, chosen.get("quality"))
    shunt = table.columns[chosen["current"].index] if "current" in chosen else None
    notes = table.notes + time.notes + _shunt_note(shunt, options)
    return Recording(
        source=table.name, t_s=time.t_s, start=time.start, local=time.local, notes=notes,
        mA=_numbers(frame, chosen, "current"), V=_numbers(frame, chosen, "voltage"),
        dt_s=_numbers(frame, chosen, "dt"), power_mW=_numbers(frame, chosen, "power"),
        marker=_marker(table, frame, chosen), state=states, states=names,
        quality=qualities, qualities=quality_names, line_of=lambda row: line_of(table, row),
    )  # fmt: skip


def _shunt_note(item: Column | None, options: ReadOptions) -> tuple[str, ...]:
    if item is None or item.role != "shunt":
        return ()
    return (f"The current is '{item.title}' over a shunt of {options.shunt_ohm:g} ohm.",)


def _numbers(frame: DataFrame, chosen: dict[str, Column], role: str) -> FloatArray | None:
    return numbers_of(frame, chosen[role]) if role in chosen else None


def _time(table: Table, chosen: dict[str, Column], frame: DataFrame, options: ReadOptions) -> Stamps:
    if "stamp" in chosen:
        return _stamps(table, chosen, frame, options)
    if "time" not in chosen:
        return given_rate(table.place, len(frame), options)
    try:
        counts = frame[chosen["time"].index].to_numpy(dtype=np.float64)
        return counted(counts, chosen["time"], ours=True)
    except LogError as error:
        raise LogError(f"{table.place}: {error}") from None


def given_rate(place: str, rows: int, options: ReadOptions) -> Stamps:
    """The time of a log that has none: the owner's rate."""
    if not options.rate_hz:
        raise LogError(f"{place}: no column holds a time; say --rate in Hz.")
    note = f"The log has no time; {options.rate_hz:g} samples per second were given."
    return Stamps(np.arange(rows) / options.rate_hz, None, (note,))


def _stamps(table: Table, chosen: dict[str, Column], frame: DataFrame, options: ReadOptions) -> Stamps:
    cells: Series[str] = frame[chosen["stamp"].index]
    if "clock" in chosen:
        cells = cells.str.strip() + " " + frame[chosen["clock"].index].str.strip()
    try:
        return wall_clock(cells.tolist(), options.time_format, options.timezone)
    except LogError as error:
        row = _first_unlike(cells)
        raise DamagedLog(f"{table.name} {line_of(table, row)}: {error}") from None


def _first_unlike(cells: Series[str]) -> int:
    """The first row whose stamp has another shape than the first one's, or row 0."""
    shapes = cells.str.strip().str.replace(r"\d+", "0", regex=True)
    unlike = np.flatnonzero(np.asarray(shapes != shapes.iloc[0]))
    return int(unlike[0]) if unlike.size else 0


def _words(frame: DataFrame, item: Column | None) -> tuple[IntArray | None, tuple[str, ...]]:
    """A column of words as codes and names; an empty cell is -1."""
    import pandas as pd

    if item is None:
        return None, ()
    if isinstance(frame[item.index].dtype, pd.CategoricalDtype):
        found = frame[item.index].cat
        return np.asarray(found.codes, dtype=np.int64), tuple(found.categories)
    cells: Series[str] = frame[item.index].str.strip()
    codes, names = pd.factorize(cells.where(cells != ""))
    return np.asarray(codes, dtype=np.int64), tuple(str(name) for name in names)


def _marker(table: Table, frame: DataFrame, chosen: dict[str, Column]) -> IntArray | None:
    """Marker numbers; digital inputs become a number in which D0 is worth 1 and D7 128."""
    if "marker" in chosen:
        return np.asarray(frame[chosen["marker"].index].to_numpy().astype(np.int64))
    if "bits" in chosen:
        cells = frame[chosen["bits"].index]
        values = {cell: _bits(cell) for cell in cells.unique()}
        return np.asarray(cells.map(values), dtype=np.int64)
    bits = [item for item in table.columns if item.role == "bit"]
    if not bits:
        return None
    total = np.array(everywhere(0, len(frame)))
    for item in bits:
        high = np.asarray(frame[item.index].str.strip().isin(_HIGH))
        total += high.astype(np.int64) << int(item.title[1])
    return total


#: How the Power Profiler writes a digital input that was high, and one that was high for a part of the row.
_HIGH = ("1", "X")


def _bits(cell: str) -> int:
    """'01000000' -> 2: the title 'D0-D7' says which end is which."""
    return sum(1 << place for place, letter in enumerate(cell.strip()) if letter in _HIGH)
