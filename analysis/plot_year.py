"""The year on one page: charge, sun, demand, down time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.result import FloatArray, RunResult

from . import periods, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def year_png(result: RunResult, path: Path) -> Path:
    """Draw state of charge, harvest, load and down time by day; returns the path.

    Source of every line: the run's hourly arrays, summed by local standard day.
    """
    days = periods.days(result)
    with style.styled():
        figure = style.new_figure(9.6)
        panels = figure.subplots(4, 1, sharex=True, height_ratios=(2.4, 2, 1.5, 1.2))
        for axes, draw in zip(panels, (_charge, _harvest, _load, _down), strict=True):
            draw(axes, days, result)
        _time_axis(panels[-1], days, result)
        figure.align_ylabels(panels)
        style.heading(figure, f"{result.title}", _under(result))
        return style.save(figure, path)


def _under(result: RunResult) -> str:
    down = periods.down_hours(result)
    fate = f"without power for {down:,.0f} h" if down >= 0.5 else "never without power"
    return f"{result.site}, {result.days:.0f} days from {result.start:%d %b %Y}, {fate}"


def _time_axis(axes: Axes, days: periods.Days, result: RunResult) -> None:
    at = _at(days, result)
    axes.set_xlim(at[0], at[-1])
    style.date_axis(axes, result.days)


def _at(days: periods.Days, result: RunResult) -> NDArray[np.datetime64]:
    """Day starts, with the end of the run: what a stepped line needs."""
    starts = np.array(days.dates, dtype="datetime64[s]")
    return np.append(starts, np.datetime64(periods.moment(result, 3600.0 * periods.hours(result)), "s"))


def _stepped(values: FloatArray) -> FloatArray:
    return np.append(values, values[-1])


def _charge(axes: Axes, days: periods.Days, result: RunResult) -> None:
    at = _at(days, result)
    low, high = 100 * _stepped(days.soc_low), 100 * _stepped(days.soc_high)
    axes.fill_between(at, low, high, step="post", color=style.SKY, alpha=0.55, linewidth=0)
    axes.step(at, low, where="post", color=style.BLUE, linewidth=1.2)
    axes.set_ylim(0, 108)
    axes.set_yticks(range(0, 101, 25))
    axes.set_ylabel("%")
    axes.set_title("Battery: state of charge, from each day's lowest (line) to its highest")
    _mark_lowest(axes, result)


def _mark_lowest(axes: Axes, result: RunResult) -> None:
    """A dot at the lowest hour; its words stand above the plot, where no data can be."""
    soc, when = periods.lowest(result)
    dot = {"color": style.VERMILION, "markersize": 8, "clip_on": False, "zorder": 5}
    axes.plot([np.datetime64(when)], [100 * soc], "o", **dot)  # type: ignore[arg-type]
    axes.text(
        1.0, 1.02, f"● lowest {100 * soc:.0f} %, {when:%d %b}", transform=axes.transAxes,
        ha="right", va="bottom", color=style.VERMILION, fontweight="bold",
    )  # fmt: skip


def _harvest(axes: Axes, days: periods.Days, result: RunResult) -> None:
    at = _at(days, result)
    given, used = _stepped(days.available_Wh), _stepped(days.harvest_Wh)
    axes.fill_between(
        at,
        0,
        given,
        step="post",
        color=style.YELLOW,
        alpha=0.8,
        linewidth=0,
        label="what the panel could give",
    )
    axes.fill_between(at, 0, used, step="post", color=style.ORANGE, linewidth=0, label="what was taken in")
    axes.set_ylim(0, _top(days.available_Wh, days.harvest_Wh))
    axes.set_ylabel("Wh a day")
    axes.set_title("Sun")
    _legend(axes)


def _load(axes: Axes, days: periods.Days, result: RunResult) -> None:
    at = _at(days, result)
    axes.fill_between(at, 0, _stepped(days.load_Wh), step="post", color=style.BLUE, alpha=0.8, linewidth=0)
    axes.set_ylim(0, _top(days.load_Wh))
    axes.set_ylabel("Wh a day")
    total_Wh = float(days.load_Wh.sum())
    axes.set_title(f"Demand: what the node took, {total_Wh:,.{0 if total_Wh >= 10 else 1}f} Wh in all")


def _down(axes: Axes, days: periods.Days, result: RunResult) -> None:
    total = periods.down_hours(result)
    at = _at(days, result)
    axes.fill_between(at, 0, _stepped(days.down_h), step="post", color=style.VERMILION, linewidth=0)
    axes.set_ylim(0, 24)
    axes.set_yticks((0, 12, 24))
    axes.set_ylabel("h a day")
    count = int((days.down_h > 0).sum())
    said = f"{style.hours_text(total)}, on {count} day{'s' * (count != 1)}" if total > 0 else "none"
    axes.set_title(f"Without power: {said}")


def _top(*values: FloatArray) -> float:
    return 1.15 * max(float(item.max()) for item in values) or 1.0


def _legend(axes: Axes) -> None:
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1, handlelength=1.2)
