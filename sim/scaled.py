"""The same design with a larger or smaller panel or battery."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from boards import Design, Part

#: Rows of a panel that grow with its size, and those that fall.
_CURRENTS = ("rated", "i_mp", "i_sc", "photo_current", "diode_current")
_OHMS = ("series", "shunt")


def scaled(design: Design, panel: float, cell: float) -> Design:
    """Panel with `panel` times the current (more of the same cells side by side), battery with `cell`
    times the capacity and as much less resistance."""
    if panel == 1.0 and cell == 1.0:
        return design
    return replace(
        design,
        title=f"{design.title} (panel x {panel:g}, battery x {cell:g})",
        panel=_times(design.panel, {**dict.fromkeys(_CURRENTS, panel), **dict.fromkeys(_OHMS, 1.0 / panel)}),
        cell=_times(design.cell, {"capacity": cell, "resistance": 1.0 / cell}),
    )


def _times(part: Part, factors: dict[str, float]) -> Part:
    rows = dict(part.rows)
    for name, factor in factors.items():
        if name not in rows:
            continue  # a panel by its label has no diode
        row = rows[name]
        rows[name] = replace(row, value=row.value * factor, plus_minus=row.plus_minus * factor)
    return replace(part, rows=MappingProxyType(rows))
