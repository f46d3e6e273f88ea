"""Wiring and nodes as tables of the terminal."""

from __future__ import annotations

from rich.table import Table

from analysis.wiring import Wiring
from analysis.wiring_list import named


def wiring_table(wiring: Wiring) -> Table:
    """Every wire with its ends."""
    table = Table("from", "to", "note", title="Wiring", title_justify="left")
    for wire in wiring.wires:
        ends = (f"{named(wiring, end.box)} {end.pin}" for end in (wire.here, wire.there))
        table.add_row(*ends, wire.note)
    return table
