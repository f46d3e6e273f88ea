"""Light in a tilted plane and behind its cover, by its parts: a wall takes the one and not the other.

Perez' model of the sky (1990) as pvlib has it: the beam, a halo around the sun, the even dome, a brighter
(or darker) band at the horizon; and the ground. The cover reflects the beam by Fresnel and the glass's own
absorption (pvlib's physical model), the rest by Marion's integrals over sky and ground.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, radians, sin

import numpy as np

from sim.sun import FloatArray, Sun


@dataclass(frozen=True, slots=True, eq=False)
class PlaneLight:
    """Light in one plane, W/m2, one value per hour.

    Attributes
    ----------
    beam : straight from the sun. halo : from the sky close around it. dome : from all the
    sky, evenly. band : from the sky at the horizon; below zero where that is darker than the dome.
    ground : reflected.
    incidence : cosine of the angle between the sun and the plane's normal, below zero from behind.
    tilt_deg : of the plane.
    """

    beam: FloatArray
    halo: FloatArray
    dome: FloatArray
    band: FloatArray
    ground: FloatArray
    incidence: FloatArray
    tilt_deg: float

    @property
    def sky(self) -> FloatArray:
        """All diffuse light from above."""
        return np.maximum(self.dome + self.halo + self.band, 0.0)

    @property
    def total(self) -> FloatArray:
        """Plane of array irradiance."""
        return self.beam + self.sky + self.ground

    def behind_cover(self) -> FloatArray:
        """What passes the panel's cover."""
        from pvlib import iam

        through = np.zeros_like(self.beam)
        lit = self.beam > 0.0
        through[lit] = iam.physical(np.degrees(np.arccos(np.minimum(self.incidence[lit], 1.0))))
        from_sky, from_ground = _diffuse_through(self.tilt_deg)
        return self.beam * through + self.sky * from_sky + self.ground * from_ground

    def blocked(self, sun: FloatArray, dome: FloatArray, band: FloatArray) -> PlaneLight:
        """What is left when such shares of the sun's place, of the dome and of the horizon are open, 0..1."""
        return replace(
            self, beam=self.beam * sun, halo=self.halo * sun, dome=self.dome * dome, band=self.band * band
        )


def plane_light(
    irradiance: tuple[FloatArray, FloatArray, FloatArray],
    sun: Sun,
    day: FloatArray,
    plane: tuple[float, float],
    albedo: float,
) -> PlaneLight:
    """Transpose irradiance to a plane.

    Parameters
    ----------
    irradiance : global and diffuse horizontal, direct normal, W/m2. day : of the year, 1 is 1 January.
    plane : tilt and azimuth, degrees; 180 is south. albedo : of the ground, 1.
    """
    from pvlib.atmosphere import get_relative_airmass
    from pvlib.irradiance import get_extra_radiation, perez

    ghi, dhi, dni = irradiance
    up = np.flatnonzero(sun.apparent_deg >= 0.0)
    zenith, azimuth = 90.0 - sun.apparent_deg, sun.azimuth_deg
    facing = incidence(sun, plane)
    parts = {name: np.zeros_like(ghi) for name in ("circumsolar", "isotropic", "horizon")}
    if up.size:
        found = perez(
            *plane, dhi[up], dni[up], get_extra_radiation(day[up]), zenith[up], azimuth[up],
            get_relative_airmass(zenith[up]), return_components=True,
        )  # fmt: skip
        for name, values in parts.items():
            values[up] = np.nan_to_num(found[f"poa_{name}"], nan=0.0)
    ground = ghi * albedo * (0.5 - 0.5 * cos(radians(plane[0])))
    beam = np.maximum(dni * facing, 0.0)
    return PlaneLight(
        beam, parts["circumsolar"], parts["isotropic"], parts["horizon"], ground, facing, plane[0]
    )


def incidence(sun: Sun, plane: tuple[float, float]) -> FloatArray:
    """Cosine of the angle between the plane's normal and the sun as it appears."""
    tilt, azimuth = radians(plane[0]), radians(plane[1])
    seen = np.radians(sun.apparent_deg)
    level = np.sqrt(np.maximum(1.0 - sun.up**2, 1e-30))
    toward = (sun.north * cos(azimuth) + sun.east * sin(azimuth)) / level
    return np.asarray(np.cos(seen) * toward * sin(tilt) + np.sin(seen) * cos(tilt))


@lru_cache(maxsize=256)
def _diffuse_through(tilt_deg: float) -> tuple[float, float]:
    """Share of sky and of ground light that passes the cover, by Marion's integrals."""
    from pvlib import iam

    ground = iam.marion_integrate(iam.physical, tilt_deg, "ground") if tilt_deg > 0 else 0.0
    return float(iam.marion_integrate(iam.physical, tilt_deg, "sky")), float(ground)
