"""Synthetic duty cycles of many shapes, with their truth: what finding is tuned and judged on.

A seed draws one node: how it rests, how many states its wake has, their levels, lengths, bursts, inrush and
settling, and the meter's noise; then its wakes, each a little different, some cut short. Nothing is shared
between seeds, so figures on seeds that nobody tuned on are figures on unseen nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.log import SAMPLES, FloatArray, IntArray, Log
from analysis.recording import everywhere

#: Neighbouring states differ at least by this factor.
LEAST_STEP = 1.22
#: An INA219 over 0.1 ohm reads in steps of this, mA.
STEP_mA = 0.1


@dataclass(frozen=True, slots=True)
class State:
    """One state of a node: its level, its usual length, and the bursts on top."""

    mA: float
    length_s: float
    jitter: float
    burst_mA: float
    burst_s: float
    duty: float
    regular: bool
    inrush_mA: float
    settling_s: float


@dataclass(frozen=True, slots=True)
class Node:
    """One node: its rest, its states, and what its meter adds."""

    rest_mA: float
    rest_s: float
    noise_mA: float
    ripple: float
    states: tuple[State, ...]
    cut_short: float


@dataclass(frozen=True, slots=True)
class Cycles:
    """A log and its truth: rows at which a state begins, which one (0: rest), and mC of each such stretch."""

    log: Log
    node: Node
    first: NDArray[np.intp]
    state: IntArray
    charge_mC: FloatArray


def node_of(seed: int) -> Node:
    """The node that a seed stands for."""
    draws = np.random.default_rng([seed, 1])
    count = int(draws.integers(2, 7))
    levels = [float(np.exp(draws.uniform(np.log(15), np.log(160))))]
    while len(levels) < count:
        level = float(np.exp(draws.uniform(np.log(15), np.log(200))))
        if max(level / levels[-1], levels[-1] / level) >= LEAST_STEP:
            levels.append(level)
    return Node(
        rest_mA=float(np.exp(draws.uniform(np.log(0.02), np.log(3)))),
        rest_s=float(np.exp(draws.uniform(np.log(1.5), np.log(25)))),
        noise_mA=float(np.exp(draws.uniform(np.log(0.05), np.log(1.0)))),
        ripple=float(draws.uniform(0.002, 0.03)),
        states=tuple(_state(draws, level, number) for number, level in enumerate(levels)),
        cut_short=float(draws.choice([0.0, 0.0, 0.15])),
    )


def _state(draws: np.random.Generator, mA: float, number: int) -> State:
    bursty = number > 0 and draws.random() < 0.4
    return State(
        mA=mA, length_s=float(np.exp(draws.uniform(np.log(0.11), np.log(2.5)))),
        jitter=float(draws.uniform(0.01, 0.12)),
        burst_mA=mA * float(draws.uniform(0.6, 2.5)) if bursty else 0.0,
        burst_s=float(draws.uniform(0.001, 0.008)), duty=float(draws.uniform(0.06, 0.33)),
        regular=bool(draws.random() < 0.5),
        inrush_mA=float(draws.uniform(50, 250)) if draws.random() < 0.3 else 0.0,
        settling_s=float(draws.uniform(0.001, 0.006)) if draws.random() < 0.5 else 0.0,
    )  # fmt: skip


def cycles(seed: int, rate_hz: float, wakes: int, fine: int = 1, node: Node | None = None) -> Cycles:
    """A log of so many wakes of the seed's node; samples are points of a waveform `fine` times as fine."""
    node, draws = node or node_of(seed), np.random.default_rng([seed, 2])
    wave_hz = rate_hz * fine
    parts, state = [], []
    for number, length_s in _visits(node, wakes, draws):
        parts.append(_wave(node, number, max(1, round(length_s * wave_hz)), wave_hz, draws))
        state.append(number)
    ends = np.cumsum([len(part) for part in parts])
    first = np.concatenate(([0], ends[:-1]))
    wave = np.concatenate(parts)
    charge = np.add.reduceat(wave, first) / wave_hz
    return Cycles(
        _log(_measured(wave[::fine], node, draws), rate_hz, f"cycles of seed {seed}"), node,
        np.asarray(-(-first // fine)), np.array(state, dtype=np.int64), charge,
    )  # fmt: skip


def bursts_apart(seed: int, rate_hz: float, wakes: int) -> tuple[Cycles, FloatArray] | None:
    """A log in which a state of one base current comes first without its bursts, then with them, and when it
    gets them, s; None if the seed's node has no such state of 0.3 s or more."""
    node = node_of(seed)
    at = next((at for at, one in enumerate(node.states) if one.burst_mA and one.length_s > 0.3), None)
    if at is None:
        return None
    bursty = replace(node.states[at], inrush_mA=0.0, settling_s=0.0)
    states = (*node.states[:at], replace(bursty, burst_mA=0.0), bursty, *node.states[at + 1 :])
    drawn = cycles(seed, rate_hz, wakes, node=replace(node, states=states))
    return drawn, drawn.first[drawn.state == at + 2] / rate_hz


def _visits(node: Node, wakes: int, draws: np.random.Generator) -> list[tuple[int, float]]:
    """(state, s) of each stretch; 0 is rest, and rest comes first and last."""
    found = [(0, node.rest_s * draws.uniform(0.5, 1))]
    for _ in range(wakes):
        short = draws.random() < node.cut_short
        reached = int(draws.integers(1, len(node.states) + 1)) if short else len(node.states)
        for number, state in enumerate(node.states[:reached], 1):
            factor = float(np.clip(1 + state.jitter * draws.standard_normal(), 0.6, 1.6))
            found.append((number, max(state.length_s * factor, 0.1)))
        found.append((0, node.rest_s * draws.uniform(0.8, 1.2)))
    return found


def _wave(node: Node, number: int, rows: int, wave_hz: float, draws: np.random.Generator) -> FloatArray:
    """The true current of one stretch."""
    if number == 0:
        return np.full(rows, node.rest_mA)
    state = node.states[number - 1]
    at_s = np.arange(rows) / wave_hz
    wave = np.full(rows, state.mA)
    if state.burst_mA:
        for begin in _bursts(state, rows / wave_hz, draws):
            wave[round(begin * wave_hz) : round((begin + state.burst_s) * wave_hz)] = (
                state.mA + state.burst_mA
            )
    if state.inrush_mA:
        wave += state.inrush_mA * np.exp(-at_s / 0.001)
    if state.settling_s:
        wave *= 1 + 0.3 * np.exp(-at_s / state.settling_s)
    return wave


def _bursts(state: State, length_s: float, draws: np.random.Generator) -> FloatArray:
    """When the bursts of one stretch begin: in step, or as they come."""
    every_s = state.burst_s / state.duty
    if state.regular:
        return np.arange(draws.uniform(0, every_s), length_s, every_s)
    gaps = state.burst_s + draws.exponential(every_s - state.burst_s, round(2 * length_s / every_s) + 5)
    begins = np.cumsum(gaps)
    return np.asarray(begins[begins < length_s])


def _measured(wave: FloatArray, node: Node, draws: np.random.Generator) -> FloatArray:
    """What a meter says: noise of its own, ripple of the load, steps."""
    noise = node.noise_mA * draws.standard_normal(len(wave))
    return (
        np.asarray(np.round((wave * (1 + node.ripple * draws.standard_normal(len(wave))) + noise) / STEP_mA))
        * STEP_mA
    )


def _log(mA: FloatArray, rate_hz: float, source: str) -> Log:
    rows = len(mA)
    return Log(
        source=source, kind=SAMPLES, t_s=np.arange(rows) / rate_hz,
        dt_s=np.broadcast_to(np.float64(1 / rate_hz), (rows,)),
        V=np.broadcast_to(np.float64(4.0), (rows,)), mA=mA, state=everywhere(-1, rows), states=(),
        marker=everywhere(0, rows), has_marker=False, quality=everywhere(-1, rows), qualities=(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """How well edges were found: of the true ones, and of the found ones."""

    true: int
    found: int
    hits: int

    @property
    def recall(self) -> float:
        return self.hits / self.true if self.true else 1.0

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(self.true + other.true, self.found + other.found, self.hits + other.hits)


def score(true_s: FloatArray, found_s: FloatArray, within_s: float) -> Score:
    """Each true edge may be hit by one found edge, each found edge hits at most one."""
    at, hits = 0, 0
    for edge in true_s:
        while at < len(found_s) and found_s[at] < edge - within_s:
            at += 1
        if at < len(found_s) and found_s[at] <= edge + within_s:
            hits, at = hits + 1, at + 1
    return Score(len(true_s), len(found_s), hits)
