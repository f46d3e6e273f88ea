"""A place without a weather file: where it is, and what its months are like as far as anybody has said.

Monthly values are global irradiation on the level and mean air temperature, as any climate table gives them.
Without them stands a rough climate by latitude: typical of land, milder towards the Atlantic in Europe and
towards the Pacific in North America, mostly right within 20 % of the light of a month and 5 C, wrong where
monsoon or mountains rule. The weather's source says which it was.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.clear_sky import altitude_m
from sim.weather import FloatArray, WeatherError

#: |latitude|, then share of the clear sky's light over the year and half of summer minus winter, mean air
#: temperature over land at sea level and half its yearly range. Rounded by hand from zonal means in climate
#: textbooks; the southern hemisphere has the same with half the range (more sea).
BY_LATITUDE = (
    (0, 0.74, 0.00, 26.5, 1.0),
    (10, 0.77, 0.00, 26.5, 2.0),
    (20, 0.81, 0.00, 25.0, 5.0),
    (30, 0.81, 0.02, 20.0, 9.0),
    (40, 0.74, 0.05, 13.0, 11.5),
    (50, 0.63, 0.07, 7.5, 12.5),
    (60, 0.60, 0.06, 1.0, 14.5),
    (70, 0.60, 0.03, -9.0, 16.0),
    (90, 0.65, 0.00, -20.0, 17.0),
)
SOUTHERN_RANGE = 0.5
#: From where to where in the east a northern climate is mild by the western sea, fully until the second,
#: degrees of longitude; how mild at the most. Seven cities lie within 3.5 C (tests/sim/test_synthetic.py).
MILD_FROM_WEST = ((-25.0, 5.0, 60.0, 1.0), (-140.0, -122.0, -112.0, 0.9))
#: What the mildness adds to the mean (fully from 55 degrees, nothing at 35), C, and takes from the range, 1.
MILDER_C, MILDER_RANGE = 6.0, 0.4
#: The warmest moment of the year north of the equator, months after 1 January: late July.
WARMEST = 6.8
#: How much colder it is higher up, C per km. Source: 6.5 in free air and on slopes, 3 to 4 over plateaus.
LAPSE_C_km = 4.5
_MONTHS = np.arange(12) + 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """A place on earth.

    Attributes
    ----------
    latitude, longitude : degrees, north and east positive. altitude_m : m above sea level.
    kWh_m2 : global irradiation of the twelve months, kWh/m2; None: by latitude.
    air_C : mean air temperature of the twelve months; None: by latitude and altitude.
    name : for people; empty: the coordinates.
    """

    latitude: float
    longitude: float
    altitude_m: float
    kWh_m2: tuple[float, ...] | None = None
    air_C: tuple[float, ...] | None = None
    name: str = ""

    @classmethod
    def at(
        cls,
        latitude: float,
        longitude: float,
        kWh_m2: Sequence[float] | None = None,
        air_C: Sequence[float] | None = None,
        name: str = "",
    ) -> Place:
        """A place at the height that pvlib's world table has for it.

        Raises
        ------
        WeatherError
            The coordinates are not on earth, or the monthly values are not twelve.
        """
        if not (-90.0 <= latitude <= 90.0 and -180.0 <= longitude <= 180.0):
            raise WeatherError(
                f"{latitude:g},{longitude:g}: expected a latitude up to 90, a longitude up to 180"
            )
        for values, unit in ((kWh_m2, "kWh/m2"), (air_C, "C")):
            if values is not None and len(values) != 12:
                raise WeatherError(f"{len(values)} monthly values in {unit}, expected 12")
        return cls(
            latitude,
            longitude,
            altitude_m(latitude, longitude),
            None if kWh_m2 is None else tuple(kWh_m2),
            None if air_C is None else tuple(air_C),
            name,
        )


def place_of(text: str) -> Place | None:
    """The place that "LATITUDE,LONGITUDE" names; None if the text is something else."""
    found = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*", text)
    return Place.at(float(found[1]), float(found[2])) if found else None


def read_monthly(path: Path) -> tuple[tuple[float, ...], tuple[float, ...] | None]:
    """Monthly values from a CSV file with a column kWh_m2 and, if it likes, a column C; 12 rows from January.

    Raises
    ------
    WeatherError
        The file cannot be read, lacks the column, or has no 12 rows of numbers.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, skipinitialspace=True))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise WeatherError(f"{path}: cannot be read ({reason}), expected a CSV with monthly values") from None
    if len(rows) != 12 or "kWh_m2" not in rows[0]:
        raise WeatherError(f"{path}: {len(rows)} rows, expected 12 with a column kWh_m2 (and C, if known)")
    try:
        light = tuple(float(row["kWh_m2"]) for row in rows)
        air = tuple(float(row["C"]) for row in rows) if "C" in rows[0] else None
    except (TypeError, ValueError) as error:
        raise WeatherError(f"{path}: {error}, expected numbers in kWh_m2 and C") from None
    return light, air


def usual_clearness(latitude: float) -> FloatArray:
    """Share of the clear sky's light that a place of this latitude gets, by month, shape (12,)."""
    mean, half = _by_latitude(latitude, 1), _by_latitude(latitude, 2)
    return mean + half * _summer(latitude)


def usual_air_C(latitude: float, longitude: float, altitude: float) -> FloatArray:
    """Mean air temperature of the months over land of this latitude, C, shape (12,)."""
    mild = _mildness(latitude, longitude)
    half = _by_latitude(latitude, 4) * (1.0 - MILDER_RANGE * mild)
    half *= 1.0 if latitude >= 0.0 else SOUTHERN_RANGE
    mean = _by_latitude(latitude, 3) + MILDER_C * mild - LAPSE_C_km * altitude / 1000.0
    return mean + half * _summer(latitude)


def _mildness(latitude: float, longitude: float) -> float:
    """How much of a western sea's mildness is left, 0 to 1."""
    north = float(np.interp(latitude, (35.0, 55.0), (0.0, 1.0)))
    for west, full, gone, most in MILD_FROM_WEST:
        if west <= longitude <= gone:
            return north * most * min(1.0, (gone - longitude) / (gone - full))
    return 0.0


def _summer(latitude: float) -> FloatArray:
    """1 in the middle of summer, -1 in the middle of winter, by month."""
    season = np.asarray(np.cos(2.0 * np.pi * (_MONTHS - WARMEST) / 12.0))
    return season if latitude >= 0.0 else -season


def _by_latitude(latitude: float, column: int) -> float:
    table = np.array(BY_LATITUDE)
    return float(np.interp(abs(latitude), table[:, 0], table[:, column]))
