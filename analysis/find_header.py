"""Where the rows of a text begin: the header, its delimiter, a row of units, the decimal sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .errors import LogError
from .headers import Column, are_words, columns, is_header, known_unit
from .table import WHITESPACE, Table, split
from .text import Text

#: How many lines may stand before the header (comments, key: value lines).
HEADER_WITHIN = 50
DELIMITERS = (",", ";", "\t", WHITESPACE)
#: Readings that name themselves: 'BAT: 3.5', 'BAT=3.5', '[BAT 3.5]'.
_NAMED = re.compile(r"(?:\[(\w+) |\b([A-Za-z][\w ]*?)\s*[:=]\s*)[-+]?\d+(?:\.\d+)?\s*(?:V|mV)?\b")
_DECIMAL_COMMA = re.compile(r"^[-+]?\d+,\d+$")


@dataclass(frozen=True, slots=True)
class _Head:
    """A header: its line (from 1), where it ends in bytes, how its cells are parted, its columns."""

    line: int
    end: int
    delimiter: str
    columns: tuple[Column, ...]


def find_table(text: Text, titles: Sequence[str] | None = None) -> Table:
    """Find the header, or take the one that is given, and cut off a torn last line.

    Raises
    ------
    LogError : nothing names a column, a given header does not fit, or no row follows.
    """
    head = (_found(text) or _untold(text)) if titles is None else _given(text, titles)
    if head is None:
        raise _no_header(text)
    if titles is None:
        head = _with_units_row(text, head)
    text, notes = _without_torn_line(text, head)
    skip = text.head(head.end).count(b"\n")
    line = head.line if titles is None else 0
    table = Table(text, head.delimiter, ".", line, skip, head.end, head.columns, notes)
    if not text.data[head.end :].strip() if len(text.data) - head.end < 4096 else False:
        raise LogError(f"{text.name}: there is a header in line {head.line} but no row below it.")
    return replace(table, decimal=_decimal(table))


def has_header(text: Text) -> bool:
    """Whether some line names the columns, whatever stands before it."""
    return _found(text) is not None


def _found(text: Text) -> _Head | None:
    """The first line whose titles name a current, or two other things."""
    end = 0
    for number, raw in enumerate(text.head(1 << 20).splitlines(keepends=True)[:HEADER_WITHIN], 1):
        end += len(raw)
        line = raw.decode("utf-8", "replace").strip().strip("\ufeff\0")
        for delimiter in DELIMITERS:
            if line and _is_header(titles := split(line, delimiter), delimiter):
                return _Head(number, end, delimiter, columns(titles))
    return None


def _untold(text: Text) -> _Head | None:
    """A first line of words above a line of as many cells: the owner will have to say which is which."""
    lines = text.head(1 << 16).splitlines(keepends=True)[:2]
    if len(lines) < 2:
        return None
    title_line, first = (raw.decode("utf-8", "replace").strip().strip("\ufeff") for raw in lines)
    for delimiter in DELIMITERS[:3]:
        titles, cells = split(title_line or " ", delimiter), split(first or " ", delimiter)
        if len(titles) == len(cells) > 1 and are_words(titles) and not are_words(cells):
            return _Head(1, len(lines[0]), delimiter, columns(titles))
    return None


def _is_header(titles: list[str], delimiter: str) -> bool:
    """Words between blanks are a header only if every one of them names a column."""
    if not is_header(titles):
        return False
    return delimiter != WHITESPACE or all(item.role for item in columns(titles))


def _no_header(text: Text) -> LogError:
    first = text.head(4096).split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    if re.match(r"^\"?[{\[]\s*['\"]", first):
        return LogError(
            f"{text.name} line 1: a printed list or dictionary stands in a cell ('{first[:30]}'); write one "
            "row per sample instead."
        )
    names = ["".join(pair) for pair in _NAMED.findall(first[:400])]
    if len(names) > 1:
        return LogError(
            f"{text.name} line 1: its readings name themselves ({', '.join(names[:5])}), but none is a "
            "current with its unit, such as 'Current: 28.9 mA'; voltages alone are read with --no-current."
        )
    return LogError(
        f"{text.name} line 1: no header names a time and a current within {HEADER_WITHIN} lines "
        f"(line 1 is '{first[:60]}'); a header like 't_s,V,mA' is needed, or say --columns t_s,V,mA."
    )


def _given(text: Text, titles: Sequence[str]) -> _Head:
    """The owner's titles, if the first line has as many cells."""
    first = text.head(65536).split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    counts = {delimiter: len(split(first, delimiter)) for delimiter in DELIMITERS}
    if max(counts[delimiter] for delimiter in DELIMITERS[:-1]) > 1:
        del counts[WHITESPACE]
    fitting = next((delimiter for delimiter, count in counts.items() if count == len(titles)), None)
    if fitting is None:
        raise LogError(
            f"{text.name} line 1: {max(counts.values())} cells where --columns names {len(titles)} titles."
        )
    return _Head(1, 0, fitting, columns(titles))


def _with_units_row(text: Text, head: _Head) -> _Head:
    """A row of units below the titles ("s,V,mA") belongs to the header."""
    raw = text.data[head.end : head.end + 4096].split(b"\n", 1)[0]
    cells = [
        cell.strip("[]() ") for cell in split(raw.decode("utf-8", "replace").strip() or " ", head.delimiter)
    ]
    units = [known_unit(cell) for cell in cells]
    fits = len(cells) == len(head.columns) and any(units)
    if not fits or any(cell and unit is None for cell, unit in zip(cells, units, strict=True)):
        return head
    named = [
        f"{item.title} ({cell})" if cell and item.unit is None else item.title
        for item, cell in zip(head.columns, cells, strict=True)
    ]
    return _Head(head.line + 1, head.end + len(raw) + 1, head.delimiter, columns(named))


def _without_torn_line(text: Text, head: _Head) -> tuple[Text, tuple[str, ...]]:
    """A last line without its line end and with too few cells was torn while it was written."""
    if text.data[-1:] in (b"\n", b"\r") or len(text.data) <= head.end:
        return text, ()
    cut = text.data.rfind(b"\n") + 1
    last = text.data[cut:].decode("utf-8", "replace")
    if cut >= head.end and last.strip() and len(split(last, head.delimiter)) < len(head.columns):
        torn = f"The last line is torn ('{last[:40]}') and was left out."
        return Text(text.path, text.data[:cut]), (torn,)
    return text, ("The last line has no line end; it was taken as complete.",) if last.strip() else ()


def _decimal(table: Table) -> str:
    """A comma, if cells of the first rows are numbers only with it."""
    cells = [cell.strip() for row in table.first_rows() for cell in row]
    comma = any(_DECIMAL_COMMA.match(cell) for cell in cells)
    return "," if comma and not any(re.match(r"^[-+]?\d+\.\d+$", cell) for cell in cells) else "."
