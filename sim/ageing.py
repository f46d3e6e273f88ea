"""How a battery grows old: by the calendar, by its cycles, and what that leaves of it.

    capacity left = 1 - sqrt(sum of rate(T, charge)^2 years) - sum of cycles depth^(exponent - 1) 0.2 / N80
    resistance    = (1 + growth (1 - capacity left)) times that of a new cell

Calendar: the loss of the first year at a full and at a 40 % charge are tables over temperature; between
the two charges it is straight, below the lower one level. The skin on the electrode that eats the lithium
grows as the square root of time, so the squares of the loss add up, whatever the order of warm and cold.
Cycles: full ones add up in proportion, shallow ones cost less by a power of their depth; nobody counts
nested cycles, a day is one cycle of the day's depth. Both losses add, as in most fitted models; SAM's own
takes the larger of the two.

Not in here: cycling in the cold (a charger without a sensor plates lithium in frost), and the sudden end
that some cells come to.

The functions take and give plain numbers, so that numba compiles them as they stand.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple, Protocol

import numpy as np

from sim.cell import Aged, Table
from sim.curves import Floats

#: Hours of a mean year. Source: Gregorian year, 365.2425 days.
YEAR_h = 8765.82
#: The charge that the second calendar table is for, 1. Source: the storage tables that cells are sold with.
STORED = 0.4
#: What `cycles_to_80` has lost at its end, 1.
END_LOSS = 0.2
#: Least that is left of a cell, 1. Ours: it does not vanish.
LEAST = 0.05
#: How a node's battery lives unless somebody knows better: its mean charge, one cycle so deep a day. Ours.
CHARGE, DEPTH = 0.8, 0.1


class AgeingPart(Protocol):
    """What is read from a cell part of a node design."""

    def v(self, name: str) -> float:
        """Value of one row."""

    def table(self, name: str) -> Table:
        """One table of (x, y) points, x rising."""


class Ageing(NamedTuple):
    """A cell's ageing rows as plain numbers.

    Attributes
    ----------
    full, stored : share of the capacity that the first year takes at a full and at a 40 % charge, over the
    temperature in C. per_cycle : share lost to one full cycle. exponent : of a cycle's depth. growth : how
    much the resistance rises, relative to the new cell's, per share of the capacity lost.
    """

    full: Table
    stored: Table
    per_cycle: float
    exponent: float
    growth: float

    @classmethod
    def of(cls, part: AgeingPart) -> Ageing:
        """Read the rows of a cell."""
        return cls(
            part.table("calendar_full"),
            part.table("calendar_stored"),
            END_LOSS / part.v("cycles_to_80"),
            part.v("depth_exponent"),
            (part.v("resistance_at_80") - 1.0) / END_LOSS,
        )

    def rates(self, cell_C: Floats) -> tuple[Floats, Floats]:
        """First year's losses at these temperatures: (full, stored), each of their shape."""
        full, stored = (np.array(table) for table in (self.full, self.stored))
        return np.interp(cell_C, full[:, 0], full[:, 1]), np.interp(cell_C, stored[:, 0], stored[:, 1])


def rate_at(full: float, stored: float, soc: float) -> float:
    """The first year's loss at a state of charge (0..1)."""
    return stored + (full - stored) * max(0.0, soc - STORED) / (1.0 - STORED)


def shelved(square: float, rate: float, hours: float) -> float:
    """The square of the calendar's loss after so many more hours at this first year's loss."""
    return square + rate * rate * hours / YEAR_h


def cycled(wear: float, cycles: float, depth: float, per_cycle: float, exponent: float) -> float:
    """The cycles' loss after so many more full ones (charge taken over capacity), made of cycles so deep."""
    shallow: float = depth ** (exponent - 1.0)
    return wear + per_cycle * cycles * shallow


def capacity_left(square: float, wear: float) -> float:
    """What is left of a new cell's capacity, 0..1."""
    return max(LEAST, 1.0 - sqrt(square) - wear)


def resistance_factor(left: float, growth: float) -> float:
    """Resistance relative to the new cell's."""
    return 1.0 + growth * (1.0 - left)


def aged(ageing: Ageing, cell_C: Floats, years: float, charge: float = CHARGE, depth: float = DEPTH) -> Aged:
    """A cell after years at these hourly temperatures, one cycle of `depth` a day, in the mean so full."""
    full, stored = ageing.rates(cell_C)
    rates = stored + (full - stored) * max(0.0, charge - STORED) / (1.0 - STORED)
    hours = years * YEAR_h
    square = shelved(0.0, float(np.sqrt(np.mean(rates * rates))), hours)
    wear = cycled(0.0, depth * hours / 24.0, depth, ageing.per_cycle, ageing.exponent)
    left = capacity_left(square, wear)
    return Aged(left, resistance_factor(left, ageing.growth))


def years_to(
    ageing: Ageing, rate: float, cycles_a_year: float, depth: float, left: float = 1.0 - END_LOSS
) -> float:
    """Years until this share of the capacity is left, at a constant first year's loss and so many full cycles
    a year: sqrt(rate^2 t) + c t = 1 - left, solved for t."""
    loss = 1.0 - left
    c = cycled(0.0, cycles_a_year, depth, ageing.per_cycle, ageing.exponent)
    if c == 0.0:
        return (loss / rate) ** 2 if rate else float("inf")
    root = (sqrt(rate * rate + 4.0 * c * loss) - rate) / (2.0 * c)
    return root * root
