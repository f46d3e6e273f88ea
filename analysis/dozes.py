"""Dozes: long, deep and quiet stretches inside some wakes, in which a node sleeps the dearer of two sleeps.

A board that wakes by clock may sleep at some milliamperes for a hold-off, look around, and only then go to
its deep sleep. To thresholds just above the lowest level all of that is one wake. What lasts longer than a
wake is busy, is far below its current and stands in a part of the wakes only, is rest; what every wake has
is a state of it, however low.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .log import FloatArray, Log
from .quiet import looked_at_inside, quiet_level
from .spells import Rows, dwelt, end_s, spells
from .style import seconds_text

#: A doze draws less than this part of what the node draws when it is busy.
DEEP = 0.25
#: It lasts longer than most of the busy stretches do, and at least so long, s.
LEAST_s = 1.0
#: It stands in less than this part of the wakes.
MOST = 0.8
#: Busy is what lies so many standard deviations above the doze; it dozes again below the second.
BUSY_SD, DOZE_SD = 6.0, 3.0


@dataclass(frozen=True, slots=True)
class Dozes:
    """Rows first .. end - 1 of what is left of the wakes, and a sentence about what is not."""

    first: Rows
    end: Rows
    sentence: str


def without_dozes(log: Log, mA: FloatArray, first: Rows, end: Rows, least_sd_mA: float) -> Dozes | None:
    """The wakes cut at their dozes; None if they have none."""
    awake = looked_at_inside(mA, first, end)
    level_mA, sd_mA = quiet_level(awake, least_sd_mA)
    busy = awake[awake > level_mA + BUSY_SD * sd_mA]
    if not busy.size or level_mA > DEEP * float(busy.mean()):
        return None
    begin, stop = dwelt(log, *spells(mA, level_mA + BUSY_SD * sd_mA, level_mA + DOZE_SD * sd_mA))
    if not len(begin):
        return None
    doze, over = _between(first, end, begin, stop)
    lasts_s = end_s(log, over) - log.t_s[doze]
    long = lasts_s > max(float(np.median(end_s(log, stop) - log.t_s[begin])), LEAST_s)
    doze, over = doze[long], over[long]
    where = np.unique(np.searchsorted(first, doze, side="right"))
    if not len(doze) or len(where) >= MOST * len(first):
        return None
    sentence = (
        f"It rests at {level_mA:.3g} mA, too: {seconds_text(float(lasts_s[long].sum()))} in {len(doze)} "
        "stretches that are longer than its wakes."
    )
    return Dozes(*_cut(first, end, doze, over), sentence)


def _between(first: Rows, end: Rows, begin: Rows, stop: Rows) -> tuple[Rows, Rows]:
    """The stretches of wakes (first .. end) that are in no busy one (begin .. stop)."""
    at = np.sort(np.concatenate((first, stop)))
    until = np.sort(np.concatenate((end, begin)))
    before = np.searchsorted(until, at, side="right")
    until = np.append(until, at[-1])[before]
    wake = np.searchsorted(first, at, side="right") - 1
    within = (wake >= 0) & (until <= end[np.maximum(wake, 0)]) & (until > at)
    within &= np.searchsorted(begin, at, side="right") == np.searchsorted(stop, at, side="right")
    return at[within], until[within]


def _cut(first: Rows, end: Rows, doze: Rows, over: Rows) -> tuple[Rows, Rows]:
    """Wakes without the dozes in them; one that was nothing else is gone."""
    begins = np.sort(np.concatenate((first, over)))
    ends = np.sort(np.concatenate((end, doze)))
    left = ends > begins
    return begins[left], ends[left]
