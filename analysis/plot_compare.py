"""Logs in one picture: their typical wakes on one axis, what states cost, where the charge sits."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import style
from .amounts import digits
from .analysed import Analysed
from .compare_logs import Compared, Comparison
from .compare_logs_report import change_text
from .cycle_grid import wake_begins_s
from .histogram import histogram
from .log_axes import plain_numbers, time_axis
from .plot_log import typical_cycle
from .reduce import BUCKETS, EXACT_ROWS, bucket_means, envelope, rows_between, step_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = tuple[str, Any]
#: Longer bars end here, %, with an arrow; their figure stands beside them.
LONGEST = 220.0
#: Shown before a wake and after it, as a part of its length.
BEFORE, AFTER = 0.05, 0.12
#: One colour and one kind of line per log: told apart without colours as well.
COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY)
DARK_COLOURS = (style.SKY, style.ORANGE, style.GREEN, style.PURPLE, style.YELLOW, style.VERMILION)
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 3)))


def compare_logs_png(found: Sequence[Analysed], compared: Comparison, path: Path, dark: bool = False) -> Path:
    """Draw the logs side by side; returns the path."""
    colours = DARK_COLOURS if dark else COLOURS
    kinds = [(colours[n % len(colours)], LINES[n % len(LINES)]) for n in range(len(found))]
    wakes = all(one.table.cycles for one in found)
    rows = [row for row in compared.rows if row.values[0] and row.values[0].value > 0]
    bars_in = 0.7 + len(rows) * (0.16 + 0.2 * len(found))
    heights = [*([4.2] if wakes else []), bars_in, 2.6]
    with style.styled(dark):
        figure = style.new_figure(1.6 + sum(heights) + 0.5 * len(heights))
        panels = np.atleast_1d(figure.subplots(len(heights), 1, height_ratios=heights))
        if wakes:
            _wakes(panels[0], found, compared.names, kinds)
        _bars(panels[-2], rows, compared.names, kinds)
        _until(panels[-1], found, compared.names, kinds)
        style.heading(
            figure,
            " against ".join(compared.names[:3]),
            "The thin line on a bar is its doubt, 19 times of 20.",
        )
        return style.save(figure, path)


def _wakes(axes: Axes, found: Sequence[Analysed], names: Sequence[str], kinds: Sequence[Kind]) -> None:
    """The wake of median charge of each log, on one axis."""
    typical = [cycle for one in found if (cycle := typical_cycle(one.table))]
    length_s, top = max(cycle.awake_s for cycle in typical), 0.0
    for one, cycle, name, (colour, line) in zip(found, typical, names, kinds, strict=True):
        zero_s = float(wake_begins_s(one.table)[one.table.cycles.index(cycle)])
        span = zero_s - BEFORE * length_s, zero_s + (1 + AFTER) * length_s
        highest = _one(axes, one, span, zero_s, f"{name}, cycle {cycle.name}", colour, line)
        top = max(top, highest)
    axes.set_xlim(-BEFORE * length_s, (1 + AFTER) * length_s)
    axes.set_ylim(min(0.0, axes.get_ylim()[0]), 1.06 * top or 1.0)
    axes.set_ylabel("mA")
    time_axis(axes, length_s, "since the wake began")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.0)
    axes.set_title("A typical wake of each")


def _one(
    axes: Axes, one: Analysed, span: tuple[float, float], zero_s: float, label: str, colour: str, line: Any
) -> float:
    """Draw one wake; returns its highest row."""
    log = one.log
    inside = rows_between(log.t_s, *span)
    t_s, dt_s, mA = log.t_s[inside] - zero_s, log.dt_s[inside], log.mA[inside]
    if len(t_s) <= EXACT_ROWS:
        x, y = step_line(t_s, dt_s, mA)
    else:
        edges = np.linspace(span[0] - zero_s, span[1] - zero_s, BUCKETS + 1)
        low, high = envelope(t_s, dt_s, mA, edges)
        x, y = (edges[:-1] + edges[1:]) / 2, bucket_means(t_s, dt_s, mA, edges)
        axes.fill_between(x, low, high, step="mid", color=colour, alpha=0.25, linewidth=0)
    axes.plot(x, y, color=colour, linewidth=1.2, linestyle=line, label=label, alpha=0.9)
    return float(mA.max()) if len(mA) else 0.0


def _bars(axes: Axes, rows: Sequence[Compared], names: Sequence[str], kinds: Sequence[Kind]) -> None:
    """Every figure of all logs in parts of the first log's, with its doubt."""
    step = len(names) + 0.8
    longest = max(_bar(axes, row, n * step, kinds) for n, row in enumerate(rows)) if rows else 1.0
    longest = min(longest, LONGEST)
    axes.set_yticks(
        [n * step + (len(names) - 1) / 2 for n in range(len(rows))],
        [row.what.replace(", ", "\n") for row in rows],
    )
    axes.invert_yaxis()
    axes.set_xlim(0, 1.45 * longest)
    axes.grid(visible=False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_title(f"What it costs; {names[0]} is 100 %")


def _bar(axes: Axes, row: Compared, base: float, kinds: Sequence[Kind]) -> float:
    """The bars of one figure; returns how far they reach, %."""
    first, reach = row.values[0], 0.0
    assert first is not None
    for place, one in enumerate(row.values):
        if one is None:
            continue
        share = 100 * one.value / first.value
        off = 100 * one.off / first.value if isfinite(one.off) else 0.0
        axes.barh(base + place, min(share, LONGEST), height=0.86, color=kinds[place][0], alpha=0.85)
        said = change_text(row, place) if place else f"{digits(one.value)} {row.unit}"
        if share > LONGEST:
            share, off, said = LONGEST, 0.0, f"\N{RIGHTWARDS ARROW} {said}"
        off = min(off, LONGEST - share)
        if off:
            axes.errorbar(share, base + place, xerr=off, color=style.theme().ink, capsize=4, linewidth=1.3)
        axes.annotate(said, (share + off, base + place), xytext=(7, 0), textcoords="offset points",
                      va="center", fontsize=11)  # fmt: skip
        reach = max(reach, share + off)
    return reach


def _until(axes: Axes, found: Sequence[Analysed], names: Sequence[str], kinds: Sequence[Kind]) -> None:
    """Up to which current the charge is drawn, added up from the left."""
    for one, name, (colour, line) in zip(found, names, kinds, strict=True):
        sorted_ = histogram(one.log)
        start = sorted_.below_mC / sorted_.total_mC
        axes.plot(sorted_.edges_mA, 100 * np.append(start, sorted_.charge_until), color=colour,
                  linestyle=line, linewidth=2.0, label=name)  # fmt: skip
    if all(float(one.log.mA.max()) > 0 for one in found):
        axes.set_xscale("log")
        plain_numbers(axes, "x")
    axes.set_ylim(0, 102)
    axes.set_xlabel("mA")
    axes.set_ylabel("% of the charge")
    axes.set_title("Charge drawn at or under each current")
