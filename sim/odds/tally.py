"""What many node-years came to: counts that can be added up, so that memory does not grow with the years.

Index 0 to 11 is a month of the calendar, YEAR the whole year. Counts are whole numbers and add up to the
same in any order; sums of energies are added in the order of the blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR = 12
#: What is summed, per month and for the year: hours, J, and counts of motions.
SUMS = ("down_h", "locked_h", "harvest_J", "load_J", "seen", "pictures", "visitors")
HOURS, WEEKS = 8760, 53
#: Pictures a day are counted in steps of so many, up to PACES of them.
PACE, PACES = 0.25, 1024
#: z of an interval that holds 19 of 20.
Z = 1.959964


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts over node-years.

    Attributes
    ----------
    node_years, weather_years : how many; the lanes of one weather year share its weather.
    alive : node-years (months) without any hour down, shape (13,). alive_sq : over weather years, the
    squares of the share of its lanes, shape (13,).
    down : histogram of whole hours down, shape (13, 8761). pace : of pictures a day, in steps of PACE, shape
    (13, PACES). lowest : of a week's lowest charge in whole per cent, shape (53, 101); week 0 is the run's
    first. least : of the year's lowest charge, shape (101,).
    sums : by SUMS, shape (13, 7). offered_J : what the charger could have had, shape (13,).
    ages : node-years by the node's age in years, and of them those without any hour down; sum of the
    capacity that is left at that year's end: shape (ages, 3).
    """

    node_years: int
    weather_years: int
    alive: Ints
    alive_sq: Floats
    down: Ints
    pace: Ints
    lowest: Ints
    least: Ints
    sums: Floats
    offered_J: Floats
    ages: Floats

    @classmethod
    def empty(cls, ages: int = 1) -> Tally:
        """Nothing yet."""
        return cls(
            0,
            0,
            _none(13),
            np.zeros(13),
            _none(13, HOURS + 1),
            _none(13, PACES),
            _none(WEEKS, 101),
            _none(101),
            np.zeros((13, len(SUMS))),
            np.zeros(13),
            np.zeros((ages, 3)),
        )

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        names = [field.name for field in fields(self)]
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})

    # ---- what people ask --------------------------------------------------------------------------------

    def probability(self, at: int = YEAR) -> tuple[float, float, float]:
        """(chance of no hour down, and an interval that holds it 19 times of 20) in a month or the year.

        Nodes under one weather share its fate, so the interval is Wilson's for as many independent years as
        the spread between the weather years amounts to (Kish's design effect). It always holds what these
        years leave open when nothing at all happens in them: that one node was lost by itself tells nothing
        of the winter that nobody has seen, which takes all of them.
        """
        n, years = self.node_years, self.weather_years
        if not n:
            return 0.0, 0.0, 1.0
        p = float(self.alive[at]) / n
        between = max(0.0, float(self.alive_sq[at]) / years - p * p) / max(1, years - 1)
        alone = p * (1.0 - p) / between if between > 0.0 else float(years)
        least, most = wilson(p, min(max(alone, 1.0), float(n)))
        return p, min(least, wilson(1.0, years)[0]), max(most, wilson(0.0, years)[1])

    def hours_down(self, quantile: float, at: int = YEAR) -> float:
        """Hours down that so many of the years (0..1) do not exceed."""
        return float(_quantile(self.down[at], quantile))

    def pictures_a_day(self, exceeded: float, at: int = YEAR) -> float:
        """Pictures a day that so many of the years (0..1) reach: P90 is pictures_a_day(0.9)."""
        return PACE * float(_quantile(self.pace[at], 1.0 - exceeded))

    def lowest_charge(self, exceeded: float, week: int | None = None) -> float:
        """Lowest charge (0..1) of the year, or of a week of the run, that so many of the years stay above."""
        counts = self.least if week is None else self.lowest[week]
        return 0.01 * float(_quantile(counts, 1.0 - exceeded))

    def worst_week(self) -> int:
        """The week of the run in which the charge goes lowest, in the mean."""
        return int(np.argmin(self.lowest[:52] @ np.arange(101)))

    def mean(self, name: str, at: int = YEAR) -> float:
        """Mean of one of SUMS over the node-years."""
        return float(self.sums[at, SUMS.index(name)]) / max(1, self.node_years)

    def offered(self, at: int = YEAR) -> float:
        """What the charger could have had, J, in the mean."""
        return float(self.offered_J[at]) / max(1, self.node_years)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's interval of a share p of n trials. Source: Wilson, J. Am. Stat. Assoc. 22 (1927)."""
    centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n)
    half = Z / (1.0 + Z * Z / n) * sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def total(parts: Iterable[Tally], ages: int = 1) -> Tally:
    """All of them, added in their order."""
    whole = Tally.empty(ages)
    for part in parts:
        whole = whole.plus(part)
    return whole


def _quantile(counts: Ints, share: float) -> int:
    """The bin up to which so many lie (0..1)."""
    summed = np.cumsum(counts)
    if not summed[-1]:
        return 0
    return int(np.searchsorted(summed, share * summed[-1] - 1e-9))


def _none(*shape: int) -> Ints:
    return np.zeros(shape, dtype=np.int64)
