"""What was seen of the sky, as the simulator's obstructions; and what nobody has seen yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import radians, tan

import numpy as np

from sim.surroundings import Obstruction, Surroundings

from .log import FloatArray
from .site_shade import Places, Z

#: The sky around is looked at in cells of so many degrees of azimuth.
CELL_deg = 3.0
#: Cells are one piece while their tops and shares differ by no more than this, degrees and share.
ALIKE_deg, ALIKE_share = 4.0, 0.12
#: Everything is drawn this far away: only its angles count, m.
AWAY_m = 10.0
#: An obstacle ends within so much above the highest sun it hid, as a rule, and what stood around a seen sun
#: is taken for seen, degrees. Ours: the sun's way of a week is 1 to 3 degrees wide.
MORE_deg, BESIDE_deg = 1.0, 3.0
#: What may stand over a hidden sun, in the darkest reading, degrees.
WALL_deg = 85.0


@dataclass(frozen=True, slots=True, eq=False)
class SkyMap:
    """Cells of azimuth from north, clockwise; arrays of shape (cells,), NaN where nothing is known.

    Attributes
    ----------
    top_deg : the highest sun that was hidden: so high stands something. passes, off : what it lets through,
    and its standard deviation. open_deg : the lowest sun that was seen unhindered: nothing stands higher.
    """

    azimuth_deg: FloatArray
    top_deg: FloatArray
    passes: FloatArray
    off: FloatArray
    open_deg: FloatArray

    def cell(self, azimuth_deg: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The cell of each direction."""
        return np.asarray(azimuth_deg % 360.0 // CELL_deg, dtype=np.intp) % len(self.azimuth_deg)

    def known(self, azimuth_deg: FloatArray, elevation_deg: FloatArray) -> FloatArray:
        """1 where it is known whether the sun is hidden, else 0.

        Things stand on the ground: what hides a sun hides a lower one, and above an open sun it is open.
        """
        at = self.cell(azimuth_deg)
        hidden = elevation_deg <= np.nan_to_num(self.top_deg[at], nan=-90.0) + BESIDE_deg
        free = elevation_deg >= np.nan_to_num(self.open_deg[at], nan=180.0) - BESIDE_deg
        return np.asarray(hidden | free, dtype=np.float64)


def sky_map(seasons: Sequence[Places]) -> SkyMap:
    """Put the places of all seasons on one map of the sky."""
    count = int(360.0 / CELL_deg)
    middle: FloatArray = (np.arange(count, dtype=np.float64) + 0.5) * CELL_deg
    top, free = np.full(count, np.nan), np.full(count, np.nan)
    sums = np.zeros((3, count))
    for places in seasons:
        for at in np.flatnonzero(places.seen | places.shaded):
            within = (middle - places.from_deg[at]) % 360.0 <= (
                places.to_deg[at] - places.from_deg[at]
            ) % 360.0
            if places.shaded[at]:
                top[within] = np.fmax(top[within], places.high_deg[at])
                sums[:, within] += np.array([[1.0], [places.passes[at]], [places.off[at] ** 2]])
            else:
                free[within] = np.fmin(free[within], places.low_deg[at])
    counted = np.maximum(sums[0], 1.0)
    known = sums[0] > 0
    return SkyMap(
        middle, top, np.where(known, sums[1] / counted, np.nan),
        np.where(known, np.sqrt(sums[2] / counted), np.nan), free,
    )  # fmt: skip


def surroundings_of(seasons: Sequence[Places], sigmas: float = 0.0) -> Surroundings:
    """What hides the sky, as far as it was seen; `sigmas` : so many deviations more is let through."""
    sky = sky_map(seasons)
    return Surroundings((), tuple(_piece(sky, cells, n + 1, sigmas) for n, cells in enumerate(_pieces(sky))))


def darkest_of(seasons: Sequence[Places], most_deg: float) -> Surroundings:
    """The darkest garden that the log allows: nothing is open that was not seen open, but for what is higher
    than `most_deg` and stands over nothing that hides the sun."""
    sky = sky_map(seasons)
    over = np.where(np.nan_to_num(sky.open_deg, nan=-1.0) > sky.top_deg, sky.open_deg, WALL_deg)
    taller = replace(sky, top_deg=np.where(np.isnan(sky.top_deg), np.nan, over - MORE_deg))
    things = tuple(_piece(taller, cells, n + 1, 0.0) for n, cells in enumerate(_pieces(taller)))
    return Surroundings(_hidden_below(sky, most_deg), things)


def _hidden_below(sky: SkyMap, most_deg: float) -> tuple[tuple[float, float], ...]:
    """A horizon just below everything that was seen open, up to `most_deg`: (azimuth, elevation)."""
    heights = np.minimum(np.where(np.isnan(sky.open_deg), most_deg, sky.open_deg - MORE_deg), most_deg)
    return tuple(
        (float(azimuth), float(max(height, 0.0)))
        for azimuth, height in zip(sky.azimuth_deg, heights, strict=True)
    )


def _pieces(sky: SkyMap) -> list[list[int]]:
    """Neighbouring cells in which something much alike stands."""
    found: list[list[int]] = []
    for cell in np.flatnonzero(~np.isnan(sky.top_deg)):
        piece = found[-1] if found else []
        if piece and cell == piece[-1] + 1 and _alike(sky, piece, int(cell)):
            piece.append(int(cell))
        else:
            found.append([int(cell)])
    return found


def _alike(sky: SkyMap, piece: list[int], cell: int) -> bool:
    tops, shares = sky.top_deg[[*piece, cell]], sky.passes[[*piece, cell]]
    return bool(np.ptp(tops) <= ALIKE_deg and np.ptp(shares) <= ALIKE_share)


def _piece(sky: SkyMap, cells: list[int], number: int, sigmas: float) -> Obstruction:
    passes = float(np.clip((sky.passes[cells] + sigmas * np.hypot(sky.off[cells], 0.02)).mean(), 0.0, 1.0))
    height_m = AWAY_m * tan(radians(min(float(sky.top_deg[cells].max()) + MORE_deg, 85.0)))
    return Obstruction(
        f"shade {number}", cells[0] * CELL_deg, (cells[-1] + 1) * CELL_deg % 360.0, AWAY_m,
        round(height_m, 2), passes=round(passes, 3),
    )  # fmt: skip


#: What the interval of a share is in deviations, for `surroundings_of`.
INTERVAL = Z
