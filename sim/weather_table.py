"""What the readers of weather files hand on: a typical year's rows, or hours of real years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

HOURS = 8760  # hours in a typical year
#: Calendar that every year is put on: any common year; between two leap years the sun's declination
#: is off by at most 0.2 degrees from that of the true year.
TYPICAL_YEAR = 2025
#: ghi, dni, dhi, temp_air, wind, in this order wherever columns stand together.
COLUMNS = 5


class WeatherError(Exception):
    """Weather cannot be used; the message names the file and says what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A typical year: rows in file order, and how their stamps are meant."""

    format: str
    site: str
    place: tuple[float, float, float, float]  # latitude, longitude, altitude_m, utc_offset_h
    stamps: pd.DatetimeIndex
    columns: tuple[FloatArray, ...]
    stamp_to_start_h: int  # hours from the stamp to the start of the row's hour
    start_to_sun_h: float  # hours from the start of the row's hour to its sun
    roll_h: int = 0  # rows are in UTC: hours to move them to local standard time
    snow_cm: FloatArray | None = None  # depth on the ground; None where the file has none all year


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """Hours of real years from one file, without a break, on the file's own clock.

    Attributes
    ----------
    place : latitude, longitude, altitude_m, utc_offset_h of local standard time.
    first : hours since 1970 of hour 0, on the file's clock. roll_h : hours from there to local time.
    columns : ghi, dni, dhi, temp_air, wind; NaN where the file has nothing.
    swing : relative standard deviation of ghi within the hour; None if the rows are too coarse.
    start_to_sun_h : hours from the start of an hour to its sun.
    """

    format: str
    site: str
    place: tuple[float, float, float, float]
    first: int
    columns: tuple[FloatArray, ...]
    swing: FloatArray | None
    start_to_sun_h: float
    roll_h: int = 0


def named(place: tuple[float, float, float, float]) -> str:
    """A place without a name: 45.00N 8.00E."""
    latitude, longitude = place[:2]
    return (
        f"{abs(latitude):.2f}{'N' if latitude >= 0 else 'S'} "
        f"{abs(longitude):.2f}{'E' if longitude >= 0 else 'W'}"
    )


def floats(data: pd.DataFrame, names: str) -> tuple[FloatArray, ...]:
    """Columns of a frame as arrays; one that is missing is a KeyError with its name."""
    return tuple(data[name].to_numpy(dtype=np.float64) for name in names.split())
