"""The last seconds of a recording as a plot of letters: from the least to the most, and the mean."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.log import LogRow


@dataclass(slots=True)
class Column:
    """What the readings of one stretch were, mA. Without a reading it is a hole in the plot."""

    least: float = math.inf
    most: float = -math.inf
    charge: float = 0.0
    weight: float = 0.0

    def add(self, mA: float, dt_s: float) -> None:
        self.least, self.most = min(self.least, mA), max(self.most, mA)
        self.charge += mA * dt_s
        self.weight += dt_s

    @property
    def mean(self) -> float:
        return self.charge / self.weight if self.weight else math.nan


class Recent:
    """The last `columns` stretches of `stretch_s` each."""

    def __init__(self, stretch_s: float = 0.25, columns: int = 120) -> None:
        self.stretch_s = stretch_s
        self.columns: deque[Column] = deque(maxlen=columns)
        self._at = -1

    def add(self, rows: Iterable[LogRow]) -> None:
        """Readings, in the order of their times."""
        for row in rows:
            place = int(row.t_s / self.stretch_s)
            if place > self._at:
                self.columns.extend(Column() for _ in range(min(place - self._at, self.columns.maxlen or 1)))
                self._at = place
            self.columns[-1].add(row.mA, row.dt_s)

    def over(self, seconds: float) -> Column:
        """All readings of the last seconds together."""
        count = max(1, round(seconds / self.stretch_s))
        found = Column()
        for one in list(self.columns)[-count:]:
            if one.weight:
                found.least, found.most = min(found.least, one.least), max(found.most, one.most)
                found.charge += one.charge
                found.weight += one.weight
        return found


def plot(columns: Sequence[Column], width: int, height: int) -> list[str]:
    """Lines of text, the highest first: `|` from the least to the most of a column, `o` at its mean, and the
    scale (mA) at the left. The scale begins at zero and ends at a round figure above the most."""
    shown = columns[-width:]
    top = _round_above(max((one.most for one in shown if one.weight), default=0.0))
    low = min(0.0, *(one.least for one in shown if one.weight), 0.0)
    step = (top - low) / height
    lines = []
    for row in range(height, 0, -1):
        floor = low + (row - 1) * step
        cells = "".join(_cell(one, floor, floor + step) for one in shown)
        label = f"{top:8.4g}" if row == height else f"{low:8.3g}" if row == 1 else " " * 8
        lines.append(f"{label} {cells}".rstrip())
    return lines


def _cell(one: Column, floor: float, ceiling: float) -> str:
    if not one.weight:
        return " "
    if floor <= one.mean < ceiling:
        return "o"
    return "|" if one.least < ceiling and one.most >= floor else " "


def _round_above(value: float) -> float:
    """1, 2 or 5 times a power of ten, above the value."""
    if value <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0, 20.0) if step * power > value)
