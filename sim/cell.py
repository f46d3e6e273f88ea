"""A cell: its state is charge; voltage and stored energy follow from that.

The open-circuit voltage is a table over the state of charge, linear between its points, so the stored
energy E(q), the integral of the voltage over charge, is a closed form, and the mean voltage while the
charge goes from q0 to q1 inside one piece is exactly the voltage at their middle. A cold cell gives less:
the part it cannot give is a floor of charge that rises with the cold and comes back with the warmth.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import pairwise
from math import inf
from typing import NamedTuple, Protocol

#: Length of the month that self-discharge rows are per, s. Source: mean Gregorian month, 30.44 days.
MONTH_s = 30.44 * 86400.0

Table = tuple[tuple[float, float], ...]
#: The same at any temperature.
LEVEL: Table = ((0.0, 1.0), (1.0, 1.0))


class CellError(Exception):
    """A cell part cannot be used; the message names the row or table and what was expected."""


class CellPart(Protocol):
    """What is read from a cell part of a node design."""

    def v(self, name: str) -> float:
        """Value of one row."""

    def table(self, name: str) -> Table:
        """One table of (x, y) points, x rising."""

    @property
    def tables(self) -> Mapping[str, object]:
        """The tables that it has, by their names."""


class Aged(NamedTuple):
    """What age has made of a cell: its capacity and its resistance, relative to the new one's."""

    capacity: float = 1.0
    resistance: float = 1.0


#: A cell as it is sold.
NEW = Aged()


class Segment(NamedTuple):
    """One straight piece of the voltage curve: U(q) = u_V + slope (q - start_C) for low_C <= q <= high_C."""

    start_C: float
    low_C: float
    high_C: float
    u_V: float
    slope_V_C: float


class Cell:
    """One or more equal cells in parallel. Charges in coulombs, voltages in volts, energies in joules."""

    __slots__ = (
        "capacity_C",
        "charge_max_C",
        "charge_min_C",
        "leak_1_s",
        "_capacity_factor",
        "_energy",
        "_leak_factor",
        "_ocv",
        "_q",
        "_resistance_factor",
        "_resistance_ohm",
        "_slope",
        "_u",
    )

    def __init__(self, part: CellPart, parallel: int = 1, aged: Aged = NEW) -> None:
        if parallel < 1:
            raise CellError(f"cells in parallel is {parallel}, expected 1 or more")
        self.capacity_C = part.v("capacity") * 3600.0 * parallel * aged.capacity
        self.charge_min_C = part.v("charge_min")
        self.charge_max_C = part.v("charge_max")
        self.leak_1_s = part.v("self_discharge") / MONTH_s
        self._leak_factor = part.table("self_discharge_factor") if has_leak_table(part) else LEVEL
        self._resistance_ohm = part.v("resistance") / parallel * aged.resistance
        self._capacity_factor = part.table("capacity_factor")
        self._resistance_factor = part.table("resistance_factor")
        self._lay_curve(part.table("ocv"))

    def _lay_curve(self, ocv: Table) -> None:
        socs, volts = [x for x, _ in ocv], [y for _, y in ocv]
        if len(ocv) < 2 or socs[0] != 0.0 or socs[-1] != 1.0 or not _rising(socs) or not _rising(volts):
            raise CellError(
                "table ocv is not a curve from 0 to 1 whose voltage rises all the way, as expected"
            )
        self._q = [soc * self.capacity_C for soc in socs]
        self._u = volts
        pieces = range(len(ocv) - 1)
        self._slope = [(volts[i + 1] - volts[i]) / (self._q[i + 1] - self._q[i]) for i in pieces]
        self._energy = [0.0]
        for i in pieces:
            width = self._q[i + 1] - self._q[i]
            self._energy.append(self._energy[i] + 0.5 * (volts[i] + volts[i + 1]) * width)

    def segment(self, charge_C: float) -> Segment:
        """The piece that holds a charge; the outer two go on beyond empty and full."""
        last = len(self._slope) - 1
        i = min(max(bisect_right(self._q, charge_C) - 1, 0), last)
        low = self._q[i] if i else -inf
        high = self._q[i + 1] if i < last else inf
        return Segment(self._q[i], low, high, self._u[i], self._slope[i])

    def ocv_V(self, charge_C: float) -> float:
        """Open-circuit voltage."""
        i = min(max(bisect_right(self._q, charge_C) - 1, 0), len(self._slope) - 1)
        return self._u[i] + self._slope[i] * (charge_C - self._q[i])

    def energy_J(self, charge_C: float) -> float:
        """Stored energy above an empty cell: the integral of the open-circuit voltage over charge."""
        i = min(max(bisect_right(self._q, charge_C) - 1, 0), len(self._slope) - 1)
        width = charge_C - self._q[i]
        return self._energy[i] + width * (self._u[i] + 0.5 * self._slope[i] * width)

    def charge_at_C(self, volts: float) -> float:
        """Charge at which the open-circuit voltage is `volts`; beyond the table's ends, the ends."""
        if volts <= self._u[0]:
            return 0.0
        if volts >= self._u[-1]:
            return self.capacity_C
        i = bisect_right(self._u, volts) - 1
        return self._q[i] + (volts - self._u[i]) / self._slope[i]

    def resistance_ohm(self, cell_C: float) -> float:
        """Inner resistance at a cell temperature."""
        return self._resistance_ohm * interpolate(self._resistance_factor, cell_C)

    def leak_at_1_s(self, cell_C: float) -> float:
        """Self-discharge at a cell temperature, share of its charge per second."""
        return self.leak_1_s * interpolate(self._leak_factor, cell_C)

    def floor_C(self, cell_C: float) -> float:
        """Charge in coulombs that the cell cannot give at this temperature (0 for a factor of 1 or more)."""
        return self.capacity_C * max(0.0, 1.0 - interpolate(self._capacity_factor, cell_C))


def has_leak_table(part: CellPart) -> bool:
    """Whether a cell says how its self-discharge grows with warmth."""
    return "self_discharge_factor" in part.tables


def interpolate(table: Table, x: float) -> float:
    """Linear between the points of a table, level beyond its ends."""
    if x <= table[0][0]:
        return table[0][1]
    if x >= table[-1][0]:
        return table[-1][1]
    i = bisect_right(table, x, key=lambda point: point[0])
    (x0, y0), (x1, y1) = table[i - 1], table[i]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _rising(values: list[float]) -> bool:
    return all(a < b for a, b in pairwise(values))
