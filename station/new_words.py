"""Wiring and nodes as tables of the terminal."""

from __future__ import annotations

from rich.table import Table

from analysis.wiring import BOARD, Wiring
from analysis.wiring_svg import name_of


def wiring_table(wiring: Wiring) -> Table:
    """Every wire with its ends."""
    table = Table("from", "to", "note", title="Wiring", title_justify="left")
    for wire in wiring.wires:
        ends = (
            f"{'board' if end.box == BOARD else name_of(wiring, end.box)} {end.pin}"
            for end in (wire.here, wire.there)
        )
        table.add_row(*ends, wire.note)
    return table
