"""What a plain-text report is made of: headings, wrapped paragraphs, tables, bars."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from .style import percent_text

WIDTH = 96
BAR = 30


def heading(text: str) -> str:
    """A heading with a line under it."""
    return f"{text}\n{'-' * len(text)}"


def paragraph(text: str, bullet: str = "", width: int = WIDTH) -> str:
    """Text wrapped to the report's width; a number keeps its unit, a bullet hangs."""
    kept = re.sub(r"(?<=\d) (?=%|Wh|mWh|h\b|s\b|min\b)", "\N{NO-BREAK SPACE}", text)
    lines = textwrap.wrap(
        kept, width, initial_indent=bullet, subsequent_indent=" " * len(bullet), break_long_words=False
    )
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Columns two spaces apart, those in `right` flush right."""
    if not rows:
        return ""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def bars(values: Mapping[str, float], notes: Mapping[str, str]) -> str:
    """One line per name, the largest first: amount in Wh, share, a note, a bar."""
    whole = sum(values.values()) or 1.0
    top = max(values.values(), default=0.0) or 1.0
    rows = [
        (
            name, f"{value:.2f} Wh", percent_text(value / whole), notes.get(name, ""),
            "#" * max(round(BAR * value / top), 1 if value > 0 else 0),
        )
        for name, value in sorted(values.items(), key=lambda item: -item[1])
    ]  # fmt: skip
    return table(rows, right=(1, 2, 3))
