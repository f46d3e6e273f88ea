"""How well `bench logs` finds wakes, edges and intervals on drawn nodes that nobody tuned on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.sampling import half_widths
from analysis.states import state_table
from analysis.sums import visits_of
from benchmarks.contract import Figure
from benchmarks.logs_cycles import Cycles, Score, bursts_apart, cycles, score

#: Seeds below 5000 were for tuning, those up to 7000 are the tests'.
SEEDS = range(7000, 7060)
WAKES = 15
WITHIN_s = 0.015
#: Bursts come so far apart.
BURSTS_WITHIN_s = 0.1


def quality() -> dict[str, Figure]:
    """Edges and wakes at 1 kHz and 100 Hz, and how many intervals of 95 % hold the truth."""
    fine, coarse = _edges(1000.0), _edges(100.0)
    return {
        "edge_recall": fine["recall"],
        "edge_precision": fine["precision"],
        "edges": fine["edges"],
        "wakes_exact": fine["wakes_exact"],
        "at_100_hz": coarse,
        "bursts_apart": {"1000": bursts_found(SEEDS, 1000.0), "100": bursts_found(SEEDS, 100.0)},
        "intervals_hold": {"1000": _held(1000.0, 8), "100": _held(100.0, 40), "20": _held(20.0, 100)},
    }


def _edges(rate_hz: float) -> dict[str, Figure]:
    total, exact = Score(0, 0, 0), 0
    for seed in SEEDS:
        drawn = cycles(seed, rate_hz, WAKES)
        table = state_table(drawn.log)
        true_s, found_s = drawn.first[1:] / rate_hz, table.visits.first[1:] / rate_hz
        total += score(true_s, found_s, max(WITHIN_s, 1.5 / rate_hz))
        exact += _exact(drawn, np.array([cycle.t_s for cycle in table.cycles]))
    return {
        "recall": round(total.recall, 4),
        "precision": round(total.precision, 4),
        "edges": total.true,
        "wakes_exact": round(exact / (WAKES * len(SEEDS)), 4),
    }


def bursts_found(seeds: Iterable[int], rate_hz: float) -> float:
    """In what share of the nodes with such a state bursts alone are told apart, to 0.1 s, in most wakes."""
    told = []
    for seed in seeds:
        drawn = bursts_apart(seed, rate_hz, WAKES)
        if drawn is not None:
            found_s = state_table(drawn[0].log).visits.first / rate_hz
            apart_s = np.abs(found_s[None, :] - drawn[1][:, None]).min(axis=1)
            told.append(float((apart_s < BURSTS_WITHIN_s).mean()) > 0.5)
    return round(float(np.mean(told)), 3)


def _exact(drawn: Cycles, found_s: np.ndarray) -> int:
    """How many wakes begin at their very row, or the next."""
    begins = drawn.first[np.flatnonzero(drawn.state[:-1] == 0) + 1] * drawn.log.step_s
    if not len(found_s):
        return 0
    apart = np.abs(begins[:, None] - found_s[None, :]).min(axis=1)
    hits = int((apart < 1.5 * drawn.log.step_s).sum())
    return max(hits - max(len(found_s) - len(begins), 0), 0)


def _held(rate_hz: float, fine: int) -> float:
    """Share of the states' charges that their intervals hold."""
    held = []
    for seed in SEEDS:
        drawn = cycles(seed, rate_hz, WAKES, fine=fine)
        states = len(drawn.node.states) + 1
        visits = visits_of(drawn.log, drawn.first, drawn.state, np.zeros(len(drawn.first), dtype=np.int64))
        off = half_widths(drawn.log, visits, states, 0.0)[:-1]
        got = np.bincount(drawn.state, visits.charge_mC, minlength=states)
        held.append(np.abs(got - np.bincount(drawn.state, drawn.charge_mC, minlength=states)) <= off)
    return round(float(np.concatenate(held).mean()), 3)
