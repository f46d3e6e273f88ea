"""Logs side by side: what became cheaper, what dearer, and whether that is more than the logs can tell.

States are matched by their names; what names do not match is matched by level and length. A difference
counts when it is larger than the doubts of both sides together: how visits differ, how much of the waveform
the samples saw, and the gains of two meters that are not the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite, log, nan

import numpy as np

from .analysed import Analysed
from .cycle_spread import rests_clipped, wakes_clipped
from .mean_doubt import mean_doubt
from .states import StateRow, StateTable

#: Gain of one INA219 against another, 95 %: two times at most 0.5 % each. Source: TI SBOS448G, table 7.5 (A).
TWO_METERS = 0.005 * 2**0.5
#: States of other names are one if level and length differ by no more than this factor together.
ALIKE = 2.0


@dataclass(frozen=True, slots=True)
class Value:
    """One log's figure and half the width of its 95 % interval (NaN if unknown); `least`: it clipped."""

    value: float
    off: float = nan
    least: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of all logs, the first being what the others are compared with.

    `values` has None where a log has no such state; `names` are the states' own names.
    """

    what: str
    unit: str
    values: tuple[Value | None, ...]
    names: tuple[str, ...] = ()
    gain: float = 0.0

    def change(self, place: int) -> tuple[float, float]:
        """Relative change of one log against the first and its doubt; NaN where there is none."""
        first, other = self.values[0], self.values[place]
        if first is None or other is None or first.value <= 0:
            return nan, nan
        ratio = other.value / first.value
        if not (isfinite(first.off) and isfinite(other.off)):
            return ratio - 1, nan
        apart = hypot(first.off / first.value, other.off / other.value if other.value else 0.0, self.gain)
        return ratio - 1, abs(ratio) * apart

    def told(self, place: int) -> bool | None:
        """Whether the change is more than its doubt; None where that is not known.

        What is the smaller only because its meter clipped may be the larger.
        """
        change, off = self.change(place)
        if not isfinite(off) or self.clipped(place):
            return None
        return abs(change) > off

    def clipped(self, place: int) -> bool:
        """Whether the smaller of both is a least figure."""
        first, other = self.values[0], self.values[place]
        if first is None or other is None:
            return False
        return (other if other.value < first.value else first).least


@dataclass(frozen=True, slots=True)
class Comparison:
    """All figures, and what a reader must know about them."""

    names: tuple[str, ...]
    rows: tuple[Compared, ...]
    notes: tuple[str, ...]


def compare_logs(found: Sequence[Analysed], same_meter: bool = False) -> Comparison:
    """Put two logs or more side by side; the first is what the others are compared with."""
    energy = all(not np.isnan(one.table.total.energy_mJ) for one in found)
    gain = 0.0 if same_meter else TWO_METERS
    rows = [
        *_states(found, energy, gain),
        *_wakes(found, energy, gain),
        *_rest(found, same_meter),
        *_mean(found, gain),
    ]
    return Comparison(tuple(named(found)), tuple(rows), tuple(_notes(found, energy, same_meter)))


def named(found: Sequence[Analysed]) -> list[str]:
    """Short names of the logs: their files', numbered where two are alike."""
    sources = [one.log.source for one in found]
    return [
        f"{source} ({1 + sources[:place].count(source)})" if sources.count(source) > 1 else source
        for place, source in enumerate(sources)
    ]


def _states(found: Sequence[Analysed], energy: bool, gain: float) -> list[Compared]:
    """A visit to each state, in the first log's order."""
    if not any(one.spread for one in found):
        return []
    tables = [one.table for one in found]
    matched = [matches(tables[0], table) for table in tables]
    rows = []
    for row in awake_of(tables[0]):
        mine = [match.get(row.name) for match in matched]
        values = tuple(
            _visit(table, one, energy) if one else None for table, one in zip(tables, mine, strict=True)
        )
        names = tuple(one.name if one else "" for one in mine)
        rows.append(Compared(row.name, "mJ a visit" if energy else "mC a visit", values, names, gain))
    return rows if len(rows) > 1 else []


def awake_of(table: StateTable) -> list[StateRow]:
    """The rows of states that are no rest."""
    resting = dict(zip(table.names, table.resting, strict=True))
    return [row for row in table.states if not resting[row.name]]


def matches(first: StateTable, other: StateTable) -> dict[str, StateRow]:
    """Name in the first log -> row of the other: by name, else by level and length."""
    mine, theirs = awake_of(first), awake_of(other)
    by_name = {row.name.casefold(): row for row in theirs}
    found = {row.name: by_name[row.name.casefold()] for row in mine if row.name.casefold() in by_name}
    left = [row for row in mine if row.name not in found]
    free = [row for row in theirs if row not in found.values()]
    pairs = sorted((_apart(a, b), a.name, b.name) for a in left for b in free)
    for apart, name, their in pairs:
        row = next((row for row in free if row.name == their), None)
        if apart <= log(ALIKE) and name not in found and row is not None:
            found[name] = row
            free.remove(row)
    return found


