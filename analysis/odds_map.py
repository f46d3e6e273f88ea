"""Values of many places on a plain map: a raster if they stand on a grid, else dots; land in outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.odds.sites import Site

from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import BoundaryNorm, ListedColormap

#: What pvlib's table of heights has at sea, and its cells per degree.
SEA, CELLS = 255, 12
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
        _legend(axes, shades, palette)
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
    columns, rows = np.unique(longitude), np.unique(latitude)
    if len(columns) > 1 and len(rows) > 1 and len(columns) * len(rows) == len(values):
        raster = np.full((len(rows), len(columns)), np.nan)
        raster[np.searchsorted(rows, latitude), np.searchsorted(columns, longitude)] = values
        axes.pcolormesh(columns, rows, raster, cmap=palette, norm=norm, shading="nearest", zorder=1)
        return
    axes.scatter(longitude, latitude, c=values, cmap=palette, norm=norm, s=90, edgecolors=style.INK,
                 linewidths=0.8, zorder=4)  # fmt: skip


def _land(axes: Axes, frame: tuple[float, ...]) -> None:
    """Outline of the land, from the table of heights that pvlib carries."""
    west, east, south, north = frame
    step = max(1.0 / CELLS, (east - west) / OUTLINE)
    columns, rows = np.arange(west, east + step, step), np.arange(south, north + step, step)
    across = (((columns + 180.0) % 360.0) * CELLS).astype(int)
    along = np.clip(((90.0 - rows) * CELLS).astype(int), 0, 180 * CELLS - 1)
    land = _heights()[along[:, None], across[None, :]] != SEA
    if land.any() and not land.all():
        axes.contour(columns, rows, land, levels=[0.5], colors=[style.VERMILION], linewidths=0.8, zorder=3)


@lru_cache(maxsize=1)
def _heights() -> NDArray[np.uint8]:
    import h5py
    import pvlib

    with h5py.File(Path(pvlib.__file__).parent / "data" / "Altitude.h5", "r") as file:
        return np.asarray(file["Altitude"])


def _degrees(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{abs(x):g} {'W' if x < 0 else 'E'}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{abs(y):g} {'S' if y < 0 else 'N'}"))
    axes.set_aspect("equal")


def _legend(axes: Axes, shades: Shades, palette: ListedColormap) -> None:
    from matplotlib.patches import Patch

    colours = palette(np.arange(len(shades.labels)))
    patches = [Patch(facecolor=colour, edgecolor=style.FAINT, label=label)
               for colour, label in zip(colours, shades.labels, strict=True)]  # fmt: skip
    axes.legend(handles=patches, loc="upper center", bbox_to_anchor=(0.5, -0.07), ncols=min(len(patches), 8),
                title=shades.name, handlelength=1.2, columnspacing=1.2)  # fmt: skip
