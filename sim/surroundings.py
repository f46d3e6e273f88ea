"""What stands between a panel and the sky: the horizon, houses, hedges, trees with and without leaves.

The sun is looked up at six moments of each hour, so that a tree takes its part of an hour. The even part of
the sky is reduced by the share of it that is hidden, weighted by its angle on the panel; the band at the
horizon likewise; the sky close around the sun goes with the sun. Light from the ground is kept, and what
walls and leaves reflect themselves is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, degrees, radians, sin

import numpy as np
from numpy.typing import NDArray

from sim.plane import PlaneLight, incidence
from sim.sun import FloatArray, Sun

Mask = NDArray[np.bool_]

#: Moments of each hour at which the sun is looked up: the sun moves 2.5 degrees between two of them.
MOMENTS = 6
#: Light that passes a crown in leaf and a bare one, 1 (0.01 to 0.2; 0.4 to 0.6). Source: Konarska et al.
#: (2014), single urban trees: 1.3 to 5.3 % in leaf, 40 to 52 % without.
LEAF_PASSES, BARE_PASSES = 0.05, 0.45
#: Months without leaves, north of the equator; south of it they are half a year later. Source: temperate
#: broad-leaved trees, rounded.
BARE_MONTHS = (11, 12, 1, 2, 3)
#: Height of the bright band at the horizon, degrees (+-3). Source: Perez et al. (1987) begin with 6.5.
BAND_deg = 6.5
#: Steps of azimuth and elevation in which the sky is added up, degrees.
_STEP_deg = (2.0, 1.0)


@dataclass(frozen=True, slots=True)
class Obstruction:
    """A tree, a house, a hedge, as a gardener paces and measures it.

    Attributes
    ----------
    from_deg, to_deg : compass directions of its edges from the panel, clockwise from one to the other.
    distance_m, height_m : to its front; of its top above the panel. bottom_m : height above the panel down to
        which it reaches; the sun shines below a crown. None: it stands on the ground.
    passes : share of the light that it lets through; bare_passes : the same without leaves, None if it has
        none to lose. bare_months : 1 to 12, when that is.
    flat : a straight front across the middle direction instead of the same distance everywhere.
    """

    name: str
    from_deg: float
    to_deg: float
    distance_m: float
    height_m: float
    bottom_m: float | None = None
    passes: float = 0.0
    bare_passes: float | None = None
    bare_months: tuple[int, ...] = BARE_MONTHS
    flat: bool = False

    @classmethod
    def of_width(
        cls, name: str, azimuth_deg: float, width_m: float, distance_m: float, height_m: float, **more: object
    ) -> Obstruction:
        """One with a straight front of so many metres around a compass direction."""
        half = degrees(atan2(width_m / 2.0, distance_m))
        edges = ((azimuth_deg - half) % 360.0, (azimuth_deg + half) % 360.0)
        return cls(name, *edges, distance_m, height_m, flat=True, **more)  # type: ignore[arg-type]

    def through(self, month: int) -> float:
        """Share that it lets through in a month as it is in the north."""
        if self.bare_passes is not None and month in self.bare_months:
            return self.bare_passes
        return self.passes

    def hides(self, azimuth_deg: FloatArray, elevation_deg: FloatArray) -> Mask:
        """Whether it stands in these directions."""
        wide = (self.to_deg - self.from_deg) % 360.0 or 360.0
        within = (azimuth_deg - self.from_deg) % 360.0
        slope = np.tan(np.radians(elevation_deg))
        if self.flat:
            slope = slope / np.maximum(np.cos(np.radians(within - 0.5 * wide)), 1e-6)
        hidden = (within <= wide) & (slope < self.height_m / self.distance_m)
        if self.bottom_m is not None:
            hidden &= slope >= self.bottom_m / self.distance_m
        return np.asarray(hidden)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that hides sky: a horizon of (azimuth, elevation) pairs in degrees, joined by straight lines, and
    single things before it; with nothing given the sky is open."""

    horizon: tuple[tuple[float, float], ...] = ()
    obstructions: tuple[Obstruction, ...] = ()

    def passes(
        self, azimuth_deg: FloatArray, elevation_deg: FloatArray, through: tuple[float, ...]
    ) -> FloatArray:
        """Share of the light that comes from these directions, if the things let so much through."""
        share = np.ones(np.shape(azimuth_deg))
        if self.horizon:
            around, heights = zip(
                *sorted((azimuth % 360.0, height) for azimuth, height in self.horizon), strict=True
            )
            share[elevation_deg < np.interp(azimuth_deg, around, heights, period=360.0)] = 0.0
        for thing, left in zip(self.obstructions, through, strict=True):
            share = np.where(thing.hides(azimuth_deg, elevation_deg), share * left, share)
        return share

    def leave(self, light: PlaneLight, sun: Sun, month: NDArray[np.int64], azimuth_deg: float) -> PlaneLight:
        """What is left of a plane's light; `month` of each hour, 1 to 12, `azimuth_deg` of the plane."""
        if not self.horizon and not self.obstructions:
            return light
        plane = (light.tilt_deg, azimuth_deg)
        shine, dome, band = (np.ones_like(light.beam) for _ in range(3))
        lit = (light.beam > 0.0) | (light.halo != 0.0)
        for through, months in self._seasons(sun.latitude).items():
            here = np.isin(month, months)
            dome[here], band[here] = sky_shares(self, plane, through)
            chosen = np.flatnonzero(here & lit)
            shine[chosen] = self._sun_share(sun.at(chosen), plane, through)
        return light.blocked(shine, dome, band)

    def _seasons(self, latitude: float) -> dict[tuple[float, ...], list[int]]:
        """Months by what the things let through in them."""
        found: dict[tuple[float, ...], list[int]] = {}
        for month in range(1, 13):
            north = month if latitude >= 0.0 else (month + 5) % 12 + 1
            through = tuple(thing.through(north) for thing in self.obstructions)
            found.setdefault(through, []).append(month)
        return found

    def _sun_share(self, sun: Sun, plane: tuple[float, float], through: tuple[float, ...]) -> FloatArray:
        """Share of each hour's sun that comes through, weighted by how it falls on the plane."""
        got, all_of_it = np.zeros_like(sun.up), np.zeros_like(sun.up)
        for moment in range(MOMENTS):
            then = sun.later((moment + 0.5) / MOMENTS - 0.5)
            weight = np.where(then.apparent_deg > 0.0, np.maximum(incidence(then, plane), 1e-9), 0.0)
            got += weight * self.passes(then.azimuth_deg, then.apparent_deg, through)
            all_of_it += weight
        return np.divide(got, all_of_it, out=np.ones_like(got), where=all_of_it > 0.0)


#: Nothing around.
OPEN = Surroundings()


@lru_cache(maxsize=1024)
def sky_shares(
    around: Surroundings, plane: tuple[float, float], through: tuple[float, ...]
) -> tuple[float, float]:
    """Open shares of the dome and of the band at the horizon, as the plane sees them."""
    azimuth, elevation = np.meshgrid(
        np.arange(0.5 * _STEP_deg[0], 360.0, _STEP_deg[0]), np.arange(0.5 * _STEP_deg[1], 90.0, _STEP_deg[1])
    )
    tilt, toward = radians(plane[0]), np.radians(azimuth - plane[1])
    up = np.radians(elevation)
    facing = np.maximum(np.cos(up) * np.cos(toward) * sin(tilt) + np.sin(up) * cos(tilt), 0.0)
    weight = facing * np.cos(up)
    left = weight * around.passes(azimuth, elevation, through)
    low = elevation < BAND_deg
    return float(left.sum() / weight.sum()), float(left[low].sum() / weight[low].sum())
