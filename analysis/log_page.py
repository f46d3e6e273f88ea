"""A log as one interactive HTML file that needs nothing else, however long the log is.

The page carries every sample where its weight allows, and elsewhere blocks that keep the lowest, the
highest and the sums, so no spike is lost and what a stretch cost stays exact. Same log, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from html import escape
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from . import style
from .clipping import find_clipping
from .errors import AnalysisError
from .log import IntArray, Log
from .log_page_blocks import MOST_BLOCKS, Chooser, borders
from .log_page_body import body
from .log_page_code import packed, streams, sums
from .log_page_grid import Grid, grid_of
from .log_page_words import accuracy, under
from .states import StateRow, StateTable

_HERE = Path(__file__).resolve().parent
SCRIPTS = ("data", "draw", "view", "paint", "marks", "hand", "tables", "out")
#: Of each state, as the table has it.
FIGURES = (
    "count", "duration_s", "charge_mC", "energy_mJ", "mean_mA", "peak_mA", "charge_off_mC", "energy_off_mJ",
    "at_least", "cycles",
)  # fmt: skip
#: What a page says that had no room for states and cycles.
TOO_MANY = "States change too often for this page: it shows neither their bands nor the cycles."
#: The whole file stays below this.
MOST_BYTES = 3_000_000
#: What the data may weigh before they are written as text (4 bytes for 3).
MOST_PACKED = 2_100_000
#: Estimates of weight are about so much too high; the next choice of sizes aims a little below the limit.
FIRST_ASKED, AIM = 1.4, 0.97


@dataclass(frozen=True, slots=True)
class Coded:
    """A log as blocks of so many rows each, packed; the length of each stream; the unit of the squares.

    `visits` says whether states and cycles are in it: not where blocks reach over their borders.
    """

    rows: IntArray
    packed: bytes
    lengths: list[int]
    square_unit: float
    visits: bool


def log_page(log: Log, table: StateTable, path: Path, notes: tuple[str, ...] = ()) -> Path:
    """Write the page of a log; returns the path.

    `notes` are sentences about the meter, shown with those of the log and of its states. A log without
    currents raises AnalysisError.
    """
    unknown = int((~np.isfinite(log.mA)).sum())
    if unknown:
        raise AnalysisError(
            f"{log.source} tells no current in {unknown:,} of its rows; the page shows currents."
        )
    grid = grid_of(log)
    coded = _fitting(log, table, grid)
    told = _document(log, table, grid, coded)
    told["cycles"] = {"names": _names(table), "count": len(table.cycles)}
    said = accuracy(log, grid, coded.rows)
    every = tuple(dict.fromkeys((*notes, *log.notes, *table.notes, *(() if coded.visits else (TOO_MANY,)))))
    path.write_bytes(_page(log, table, told, coded.packed, said, every).encode("utf-8"))
    return path


def _fitting(log: Log, table: StateTable, grid: Grid) -> Coded:
    """The finest blocks whose streams are light enough, with those streams."""
    if len(log.mA) <= MOST_BLOCKS:
        found = _coded(log, table, grid, np.arange(len(log.mA)))
        if len(found.packed) <= MOST_PACKED:
            return found
    kept = borders(log, table.visits.first)
    for rows in (kept, kept[:0]):  # a log that is all gaps and states has too many borders to keep
        best = _best(log, table, grid, Chooser(log, rows, grid))
        if best is not None:
            return best
    raise AssertionError("the coarsest blocks of a log are always light enough")


def _best(log: Log, table: StateTable, grid: Grid, chooser: Chooser) -> Coded | None:
    """The heaviest of a few choices that is light enough."""
    asked = FIRST_ASKED * MOST_PACKED
    best: Coded | None = None
    for _ in range(6):
        tried = _coded(log, table, grid, chooser.firsts(chooser.sizes(asked)))
        weight = len(tried.packed)
        fits = weight <= MOST_PACKED
        if fits and (best is None or weight > len(best.packed)):
            best = tried
        if fits and (weight > 0.9 * MOST_PACKED or not chooser.bound_by_weight):
            break
        asked *= AIM * MOST_PACKED / weight
    return best


def _coded(log: Log, table: StateTable, grid: Grid, first: IntArray) -> Coded:
    blocks = sums(log, first, grid)
    visits = _visits(log, table, first)
    parts = streams(blocks, grid) + visits
    lengths = [len(part) for part in parts]
    return Coded(blocks.rows, packed(parts), lengths, blocks.square_unit, bool(len(visits[0])))


def _visits(log: Log, table: StateTable, first: IntArray) -> list[IntArray]:
    """State and first block of each visit, and the first block of each cycle, as differences."""
    visits = table.visits
    place = np.searchsorted(first, visits.first)
    if not np.array_equal(first[np.minimum(place, len(first) - 1)], visits.first):
        return [first[:0]] * 3
    begin = place[np.diff(visits.cycle, prepend=-1) > 0]
    cycles = begin[np.searchsorted(log.t_s[first[begin]], [cycle.t_s for cycle in table.cycles])]
    return [visits.state, np.diff(place, prepend=0), np.diff(cycles, prepend=0)]


def _names(table: StateTable) -> list[str]:
    """The names of the cycles, or nothing if they are only counted."""
    names = [cycle.name for cycle in table.cycles]
    return [] if names == [str(number + 1) for number in range(len(names))] else names


def _document(log: Log, table: StateTable, grid: Grid, coded: Coded) -> dict[str, Any]:
    """What the script must know beside the streams."""
    colours = style.colours(table.names)
    clipping = find_clipping(log) if table.at_least else None
    rows = {row.name: row for row in table.states}
    return {
        "source": log.source, "kind": log.kind, "rows": len(log.mA), "zero_s": float(log.t_s[0]),
        "start": log.start.isoformat() if log.start else None,
        "tick_s": grid.tick_s, "step_mA": grid.step_mA, "step_V": grid.step_V, "row": grid.row,
        "volts": grid.volts, "exact": grid.exact, "square_unit": coded.square_unit,
        "blocks": len(coded.rows), "many": int((coded.rows > 1).sum()), "lengths": coded.lengths,
        "at_least": bool(table.at_least),
        "full_scale_mA": clipping.at_mA if clipping else None,
        "states": [
            {"name": name, "colour": colours[name], "rest": bool(rest), **_figures(rows.get(name))}
            for name, rest in zip(table.names, table.resting, strict=True)
        ],
    }  # fmt: skip


def _figures(row: StateRow | None) -> dict[str, Any]:
    """What the table of states says of one; nothing for a state that never was."""
    if row is None:
        return {}
    found = {name: getattr(row, name) for name in FIGURES}
    return {
        name: value if isinstance(value, int) or isfinite(value) else None for name, value in found.items()
    }


def _page(
    log: Log, table: StateTable, told: dict[str, Any], squeezed: bytes, said: str, notes: tuple[str, ...]
) -> str:
    css = (_HERE / "uplot" / "uPlot.min.css").read_text("utf-8") + (_HERE / "log_page.css").read_text("utf-8")
    library = (_HERE / "uplot" / "uPlot.iife.min.js").read_text("utf-8")
    own = "\n".join((_HERE / f"log_page_{name}.js").read_text("utf-8") for name in SCRIPTS)
    script = f'{library}\n(async () => {{\n"use strict";\n{own}\n}})();'
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(css)}'; img-src data: blob:"
    )
    document = json.dumps(told, separators=(",", ":")).replace("<", "\\u003c")
    title = escape(f"{log.source}: current over time")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{css}</style></head><body>"
        f"{body(log, table, under(log, table), said, notes)}"
        f'<script type="application/json" id="data">{document}</script>'
        f'<script type="text/plain" id="blocks">{base64.b64encode(squeezed).decode()}</script>'
        f"<script>{script}</script></body></html>\n"
    )


def _hash(text: str) -> str:
    """What a content security policy calls a script or a style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()
