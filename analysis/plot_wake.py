"""One wake: current over time with its states as bands, and what each state cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import style
from .bands import awake_rows, draw_bands, draw_current, draw_energy_bars, log_of_segments
from .log import Log
from .states import StateTable, state_table

if TYPE_CHECKING:
    from sim.result import Segments

#: How much rest is shown on either side, as a part of the wake's own length.
REST_SHOWN = 0.05


def wake_png(segments: Segments, path: Path, title: str = "One wake") -> Path:
    """Draw one wake from its exact history; returns the path.

    The rest around the wake is cut to REST_SHOWN of the wake's length; time counts from the wake.
    """
    log = log_of_segments(segments)
    table = state_table(log)
    begin_s, end_s = _awake_span(log, table)
    length_s = end_s - begin_s
    rows = awake_rows(table)
    with style.styled():
        figure = style.new_figure(5.6 + 0.36 * len(rows))
        top, bottom = figure.subplots(2, 1, height_ratios=(4.0, 0.36 * len(rows) + 0.3))
        window = (begin_s - REST_SHOWN * length_s, end_s + REST_SHOWN * length_s)
        draw_bands(top, log, table, *window, begin_s)
        draw_current(top, log, *window, begin_s)
        top.set_xlabel("seconds since the wake")
        top.set_ylabel("mA out of the battery")
        draw_energy_bars(bottom, rows, table.names)
        energy = sum(row.energy_mJ for row in rows)
        peak = max(row.peak_mA for row in rows)
        under = f"{style.energy_text(energy)} in {style.seconds_text(length_s)}, peak {peak:.0f} mA"
        style.heading(figure, title, under)
        return style.save(figure, path)


def _awake_span(log: Log, table: StateTable) -> tuple[float, float]:
    """From the first row that is not rest to the end of the last one, s."""
    resting = np.array(table.resting)[table.codes]
    awake = np.flatnonzero(~resting)
    if not awake.size:
        return float(log.t_s[0]), float(log.t_s[-1] + log.dt_s[-1])
    return float(log.t_s[awake[0]]), float(log.t_s[awake[-1]] + log.dt_s[awake[-1]])
