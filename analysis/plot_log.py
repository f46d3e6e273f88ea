"""A whole log on one page: timeline, one cycle close up, what each state cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import style
from .bands import draw_bands, draw_current, draw_energy_bars
from .clipping import Clipping, find_clipping
from .log import Log
from .states import RESTING, CycleRow, StateTable, state_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A log whose peak is this many times its mean current is drawn on a logarithmic axis.
LOG_AXIS_FROM = 40.0
_TIME_UNITS = ((180.0, 1.0, "seconds"), (3 * 3600.0, 60.0, "minutes"), (4 * 86400.0, 3600.0, "hours"))


def log_png(log: Log, path: Path, table: StateTable | None = None) -> Path:
    """Draw a log; returns the path.

    The timeline keeps each spike by drawing the lowest and highest value of every pixel;
    the close-up shows the cycle of median energy. Samples at the meter's full scale are marked.
    """
    table = table or state_table(log)
    rows = table.states
    clipping = find_clipping(log)
    cycle = typical_cycle(table)
    with style.styled():
        heights = [3.0, *([3.4] if cycle else []), 0.36 * len(rows) + 0.3]
        figure = style.new_figure(2.2 + sum(heights) + 0.4 * len(heights))
        panels = figure.subplots(len(heights), 1, height_ratios=heights)
        _timeline(panels[0], log, table, clipping)
        if cycle:
            _close_up(panels[1], log, table, cycle, clipping)
        draw_energy_bars(panels[-1], rows, table.at_least)
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
    amount = style.energy_text(energy) if energy == energy else f"{table.total.charge_mAh:.3g} mAh"
    cycles = f", {len(table.cycles)} cycles" if len(table.cycles) > 1 else ""
    return (
        f"{least}{amount} in {style.seconds_text(log.duration_s)}, mean {table.total.mean_mA:.3g} mA, "
        f"{len(log.t_s):,} rows{cycles}"
    )


def _timeline(axes: Axes, log: Log, table: StateTable, clipping: Clipping | None) -> None:
    start_s, end_s = float(log.t_s[0]), float(log.t_s[0]) + log.duration_s
    draw_bands(axes, log, table.codes, table.names, start_s, end_s)
    draw_current(axes, log, start_s, end_s)
    _mark_clipped(axes, log, clipping, start_s, end_s)
    _maybe_logarithmic(axes, log)
    _time_axis(axes, log.duration_s)
    _legend(axes)
    axes.set_title("The whole log", pad=33)


def _close_up(axes: Axes, log: Log, table: StateTable, cycle: CycleRow, clipping: Clipping | None) -> None:
    zero_s, first_s, last_s = _window(log, table, cycle)
    start_s, end_s = first_s - zero_s, last_s - zero_s
    shifted = replace(log, t_s=log.t_s - zero_s)
    draw_bands(axes, shifted, table.codes, table.names, start_s, end_s)
    draw_current(axes, shifted, start_s, end_s)
    _mark_clipped(axes, shifted, clipping, start_s, end_s)
    _legend(axes)
    axes.set_xlabel("seconds since the wake began")
    axes.set_title(_close_up_title(table, cycle), pad=33)


def _close_up_title(table: StateTable, cycle: CycleRow) -> str:
    energy = cycle.awake_mJ
    amount = style.energy_text(energy) if energy == energy else f"{cycle.awake_mC:.3g} mC"
    said = f"{amount} in {style.seconds_text(cycle.awake_s)}"
    if len(table.cycles) == 1:
        return f"Its one cycle, close up: {said}"
    return f"Cycle {cycle.name} close up, the one of median charge: {said}"


def _legend(axes: Axes) -> None:
    """At the right above the plot, where no data can be."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.11), ncols=3, borderaxespad=0.0)


def _window(log: Log, table: StateTable, cycle: CycleRow) -> tuple[float, float, float]:
    """When the cycle's first awake row begins; from a little before it to a little after its last."""
    resting = np.array([name in RESTING for name in table.names])[table.codes]
    first = int(np.searchsorted(log.t_s, cycle.t_s))
    number = table.cycle_of_row[first]
    rows = np.flatnonzero((table.cycle_of_row == number) & ~resting)
    begin_s, end_s = float(log.t_s[rows[0]]), float(log.t_s[rows[-1]] + log.dt_s[rows[-1]])
    spare_s = max(0.08 * (end_s - begin_s), 2 * log.step_s if log.rate_hz else 0.0)
    last_s = float(log.t_s[0]) + log.duration_s
    return begin_s, max(begin_s - spare_s, float(log.t_s[0])), min(end_s + spare_s, last_s)


def _mark_clipped(axes: Axes, log: Log, clipping: Clipping | None, start_s: float, end_s: float) -> None:
    """Red rings on the samples at full scale and a line where the meter ends."""
    if clipping is None:
        return
    inside = clipping.rows & (log.t_s >= start_s) & (log.t_s <= end_s)
    axes.axhline(clipping.at_mA, color=style.VERMILION, linewidth=1.0, linestyle="--", zorder=2)
    count = int(inside.sum())
    if count == 0:
        return
    at = log.t_s[inside] + log.dt_s[inside] / 2
    axes.plot(
        at, log.mA[inside], "o", markersize=7, markerfacecolor="none", color=style.VERMILION, zorder=4,
        label=f"{count} samples at the meter's full scale, {clipping.at_mA:.0f} mA",
    )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, max(high, clipping.at_mA * 1.22))


def _maybe_logarithmic(axes: Axes, log: Log) -> None:
    """A node that mostly sleeps shows nothing on a linear axis."""
    real = log.mA[log.mA > 0]  # a visit too short for its log's resolution has neither time nor charge
    if len(real) == 0 or float(log.dt_s[log.mA <= 0].sum()) > 0.001 * float(log.dt_s.sum()):
        return
    low, top = float(real.min()), float(real.max())
    usual = float(log.charge_mC.sum() / log.dt_s.sum())
    if top > LOG_AXIS_FROM * usual:
        from matplotlib.ticker import FuncFormatter

        axes.set_yscale("log")
        axes.set_ylim(low / 1.5, top * 1.8)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_ylabel("mA (logarithmic)")


def _time_axis(axes: Axes, length_s: float) -> None:
    """Seconds, minutes, hours or days, whichever gives readable numbers."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    unit = next((row for row in _TIME_UNITS if length_s < row[0]), (0.0, 86400.0, "days"))
    _, size, name = unit
    step = next(s for s in _STEPS if length_s / size / s <= 14)
    axes.xaxis.set_major_locator(MultipleLocator(step * size))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / size:g}"))
    axes.set_xlabel(f"{name} of the log")


_STEPS = (
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    50,
    60,
    100,
    1e3,
    1e4,
    1e9,
)
