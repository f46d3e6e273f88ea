"""All cycles of a log over each other, the typical one in colour, and what each cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import style
from .bands import draw_bands
from .cycle_grid import CycleGrid, cycle_grid
from .log import FloatArray, Log
from .log_axes import TITLE, legend, time_axis
from .plot_log import typical_cycle
from .reduce import BUCKETS, EXACT_ROWS, bucket_means, envelope, rows_between, step_line
from .standing_out import StandsOut, standing_out
from .states import CycleRow, StateTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

#: Rows of the density picture.
LEVELS = 260
#: How dark a place is that only one cycle passes, of 1.
ONE_CYCLE = 0.16
#: So many cycles that stand out are named in the picture.
MOST_NAMED = 6
#: Up to so many cycles each one is a line; more are a cloud.
LINES_TO = 12
#: So many bins together make one mean of the band.
BLOCK = 6
#: With fewer cycles than this a 5 to 95 % band says nothing.
BAND_FROM = 20


def cycles_png(log: Log, path: Path, table: StateTable, dark: bool = False) -> Path | None:
    """Draw all cycles over each other and their cost over time; returns the path, None with less than two."""
    grid = cycle_grid(log, table) if len(table.cycles) > 1 else None
    typical = typical_cycle(table)
    if grid is None or typical is None:
        return None
    named = standing_out(table)
    with style.styled(dark):
        figure = style.new_figure(9.4)
        over, cost = figure.subplots(2, 1, height_ratios=(4.6, 2.4))
        _overlay(over, log, table, grid, typical)
        _cost(cost, log, table, grid.begin_s, named)
        style.heading(figure, f"{log.source}: {len(table.cycles):,} cycles", _under(table, named))
        return style.save(figure, path)


def _under(table: StateTable, named: tuple[StandsOut, ...]) -> str:
    if not named:
        return "No cycle stands out from the others."
    first = "; ".join(f"{one.name} ({one.why})" for one in named[:2])
    verb = "cycle stands" if len(named) == 1 else "cycles stand"
    return f"{len(named)} {verb} out: {first}{' ...' if len(named) > 2 else ''}"


def _overlay(axes: Axes, log: Log, table: StateTable, grid: CycleGrid, typical: CycleRow) -> None:
    """Grey where cycles pass, the typical one on top."""
    start_s, end_s = float(grid.edges_s[0]), float(grid.edges_s[-1])
    top, bottom = 1.06 * float(np.nanmax(grid.high)), min(0.0, 1.05 * float(np.nanmin(grid.low)))
    if len(table.cycles) <= LINES_TO:
        _lines(axes, log, grid, (start_s, end_s))
    else:
        axes.imshow(
            density(grid, bottom, top), extent=(start_s, end_s, bottom, top), origin="lower", aspect="auto",
            cmap=_greys(), vmin=0.0, vmax=1.0, interpolation="nearest", zorder=1,
        )  # fmt: skip
    zero_s = float(grid.begin_s[table.cycles.index(typical)])
    end_of_it = min(zero_s + end_s, _next_wake(log, grid, zero_s))
    draw_bands(axes, log, table, max(zero_s + start_s, float(log.t_s[0])), end_of_it, zero_s, tint=False)
    if len(table.cycles) >= BAND_FROM:
        low, high = usual_band(grid)
        for values, said in ((low, "nine cycles of ten (means)"), (high, None)):
            axes.plot(grid.middle_s, values, color=style.VERMILION, linewidth=1.2, linestyle="--",
                      label=said, zorder=3)  # fmt: skip
    _one(axes, log, (zero_s + start_s, end_of_it), zero_s, f"cycle {typical.name}, of median charge")
    axes.set_xlim(start_s, end_s)
    axes.set_ylim(bottom, top)
    axes.grid(visible=False)
    axes.set_ylabel("mA")
    time_axis(axes, end_s - start_s, "since the wake began")
    legend(axes)
    axes.set_title("All of them over each other", pad=TITLE)


def _next_wake(log: Log, grid: CycleGrid, begin_s: float) -> float:
    """When the next wake begins, or the log ends, s."""
    after = int(np.searchsorted(grid.begin_s, begin_s, side="right"))
    if after < len(grid.begin_s):
        return float(grid.begin_s[after])
    return float(log.t_s[0]) + log.duration_s


def _lines(axes: Axes, log: Log, grid: CycleGrid, span_s: tuple[float, float]) -> None:
    """A few cycles as thin grey lines, each until the next begins; long ones from lowest to highest."""
    grey = style.theme().cloud
    for begin_s in map(float, grid.begin_s):
        end_s = min(begin_s + span_s[1], _next_wake(log, grid, begin_s))
        inside = rows_between(log.t_s, begin_s + span_s[0], end_s)
        t_s, dt_s, mA = log.t_s[inside] - begin_s, log.dt_s[inside], log.mA[inside]
        if len(t_s) <= EXACT_ROWS:
            x, y = step_line(t_s, dt_s, mA)
            axes.plot(x, y, color=grey, linewidth=1.0, alpha=0.8, zorder=1)
            continue
        edges = np.linspace(span_s[0], end_s - begin_s, BUCKETS + 1)
        low, high = envelope(t_s, dt_s, mA, edges)
        axes.fill_between((edges[:-1] + edges[1:]) / 2, low, high, step="mid", color=grey, alpha=0.4,
                          linewidth=0.6, zorder=1)  # fmt: skip


def _one(axes: Axes, log: Log, span_s: tuple[float, float], zero_s: float, label: str) -> None:
    inside = rows_between(log.t_s, *span_s)
    t_s, dt_s, mA = log.t_s[inside] - zero_s, log.dt_s[inside], log.mA[inside]
    if len(t_s) <= EXACT_ROWS:
        x, y = step_line(t_s, dt_s, mA)
    else:
        edges = np.linspace(span_s[0] - zero_s, span_s[1] - zero_s, BUCKETS + 1)
        x, y = (edges[:-1] + edges[1:]) / 2, bucket_means(t_s, dt_s, mA, edges)
    axes.plot(x, y, color=style.theme().mean, linewidth=1.2, label=label, zorder=4)


def usual_band(grid: CycleGrid) -> tuple[FloatArray, FloatArray]:
    """Between which means nine cycles of ten are, in each bin; NaN where few cycles reach.

    A mean is over BLOCK bins: bursts come at other moments in every cycle and are no spread of it.
    """
    bins = grid.mean.shape[1]
    first = np.arange(0, bins, BLOCK)
    known = np.isfinite(grid.mean)
    count = np.add.reduceat(known, first, axis=1)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(np.where(known, grid.mean, 0.0), first, axis=1) / count
    enough = (count > 0).sum(axis=0) >= max(3, len(grid.begin_s) // 10)
    low, high = np.full(len(first), np.nan), np.full(len(first), np.nan)
    low[enough], high[enough] = np.nanpercentile(mean[:, enough], (5, 95), axis=0)
    block = np.repeat(np.arange(len(first)), BLOCK)[:bins]
    return low[block], high[block]


def density(grid: CycleGrid, bottom_mA: float, top_mA: float) -> FloatArray:
    """How many cycles pass each place, as a grey from 0 (none) to 1 (all); shape (LEVELS, bins).

    Every row counts: a cell is passed by a cycle if the level lies between its lowest and highest row there.
    """
    seen = np.isfinite(grid.low)
    column = np.broadcast_to(np.arange(grid.low.shape[1]), grid.low.shape)[seen]
    scale = LEVELS / ((top_mA - bottom_mA) or 1.0)
    low = np.clip(((grid.low[seen] - bottom_mA) * scale).astype(int), 0, LEVELS - 1)
    high = np.clip(((grid.high[seen] - bottom_mA) * scale).astype(int), 0, LEVELS - 1)
    shape = (LEVELS + 1, grid.low.shape[1])
    size = shape[0] * shape[1]
    begins = np.bincount(low * shape[1] + column, minlength=size)
    ends = np.bincount((high + 1) * shape[1] + column, minlength=size)
    passed = np.cumsum((begins - ends).reshape(shape), axis=0)[:-1]
    share = np.sqrt(passed / len(grid.begin_s))
    return np.where(passed > 0, ONE_CYCLE + (1 - ONE_CYCLE) * share, np.nan)


def _greys() -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    greys = LinearSegmentedColormap.from_list("cycles", style.theme().density)
    return greys.with_extremes(bad=(0.0, 0.0, 0.0, 0.0))


def _cost(axes: Axes, log: Log, table: StateTable, at_s: FloatArray, named: tuple[StandsOut, ...]) -> None:
    """One dot per cycle, those that stand out ringed and named."""
    with_energy = all(cycle.awake_mJ == cycle.awake_mJ for cycle in table.cycles)
    cost = np.array([cycle.awake_mJ if with_energy else cycle.awake_mC for cycle in table.cycles])
    size = 22 if len(cost) < 200 else 9 if len(cost) < 2000 else 4
    axes.scatter(at_s, cost, s=size, color=style.theme().mean, linewidth=0, alpha=0.75, zorder=3)
    axes.axhline(float(np.median(cost)), color=style.theme().faint, linewidth=1.0, zorder=2)
    for one in named[:MOST_NAMED]:
        axes.scatter([at_s[one.place]], [cost[one.place]], s=110, facecolor="none", edgecolor=style.VERMILION,
                     linewidth=1.6, zorder=4)  # fmt: skip
        axes.annotate(one.name, (at_s[one.place], cost[one.place]), xytext=(9, 3), textcoords="offset points")
    axes.set_ylim(min(0.0, 1.05 * float(cost.min())), 1.15 * float(cost.max()) or 1.0)
    axes.set_ylabel("mJ awake" if with_energy else "mC awake")
    axes.set_xlim(float(log.t_s[0]), float(log.t_s[0]) + log.duration_s)
    time_axis(axes, log.duration_s)
    axes.set_title("What each cycle cost; the line is the median")
