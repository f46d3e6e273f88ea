"""The map of sizes: how many years each panel and battery keep the promise, and which to buy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.odds.sensitivity import size_Ah
from sim.odds.sizing import Floats

from . import odds_words as words
from . import style
from .odds_size_report import Sizing, size_sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOUNDS = (0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 100.01)
LABELS = ("under 10", "10 to 25", "25 to 50", "50 to 75", "75 to 90", "90 to 95", "95 to 99", "99 to 99.9",
          "all of them")  # fmt: skip
#: Sizes that an axis names at most.
NAMED = 9


def size_png(one: Sizing, path: Path) -> Path:
    """Draw the map; returns the path."""
    with style.styled():
        from matplotlib import colormaps, colors

        figure = style.new_figure(10.4)
        axes = figure.subplots()
        palette = colors.ListedColormap(colormaps["cividis"](np.linspace(0.0, 1.0, len(LABELS))))
        order = np.argsort(one.sizes.panels_W), np.argsort(one.sizes.batteries_Ah)
        panels = np.array(one.sizes.panels_W)[order[0]]
        batteries = np.array(one.sizes.batteries_Ah)[order[1]]
        chance = 100.0 * one.found.chance[np.ix_(*order)].T
        norm = colors.BoundaryNorm(BOUNDS, len(LABELS))
        x, y = np.arange(len(panels)), np.arange(len(batteries))
        axes.pcolormesh(x, y, chance, cmap=palette, norm=norm, shading="nearest")
        _contour(axes, one, chance)
        _names(axes, panels, batteries)
        _points(axes, one, panels, batteries)
        _legend(axes, palette)
        axes.set_xlabel("panel by its label, W")
        axes.set_ylabel("battery, Ah")
        axes.grid(visible=False)
        style.heading(figure, size_sentence(one), _under(one))
        return style.save(figure, path)


def _under(one: Sizing) -> str:
    return (
        f"{one.question.case.design.name}; {words.site_line(one.question)}; {one.found.years:,} years of "
        "weather for every size"
    )


def _contour(axes: Axes, one: Sizing, chance: Floats) -> None:
    """Steps around what keeps the promise: along the borders of its cells."""
    from matplotlib.collections import LineCollection

    kept = np.pad(chance >= 100.0 * one.promise - 1e-9, 1, mode="edge")
    lines = []
    for row, column in np.argwhere(kept[:, 1:] != kept[:, :-1]):
        if 0 < row < len(kept) - 1:
            lines.append([(column - 0.5, row - 1.5), (column - 0.5, row - 0.5)])
    for row, column in np.argwhere(kept[1:] != kept[:-1]):
        if 0 < column < len(kept[0]) - 1:
            lines.append([(column - 1.5, row - 0.5), (column - 0.5, row - 0.5)])
    axes.add_collection(LineCollection(lines, colors=style.VERMILION, linewidths=3.0, capstyle="projecting"))


def _names(axes: Axes, panels: Floats, batteries: Floats) -> None:
    for sizes, set_ticks in ((panels, axes.set_xticks), (batteries, axes.set_yticks)):
        at = np.unique(np.linspace(0, len(sizes) - 1, min(NAMED, len(sizes))).round().astype(int))
        set_ticks(at, [f"{sizes[place]:.3g}" for place in at])


def _points(axes: Axes, one: Sizing, panels: Floats, batteries: Floats) -> None:
    """The design as it is, and what to buy."""
    case = one.question.case
    here = (case.design.panel.v("rated") * case.panel_x, size_Ah(case))
    places = [float(np.interp(np.log(size), np.log(sizes), np.arange(len(sizes))))
              for size, sizes in zip(here, (panels, batteries), strict=True)]  # fmt: skip
    axes.plot(*places, "D", color="white", markeredgecolor=style.INK, markersize=11, label="as it is")
    chosen = one.best
    if chosen:
        at = (
            int(np.searchsorted(panels, chosen.panel_W)),
            int(np.searchsorted(batteries, chosen.battery_Ah)),
        )
        word = "smallest" if chosen.price is None else "cheapest"
        axes.plot(*at, "*", color=style.VERMILION, markeredgecolor="white", markersize=26, label=word)


def _legend(axes: Axes, palette: object) -> None:
    from matplotlib.patches import Patch

    colours = palette(np.arange(len(LABELS)))  # type: ignore[operator]
    patches = [Patch(facecolor=colour, edgecolor=style.FAINT, label=label)
               for colour, label in zip(colours, LABELS, strict=True)]  # fmt: skip
    handles = axes.get_legend_handles_labels()[0]
    first = axes.legend(handles=handles, loc="lower left", frameon=True, framealpha=0.9)
    axes.add_artist(first)
    axes.legend(handles=patches[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=1.4,
                title="% of years in which\nthe promise is kept")  # fmt: skip
