"""How long a battery lasts at what a log shows, as a range: never one figure without its doubt.

The battery gives its capacity times the share that is used times what the temperature leaves of it; the
node takes its mean current, and the cell's own self-discharge comes beside it. No sun is counted: with a
panel the question is another one, and `torpor viability` answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from boards import Part, Row
from sim.cell import MONTH_s

from .duty import Duty

#: What is used of a battery: down to the cut-off of most regulators, and what labels promise too much.
USABLE = (0.8, 1.0)
#: Where the battery lies, C, if the owner does not say.
ROOM_C = 20.0
_H = 3600.0


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery as its owner tells of it.

    Attributes
    ----------
    capacity_Ah : by its label. usable : least and most of it that is used (0..1).
    left : what the temperature leaves of the capacity, 1 at room temperature.
    leak_month : least and most that it loses by itself in a month (0..1).
    temperature_C : where it lies. cell : the row's title that leak and cold come from.
    """

    capacity_Ah: float
    usable: tuple[float, float]
    left: float
    leak_month: tuple[float, float]
    temperature_C: float
    cell: str

    @property
    def usable_mAh(self) -> tuple[float, float]:
        """Least and most that the node can have, mAh."""
        low, high = self.usable
        return 1000 * self.capacity_Ah * self.left * low, 1000 * self.capacity_Ah * self.left * high

    @property
    def leak_mA(self) -> tuple[float, float]:
        """Self-discharge as a current, least and most, mA."""
        low, high = self.leak_month
        scale = 1000 * self.capacity_Ah * _H / MONTH_s
        return low * scale, high * scale


@dataclass(frozen=True, slots=True)
class Life:
    """Days from full to empty: usual, and from the worst to the best of all doubts together."""

    days: float
    worst_days: float
    best_days: float
    mean_mA: float
    off_mA: float
    leak_mA: float


def battery_of(
    capacity_Ah: float,
    cell: Part,
    usable: tuple[float, float] = USABLE,
    temperature_C: float = ROOM_C,
) -> Battery:
    """The battery with what its kind of cell loses by itself and in the cold."""
    leak = cell.rows["self_discharge"]
    factor = _at(cell, "self_discharge_factor", temperature_C)
    return Battery(
        capacity_Ah, usable, min(_at(cell, "capacity_factor", temperature_C), 1.0),
        (max(_low(leak), 0.0) * factor, (leak.value + leak.plus_minus) * factor), temperature_C, cell.title,
    )  # fmt: skip


def _low(row: Row) -> float:
    return row.value - row.plus_minus


def _at(cell: Part, table: str, x: float) -> float:
    """A table of a cell at some temperature, level outside it; 1 for a cell without that table."""
    if table not in cell.tables:
        return 1.0
    points = cell.table(table)
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (max(x, x0) - x0) / (x1 - x0)
    return points[-1][1]


def life_of(duty: Duty, battery: Battery) -> Life | None:
    """How long the battery carries this duty; None if the log draws nothing from it."""
    mean, (least, most) = duty.mean_mA, duty.between_mA
    low_mAh, high_mAh = battery.usable_mAh
    low_leak, high_leak = battery.leak_mA
    if mean <= 0:
        return None
    leak = (low_leak + high_leak) / 2
    days = (low_mAh + high_mAh) / 2 / (mean + leak) / 24
    worst = low_mAh / (most + high_leak) / 24
    least_mA = max(least, 0.0) + low_leak
    best = high_mAh / least_mA / 24 if least_mA > 0 else float("inf")
    return Life(days, worst, best, mean, duty.off_mA, leak)
