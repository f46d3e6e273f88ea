"""Where the time and where the charge of a log sit: by current, by state, and added up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import style
from .histogram import Histogram, charge_by_state, histogram
from .log import Log
from .log_axes import plain_numbers
from .states import StateTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The share of charge whose current is named.
HALF = 0.5
#: A state with less of the charge than this is not in the legend; and no more states are than fit.
NAMED, MOST_NAMED = 0.005, 8


def histogram_png(log: Log, path: Path, table: StateTable, dark: bool = False) -> Path:
    """Draw time, charge and their running sums over current; returns the path."""
    found = histogram(log)
    with style.styled(dark):
        figure = style.new_figure(9.6)
        time, charge, until = figure.subplots(3, 1, sharex=True, height_ratios=(2.4, 2.6, 2.6))
        _time(time, found)
        _charge(charge, found, charge_by_state(log, found, table.codes, len(table.names)), table.names)
        _until(until, found)
        until.set_xlabel("mA (logarithmic)" if found.logarithmic else "mA")
        if found.logarithmic:
            until.set_xscale("log")
        until.set_xlim(float(found.edges_mA[0]), float(found.edges_mA[-1]))
        if found.logarithmic:
            plain_numbers(until, "x")
        style.heading(figure, f"{log.source}: where time and charge sit", _under(found))
        return style.save(figure, path)


def _under(found: Histogram) -> str:
    """What the bins are, and what the axis has no place for."""
    said = []
    if found.step_mA:
        said.append(f"each bin holds whole steps of the meter, {found.step_mA:.3g} mA")
    if found.below_s > 0.0005 * found.total_s:
        share, edge = style.percent_text(found.below_s / found.total_s), found.edges_mA[0]
        said.append(f"{share} of the time is at or under {edge:.3g} mA, left of this axis")
    return "; ".join(said)


def _time(axes: Axes, found: Histogram) -> None:
    axes.stairs(found.time_s, found.edges_mA, fill=True, color=style.theme().cloud)
    seconds = found.time_s[found.time_s > 0]
    if len(seconds):
        axes.set_ylim(0.7 * float(seconds.min()), 2 * float(seconds.max()))
        axes.set_yscale("log")
        plain_numbers(axes, "y")
    axes.set_ylabel("seconds (log.)")
    axes.set_title("Time at each current")


def _charge(axes: Axes, found: Histogram, by_state: np.ndarray, names: Sequence[str]) -> None:
    """Charge stacked by state: a state's colour shows at which currents it draws."""
    colours = style.colours(names)
    size, unit = (1e-3, "C") if by_state.sum(axis=0).max(initial=0.0) > 2000 else (1.0, "mC")
    by_state = by_state * size
    base, sums = np.zeros(by_state.shape[1]), np.abs(by_state.sum(axis=1))
    for place, code in enumerate(np.argsort(-sums, kind="stable")):
        if not by_state[code].any():
            continue
        told = sums[code] > NAMED * sums.sum() and place < MOST_NAMED
        axes.stairs(
            base + by_state[code], found.edges_mA, baseline=base, fill=True, color=colours[names[code]],
            label=names[code] if told else None, linewidth=0,
        )  # fmt: skip
        base = base + by_state[code]
    axes.stairs(base, found.edges_mA, color=style.theme().faint, linewidth=0.7)
    axes.set_ylabel(unit)
    axes.set_title("Charge, by state")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower right",
            bbox_to_anchor=(1.0, 1.0),
            ncols=10,
            borderaxespad=0.0,
            fontsize=11,
            handlelength=1.2,
            columnspacing=1.2,
            handletextpad=0.5,
        )


def _until(axes: Axes, found: Histogram) -> None:
    at = found.edges_mA
    time = np.append(found.below_s / found.total_s, found.time_until)
    charge = np.append(found.below_mC / found.total_mC, found.charge_until)
    axes.plot(at, 100 * time, color=style.theme().faint, linewidth=2.0, label="time")
    axes.plot(at, 100 * charge, color=style.theme().mean, linewidth=2.0, label="charge")
    axes.axhline(50, color=style.theme().grid, linewidth=1.2)
    _half(axes, found)
    axes.set_ylim(0, 102)
    axes.set_ylabel("% at or under")
    axes.set_title("Added up from the left")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0)


def _half(axes: Axes, found: Histogram) -> None:
    """Where half of the charge is, named on the side that has room."""
    half_mA = found.charge_at(HALF)
    ends = found.edges_mA[0], found.edges_mA[-1]
    middle = float(np.sqrt(ends[0] * ends[1])) if found.logarithmic else float(sum(ends)) / 2
    left = half_mA > middle
    axes.plot([half_mA], [50], "o", color=style.VERMILION, zorder=6)
    axes.annotate(
        f"half of the charge is drawn at {half_mA:.3g} mA or less", (half_mA, 50), zorder=5,
        xytext=(-10, 7) if left else (10, 7), textcoords="offset points", ha="right" if left else "left",
        bbox={"facecolor": style.theme().paper, "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
    )  # fmt: skip
