"""A whole log on one page: timeline, one cycle close up, what each state cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import style
from .amounts import charge_text
from .bands import dearest, draw_bands, draw_current, draw_energy_bars
from .clipping import Clipping, find_clipping
from .log import Log
from .log_axes import TITLE, current_axis, legend, time_axis
from .states import CycleRow, StateTable, state_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def log_png(log: Log, path: Path, table: StateTable | None = None, dark: bool = False) -> Path:
    """Draw a log; returns the path.

    The timeline keeps each spike by drawing the lowest and highest value of every pixel;
    the close-up shows the cycle of median energy. Samples at the meter's full scale are marked.
    """
    table = table or state_table(log)
    rows = dearest(table.states)
    clipping = find_clipping(log) if table.at_least else None
    cycle = typical_cycle(table)
    with style.styled(dark):
        heights = [3.0, *([3.4] if cycle else []), 0.36 * len(rows) + 0.3]
        figure = style.new_figure(2.2 + sum(heights) + 0.4 * len(heights))
        panels = figure.subplots(len(heights), 1, height_ratios=heights)
        _timeline(panels[0], log, table, clipping)
        if cycle:
            _close_up(panels[1], log, table, cycle, clipping)
        draw_energy_bars(panels[-1], rows, table.names, table.at_least)
        style.heading(figure, log.source, _under(log, table))
        return style.save(figure, path)


def typical_cycle(table: StateTable) -> CycleRow | None:
    """The cycle whose awake charge is the median, or None without cycles."""
    if not table.cycles:
        return None
    order = sorted(table.cycles, key=lambda row: row.awake_mC)
    return order[(len(order) - 1) // 2]


def _under(log: Log, table: StateTable) -> str:
    least = "at least " if table.at_least else ""
    energy = table.total.energy_mJ
    amount = style.energy_text(energy) if energy == energy else charge_text(table.total.charge_mC)
    cycles = f", {len(table.cycles)} cycles" if len(table.cycles) > 1 else ""
    return (
        f"{least}{amount} in {style.seconds_text(log.duration_s)}, mean {table.total.mean_mA:.3g} mA, "
        f"{len(log.t_s):,} rows{cycles}"
    )


def _timeline(axes: Axes, log: Log, table: StateTable, clipping: Clipping | None) -> None:
    start_s, end_s = float(log.t_s[0]), float(log.t_s[0]) + log.duration_s
    draw_bands(axes, log, table, start_s, end_s)
    draw_current(axes, log, start_s, end_s)
    _mark_clipped(axes, log, clipping, start_s, end_s)
    current_axis(axes, log)
    time_axis(axes, log.duration_s)
    legend(axes)
    axes.set_title("The whole log", pad=TITLE)


def _close_up(axes: Axes, log: Log, table: StateTable, cycle: CycleRow, clipping: Clipping | None) -> None:
    zero_s, start_s, end_s = window(log, table, cycle)
    draw_bands(axes, log, table, start_s, end_s, zero_s)
    draw_current(axes, log, start_s, end_s, zero_s)
    _mark_clipped(axes, log, clipping, start_s, end_s, zero_s)
    legend(axes)
    time_axis(axes, end_s - start_s, "since the wake began")
    axes.set_title(_close_up_title(table, cycle), pad=TITLE)


def _close_up_title(table: StateTable, cycle: CycleRow) -> str:
    energy = cycle.awake_mJ
    amount = style.energy_text(energy) if energy == energy else charge_text(cycle.awake_mC)
    said = f"{amount} in {style.seconds_text(cycle.awake_s)}"
    if len(table.cycles) == 1:
        return f"Its one cycle, close up: {said}"
    return f"Cycle {cycle.name} close up, the one of median charge: {said}"


def window(log: Log, table: StateTable, cycle: CycleRow) -> tuple[float, float, float]:
    """When the cycle's first awake row begins; from a little before it to a little after its last."""
    visits = table.visits
    awake = np.flatnonzero((visits.cycle == cycle.number) & ~np.array(table.resting)[visits.state])
    last = visits.end[awake[-1]] - 1
    begin_s, end_s = float(visits.t_s[awake[0]]), float(log.t_s[last] + log.dt_s[last])
    spare_s = max(0.08 * (end_s - begin_s), 2 * log.step_s if log.rate_hz else 0.0)
    last_s = float(log.t_s[0]) + log.duration_s
    return begin_s, max(begin_s - spare_s, float(log.t_s[0])), min(end_s + spare_s, last_s)


def _mark_clipped(
    axes: Axes, log: Log, clipping: Clipping | None, start_s: float, end_s: float, zero_s: float = 0.0
) -> None:
    """Red rings on the samples at full scale and a line where the meter ends."""
    if clipping is None:
        return
    inside = clipping.rows & (log.t_s >= start_s) & (log.t_s <= end_s)
    axes.axhline(clipping.at_mA, color=style.VERMILION, linewidth=1.0, linestyle="--", zorder=2)
    count = int(inside.sum())
    if count == 0:
        return
    at = log.t_s[inside] + log.dt_s[inside] / 2 - zero_s
    axes.plot(
        at, log.mA[inside], "o", markersize=7, markerfacecolor="none", color=style.VERMILION, zorder=4,
        label=f"{count} samples at the meter's full scale, {clipping.at_mA:.0f} mA",
    )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, max(high, clipping.at_mA * 1.22))
