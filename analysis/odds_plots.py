"""One node's odds on one page: the months, the hours lost, the battery's year, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.odds.question import Question
from sim.odds.sensitivity import Effect, ranked
from sim.odds.viability import Viability

from . import odds_words as words
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Inputs in the chart of what matters.
INPUTS = 9
#: Names of CLASSES_h.
CLASS_NAMES = ("none", "to 6 h", "to a day", "to 3 days", "to a week", "to 2 weeks", "to a month",
               "to 3 months", "more")  # fmt: skip
#: Classes in the order of badness: none is green, a day or less orange, more red.
_GREEN, _ORANGE = 1, 3


def viability_png(question: Question, found: Viability, effects: Sequence[Effect], path: Path) -> Path:
    """Draw the answer; returns the path."""
    with style.styled():
        figure = style.new_figure(15.0 if effects else 10.4)
        rows = 3 if effects else 2
        ratios = (1.0, 1.05, 1.35)[:rows]
        grid = figure.add_gridspec(rows, 2, height_ratios=ratios, width_ratios=(1.45, 1.0))
        months_chart(figure.add_subplot(grid[0, 0]), found)
        hours_chart(figure.add_subplot(grid[0, 1]), found)
        charge_chart(figure.add_subplot(grid[1, 0]), found)
        energy_chart(figure.add_subplot(grid[1, 1]), found)
        if effects:
            sensitivity_chart(figure.add_subplot(grid[2, :]), found, effects)
        style.heading(figure, words.chance_sentence(found), _under(question, found))
        return style.save(figure, path)


def _under(question: Question, found: Viability) -> str:
    return (
        f"{question.case.design.name}, {words.sizes(question.case)}; {words.site_line(question)}; "
        f"{found.weather_years:,} years of weather"
    )


def months_chart(axes: Axes, found: Viability) -> None:
    """Probability of no hour without supply by month, with its interval."""
    spans = [*found.months, found.year]
    chance = np.array([100.0 * one.chance for one in spans])
    low = chance - [100.0 * one.least for one in spans]
    high = [100.0 * one.most for one in spans] - chance
    at = np.array([*range(12), 12.6])
    axes.errorbar(at, chance, yerr=np.maximum([low, high], 0.0), fmt="none", ecolor=style.SKY,
                  elinewidth=7, capsize=0, zorder=2)  # fmt: skip
    axes.plot(at[:12], chance[:12], "o", color=style.BLUE, markersize=7, zorder=3)
    axes.plot(at[12:], chance[12:], "D", color=style.VERMILION, markersize=9, zorder=3)
    axes.axvline(11.8, color=style.GRID, linewidth=1.5)
    axes.set_xticks(at, [*(month.name for month in found.months), "year"])
    floor = min(100.0 * min(one.least for one in spans), 95.0)
    axes.set_ylim(max(0.0, floor - 0.06 * (100.0 - floor)), 100.0 + 0.04 * (100.0 - floor))
    axes.set_ylabel("% of years")
    axes.grid(visible=False, axis="x")
    axes.set_title("Years without a lost hour, and where the truth lies 19 times of 20")


def hours_chart(axes: Axes, found: Viability) -> None:
    """How many hours a year are lost, in classes."""
    shares = found.classes
    last = max(at for at, part in enumerate(shares) if part > 0.0)
    shown = shares[: max(last + 1, 4)]
    names = CLASS_NAMES[: len(shown)]
    colours = [_colour(at) for at in range(len(shown))]
    places = np.arange(len(shown))[::-1]
    axes.barh(places, [100.0 * part for part in shown], color=colours, height=0.7)
    for place, part in zip(places, shown, strict=True):
        axes.text(100.0 * part + 1.2, place, f"{words.share(part)} %", va="center", fontsize=11)
    axes.set_yticks(places, names)
    axes.set_xlim(0, 118)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel("% of years")
    axes.grid(visible=False, axis="y")
    axes.set_title("Hours lost in a year")


def _colour(at: int) -> str:
    return style.GREEN if at < _GREEN else style.ORANGE if at < _ORANGE else style.VERMILION


def charge_chart(axes: Axes, found: Viability) -> None:
    """Lowest charge of each week: usual, one year in ten, one in a hundred."""
    at = np.arange(len(found.weeks))
    p50, p90, p99 = 100.0 * np.array([week[1:] for week in found.weeks]).T
    axes.fill_between(at, p90, p50, color=style.SKY, alpha=0.65, linewidth=0)
    axes.fill_between(at, p99, p90, color=style.SKY, alpha=0.3, linewidth=0)
    axes.plot(at, p50, color=style.BLUE, linewidth=2.0, label="usual")
    axes.plot(at, p90, color=style.BLUE, linewidth=1.2, linestyle="--", label="one year in ten")
    axes.plot(at, p99, color=style.VERMILION, linewidth=1.2, label="one in a hundred")
    axes.set_ylim(0, 104)
    axes.set_xlim(0, len(at) - 1)
    first = [place for place, week in enumerate(found.weeks) if week[0].day <= 7]
    axes.set_xticks(first, [f"{found.weeks[place][0]:%b}" for place in first])
    axes.set_ylabel("%")
    axes.set_title("Battery: lowest charge of each week")
    axes.legend(loc="lower right", ncols=3, bbox_to_anchor=(1.0, 0.0), handlelength=1.4)


def energy_chart(axes: Axes, found: Viability) -> None:
    """What the charger could have had, and what the node used, by month."""
    at = np.arange(12)
    offered, used = ([getattr(month, name) for month in found.months] for name in ("offered_Wh", "used_Wh"))
    axes.bar(at, offered, width=0.78, color=style.YELLOW, label="the charger could have had")
    axes.bar(at, used, width=0.42, color=style.BLUE, label="the node used")
    axes.set_xticks(at, [month.name[0] for month in found.months])
    axes.set_ylabel("Wh a month")
    axes.set_ylim(0, 1.28 * max(*offered, *used, 1e-9))
    axes.legend(loc="upper right", ncols=1)
    axes.grid(visible=False, axis="x")
    tight = found.tightest
    axes.set_title(f"Energy: least margin in {words.long_month(tight.name)}, {words.margin(tight)}")


def sensitivity_chart(axes: Axes, found: Viability, effects: Sequence[Effect]) -> None:
    """What each input does when it is moved alone: to the odds, or to the reserve where those are sure."""
    rows = ranked(list(effects))[:INPUTS]
    sure = all(abs(one.chance) < 0.0005 for _, both in rows for one in both)
    places = np.arange(len(rows))[::-1]
    for place, (_, both) in zip(places, rows, strict=True):
        _bars(axes, place, [(one, 100.0 * (one.reserve if sure else one.chance)) for one in both])
    axes.set_yticks(places, [what for what, _ in rows])
    axes.axvline(0.0, color=style.INK, linewidth=1.0)
    moved = [100.0 * (one.reserve if sure else one.chance) for _, both in rows for one in both]
    room = 0.22 * (max(*moved, 0.0) - min(*moved, 0.0) or 1.0)
    axes.set_xlim(min(*moved, 0.0) - room, max(*moved, 0.0) + room)
    axes.grid(visible=False, axis="y")
    if sure:
        axes.set_title("What would change it most: charge that nine years of ten stay above")
        axes.set_xlabel(f"points of charge, from {100.0 * found.reserve:.0f} % as it is")
    else:
        axes.set_title("What would change it most: years without a lost hour")
        axes.set_xlabel(f"points of the years, from {words.share(found.year.chance)} % as it is")


def _bars(axes: Axes, place: float, both: Sequence[tuple[Effect, float]]) -> None:
    """One input's two ends; two that lie on one side stand one above the other."""
    same = len(both) > 1 and both[0][1] * both[1][1] > 0.0
    for at, (one, value) in enumerate(both):
        offset, height = (0.2 - 0.4 * at, 0.36) if same else (0.0, 0.62)
        colour = style.GREEN if value > 0.0 else style.VERMILION
        axes.barh(place + offset, value, height=height, color=colour)
        left = value < 0.0 or (value == 0.0 and at == 1)
        axes.annotate(
            f"{one.change.label}", (value, place + offset), xytext=(-6 if left else 6, 0),
            textcoords="offset points", ha="right" if left else "left", va="center", fontsize=10.5,
            color=style.INK if value else style.FAINT,
        )  # fmt: skip
