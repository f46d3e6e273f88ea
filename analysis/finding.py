"""Which state each stretch of a log belongs to: by its names, its markers, or by what the current shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .amounts import period_text
from .log import FloatArray, IntArray, Log
from .naming import named, plain_names
from .recurring import LEAST_CYCLES, MOST, Recurring, recurring
from .spells import Rows
from .state_rows import FindOptions
from .style import seconds_text
from .substates import block_rows, least_state_s, substates
from .wakes import Thresholds, Wakes, find_wakes, thresholds

#: What the states of a log without state names are called.
AWAKE, ASLEEP = "awake", "asleep"
#: Names of states in which a node rests: they end a cycle and are no part of its awake cost.
RESTING = frozenset({"SLEEP", ASLEEP, "OFF", "marker 0"})


@dataclass(frozen=True, slots=True)
class Found:
    """First rows of all stretches in order, the state and the cycle of each, and what the states are."""

    first: Rows
    state: IntArray
    cycle: IntArray
    names: tuple[str, ...]
    resting: tuple[bool, ...]
    limits: Thresholds | None
    notes: tuple[str, ...]


def found_states(log: Log, options: FindOptions) -> Found:
    """The states of a log."""
    if log.has_states:
        return _by_names(log)
    if not options.no_markers and log.has_marker and (log.marker != log.marker[0]).any():
        return _by_markers(log, options)
    wakes = find_wakes(log, options)
    states = _within(log, wakes, options)
    rest = ASLEEP if states.rest is None else states.rest
    first, state, _ = _laid_out(len(log.mA), wakes, states)
    return Found(
        first, state, _cycles(state == 0), (rest, *states.names), (True, *(False for _ in states.names)),
        wakes.limits, (*wakes.notes, *states.notes),
    )  # fmt: skip


def _by_names(log: Log) -> Found:
    code, names = log.state, log.states
    if (code < 0).any():
        code, names = np.where(code >= 0, code, len(names)), (*names, "unnamed")
    resting = tuple(name in RESTING for name in names)
    numbered = log.has_marker and bool((log.marker != log.marker[0]).any())
    new = code[1:] != code[:-1]
    if numbered:
        new = new | (log.marker[1:] != log.marker[:-1])
    first = np.flatnonzero(np.append(True, new))
    state = code[first]
    marker = log.marker[first]
    cycle = np.cumsum(np.append(True, marker[1:] != marker[:-1])) - 1
    if not numbered:
        cycle = _cycles(np.array(resting)[state])
    return Found(first, state, cycle, names, resting, None, ())


def _by_markers(log: Log, options: FindOptions) -> Found:
    """The values of the marker column; 0 is rest. A marker only bounds; states within one if asked for."""
    first = np.flatnonzero(np.append(True, log.marker[1:] != log.marker[:-1]))
    values, state = np.unique(log.marker[first], return_inverse=True)
    names = [f"marker {value}" for value in values]
    notes = ["States are the values of the marker column; marker 0 is taken as rest."]
    state = state.astype(np.int64)
    resting = tuple(value == 0 for value in values)
    if options.inside_markers:
        first, state, names, more = _inside_markers(log, first, values[state], options)
        resting = (True, *(False for _ in names[1:]))
        notes += more
    elif options.states:
        names = _marker_names(values, names, options, notes)
    return Found(first, state, _cycles(np.array(resting)[state]), tuple(names), resting, None, tuple(notes))


def _marker_names(values: IntArray, names: list[str], options: FindOptions, notes: list[str]) -> list[str]:
    """The owner's names for the markers other than 0, in the order of their values, if they fit."""
    marked = [place for place, value in enumerate(values) if value]
    if len(marked) != len(options.states):
        notes.append(f"You named {len(options.states)} states, but {len(marked)} markers are not 0.")
        return names
    names = list(names)
    for place, name in zip(marked, options.states, strict=True):
        notes.append(f"{names[place]} is called {name}.")
        names[place] = name
    return names


def _inside_markers(
    log: Log, first: Rows, value: IntArray, options: FindOptions
) -> tuple[Rows, IntArray, list[str], list[str]]:
    """Stretches, states and names where each marker other than 0 is looked into."""
    end = np.append(first[1:], len(log.mA))
    limits = thresholds(log)
    names, notes = ["marker 0"], []
    parts = [(first[value == 0], np.zeros(int((value == 0).sum()), dtype=np.int64))]
    for marker in np.unique(value[value != 0]):
        chosen = value == marker
        wakes = Wakes(first[chosen], end[chosen], limits, log.mA)
        states = _within(log, wakes, replace(options, states=(), design=None))
        begin, state, _ = _laid_out(len(log.mA), wakes, states)
        parts.append((begin[state > 0], state[state > 0] + len(names) - 1))
        single = len(states.names) == 1
        names += [f"marker {marker}" if single else f"marker {marker}, {name}" for name in states.names]
        notes += [note for note in states.notes if note not in notes]
    begin = np.concatenate([part[0] for part in parts])
    order = np.argsort(begin, kind="stable")
    return begin[order], np.concatenate([part[1] for part in parts])[order], names, notes


@dataclass(frozen=True, slots=True)
class _States:
    """Segments in wakes with the number of each one's name."""

    first: Rows
    wake: IntArray
    state: IntArray
    names: tuple[str, ...]
    rest: str | None
    notes: tuple[str, ...]


