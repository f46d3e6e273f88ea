"""Logs side by side in words, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from .amounts import digits, within
from .compare_logs import Compared, Comparison
from .report_parts import heading, paragraph, table

VERSION = 1
#: More than this is told as a factor.
TIMES_FROM = 1.0


def comparison_report(found: Comparison, written: Sequence[Path] = ()) -> str:
    """The comparison as plain text, 96 columns."""
    title = f"{len(found.names)} logs side by side; changes are against {found.names[0]}"
    parts = [title, paragraph(_short(found)), _table(found), _notes(found)]
    if written:
        parts.append("\n".join([heading("Files"), *(f"  {path}" for path in written)]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _short(found: Comparison) -> str:
    """What changed for certain, the largest first."""
    said = []
    for place, name in enumerate(found.names[1:], 1):
        sure = [row for row in found.rows if row.told(place)]
        sure.sort(key=lambda row: -abs(row.change(place)[0]))
        if not sure:
            said.append(f"{name}: no difference that these logs can tell.")
            continue
        words = ", ".join(f"{row.what} {change_text(row, place)}" for row in sure[:4])
        said.append(f"{name}: {words}.")
    return " ".join(said)


def change_text(row: Compared, place: int) -> str:
    """12 % less (9 to 15 %), or that nobody can tell."""
    change, off = row.change(place)
    if not isfinite(change):
        return "-"
    more = "more" if change > 0 else "less"
    if row.clipped(place):
        return f"{100 * abs(change):.0f} % {more}, but the meter clipped: not told"
    if not isfinite(off):
        return f"{100 * abs(change):.0f} % {more}, doubt unknown"
    if abs(change) <= off:
        return f"the same within {100 * off:.2g} %" if off < 1 else "cannot be told"
    low, high = abs(change) - off, abs(change) + off
    if change > TIMES_FROM:
        return f"{digits(1 + change, 2)} times as much ({digits(1 + low, 2)} to {digits(1 + high, 2)})"
    if change < 0:
        high = min(high, 1.0)
    places = 0 if off >= 0.01 else 1
    shown = f"{100 * abs(change):.{places}f} % {more}"
    return f"{shown} ({100 * low:.{places}f} to {100 * high:.{places}f} %)"


def _table(found: Comparison) -> str:
    head = ("", "", *found.names, *(["change"] if len(found.names) == 2 else []))
    rows = [head, *(_row(row) for row in found.rows)]
    return "\n".join((heading("Side by side"), table(rows, right=range(2, 2 + len(found.names)))))


def _row(row: Compared) -> tuple[str, ...]:
    values = [_value(row, place) for place in range(len(row.values))]
    last = [change_text(row, 1)] if len(row.values) == 2 else []
    return (row.what, row.unit, *values, *last)


def _value(row: Compared, place: int) -> str:
    """The figure; with three logs or more its change behind it, in brackets where it is no news."""
    one = row.values[place]
    if one is None:
        return "-"
    shown = within(one.value, one.off)
    if len(row.values) == 2 or place == 0:
        return shown
    change, _ = row.change(place)
    if not isfinite(change):
        return shown
    percent = f"{100 * change:+.0f} %"
    return f"{shown}  {percent}" if row.told(place) else f"{digits(one.value)}  ({percent})"


def _notes(found: Comparison) -> str:
    notes = list(found.notes)
    if len(found.names) > 2:
        notes.insert(0, "A change in brackets is not more than the doubt of both logs.")
    other = [row for row in found.rows if len({name for name in row.names if name}) > 1]
    notes += [f"Matched by level and length: {' = '.join(dict.fromkeys(row.names))}." for row in other]
    return "\n".join([heading("Good to know"), *(paragraph(note, "- ") for note in notes)]) if notes else ""


def comparison_json(found: Comparison, written: Sequence[Path] = ()) -> dict[str, Any]:
    """The comparison as plain JSON values; null is what the logs cannot tell.

    rows : each with what, unit, and per log name, value, off, change (against the first), change_off, told.
    """
    return {
        "version": VERSION, "logs": list(found.names),
        "rows": [{"what": row.what, "unit": row.unit, "logs": _row_json(row)} for row in found.rows],
        "notes": list(found.notes), "files": [str(path) for path in written],
    }  # fmt: skip


def _row_json(row: Compared) -> list[dict[str, Any] | None]:
    said: list[dict[str, Any] | None] = []
    for place, one in enumerate(row.values):
        change, off = row.change(place)
        said.append(
            None if one is None else {
                "state": row.names[place] if row.names else None,
                "value": one.value, "off": _or_null(one.off),
                "change": _or_null(change), "change_off": _or_null(off), "told": row.told(place),
            }
        )  # fmt: skip
    return said


def _or_null(value: float) -> float | None:
    return value if isfinite(value) else None
