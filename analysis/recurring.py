"""States that recur over the cycles: segments grouped by level and order; what does not recur is taken in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from .burst_edges import burst_edges, parted
from .log import FloatArray, IntArray
from .spells import Rows
from .substates import LEAST_STEP, Segments, join_sorted

#: With fewer cycles nothing can be said about what recurs.
LEAST_CYCLES = 4
#: A state occurs in at least this part of the cycles.
MOST = 0.5
#: What occurs in fewer is taken in by its neighbours if it is shorter than this many least states.
BRIEF = 4.0
#: With too few cycles to tell, so many brief stretches in a row are one restless state.
RESTLESS = 3
#: With more states than this, longer stretches count as brief, too.
MOST_STATES = 12
#: Wakes that showed more are restless: hardly anything in them is a state.
MOST_RESTLESS = 2
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Recurring:
    """Segments with the state of each: an index, in the order in which states usually come in a wake.

    `taken_in` counts the segments that did not recur and were joined to a neighbour. `restless`: more
    kinds of them followed each other than a wake has states.
    """

    segments: Segments
    state: IntArray
    taken_in: int
    restless: bool


def recurring(
    segments: Segments, t_s: FloatArray, mA: FloatArray, least_s: float, block: tuple[int, float]
) -> Recurring:
    """Group the segments of all wakes into states.

    Parameters
    ----------
    t_s, mA : of the log's rows. block : how many of them, and s.
    """
    before = len(segments.first)
    cycles = int(segments.wake[-1]) + 1 if before else 0
    restless = False
    if cycles < LEAST_CYCLES:
        segments = _unconfirmed(segments, t_s, mA, least_s)
    else:
        segments = _without_passing(segments, t_s, least_s)
        restless = _states(segments) > MOST_STATES
    if restless:
        segments = _restless(segments, t_s, mA, least_s)
    kept = len(segments.first)
    if cycles >= LEAST_CYCLES and not restless:
        rows, block_s = block
        edges = burst_edges(segments, _identity(segments), mA, rows, ceil(least_s / block_s))
        segments = parted(segments, edges)
    state = _in_order(segments, _identity(segments))
    return Recurring(segments, state, before - kept, restless)


def _identity(segments: Segments) -> IntArray:
    """One number for each level and which time it comes in its wake."""
    label = _labels(segments)
    order = np.lexsort((segments.first, label, segments.wake))
    wake, ordered = segments.wake[order], label[order]
    new = np.concatenate(([True], (wake[1:] != wake[:-1]) | (ordered[1:] != ordered[:-1])))
    at = np.arange(len(order))
    place = at - np.maximum.accumulate(np.where(new, at, 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = place
    number = label * (int(rank.max(initial=0)) + 1) + rank
    return np.asarray(np.unique(number, return_inverse=True)[1], dtype=np.int64)


def _labels(segments: Segments) -> IntArray:
    """The level each segment belongs to, numbered from below."""
    height = np.log(np.maximum(segments.level_mA, 1e-9))
    order = np.argsort(height, kind="stable")
    begin = join_sorted(height[order])
    label = np.empty(len(height), dtype=np.int64)
    label[order] = np.repeat(np.arange(len(begin)), np.diff(np.append(begin, len(height))))
    return label


def _passing(
    segments: Segments, identity: IntArray, cycles: int, t_s: FloatArray, least_s: float
) -> NDArray[np.bool_]:
    """Segments that are brief and whose like most cycles do not have."""
    seldom = np.bincount(identity)[identity] < MOST * cycles
    length_s = t_s[segments.end - 1] - t_s[segments.first]
    same = segments.wake[1:] == segments.wake[:-1]
    before, after = np.append(False, same), np.append(same, False)
    height = np.log(np.maximum(segments.level_mA, 1e-9))
    back = np.concatenate((height[:1], height[:-2], height[-1:])) if len(height) > 2 else height
    ahead = np.concatenate((height[:1], height[2:], height[-1:])) if len(height) > 2 else height
    between = before & after & (np.abs(back - ahead) < LEAST_STEP)
    return np.asarray(seldom & (before | after) & (length_s < BRIEF * least_s * np.where(between, 2.0, 1.0)))


def _states(segments: Segments) -> int:
    return int(_identity(segments).max(initial=-1)) + 1


def _all_recur(segments: Segments) -> bool:
    """Whether each state comes in most cycles; a state comes once in a wake at most."""
    return bool((np.bincount(_identity(segments)) >= MOST * (segments.wake[-1] + 1)).all())


def _restless(segments: Segments, t_s: FloatArray, mA: FloatArray, least_s: float) -> Segments:
    """Wakes of ever longer stretches, until hardly any of them can be chance; else each wake is one."""
    for _ in range(_ROUNDS):
        least_s *= 2
        segments = _without_passing(_settled(segments, t_s, least_s), t_s, least_s)
        segments = _of_one_mean(segments, mA)
        if _states(segments) <= MOST_RESTLESS and _all_recur(segments):
            return segments
    return _grown(segments, np.flatnonzero(np.append(True, np.diff(segments.wake) > 0)))


def _without_passing(segments: Segments, t_s: FloatArray, least_s: float) -> Segments:
    """Brief segments that do not recur taken in by their neighbours, until there are none."""
    cycles = int(segments.wake[-1]) + 1
    for _ in range(_ROUNDS):
        gone = _passing(segments, _identity(segments), cycles, t_s, least_s)
        if not gone.any():
            break
        segments = _without(segments, gone)
    return segments


def _unconfirmed(segments: Segments, t_s: FloatArray, mA: FloatArray, least_s: float) -> Segments:
    """The segments of too few cycles to tell what recurs: restless ones settled, no more than is likely."""
    cycles = int(segments.wake[-1]) + 1 if len(segments.wake) else 0
    segments = _settled(segments, t_s, least_s)
    restless = len(segments.first) > MOST_STATES * cycles
    for _ in range(_ROUNDS if restless else 0):
        if len(segments.first) <= MOST_RESTLESS * cycles:
            break
        least_s *= 2
        segments = _without_dips(_of_one_mean(_settled(segments, t_s, least_s), mA), t_s, mA, least_s)
    return segments


def _without_dips(segments: Segments, t_s: FloatArray, mA: FloatArray, least_s: float) -> Segments:
    """Brief segments between two long ones of one mean taken in by these."""
    mean = np.log(np.maximum(_means(segments, mA), 1e-9))
    long = np.flatnonzero(t_s[segments.end - 1] - t_s[segments.first] >= BRIEF * least_s)
    left, right = long[:-1], long[1:]
    alike = (np.abs(mean[right] - mean[left]) < LEAST_STEP) & (segments.wake[right] == segments.wake[left])
    keep = np.ones(len(mean), dtype=bool)
    for at, until in zip(left[alike], right[alike], strict=True):
        keep[at + 1 : until + 1] = False
    return _grown(segments, np.flatnonzero(keep))


def _means(segments: Segments, mA: FloatArray) -> FloatArray:
    return np.array([mA[a:b].mean() for a, b in zip(segments.first, segments.end, strict=True)])


def _of_one_mean(segments: Segments, mA: FloatArray) -> Segments:
    """Neighbours whose mean current is the same as one."""
    apart = np.abs(np.diff(np.log(np.maximum(_means(segments, mA), 1e-9)))) >= LEAST_STEP
    return _grown(segments, np.flatnonzero(np.append(True, apart | (np.diff(segments.wake) > 0))))


def _settled(segments: Segments, t_s: FloatArray, least_s: float) -> Segments:
    """Where brief stretches follow each other, the current is restless: they are one state."""
    brief = t_s[segments.end - 1] - t_s[segments.first] < BRIEF * least_s
    new = np.append(True, (segments.wake[1:] != segments.wake[:-1]) | (brief[1:] != brief[:-1]))
    run = np.cumsum(new) - 1
    many = brief & (np.bincount(run)[run] >= RESTLESS)
    keep = np.flatnonzero(new | ~many)
    return _grown(segments, keep)


def _grown(segments: Segments, keep: Rows) -> Segments:
    """Segments that begin at these, each grown to the next."""
    length = (segments.end - segments.first).astype(np.float64)
    level = np.add.reduceat(segments.level_mA * length, keep) / np.add.reduceat(length, keep)
    return Segments(segments.first[keep], segments.end[np.append(keep[1:] - 1, len(length) - 1)],
                    segments.wake[keep], level)  # fmt: skip


def _without(segments: Segments, gone: NDArray[np.bool_]) -> Segments:
    """Segments that stay, grown over those that go; neighbours of one level become one."""
    height = np.log(np.maximum(segments.level_mA, 1e-9))
    before = np.append(np.inf, np.abs(np.diff(height)))
    before[np.append(True, segments.wake[1:] != segments.wake[:-1])] = np.inf
    after = np.append(before[1:], np.inf)
    starts = ~(gone & (before <= after))  # it joins the segment before
    forward = gone & (before > after)  # it joins the one after: that one begins where it began
    starts[1:] &= ~forward[:-1]
    keep = np.flatnonzero(starts)
    level = segments.level_mA.copy()
    ahead = np.flatnonzero(forward)
    level[ahead] = level[np.minimum(ahead + 1, len(level) - 1)]
    new = replace(
        segments, first=segments.first[keep], wake=segments.wake[keep], level_mA=level[keep],
        end=np.append(segments.first[keep][1:], segments.end[-1]),
    )  # fmt: skip
    last = np.append(new.wake[1:] != new.wake[:-1], True)
    ends = segments.end[np.append(segments.wake[1:] != segments.wake[:-1], True)]
    new = replace(new, end=np.where(last, ends[new.wake], new.end))
    return _alike_joined(new)


def _alike_joined(segments: Segments) -> Segments:
    """Neighbours of one wake and one level as one segment."""
    label = _labels(segments)
    starts = np.append(True, (label[1:] != label[:-1]) | (segments.wake[1:] != segments.wake[:-1]))
    keep = np.flatnonzero(starts)
    return _grown(segments, keep)


def _in_order(segments: Segments, identity: IntArray) -> IntArray:
    """The identities renumbered by where in a wake they usually begin."""
    if not len(identity):
        return identity
    new = np.append(True, segments.wake[1:] != segments.wake[:-1])
    at = np.arange(len(identity))
    place = at - np.maximum.accumulate(np.where(new, at, 0))
    usual = np.bincount(identity, weights=place) / np.bincount(identity)
    rank = np.empty(len(usual), dtype=np.int64)
    rank[np.argsort(usual, kind="stable")] = np.arange(len(usual))
    return rank[identity]
