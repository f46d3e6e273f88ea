"""What a node draws over its cycle, and what would change if one of its states drew less.

A cycle is a wake and the rest after it. Charges are those of the log's wakes; at rest the sleep floor counts
for as long as the cycle lasts, so the same wakes can be priced at another pace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .mean_doubt import mean_doubt
from .states import StateTable

#: The part of a charge that "halving" a state takes away.
HALF = 0.5
#: What the rest between wakes is called among the states.
REST = "the rest"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One state's charge in a cycle, mC, and half the width of its 95 % interval (0 if it is not known)."""

    name: str
    charge_mC: float
    off_mC: float


@dataclass(frozen=True, slots=True)
class Duty:
    """One cycle on average.

    Attributes
    ----------
    awake : the states that are no rest, in the table's order. awake_s : their time in a cycle.
    awake_off_mC : half the width of the 95 % interval of their charge together.
    rest_mA, rest_low_mA, rest_high_mA : what the node draws at rest, and how little and how much it may be.
    period_s : from one wake to the next, on average over the whole log.
    """

    awake: tuple[Drawn, ...]
    awake_s: float
    awake_off_mC: float
    rest_mA: float
    rest_low_mA: float
    rest_high_mA: float
    period_s: float

    @property
    def awake_mC(self) -> float:
        """Charge of the wake."""
        return sum(one.charge_mC for one in self.awake)

    @property
    def rest_mC(self) -> float:
        """Charge of the rest."""
        return self.rest_mA * self.rest_s

    @property
    def rest_s(self) -> float:
        """Time at rest."""
        return max(self.period_s - self.awake_s, 0.0)

    @property
    def mean_mA(self) -> float:
        """Charge of a cycle over its length."""
        return (self.awake_mC + self.rest_mC) / self.period_s

    @property
    def between_mA(self) -> tuple[float, float]:
        """Least and most of the mean; the floor's doubt is no chance and is added to that of the wakes."""
        low = self.awake_mC - self.awake_off_mC + self.rest_low_mA * self.rest_s
        high = self.awake_mC + self.awake_off_mC + self.rest_high_mA * self.rest_s
        return low / self.period_s, high / self.period_s

    @property
    def off_mA(self) -> float:
        """Half the width of the mean's interval."""
        low, high = self.between_mA
        return (high - low) / 2

    @property
    def rest_off_mA(self) -> float:
        """Half the width of the floor's interval."""
        return (self.rest_high_mA - self.rest_low_mA) / 2

    @property
    def rest_share(self) -> float:
        """The part of the charge that is drawn at rest (0..1)."""
        return self.rest_mC / ((self.awake_mC + self.rest_mC) or 1.0)

    def every(self, period_s: float) -> Duty:
        """The same wake at another pace, never quicker than it lasts."""
        return replace(self, period_s=max(period_s, self.awake_s))


@dataclass(frozen=True, slots=True)
class Gain:
    """What half of one state's charge would bring: life grows by this part (0.47 is +47 %)."""

    name: str
    share: float
    longer: float


def duty_of(
    table: StateTable, rest: tuple[float, float, float] | None = None, zero_mA: float = 0.0
) -> Duty | None:
    """One cycle on average, all of the log's charge over its wakes; without any the log is one rest.

    None where nothing lasts any time.

    Parameters
    ----------
    rest : mA at rest, the least and the most it may be, where they are known better than by the log's
        own mean at rest.
    zero_mA : what the meter shows without a current; it is taken off the charge awake.
    """
    count = max(len(table.cycles), 1)
    length_s = table.total.duration_s
    if length_s <= 0:
        return None
    resting = dict(zip(table.names, table.resting, strict=True))
    rows = [row for row in table.states if not resting[row.name]]
    rests = [row for row in table.states if resting[row.name]]
    awake = tuple(
        Drawn(
            row.name,
            (row.charge_mC - zero_mA * row.duration_s) / count,
            float(np.nan_to_num(row.charge_off_mC)) / count,
        )
        for row in rows
    )
    rest_s = sum(row.duration_s for row in rests)
    rest_mA = sum(row.charge_mC for row in rests) / rest_s if rest_s else 0.0
    awake_s = sum(row.duration_s for row in rows) / count
    off_mC = _awake_off_mC(table, awake)
    return Duty(
        awake, awake_s, off_mC, *(rest or (rest_mA, rest_mA, rest_mA)), length_s / count
    )  # fmt: skip


def _awake_off_mC(table: StateTable, awake: tuple[Drawn, ...]) -> float:
    """The doubt of a wake's mean charge: from sampling, or from how wakes differ where that is more."""
    sampling = float(np.sqrt(sum(one.off_mC**2 for one in awake)))
    charges = [cycle.awake_mC for cycle in table.cycles]
    if len(charges) < 2:
        return sampling
    return max(sampling, mean_doubt(charges))


def gains(duty: Duty) -> tuple[Gain, ...]:
    """What half of each state's charge would bring, the most first; rest is one of them."""
    whole = duty.awake_mC + duty.rest_mC
    if whole <= 0:
        return ()
    parts = [(one.name, one.charge_mC) for one in duty.awake] + [(REST, duty.rest_mC)]
    found = [Gain(name, part / whole, whole / (whole - HALF * part) - 1) for name, part in parts if part > 0]
    return tuple(sorted(found, key=lambda gain: -gain.longer))