def _apart(a: StateRow, b: StateRow) -> float:
    """How far two states lie apart in level and length of a visit, as a logarithm."""
    levels = a.mean_mA, b.mean_mA
    lengths = a.duration_s / a.count, b.duration_s / b.count
    if min(*levels, *lengths) <= 0:
        return float("inf")
    return abs(log(levels[1] / levels[0])) + abs(log(lengths[1] / lengths[0]))


def _visit(table: StateTable, row: StateRow, energy: bool) -> Value:
    """The mean of a state's visits: how they differ is its doubt, or sampling where that is more."""
    here = table.visits.state == table.names.index(row.name)
    each = (table.visits.energy_mJ if energy else table.visits.charge_mC)[here]
    sampling = (row.energy_off_mJ if energy else row.charge_off_mC) / row.count
    return Value(float(each.mean()), _largest(sampling, mean_doubt(each)), row.at_least)


def _largest(*offs: float) -> float:
    known = [off for off in offs if isfinite(off)]
    return max(known) if known else nan


def _wakes(found: Sequence[Analysed], energy: bool, gain: float) -> list[Compared]:
    if any(one.spread is None for one in found):
        return []
    spreads = [one.spread for one in found if one.spread]
    least = [wakes_clipped(one.table) for one in found]
    costs = [one.energy_mJ or one.charge_mC if energy else one.charge_mC for one in spreads]
    values = tuple(Value(c.mean, c.off, clipped) for c, clipped in zip(costs, least, strict=True))
    return [
        Compared("a wake", "mJ" if energy else "mC", values, (), gain),
        Compared("awake for", "s", tuple(Value(s.awake_s.mean, s.awake_s.off) for s in spreads)),
    ]


def _rest(found: Sequence[Analysed], same_meter: bool) -> list[Compared]:
    duties = [one.duty for one in found]
    if any(duty is None or duty.rest_s <= 0 for duty in duties):
        return []
    values = tuple(
        Value(one.duty.rest_mA, _rest_off_mA(one, same_meter), rests_clipped(one.table))
        for one in found
        if one.duty
    )
    return [Compared("at rest", "mA", values)]


def _rest_off_mA(one: Analysed, same_meter: bool) -> float:
    """The floor's doubt; one meter is off by the same zero in every log, so its scatter is left."""
    readings = one.floor.readings
    if same_meter and readings is not None:
        return hypot(readings.scatter_mA + readings.hidden_mA, one.floor.meter.drift_mA)
    return one.duty.rest_off_mA or nan if one.duty else nan


def _mean(found: Sequence[Analysed], gain: float) -> list[Compared]:
    """The mean current at one pace for all, the owner's or the first log's own."""
    duties = [one.duty for one in found if one.duty and one.spread]
    if len(duties) < len(found):
        values = tuple(Value(one.table.total.mean_mA, nan, one.table.at_least) for one in found)
        return [Compared("on average", "mA", values, (), gain)]
    pace = found[0].asked.every_s or max(duty.period_s for duty in duties)
    at_pace = [duty.every(pace) for duty in duties]
    values = tuple(
        Value(duty.mean_mA, duty.off_mA or nan, one.table.at_least)
        for duty, one in zip(at_pace, found, strict=True)
    )
    return [Compared(f"on average, a wake each {pace:.4g} s", "mA", values, (), gain)]


def _notes(found: Sequence[Analysed], energy: bool, same_meter: bool) -> list[str]:
    first, notes = found[0], []
    names = named(found)
    if not energy:
        notes.append("Not every log has a voltage, so charges are compared and no energies.")
    for name, one in zip(names, found, strict=True):
        if one.table.at_least:
            notes.append(f"{name}: the meter clipped, so its figures are least ones.")
        count = len(one.table.cycles)
        if count == 1:
            notes.append(f"{name}: one wake alone says nothing of how wakes differ.")
    rates = [one.log.rate_hz or 0.0 for one in found]
    if max(rates) > 1.05 * min(rates):
        shown = ", ".join(f"{rate:.4g}" if rate else "visits" for rate in rates)
        notes.append(
            f"The rates differ ({shown} rows per second): sums compare, peaks and short bursts do not."
        )
    shunts = {one.log.shunt_ohm for one in found}
    if len(shunts) > 1:
        notes.append("The shunts differ, and so do the meters' steps and offsets at rest.")
    volts = [one.table.total.V for one in found]
    if energy and max(volts) > 1.02 * min(volts):
        shown = ", ".join(f"{value:.2f}" for value in volts)
        notes.append(f"The mean voltages differ ({shown} V): a part of every difference in energy is theirs.")
    if not same_meter:
        notes.append("Two meters' gains are allowed for, 0.7 % together; --same-meter leaves that out.")
    duties = [one.duty for one in found if one.duty and one.spread]
    if first.asked.every_s is None and len(duties) == len(found):
        paces = ", ".join(f"{duty.period_s:.4g}" for duty in duties)
        notes.append(f"Wakes came each {paces} s; the averages are at the slowest of these paces for all.")
    return notes
