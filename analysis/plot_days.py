"""A log of many days: voltage and current over the calendar, charge by day, the days stacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import style
from .amounts import charge_text
from .days import QUARTERS, WHOLE, DAY_s, Days, days_of, has_days, nights, stacked
from .log import FloatArray, Log
from .reduce import BUCKETS, bucket_means, envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: With fewer days than this a stack of them shows nothing that the timeline does not.
STACK_FROM = 3
#: With more days than this the nights would be a grey blur.
NIGHTS_TO = 40
#: With more days than this there is no room between the bars.
GAPS_TO = 60
#: Days of which less than this is known are not stacked: most of the picture would be empty.
STACK_COVERED = 0.5
#: With no more days than this each line of the stack has its date.
DATES_TO = 12


@dataclass(frozen=True, slots=True)
class Beside:
    """What may be shown beside the log: the panel's own, and where the node stands (latitude, longitude)."""

    panel: Log | None = None
    place: tuple[float, float] | None = None


def days_png(log: Log, path: Path, beside: Beside | None = None, dark: bool = False) -> Path | None:
    """Draw a log of days; returns the path, None for a log that is too short for it."""
    if not has_days(log):
        return None
    beside = beside or Beside()
    days = days_of(log)
    volts, amperes = not bool(np.isnan(log.V).all()), not bool(np.isnan(log.mA).all())
    stack = days.count >= STACK_FROM and float(days.covered.mean()) >= STACK_COVERED
    with style.styled(dark):
        heights = [2.3 * volts, 2.3 * amperes, 2.0 * amperes, _stack_in(days) * stack]
        shown = [height for height in heights if height]
        figure = style.new_figure(1.5 + sum(shown) + 0.45 * len(shown))
        panels = iter(np.atleast_1d(figure.subplots(len(shown), 1, height_ratios=shown)))
        clock = Clock(log, days, _nights(log, days, beside))
        if volts:
            _voltage(next(panels), log, clock)
        if amperes:
            _current(next(panels), log, beside.panel, clock)
            _by_day(next(panels), days, beside.panel, clock)
        if stack:
            _stack(figure, next(panels), log, days, clock, by_voltage=not amperes)
        style.heading(figure, f"{log.source}: {_days_text(days)}", _under(log, days, beside.panel))
        return style.save(figure, path)


class Clock:
    """Turns the log's seconds into what the time axes count: the calendar, or days since it began."""

    def __init__(self, log: Log, days: Days, nights: Sequence[tuple[float, float]]) -> None:
        self.span = float(log.t_s[0]), float(log.t_s[0]) + log.duration_s
        self.zero_s = float(days.midnight_s[0])
        self.first = days.first
        self.nights = nights

    def at(self, seconds: FloatArray | float) -> FloatArray:
        """Days since the epoch that matplotlib counts from, or since the log began."""
        return np.asarray(seconds) / DAY_s - self.zero_s / DAY_s + self.epoch

    @property
    def epoch(self) -> float:
        """The first midnight on matplotlib's axis."""
        if self.first is None:
            return 0.0
        return (self.first - datetime(1970, 1, 1)) / timedelta(days=1)

    def axis(self, axes: Axes) -> None:
        """Label one time axis and shade its nights."""
        for begin, end in self.nights:
            axes.axvspan(self.at(begin), self.at(end), color=style.theme().rest, linewidth=0, zorder=0)  # type: ignore[arg-type]
        axes.set_xlim(float(self.at(self.span[0])), float(self.at(self.span[1])))
        if self.first is None:
            axes.set_xlabel("days of the log")
        else:
            style.date_axis(axes, (self.span[1] - self.span[0]) / DAY_s)


def _stack_in(days: Days) -> float:
    """How high the stack of days is."""
    return float(np.clip(0.16 * days.count, 1.6, 4.6))


def _nights(log: Log, days: Days, beside: Beside) -> Sequence[tuple[float, float]]:
    if beside.place is None or days.count > NIGHTS_TO:
        return ()
    return nights(log, *beside.place)


def _days_text(days: Days) -> str:
    if days.first is None:
        return f"{days.count} days"
    last = days.first + timedelta(days=days.count - 1)
    return f"{days.count} days, {days.first:%d %b %Y} to {last:%d %b %Y}"


def _under(log: Log, days: Days, panel: Log | None) -> str:
    said = []
    if not np.isnan(log.V).all():
        said.append(f"{float(np.nanmin(log.V)):.2f} to {float(np.nanmax(log.V)):.2f} V")
    whole = days.covered >= WHOLE
    if not np.isnan(log.mA).all() and whole.any():
        said.append(f"{_ampere_hours(float(days.out_mAh[whole].mean()))} drawn on a whole day")
        if days.in_mAh.any():
            said.append(f"{_ampere_hours(float(days.in_mAh[whole].mean()))} taken in")
    if panel is not None:
        said.append(f"{_ampere_hours(float(days_of(panel).out_mAh.sum()))} from the panel in all")
    if log.missing_s > 0:
        said.append(f"{style.seconds_text(log.missing_s)} missing")
    return ", ".join(said)


def _ampere_hours(mAh: float) -> str:
    return charge_text(3600.0 * mAh)


