"""How long a log stays at each current, and how much of the charge sits there.

Bins follow the meter's own steps where its values are multiples of one, so that no bin is a comb's gap;
above that they widen evenly on a logarithmic axis. Time and charge are sums over the rows' own lengths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .clipping import SHUNT_STEP_mV
from .log import FloatArray, IntArray, Log
from .pieces import pieces

#: Bins to a decade of current.
PER_DECADE = 36
#: A value this near to a multiple of the step is one, as a part of the step.
NEAR = 0.02
#: So many rows, spread over the log, tell whether its values are multiples.
LOOKED_AT = 20_000
#: With more than this part of the charge below zero the axis is plain.
NEGATIVE = 0.01
#: So many whole steps are sorted by a table.
MOST_STEPS = 1_000_000
#: Bins on a plain axis.
PLAIN = 240


@dataclass(frozen=True, slots=True)
class Histogram:
    """Seconds and charge by current.

    Attributes
    ----------
    edges_mA : rising, shape (bins + 1,). time_s, charge_mC : in each bin.
    below_s, below_mC : at or under the first edge (a logarithmic axis has no place for zero).
    step_mA : the meter's step, or None if the values are no multiples of one.
    logarithmic : whether the edges widen evenly on a logarithmic axis.
    """

    edges_mA: FloatArray
    time_s: FloatArray
    charge_mC: FloatArray
    below_s: float
    below_mC: float
    step_mA: float | None
    logarithmic: bool

    @property
    def time_until(self) -> FloatArray:
        """Share of the time (0..1) that the log spends at or under each upper edge."""
        return (self.below_s + np.cumsum(self.time_s)) / self.total_s

    @property
    def charge_until(self) -> FloatArray:
        """Share of the charge (0..1) drawn at or under each upper edge."""
        return (self.below_mC + np.cumsum(self.charge_mC)) / self.total_mC

    def charge_at(self, share: float) -> float:
        """The current up to which this share of the charge is drawn, mA; inside a bin by a straight line."""
        until = np.concatenate(
            ([self.charge_until[0] - self.charge_mC[0] / self.total_mC], self.charge_until)
        )
        return float(np.interp(share, np.maximum.accumulate(until), self.edges_mA))

    @property
    def total_s(self) -> float:
        """All of the time, s."""
        return (self.below_s + float(self.time_s.sum())) or 1.0

    @property
    def total_mC(self) -> float:
        """All of the charge, mC."""
        return (self.below_mC + float(self.charge_mC.sum())) or 1.0


def histogram(log: Log) -> Histogram:
    """Sort a log's rows by current."""
    step = meter_step_mA(log)
    logarithmic = _out(log) <= NEGATIVE and float(log.mA.max()) > 0
    edges = _logarithmic(log, step) if logarithmic else _plain(log, step)
    place_of, time, charge = _places(log.mA, edges, step), np.zeros(len(edges)), np.zeros(len(edges))
    for piece in pieces(len(log.mA)):
        mA, dt_s = log.mA[piece], log.dt_s[piece]
        place = place_of(mA)
        time += np.bincount(place, dt_s, len(edges))
        charge += np.bincount(place, mA * dt_s, len(edges))
    return Histogram(edges, time[1:], charge[1:], float(time[0]), float(charge[0]), step, logarithmic)


def charge_by_state(log: Log, found: Histogram, codes: IntArray, states: int) -> FloatArray:
    """Charge in each bin for each state, mC; shape (states, bins)."""
    width = len(found.edges_mA)
    place_of, charge = _places(log.mA, found.edges_mA, found.step_mA), np.zeros(width * states)
    for piece in pieces(len(log.mA)):
        mA = log.mA[piece]
        charge += np.bincount(place_of(mA) + width * codes[piece], mA * log.dt_s[piece], len(charge))
    return charge.reshape(states, width)[:, 1:]


def _out(log: Log) -> float:
    """The part of the charge that flows backwards, 0..1."""
    out, whole = 0.0, 0.0
    for piece in pieces(len(log.mA)):
        charge = log.mA[piece] * log.dt_s[piece]
        out -= float(np.minimum(charge, 0.0).sum())
        whole += float(np.abs(charge).sum())
    return out / whole if whole else 0.0


def _places(mA: FloatArray, edges: FloatArray, step: float | None) -> Callable[[FloatArray], IntArray]:
    """What tells the bin of each of some rows of a log, counted from 1; 0 is under the first edge.

    Whole steps go through a table: ten million rows take a fifth of the time of a search.
    """
    if step is None or np.ptp(mA) / step > MOST_STEPS:
        return lambda some: np.searchsorted(edges, some, side="left")
    first, last = (int(np.rint(end / step)) for end in (mA.min(), mA.max()))
    table = np.searchsorted(edges, np.arange(first, last + 1) * step, side="left").astype(np.int64)
    return lambda some: table[np.rint(some / step).astype(np.int64) - first]


def meter_step_mA(log: Log) -> float | None:
    """The step that all values are multiples of: a shunt step of the log's meter, or None."""
    step = SHUNT_STEP_mV / log.shunt_ohm
    some = log.mA[:: 1 + len(log.mA) // LOOKED_AT] / step
    return step if bool((np.abs(some - np.round(some)) < NEAR).all()) and np.ptp(some) > 0 else None


def _logarithmic(log: Log, step: float | None) -> FloatArray:
    top = float(log.mA.max())
    low = max(float(log.mA.min(where=log.mA > 0, initial=top)), top * 1e-7)
    count = max(int(np.ceil(PER_DECADE * np.log10(top / low))), 1) + 2
    edges = low * 10 ** ((np.arange(count + 1) - 0.5) / PER_DECADE)
    return _on_half_steps(edges, step, top)


def _plain(log: Log, step: float | None) -> FloatArray:
    low, top = float(log.mA.min()), float(log.mA.max())
    spare = 0.5 * (top - low) / PLAIN or 0.5
    return _on_half_steps(np.linspace(low - spare, top + spare, PLAIN + 1), step, top)


def _on_half_steps(edges: FloatArray, step: float | None, top: float) -> FloatArray:
    """Edges between two steps, so that every bin holds a whole number of them."""
    if step is None:
        return edges
    snapped = np.unique((np.floor(edges / step) + 0.5) * step)
    return snapped if snapped[-1] > top else np.append(snapped, snapped[-1] + step)
