"""Where the sun stands over a place, hour by hour, in two milliseconds a year.

The sun moves among the stars so evenly that its right ascension, its declination and the nutation are
computed once per day of the year (NREL's solar position algorithm, as pvlib has it) and interpolated; they
are the same for every place. What differs from hour to hour and from place to place is the turning of the
earth, in closed form. The result is the algorithm's own within 0.001 degrees, at a thirtieth of its time.

The sun is kept as a direction (east, north, up): a panel's cosine of incidence is then a plain product.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Terrestrial minus universal time, s (+-3 in the 2020s; 1 s moves the sun by 1e-5 degrees). As in pvlib.
DELTA_T_s = 67.0
#: The sun's horizontal parallax, degrees (+-2 % over the year). Source: 8.794 arc seconds, IAU 1976.
PARALLAX_deg = 8.794 / 3600.0
#: Air that bends the light: 1013.25 hPa and 12 C. Source: defaults of pvlib and of NREL's algorithm.
PRESSURE_hPa, AIR_C = 1013.25, 12.0
#: Refraction is added while the upper limb, itself refracted, is above the horizon, degrees of elevation.
#: Source: Reda and Andreas, NREL/TP-560-34302: semi-diameter 0.26667 and refraction 0.5667.
LOWEST_deg = -(0.26667 + 0.5667)
#: Mean sidereal angle of Greenwich at J2000 and its turn per day, degrees. Source: Meeus (1998), 12.4.
SIDEREAL_deg = (280.46061837, 360.98564736629)
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_DAY_s = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Sun:
    """The sun's centre at some instants, seen from one place; arrays have one value per instant.

    Attributes
    ----------
    east, north, up : direction without refraction, a unit vector.
    sin_declination : sine of the declination. hour_angle : since the sun's noon, radians.
    latitude : degrees, north positive.
    """

    latitude: float
    east: FloatArray
    north: FloatArray
    up: FloatArray
    sin_declination: FloatArray
    hour_angle: FloatArray

    @property
    def elevation_deg(self) -> FloatArray:
        """Elevation without refraction, degrees."""
        return np.degrees(np.arcsin(self.up))

    @property
    def azimuth_deg(self) -> FloatArray:
        """Clockwise from north, 0 to 360 degrees."""
        return np.degrees(np.arctan2(self.east, self.north)) % 360.0

    @property
    def apparent_deg(self) -> FloatArray:
        """Elevation as seen through the air, degrees."""
        return self.elevation_deg + refraction_deg(self.elevation_deg)

    def at(self, chosen: NDArray[np.intp]) -> Sun:
        """The sun at some of the instants."""
        arrays = (self.east, self.north, self.up, self.sin_declination, self.hour_angle)
        return Sun(self.latitude, *(array[chosen] for array in arrays))

    def later(self, hours: float) -> Sun:
        """The same so many hours later (an hour or so: the declination is held)."""
        cosine = np.sqrt(1.0 - self.sin_declination**2)
        angle = self.hour_angle + radians(15.0) * hours
        return _seen(self.latitude, self.sin_declination, cosine, angle)


def sun_over(latitude: float, longitude: float, first: datetime, hours: FloatArray) -> Sun:
    """The sun at so many hours after `first`.

    Parameters
    ----------
    latitude, longitude : degrees, north and east positive.
    first : UTC, with or without its time zone. hours : in rising order, shape (n,).
    """
    days = (first.replace(tzinfo=UTC) - _J2000).total_seconds() / _DAY_s + hours / 24.0
    start = int(np.floor(days[0])) - 2
    count = int(np.floor(days[-1])) - start + 4
    ascension, declination, nutation = (_between(days - start, kept) for kept in _course(start, count))
    turned = SIDEREAL_deg[0] + SIDEREAL_deg[1] * days + nutation
    angle = np.radians((turned + longitude - ascension + 180.0) % 360.0 - 180.0)
    declination = np.radians(declination)
    east, north, up = _direction(latitude, np.sin(declination), np.cos(declination), angle)
    return _lowered(latitude, east, north, up)


def refraction_deg(elevation_deg: FloatArray) -> FloatArray:
    """How much higher the air lets the sun appear, degrees. Source: NREL/TP-560-34302, equation 42."""
    seen = np.maximum(elevation_deg, LOWEST_deg)
    lift = 1.02 / (60.0 * np.tan(np.radians(seen + 10.3 / (seen + 5.11))))
    lift = lift * (PRESSURE_hPa / 1010.0) * (283.0 / (273.0 + AIR_C))
    return np.where(elevation_deg >= LOWEST_deg, lift, 0.0)


@lru_cache(maxsize=64)
def _course(start: int, count: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Right ascension, declination and nutation in the former, degrees, at `count` noons from day `start`."""
    from pvlib import spa

    days = start + np.arange(count, dtype=np.float64)
    unix_s = (_J2000 - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1) + days * _DAY_s
    sidereal, ascension, declination = spa.solar_position(
        unix_s, 0.0, 0.0, 0.0, PRESSURE_hPa, AIR_C, DELTA_T_s, 0.5667, 1, sst=True
    )
    nutation = (sidereal - SIDEREAL_deg[0] - SIDEREAL_deg[1] * days + 180.0) % 360.0 - 180.0
    return np.unwrap(ascension, period=360.0), declination, nutation


def _between(days: FloatArray, kept: FloatArray) -> FloatArray:
    """Lagrange's cubic through the four days around each instant."""
    first = np.floor(days).astype(np.intp)
    x = days - first
    before, here, after, last = (kept[first + shift] for shift in (-1, 0, 1, 2))
    return np.asarray(
        -before * x * (x - 1.0) * (x - 2.0) / 6.0
        + here * (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
        - after * (x + 1.0) * x * (x - 2.0) / 2.0
        + last * (x + 1.0) * x * (x - 1.0) / 6.0
    )


def _direction(
    latitude: float, sine: FloatArray, cosine: FloatArray, angle: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """East, north and up from the declination and the hour angle."""
    phi = radians(latitude)
    toward = cosine * np.cos(angle)
    return -cosine * np.sin(angle), cos(phi) * sine - sin(phi) * toward, sin(phi) * sine + cos(phi) * toward


def _seen(latitude: float, sine: FloatArray, cosine: FloatArray, angle: FloatArray) -> Sun:
    return Sun(latitude, *_direction(latitude, sine, cosine, angle), sine, angle)


def _lowered(latitude: float, east: FloatArray, north: FloatArray, up: FloatArray) -> Sun:
    """Seen from the ground instead of from the earth's centre: lower by the parallax."""
    parallax = radians(PARALLAX_deg)  # 4e-5, so first order does; it lowers by its cosine of the elevation
    up, scale = up - parallax * (1.0 - up * up), 1.0 + parallax * up
    phi = radians(latitude)
    east, north = east * scale, north * scale
    sine, toward = sin(phi) * up + cos(phi) * north, cos(phi) * up - sin(phi) * north
    return Sun(latitude, east, north, up, sine, np.arctan2(-east, toward))
