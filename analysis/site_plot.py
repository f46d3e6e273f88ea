"""One page: the sky over the panel with what was seen of it, and the log's days against a clear sky."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.weather import TYPICAL_YEAR

from . import style
from .log import FloatArray
from .site import Site
from .site_months import MonthSun
from .site_rows import TELLS
from .site_sky import clear_light
from .site_words import days_text, panel_sentence, shade_sentence, zone_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Days that are drawn, at most: the clearest ones of a longer log.
DAYS_DRAWN = 8
#: A day that was logged for less is not drawn, h.
LEAST_LOGGED_h = 3.0
#: Months whose sun is drawn as a line.
SOLSTICES = ((6, 21, "June"), (12, 21, "December"))


def site_png(site: Site, months: Sequence[MonthSun], path: Path) -> Path:
    """Draw it; returns the path."""
    with style.styled():
        figure = style.new_figure(14.6)
        grid = figure.add_gridspec(3, 2, height_ratios=(1.25, 0.8, 1.0), width_ratios=(1.7, 1.0))
        _sky(figure.add_subplot(grid[0, :]), site)
        _shares(figure.add_subplot(grid[1, 0]), site)
        _seasons(figure.add_subplot(grid[1, 1]), months)
        _days(figure.add_subplot(grid[2, :]), site)
        style.heading(figure, _headline(site), _under(site))
        return style.save(figure, path)


def _headline(site: Site) -> str:
    return panel_sentence(site).split(", by")[0].split(";")[0].rstrip(".")


def _under(site: Site) -> str:
    shades = "".join(f" {shade_sentence(one).split(';')[0]}." for one in site.shades[:1])
    more = f" And {len(site.shades) - 1} more." if len(site.shades) > 1 else ""
    return f"{site.log.source}, {days_text(site)}, {site.clear_h:.0f} h of clear sky.{shades}{more}"


def _sky(axes: Axes, site: Site) -> None:
    """Where the sun stood, and how much of it came through."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("shade", ["#1b1b3a", style.BLUE, style.SKY, style.YELLOW])
    middle = 180.0 if site.spot.latitude >= 0.0 else 0.0
    _things(axes, site, middle)
    for month, day, name in SOLSTICES:
        azimuth, elevation = _path(site, month, day, middle)
        if not azimuth.size:
            continue
        axes.plot(azimuth, elevation, color=style.FAINT, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
        top = int(np.argmax(elevation))
        axes.text(azimuth[top], elevation[top] + 1.5, name, ha="center", color=style.FAINT, fontsize=11)
    drawn = None
    for places in site.places:
        at = places.lit & places.seen
        drawn = axes.scatter(
            _around(places.azimuth_deg[at], middle), places.elevation_deg[at], c=places.passes[at],
            cmap=colours, vmin=0.0, vmax=1.0, s=90, edgecolor="#555555", linewidth=0.5, zorder=4,
        )  # fmt: skip
        dim = places.lit & ~places.seen
        axes.plot(_around(places.azimuth_deg[dim], middle), places.elevation_deg[dim], "x", color=style.FAINT,
                  markersize=6, zorder=3)  # fmt: skip
    if drawn is not None:
        bar = axes.figure.colorbar(drawn, ax=axes, pad=0.012, fraction=0.03)
        bar.set_label("share of the sun that comes through")
    _compass(axes, middle)
    axes.set_title("The sky from the panel: each dot is where the sun stood under a clear sky (x: not seen)")


def _things(axes: Axes, site: Site, middle: float) -> None:
    """What was found, as bars from the ground up."""
    for thing in site.around.obstructions:
        wide = (thing.to_deg - thing.from_deg) % 360.0
        left = float(_around(np.array([thing.from_deg + 1e-6]), middle)[0])
        height = np.degrees(np.arctan2(thing.height_m, thing.distance_m))
        axes.bar(left, height, width=wide, align="edge", color="#6b6b6b", linewidth=0, zorder=1,
                 alpha=0.25 + 0.4 * (1.0 - thing.passes))  # fmt: skip


def _path(site: Site, month: int, day: int, middle: float) -> tuple[FloatArray, FloatArray]:
    light = clear_light(site.spot, datetime(TYPICAL_YEAR, month, day), np.arange(0.0, 24.0, 1 / 6), 1 / 6)
    up = light.elevation_deg > 0.0
    azimuth = _around(light.azimuth_deg[up], middle)
    order = np.argsort(azimuth)
    return azimuth[order], light.elevation_deg[up][order]


def _around(azimuth_deg: FloatArray, middle: float) -> FloatArray:
    """Azimuth so that noon is in the middle of the picture."""
    return (azimuth_deg - middle + 180.0) % 360.0 - 180.0 + middle


def _compass(axes: Axes, middle: float) -> None:
    names = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
    ticks = np.arange(middle - 135.0, middle + 136.0, 45.0)
    axes.set_xticks(ticks, [f"{names[int(tick % 360.0 // 45.0)]}\n{tick % 360.0:.0f}°" for tick in ticks])
    axes.set_xlim(middle - 125.0, middle + 125.0)
    axes.set_ylim(0.0, min(92.0, axes.get_ylim()[1] + 4.0))
    axes.set_ylabel("height, degrees")


def _shares(axes: Axes, site: Site) -> None:
    """How much comes through by the hour, with its interval."""
    for places, colour in zip(
        site.places, (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE) * 9, strict=False
    ):
        at = places.lit & places.seen
        hour = places.starts_h + site.reading.rows.step_min / 120.0
        axes.errorbar(hour[at], 100.0 * places.passes[at], yerr=196.0 * places.off[at], fmt="o", markersize=4,
                      color=colour, ecolor=style.SKY, elinewidth=3, zorder=3)  # fmt: skip
        for start in places.starts_h[places.lit & ~places.seen]:
            axes.axvspan(start, start + site.reading.rows.step_min / 60.0, color=style.PALE, linewidth=0)
    axes.set_ylim(-4.0, 118.0)
    axes.set_yticks(range(0, 101, 25))
    axes.set_xlabel(f"hour, {zone_text(site)}")
    axes.set_ylabel("% of the sun")
    axes.set_title("What comes through, by the hour (grey: no clear sky seen)")


def _seasons(axes: Axes, months: Sequence[MonthSun]) -> None:
    """Each month's sun: through, hidden, unknown."""
    at = np.arange(12)
    least = np.array([100.0 * min(one.darkest, one.passes) for one in months])
    most = np.array([100.0 * one.passes for one in months])
    axes.bar(at, least, color=style.ORANGE, width=0.78, label="comes through")
    axes.bar(at, most - least, bottom=least, color=style.YELLOW, width=0.78, hatch="///", edgecolor="#999999",
             linewidth=0.0, label="nobody has seen")  # fmt: skip
    axes.bar(at, 100.0 - most, bottom=most, color="#555555", width=0.78, label="in shade")
    axes.set_xticks(at, [one.name[0] for one in months])
    axes.set_ylim(0.0, 124.0)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(visible=False, axis="x")
    axes.legend(loc="upper center", ncols=3, fontsize=10, columnspacing=1.0, handlelength=1.2)
    axes.set_title("A clear day's sun, by month (%)")


def _days(axes: Axes, site: Site) -> None:
    """The log's current, a clear sky's, and a clear sky's behind what was found."""
    reading, found = site.reading, site.found
    shape = reading.rows.mA.shape
    days = _chosen(site)
    places = shape[1]
    share = (reading.fitted.passes * found.share[reading.fitted.season]).sum(axis=-1)
    clear = (1000.0 * site.scale * reading.clear_A).reshape(shape)
    seen = (1000.0 * reading.seen_A).reshape(shape)
    used = reading.rows.code == TELLS
    for slot, day in enumerate(days):
        x = slot + (np.arange(places) + 0.5) / places
        shown = ~np.isnan(reading.rows.mA[day])
        sunny = np.where(used[day], clear[day] * share[day] * found.haze[day], np.nan)
        first = slot == 0
        axes.plot(x, np.where(clear[day] > 0.0, clear[day], np.nan), color=style.ORANGE, linewidth=1.1,
                  linestyle=(0, (3, 2)), label="clear sky, nothing around" if first else None)  # fmt: skip
        axes.plot(x, sunny, color=style.ORANGE, linewidth=2.2, label="clear sky, as found" if first else None)
        axes.fill_between(
            x, 0.0, np.where(shown, seen[day], np.nan), color=style.SKY, alpha=0.35, linewidth=0
        )
        axes.plot(x, np.where(shown, seen[day], np.nan), color=style.BLUE, linewidth=1.0,
                  label="logged" if first else None)  # fmt: skip
        bright = used[day] & (found.clear[day] > 0.5)
        axes.plot(x[bright], np.full(int(bright.sum()), -0.03 * np.nanmax(clear)), "s", color=style.GREEN,
                  markersize=3, label="clear rows" if first else None)  # fmt: skip
    dates = [reading.rows.first + timedelta(days=int(day)) for day in days]
    axes.set_xticks(np.arange(len(days)) + 0.5, [f"{date:%-d %b}" for date in dates])
    for edge in range(1, len(days)):
        axes.axvline(edge, color=style.GRID, linewidth=1.0)
    axes.set_xlim(0, len(days))
    axes.grid(visible=False, axis="x")
    axes.set_ylabel("mA")
    axes.legend(loc="upper right", ncols=4, fontsize=10)
    axes.set_ylim(-0.06 * np.nanmax(clear), 1.22 * max(float(np.nanmax(clear)), float(np.nanmax(seen))))
    axes.set_title(
        "The days of the log" if len(days) < DAYS_DRAWN else f"The {len(days)} clearest days of the log"
    )


def _chosen(site: Site) -> list[int]:
    """Days to draw, in their order."""
    rows = site.reading.rows
    hours = (~np.isnan(rows.mA)).sum(axis=1) * rows.step_min / 60.0
    logged = np.flatnonzero(hours >= LEAST_LOGGED_h)
    best = sorted(logged, key=lambda day: -float(site.found.clear[day].sum()))[:DAYS_DRAWN]
    return sorted(int(day) for day in best)
