"""What a bench logger's INA219 measures: a load that is known exactly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf

from sim.log import LogRow


class BenchLoad:
    """Piecewise constant current and voltage, over and over.

    Parameters
    ----------
    steps : (length s, mA, V) of each piece; after the last one the first one begins again.
    """

    def __init__(self, steps: Sequence[tuple[float, float, float]]) -> None:
        self._steps = tuple(steps)
        self._ends = list(accumulate(length for length, _, _ in steps))
        self.period_s = self._ends[-1]

    @classmethod
    def of(cls, rows: Iterable[LogRow]) -> BenchLoad:
        """The load of a log, such as the twin's own of a node."""
        return cls([(row.dt_s, row.mA, row.V) for row in rows if row.dt_s > 0.0])

    def mean(self, start_s: float, end_s: float, most_mA: float = inf) -> tuple[float, float]:
        """(mA, V), means over the stretch; no moment counts for more than `most_mA`."""
        charge = volts = 0.0
        at = start_s
        while at < end_s:
            left, mA, V = self._at(at)
            passed = min(left, end_s - at)
            charge += min(mA, most_mA) * passed
            volts += V * passed
            at += passed
        return charge / (end_s - start_s), volts / (end_s - start_s)

    def charge_mC(self, start_s: float, end_s: float) -> float:
        """What flows in a stretch."""
        return self.mean(start_s, end_s)[0] * (end_s - start_s)

    def _at(self, t_s: float) -> tuple[float, float, float]:
        """(how long it stays so, mA, V) at a moment."""
        within = t_s % self.period_s
        index = min(bisect_right(self._ends, within), len(self._steps) - 1)
        _, mA, V = self._steps[index]
        return max(self._ends[index] - within, 1e-9), mA, V
