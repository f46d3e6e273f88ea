"""Axes that pictures of a log share: time in readable steps, current plain or logarithmic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .log import Log
from .pieces import pieces, stretch_sums

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A log whose peak is this many times its mean current is drawn on a logarithmic axis.
LOG_AXIS_FROM = 40.0
#: How far above the plot its title and legend stand, over two lines of names, points.
TITLE = 45.0
_TIME_UNITS = ((180.0, 1.0, "seconds"), (3 * 3600.0, 60.0, "minutes"), (4 * 86400.0, 3600.0, "hours"))
_STEPS = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 50, 60, 100, 200, 500,
    1e3, 1e4, 1e9,
)  # fmt: skip
#: Over less than this 2 and 5 are labelled as well: an axis is wider than it is high.
FEW_DECADES = {"x": 2e4, "y": 300.0}
#: No more labels than this along the time.
MOST_LABELS = 14


def time_axis(axes: Axes, length_s: float, said: str = "of the log") -> None:
    """Seconds, minutes, hours or days, whichever gives readable numbers."""
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    unit = next((row for row in _TIME_UNITS if length_s < row[0]), (0.0, 86400.0, "days"))
    _, size, name = unit
    step = next((s for s in _STEPS if length_s / size / s <= MOST_LABELS), None)
    if step is not None:  # shorter than a millisecond: matplotlib's own steps
        axes.xaxis.set_major_locator(MultipleLocator(step * size))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / size:g}"))
    axes.set_xlabel(f"{name} {said}")


def current_axis(axes: Axes, log: Log) -> None:
    """A logarithmic axis for a node that mostly sleeps: it shows nothing on a plain one."""
    low = _lowest(log)
    if low is None:
        return
    top, (seconds, charge) = float(log.mA.max()), stretch_sums(np.array([0]), log.dt_s, log.mA)
    if top > LOG_AXIS_FROM * float(charge[0] / seconds[0]):
        axes.set_yscale("log")
        axes.set_ylim(low / 1.5, top * 1.8)
        plain_numbers(axes, "y")
        axes.set_ylabel("mA (logarithmic)")


def _lowest(log: Log) -> float | None:
    """The lowest current that an axis of powers of ten can show; None if it cannot show a part of the time.

    A visit too short for its log's resolution has neither time nor charge.
    """
    low, none_s, spare_s = float("inf"), 0.0, 0.001 * float(log.dt_s.sum())
    for piece in pieces(len(log.mA)):
        mA, none = log.mA[piece], log.mA[piece] <= 0
        none_s += float(log.dt_s[piece].sum(where=none))
        if none_s > spare_s:
            return None
        low = min(low, float(mA.min(where=~none, initial=low)))
    return low if low < float("inf") else None


def plain_numbers(axes: Axes, which: str) -> None:
    """0.01, 1, 100 instead of powers of ten; over few decades 2 and 5 as well."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis = axes.yaxis if which == "y" else axes.xaxis
    low, high = sorted(axis.get_view_interval())
    most = FEW_DECADES[which]
    if axis.get_scale() == "log" and low > 0 and high / low < most:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1000 else f"{value:g}")
    )
    axis.set_minor_locator(NullLocator())


def legend(axes: Axes) -> None:
    """At the right above the plot, where no data can be."""
    from matplotlib.transforms import offset_copy

    if axes.get_legend_handles_labels()[0]:
        above = offset_copy(axes.transAxes, axes.get_figure(root=True), y=TITLE, units="points")
        axes.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), bbox_transform=above, ncols=3, borderaxespad=0.0
        )
