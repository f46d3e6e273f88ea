"""A CSV file as columns of numbers and words; what cannot be read is named by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import LogError
from .headers import Column, columns, is_header
from .log import FloatArray

if TYPE_CHECKING:
    from pandas import DataFrame

#: How many lines may stand before the header (comments, key: value lines).
HEADER_WITHIN = 50
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Table:
    """The text of a CSV file whose header was found.

    `header_line` counts from 1; `body` is everything below it, without a torn last line.
    """

    name: str
    delimiter: str
    header_line: int
    columns: tuple[Column, ...]
    body: bytes
    notes: tuple[str, ...]

    def column(self, role: str, title: str | None = None) -> Column | None:
        """The column with this role, or with exactly this title; the first one with a unit wins.

        Raises
        ------
        LogError : no column has the title, or several have the role and none was named.
        """
        if title is not None:
            return self._titled(title)
        found = [item for item in self.columns if item.role == role]
        if role == "voltage":
            found = _nearest_the_load(found)
        if role == "time":
            found = sorted(found, key=lambda item: item.unit is None)[:1]
        if len(found) > 1:
            titles = ", ".join(f"'{item.title}'" for item in found)
            raise LogError(
                f"{self.name} line {self.header_line}: {len(found)} columns hold a {role} ({titles}); "
                f"say which with --{role}-column."
            )
        return found[0] if found else None

    def _titled(self, title: str) -> Column:
        for item in self.columns:
            if item.title.lower() == title.strip().lower():
                return item
        titles = ", ".join(f"'{item.title}'" for item in self.columns)
        raise LogError(f"{self.name} line {self.header_line}: no column is titled '{title}', only {titles}.")


def _nearest_the_load(found: list[Column]) -> list[Column]:
    """Of an INA219's several voltages, the supply behind which the current is counted."""
    load = [item for item in found if "load" in item.title.lower()]
    return load if len(load) == 1 else found


def open_table(path: Path) -> Table:
    """Read a file, find its header and cut off a torn last line.

    Raises
    ------
    LogError : the file is missing, empty, not text, or has no header that names a column.
    """
    data = _text_bytes(path)
    header_line, start, delimiter, titles = _find_header(path.name, data)
    body, notes = _without_torn_line(data[start:], delimiter, len(titles))
    if not body.strip():
        raise LogError(f"{path.name}: there is a header in line {header_line} but no row below it.")
    return Table(path.name, delimiter, header_line, columns(titles), body, notes)


def _text_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LogError(f"{path}: cannot be read ({error.strerror or error}).") from None
    if not data.strip():
        raise LogError(f"{path.name}: the file is empty.")
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise LogError(f"{path.name} line {line}: a NUL byte; the file is damaged or is not text.")
    return data


def _find_header(name: str, data: bytes) -> tuple[int, int, str, list[str]]:
    """(line from 1, offset of the first row, delimiter, titles)."""
    offset = 0
    for number, raw in enumerate(io.BytesIO(data), 1):
        offset += len(raw)
        if number > HEADER_WITHIN:
            break
        line = raw.decode("utf-8", "replace").strip()
        for delimiter in DELIMITERS:
            titles = [cell.strip() for cell in line.split(delimiter)]
            if is_header(titles):
                return number, offset, delimiter, titles
    first = data.split(b"\n", 1)[0].decode("utf-8", "replace").strip()[:60]
    raise LogError(
        f"{name} line 1: no header names a time and a current within {HEADER_WITHIN} lines "
        f"(line 1 is '{first}'); a header like 't_s,V,mA' is needed."
    )


def _without_torn_line(body: bytes, delimiter: str, fields: int) -> tuple[bytes, tuple[str, ...]]:
    """A last line without its line end and with too few fields was torn while it was written."""
    if body.endswith((b"\n", b"\r")):
        return body, ()
    cut = body.rfind(b"\n") + 1
    last = body[cut:].decode("utf-8", "replace")
    if last.count(delimiter) + 1 < fields:
        return body[:cut], (f"The last line is torn ('{last[:40]}') and was left out.",)
    return body, ("The last line has no line end; it was taken as complete.",) if last else ()


def read_columns(table: Table, numbers: Sequence[Column], words: Sequence[Column]) -> DataFrame:
    """The chosen columns, by index: numbers as float64, words as text.

    Raises
    ------
    LogError : a row has too many cells, or a cell that should be a number is not.
    """
    import pandas as pd

    wanted: dict[Any, Any] = {item.index: np.float64 for item in numbers}
    wanted.update({item.index: str for item in words})
    missing: dict[Any, list[str]] = {item.index: ["nan", "NaN", ""] for item in numbers}
    try:
        frame = pd.read_csv(
            io.BytesIO(table.body), sep=table.delimiter, header=None, names=range(len(table.columns)),
            usecols=sorted(wanted), dtype=wanted, comment="#", skipinitialspace=True, index_col=False,
            keep_default_na=False, na_values=missing,
            encoding_errors="replace",
        )  # fmt: skip
    except ValueError as error:
        raise _explained(table, numbers, str(error)) from None
    if frame[[item.index for item in numbers]].isna().to_numpy().any() or _ragged(table, len(frame)):
        raise _explained(table, numbers, "a cell is missing")
    return frame


def _ragged(table: Table, rows: int) -> bool:
    """Whether some row has more or fewer cells than the header (unquoted files only)."""
    if b'"' in table.body or b"#" in table.body:
        return False
    return table.body.count(table.delimiter.encode()) != rows * (len(table.columns) - 1)


def rows_of(table: Table) -> list[tuple[int, list[str]]]:
    """Every row with its line number in the file: slow, for explaining an error."""
    text = io.StringIO(table.body.decode("utf-8", "replace"))
    rows = []
    for number, cells in enumerate(csv.reader(text, delimiter=table.delimiter), table.header_line + 1):
        if cells and not cells[0].lstrip().startswith("#"):
            rows.append((number, cells))
    return rows


def line_of(table: Table, row: int) -> int:
    """The line number of a row (counted from 0)."""
    return rows_of(table)[row][0]


def _explained(table: Table, numbers: Sequence[Column], reason: str) -> LogError:
    """Find the first row that cannot be read and say why."""
    for number, cells in rows_of(table):
        place = f"{table.name} line {number}"
        if len(cells) != len(table.columns):
            return LogError(f"{place}: {len(cells)} cells where the header has {len(table.columns)}.")
        for item in numbers:
            cell = cells[item.index].strip()
            try:
                fine = np.isfinite(float(cell))
            except ValueError:
                fine = False
            if not fine:
                return LogError(f"{place}: {item.title} is '{cell[:40]}', not a number.")
    return LogError(f"{table.name}: {reason.splitlines()[0][:120]}.")


def numbers_of(frame: DataFrame, item: Column) -> FloatArray:
    """One column as float64."""
    return frame[item.index].to_numpy(dtype=np.float64)
