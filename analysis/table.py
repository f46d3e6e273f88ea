"""A CSV file as columns of numbers and words; what cannot be read is named by its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import DamagedLog, LogError
from .headers import Column
from .log import FloatArray
from .text import Text

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Table:
    """A text whose header was found, or given.

    `header_line` counts from 1 (0: the header was given); `start` is where the rows begin, in
    bytes; `skip` how many lines stand before them; `lines` the line of each row, if the text was
    put together from good lines.
    """

    text: Text
    delimiter: str
    decimal: str
    header_line: int
    skip: int
    start: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    lines: Sequence[int] | None = None

    @property
    def name(self) -> str:
        """The file's name, as sentences say it."""
        return self.text.name

    @property
    def place(self) -> str:
        """Where the header stands."""
        return f"{self.name} line {self.header_line or 1}"

    def first_rows(self, most: int = 20) -> list[list[str]]:
        """The cells of the first rows."""
        head = self.text.data[self.start : self.start + 65536].decode("utf-8", "replace").splitlines()[:most]
        return [cells for line in head if (cells := self.cells(line)) is not None]

    def cells(self, line: str) -> list[str] | None:
        """The cells of one line; None for a comment or an empty line."""
        if not line.strip() or line.lstrip().startswith("#"):
            return None
        return split(line, self.delimiter)

    def number(self, cell: str) -> float | None:
        """A cell as a number, None if it is none."""
        plain = cell.strip()
        try:
            value = float(plain.replace(",", ".") if self.decimal == "," else plain)
        except ValueError:
            return None
        return value if np.isfinite(value) and "_" not in plain else None


#: Any run of blanks and tabs between cells, as plotting programs write them.
WHITESPACE = r"\s+"
#: From this size on (bytes) a plain text of numbers is read by compiled code: below, loading that costs more.
LARGE = 100_000_000


def split(line: str, delimiter: str) -> list[str]:
    """The cells of one line; a line that no CSV can hold (a quote without its end) is one cell."""
    if delimiter == WHITESPACE:
        return line.split()
    try:
        row = next(csv.reader([line.replace("\r", " ")], delimiter=delimiter, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return [line]
    return [cell.strip() for cell in row]


def read_columns(table: Table, numbers: Sequence[Column], words: Sequence[Column]) -> DataFrame:
    """The chosen columns, by index: numbers as float64, words as text.

    Raises
    ------
    LogError : a row has too many cells, or a cell that should be a number is not.
    """
    import pandas as pd

    quick = _quick(table, numbers, words) if len(table.text.data) > LARGE else None
    if quick is not None:
        return quick
    wanted: dict[Any, Any] = {item.index: np.float64 for item in numbers}
    wanted.update({item.index: str for item in words})
    missing: dict[Any, list[str]] = {item.index: ["nan", "NaN", ""] for item in numbers}
    commas, quotes, comments = table.text.counts(table.start, _one(table.delimiter), '"', "#")
    try:
        frame = pd.read_csv(
            table.text.reader(table.start), sep=table.delimiter, header=None, names=range(len(table.columns)),
            usecols=sorted(wanted), dtype=wanted, comment="#" if comments else None,
            quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE, decimal=table.decimal,
            skipinitialspace=True, index_col=False, keep_default_na=False, na_values=missing,
            encoding_errors="replace",
        )  # fmt: skip
    except ValueError as error:
        raise _explained(table, numbers, str(error)) from None
    ragged = not (quotes or comments) and commas != len(frame) * (len(table.columns) - 1)
    if table.delimiter == WHITESPACE:
        ragged = False
    if not len(frame):
        raise LogError(f"{table.place}: there is a header but no row below it.")
    if ragged or any(_has_hole(frame[item.index].to_numpy()) for item in numbers if item.role != "power"):
        raise _explained(table, numbers, "a cell is missing")
    return frame


def _quick(table: Table, numbers: Sequence[Column], words: Sequence[Column]) -> DataFrame | None:
    """The columns by the compiled parser, where numba is installed and the text is plain; else None."""
    import pandas as pd

    recurring = all(item.role in ("state", "quality", "marker") for item in words)
    if len(table.delimiter) > 1 or table.decimal != "." or not recurring:
        return None
    try:
        from .parse_plain import parse_plain
    except ImportError:
        return None
    text, wanted = table.text, ([item.index for item in numbers], [item.index for item in words])
    found = parse_plain(text.data, table.start, table.delimiter, len(table.columns), *wanted)
    text.let_go()
    if found is None or not found.numbers.shape[1]:
        return None
    columns: dict[int, Any] = dict(zip(wanted[0], found.numbers, strict=True))
    for index, codes, names in zip(wanted[1], found.codes, found.words, strict=True):
        columns[index] = pd.Categorical.from_codes(codes, pd.Index(names, dtype=object))
    return pd.DataFrame(columns, copy=False)


def _one(delimiter: str) -> str:
    return " " if delimiter == WHITESPACE else delimiter


def _has_hole(values: FloatArray) -> bool:
    """Whether a column holds NaN or infinity: one sum tells, as both survive it."""
    return not np.isfinite(values.sum())


def rows_of(table: Table) -> Iterator[tuple[int, list[str]]]:
    """Every row with its line number in the file: slow, for explaining an error."""
    text = (line.decode("utf-8", "replace") for line in table.text.lines(table.start))
    if table.delimiter == WHITESPACE:
        reader = enumerate((line.split() for line in text), table.skip + 1)
    else:
        lines = (line.replace("\0", " ").replace("\r", " ") for line in text)
        cells = csv.reader(lines, delimiter=table.delimiter, skipinitialspace=True)
        reader = ((table.skip + cells.line_num, row) for row in cells)  # type: ignore[assignment]
    try:
        for number, row in reader:
            if any(row) and not row[0].lstrip().startswith("#"):
                yield number, row
    except csv.Error as error:
        raise LogError(f"{table.name} line {table.skip + cells.line_num}: {error}.") from None


def line_of(table: Table, row: int) -> str:
    """Where a row (counted from 0) stands, as "line 7"."""
    return f"line {table.lines[row] if table.lines else next(islice(rows_of(table), row, None))[0]}"


def fault_of(table: Table, numbers: Sequence[Column], cells: list[str]) -> str | None:
    """Why a row cannot be read, None if it can."""
    if len(cells) != len(table.columns):
        return f"{len(cells)} cells where the header has {len(table.columns)}"
    for item in numbers:
        cell = cells[item.index].strip()
        if table.number(cell) is None and item.role != "power":
            if re.match(r"^[\[{]", cell):
                return f"{item.title} is '{cell[:24]}', a printed list or dictionary and not a number"
            return f"{item.title} is '{cell[:40]}', not a number"
    return None


def _explained(table: Table, numbers: Sequence[Column], reason: str) -> LogError:
    """Find the first row that cannot be read and say why."""
    for number, cells in rows_of(table):
        fault = fault_of(table, numbers, cells)
        if fault:
            return DamagedLog(f"{table.name} line {number}: {fault}")
    return LogError(f"{table.name}: {reason.splitlines()[0][:120]}.")


def numbers_of(frame: DataFrame, item: Column) -> FloatArray:
    """One column in s, V, mA or mW, as float64."""
    values = frame[item.index].to_numpy(dtype=np.float64)
    return values if item.factor == 1 else values * item.factor