def _within(log: Log, wakes: Wakes, options: FindOptions) -> _States:
    """States within wakes, as far as the samples carry them, with their names."""
    whole = _States(wakes.first, np.arange(len(wakes.first)), np.zeros(len(wakes.first), dtype=np.int64),
                    (AWAKE,), None, ())  # fmt: skip
    if log.rate_hz is None or not len(wakes.first):
        return whole
    least_s = least_state_s(log, options.least_state_s)
    said = (_carried(log, least_s),)
    lasts_s = float(np.median(log.t_s[wakes.end - 1] - log.t_s[wakes.first])) + log.step_s
    if lasts_s < 2 * least_s:
        few = f"{said[0]} A wake lasts {seconds_text(lasts_s)}: no states are looked for in it."
        return replace(whole, notes=(few,))
    block = (block_rows(log), block_rows(log) * log.step_s)
    parts = substates(log, wakes, options.least_state_s)
    found = recurring(parts, log.t_s, wakes.mA, least_s, block)
    return _called(log, found, wakes, options, said)


def _carried(log: Log, least_s: float) -> str:
    """What the rate of a log can show."""
    pace = f"{log.rate_hz:.4g} samples per second"
    if log.step_s > 1:
        pace = f"a sample {period_text(log.step_s)}"
    least = f"{least_s:.2g} s" if least_s < 10 else seconds_text(least_s)
    return f"At {pace} a state of its own lasts {least} or more."


def _called(log: Log, found: Recurring, wakes: Wakes, options: FindOptions, said: tuple[str, ...]) -> _States:
    segments, count = found.segments, int(found.state.max(initial=0)) + 1
    length = (segments.end - segments.first).astype(np.float64)
    rows = np.bincount(found.state, length).astype(np.float64)
    mA: FloatArray = np.bincount(found.state, _sums(wakes.mA, segments.first, segments.end)) / rows
    V = float(log.V[segments.first[0]])
    notes = said + _seldom(found, plain_names(mA.tolist()))
    if count == 1 and not options.states and options.design is None:
        return _States(segments.first, segments.wake, found.state, (AWAKE,), None, notes)
    naming = named(mA, rows * log.step_s, options.states, options.design, V)
    state = np.array(naming.group, dtype=np.int64)[found.state]
    return _States(segments.first, segments.wake, state, naming.names, naming.rest, notes + naming.notes)


def _sums(values: FloatArray, first: Rows, end: Rows) -> FloatArray:
    """Sum of each stretch first .. end - 1 (they do not overlap and rise)."""
    bounds = np.column_stack((first, end)).ravel()
    if bounds[-1] == len(values):
        bounds = bounds[:-1]
    return np.asarray(np.add.reduceat(values, bounds)[::2])


def _seldom(found: Recurring, names: tuple[str, ...]) -> tuple[str, ...]:
    """What was taken in, and what does not occur in most cycles."""
    cycles = int(found.segments.wake[-1]) + 1
    if found.restless:
        return ("Within a wake the current is restless: hardly any of its levels comes again in its place.",)
    if cycles < LEAST_CYCLES:
        return _of_few(found, cycles)
    notes = []
    if found.taken_in:
        notes.append(f"{found.taken_in} stretches that do not recur were counted to their neighbours.")
    for state, name in enumerate(names):
        times = len(np.unique(found.segments.wake[found.state == state]))
        if times < MOST * cycles:
            notes.append(f"{name} occurs in {times} of {cycles} cycles.")
    return tuple(notes)


def _of_few(found: Recurring, cycles: int) -> tuple[str, ...]:
    """What is said of too few cycles to tell what recurs."""
    said = []
    if found.taken_in:
        said.append(f"{found.taken_in} brief stretches, as a restless current has them, were joined.")
    if cycles > 1:
        said.append(f"With {cycles} cycles nothing can be said about which states recur.")
    return tuple(said)


def _laid_out(rows: int, wakes: Wakes, states: _States) -> tuple[Rows, IntArray, IntArray]:
    """Every stretch of the log: rests (state 0) between wakes, and states from 1 on."""
    ends = wakes.end[wakes.end < rows]
    ends = ends[~np.isin(ends, wakes.first)]
    first = np.concatenate(([0] if not len(wakes.first) or wakes.first[0] > 0 else [], states.first, ends))
    state = np.concatenate(
        (np.zeros(len(first) - len(states.first) - len(ends)), states.state + 1, np.zeros(len(ends)))
    )
    wake = np.concatenate((np.full(len(first) - len(states.first) - len(ends), -1), states.wake,
                           np.full(len(ends), -1)))  # fmt: skip
    order = np.argsort(first, kind="stable")
    first, state, wake = first[order].astype(np.intp), state[order].astype(np.int64), wake[order]
    new = np.append(True, (state[1:] != state[:-1]) | ((wake[1:] != wake[:-1]) & (state[1:] > 0)))
    return first[new], state[new], wake[new]


def _cycles(rest: NDArray[np.bool_]) -> IntArray:
    """The cycle of each stretch: every rise out of rest begins one."""
    return np.cumsum(~rest & np.append(True, rest[:-1])) - 1