def _line(axes: Axes, log: Log, values: FloatArray, clock: Clock, colour: str, label: str) -> None:
    """Lowest to highest of each pixel as an area, the mean as a line."""
    edges = np.linspace(*clock.span, BUCKETS + 1)
    if len(log.t_s) < BUCKETS:  # few rows: each one is drawn where it stands
        steps = np.concatenate((log.t_s, [clock.span[1]]))
        edges = np.unique(np.concatenate((steps, log.t_s + log.dt_s)))
    low, high = envelope(log.t_s, log.dt_s, values, edges)
    mean = bucket_means(log.t_s, log.dt_s, values, edges)
    at = clock.at((edges[:-1] + edges[1:]) / 2)
    if np.nanmax(high - low, initial=0.0) > 0:
        axes.fill_between(at, low, high, color=colour, alpha=0.3, linewidth=0, zorder=2)
    axes.plot(at, mean, color=colour, linewidth=1.3, label=label, zorder=3)


def _voltage(axes: Axes, log: Log, clock: Clock) -> None:
    _line(axes, log, log.V, clock, style.theme().mean, "V")
    axes.set_ylabel("V")
    axes.set_title("Voltage")
    clock.axis(axes)


def _current(axes: Axes, log: Log, panel: Log | None, clock: Clock) -> None:
    if panel is not None and not np.isnan(panel.mA).all():
        _line(axes, panel, panel.mA, clock, style.ORANGE, "panel")
    _line(axes, log, log.mA, clock, style.theme().mean, "this log")
    axes.axhline(0.0, color=style.theme().edge, linewidth=0.8)
    axes.set_ylabel("mA")
    axes.set_title("Current: lowest to highest pale, the mean as a line")
    if panel is not None:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.0)
    clock.axis(axes)


def _by_day(axes: Axes, days: Days, panel: Log | None, clock: Clock) -> None:
    """Bars: what was drawn, beside it what came in; pale where a day was not logged whole."""
    taken = [("drawn", days.out_mAh, style.theme().mean)]
    if days.in_mAh.any():
        taken.append(("taken in", days.in_mAh, style.GREEN))
    if panel is not None:
        taken.append(("from the panel", _same_days(panel, days), style.ORANGE))
    spare = 0.0 if days.count > GAPS_TO else 0.2
    width = (1.0 - spare) / len(taken)
    middle = clock.at(days.midnight_s) + spare / 2
    for place, (name, values, colour) in enumerate(taken):
        faint = np.where(days.covered < WHOLE, 0.45, 1.0)
        bars = axes.bar(middle + width * (place + 0.5), values, width=width, color=colour, label=name)
        for bar, alpha in zip(bars, faint, strict=True):
            bar.set_alpha(float(alpha))
    axes.set_ylabel("mAh")
    part = "; pale: not logged whole" if bool((days.covered < WHOLE).any()) else ""
    axes.set_title(f"Charge by day{part}")
    if len(taken) > 1:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.0)
    clock.axis(axes)
    axes.set_xlim(float(clock.at(float(days.midnight_s[0]))), float(clock.at(days.midnight_s[-1] + DAY_s)))


def _same_days(panel: Log, days: Days) -> FloatArray:
    """The panel's charge on the days of another log, mAh."""
    from .reduce import bucket_sums

    edges = np.append(days.midnight_s, days.midnight_s[-1] + DAY_s)
    return bucket_sums(panel.t_s, panel.dt_s, np.maximum(np.nan_to_num(panel.mA), 0.0), edges)[1] / 3600


def _stack(figure: Figure, axes: Axes, log: Log, days: Days, clock: Clock, by_voltage: bool) -> None:
    """One line per day: what every quarter of an hour was like."""
    from matplotlib.colors import Normalize, PowerNorm

    grid = stacked(log, days, log.V if by_voltage else log.mA)
    known = grid[np.isfinite(grid)]
    low, high = (float(one) for one in np.percentile(known, (0.5, 99.5)))
    norm = Normalize(low, high) if by_voltage or low < 0 else PowerNorm(0.5, low, max(high, low + 1e-9))
    last = clock.epoch + days.count
    image = axes.imshow(grid, extent=(0, 24, last, clock.epoch), aspect="auto", cmap="cividis", norm=norm,
                        interpolation="nearest")  # fmt: skip
    figure.colorbar(image, ax=axes, label="V" if by_voltage else "mA", pad=0.01, fraction=0.03)
    axes.set_xticks(range(0, 25, 3))
    axes.grid(visible=False)
    noon = "hour of the day" if days.first is not None else "hour since the log began, modulo a day"
    axes.set_xlabel(noon)
    axes.set_title(f"Days stacked: mean of every {24 * 60 // QUARTERS} minutes")
    if days.first is None:
        axes.set_ylabel("day")
        return
    _dates(axes, days, clock)


def _dates(axes: Axes, days: Days, clock: Clock) -> None:
    """The date of each line of the stack, or of some."""
    from matplotlib import dates

    if days.count <= DATES_TO and days.first is not None:
        named = [f"{days.first + timedelta(days=day):%d %b}" for day in range(days.count)]
        axes.set_yticks(clock.epoch + np.arange(days.count) + 0.5, named)
        axes.tick_params(axis="y", left=False)
        return
    axes.yaxis.set_major_locator(dates.AutoDateLocator(maxticks=8))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(dates.DateFormatter("%d %b"))  # type: ignore[no-untyped-call]
