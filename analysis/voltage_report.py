"""The report of a log of voltages alone: what a battery's curve makes of them."""

from __future__ import annotations

import numpy as np

from boards import Part

from .battery_life import Battery
from .log import Log
from .report_parts import heading, paragraph
from .slope import battery_slope
from .style import seconds_text


def voltage_report(log: Log, battery: Battery, cell: Part) -> str:
    """The mean current that the voltage tells, as plain text."""
    slope = battery_slope(log, cell, battery.capacity_Ah)
    low, high = float(np.nanmin(log.V)), float(np.nanmax(log.V))
    rows = f"{len(log.t_s):,} rows over {seconds_text(log.duration_s)}, {low:.2f} to {high:.2f} V, no current"
    parts = [f"{log.source}\n{rows}"]
    parts.append("\n".join((heading("The battery"), *(paragraph(one) for one in slope.sentences))))
    if log.notes:
        parts.append("\n".join((heading("What was read"), *(paragraph(note, "- ") for note in log.notes))))
    return "\n\n".join(parts) + "\n"
