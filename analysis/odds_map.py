"""Values of many places on a plain map: a raster if they stand on a grid, else dots; land in outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.odds.sites import CELLS, Site, is_land

from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.figure import Figure

#: Places on a grid are told from others by how many of its cells they fill, 0..1.
FILLED = 0.15
#: Points of the land's outline across the map.
OUTLINE = 900
#: Empty degrees around the places.
ROOM_deg = 4.0


@dataclass(frozen=True, slots=True)
class Shades:
    """How values become colours: a name for the scale, bounds of its classes, and what each is called."""

    name: str
    bounds: tuple[float, ...]
    labels: tuple[str, ...]


def map_png(
    sites: Sequence[Site], values: Sequence[float], shades: Shades, title: str, under: str, path: Path
) -> Path:
    """Draw it; a value that is not a number is left grey. Returns the path."""
    longitude, latitude = (np.array([getattr(one, name) for one in sites])
                           for name in ("longitude", "latitude"))  # fmt: skip
    west, east, south, north = _frame(longitude, latitude)
    tall = np.clip(12.4 * (north - south) / (east - west), 4.0, 11.0)
    with style.styled():
        from matplotlib import colormaps, colors

        figure = style.new_figure(float(tall) + 2.3)
        axes = figure.subplots()
        many = len(shades.labels)
        palette = colors.ListedColormap(colormaps["cividis"](np.linspace(0.0, 1.0, many)))
        norm = colors.BoundaryNorm(shades.bounds, many)
        axes.set_facecolor("#F1F1F1")
        _values(axes, (longitude, latitude), np.array(values, dtype=np.float64), palette, norm)
        _land(axes, (west, east, south, north))
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        _degrees(axes)
        _legend(figure, shades, palette)
        style.heading(figure, title, under)
        return style.save(figure, path)


def _frame(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> tuple[float, ...]:
    step = max(_step(longitude), _step(latitude), ROOM_deg) / 2.0
    return (
        float(longitude.min() - step),
        float(longitude.max() + step),
        max(-90.0, float(latitude.min() - step)),
        min(90.0, float(latitude.max() + step)),
    )


def _step(values: NDArray[np.float64]) -> float:
    apart = np.diff(np.unique(values))
    return float(apart.min()) if len(apart) else 0.0


def _values(
    axes: Axes, at: tuple[NDArray[np.float64], NDArray[np.float64]], values: NDArray[np.float64],
    palette: ListedColormap, norm: BoundaryNorm,
) -> None:  # fmt: skip
    longitude, latitude = at
    columns, rows = _lattice(longitude), _lattice(latitude)
    if len(columns) * len(rows) * FILLED <= len(values) > 1 < min(len(columns), len(rows)):
        raster = np.full((len(rows), len(columns)), np.nan)
        raster[_place(latitude, rows), _place(longitude, columns)] = values
        axes.pcolormesh(columns, rows, raster, cmap=palette, norm=norm, shading="nearest", zorder=1)
        return
    axes.scatter(longitude, latitude, c=values, cmap=palette, norm=norm, s=90, edgecolors=style.INK,
                 linewidths=0.8, zorder=4)  # fmt: skip


def _lattice(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """All places of an evenly spaced row that has these."""
    step = _step(values)
    if not step:
        return np.unique(values)
    return np.asarray(values.min() + step * np.arange(round(float(np.ptp(values)) / step) + 1))


def _place(values: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.asarray(np.abs(values[:, None] - row[None, :]).argmin(axis=1))


def _land(axes: Axes, frame: tuple[float, ...]) -> None:
    """Outline of the land, from the table of heights that pvlib carries."""
    west, east, south, north = frame
    step = max(1.0 / CELLS, (east - west) / OUTLINE)
    columns, rows = np.arange(west, east + step, step), np.arange(south, north + step, step)
    land = is_land(*np.broadcast_arrays(rows[:, None], columns[None, :]))
    if land.any() and not land.all():
        axes.contour(columns, rows, land, levels=[0.5], colors=[style.VERMILION], linewidths=0.8, zorder=3)


def _degrees(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{abs(x):g} {'W' if x < 0 else 'E'}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{abs(y):g} {'S' if y < 0 else 'N'}"))
    axes.set_aspect("equal")


def _legend(figure: Figure, shades: Shades, palette: ListedColormap) -> None:
    """Below the map, in room of its own."""
    from matplotlib.patches import Patch

    colours = palette(np.arange(len(shades.labels)))
    patches = [Patch(facecolor=colour, edgecolor=style.FAINT, label=label)
               for colour, label in zip(colours, shades.labels, strict=True)]  # fmt: skip
    figure.legend(handles=patches, loc="outside lower center", ncols=min(len(patches), 8),
                  title=shades.name, handlelength=1.2, columnspacing=1.2)  # fmt: skip
