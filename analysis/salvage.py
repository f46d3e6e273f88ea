"""What is whole of a damaged text: only the lines that can be read, and what was left out."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from .errors import LogError
from .headers import Column
from .table import Table, fault_of
from .text import Text


def salvaged(table: Table, numbers: Sequence[Column], words: Sequence[Column]) -> Table:
    """The table with its readable lines only, and a note of what went.

    Raises
    ------
    LogError : no line can be read.
    """
    good, lines = bytearray(), array("q")
    lost: list[tuple[int, str]] = []
    for number, raw in enumerate(table.text.lines(table.start), table.skip + 1):
        fault = _fault(table, numbers, words, raw)
        if fault is None:
            good += raw
            lines.append(number)
        elif fault:
            lost.append((number, fault))
    if not good:
        where, fault = lost[0] if lost else (table.header_line + 1, "there is no row")
        raise LogError(f"{table.name}: no line can be read; line {where}: {fault}.")
    text = Text(table.text.path, bytes(good))
    note = (_note(lost),) if lost else ()
    return replace(table, text=text, start=0, skip=0, notes=table.notes + note, lines=lines)


def _fault(table: Table, numbers: Sequence[Column], words: Sequence[Column], raw: bytes) -> str | None:
    """None for a good line, "" for a comment or an empty one, else why it cannot be read."""
    if b"\0" in raw:
        return "a NUL byte"
    try:
        cells = table.cells(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return "bytes that are no text"
    if cells is None:
        return ""
    fault = fault_of(table, numbers, cells)
    empty = next((item for item in words if fault is None and not cells[item.index].strip()), None)
    if empty is not None and empty.role == "time":
        return f"{empty.title} is empty"
    return fault


def _note(lost: list[tuple[int, str]]) -> str:
    where, why = lost[0]
    if len(lost) == 1:
        return f"Line {where} could not be read and was left out: {why}."
    return f"{len(lost)} lines could not be read and were left out; the first is line {where}: {why}."
