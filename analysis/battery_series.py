"""A battery's voltage over days as one value an hour, and the stretches in which no sun charged it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .log import FloatArray, Log

HOUR_s = 3600.0
#: Charge that comes back is a charger's, if it is so much of what was taken.
CHARGED = 0.1
#: A battery relaxes for so long after its charge; what is shorter in the dark tells nothing, h. Ours.
RELAXES_h, LEAST_DARK_h = 2.0, 5.0
#: Where it is charged as often as this, the sun does it, and what lasts longer than a day hides days on which
#: it gave too little to be seen, s. Ours.
SUN_EVERY_s, DAY_s = 20 * 86_400.0, 30 * 3600.0
#: Then this part of the nights must show how it falls: the few that do are no fair choice. Ours.
NIGHTS = 0.3
#: A turn of the charge is one of more than this part of the capacity, and more than so many times what QUIET
#: per cent of the hours stay within around the medians of SMOOTH hours. Ours.
SWING, NOISY, QUIET, SMOOTH = 0.02, 3.0, 75, 5


@dataclass(frozen=True, slots=True)
class Hours:
    """Medians of the hours that have readings: middle of the hour, s, and V."""

    t_s: FloatArray
    V: FloatArray


def hours_of(log: Log, rows: NDArray[np.bool_] | None = None) -> Hours:
    """The hours of a log; `rows` : which rows count (at rest the voltage sags least)."""
    good = np.isfinite(log.V) & (log.V > 0.0)
    if rows is not None:
        good &= rows
    if not good.any():
        return Hours(np.array([]), np.array([]))
    hour, V = np.floor(log.t_s[good] / HOUR_s).astype(np.int64), log.V[good]
    order = np.lexsort((V, hour))
    first = np.flatnonzero(np.concatenate(([True], np.diff(hour[order]) > 0)))
    counts = np.diff(np.append(first, len(hour)))
    middle_s = (hour[order][first].astype(np.float64) + 0.5) * HOUR_s
    return Hours(middle_s, V[order][first + (counts - 1) // 2])


def dark_stretches(t_s: FloatArray, charge: FloatArray) -> list[NDArray[np.intp]]:
    """Indices of the stretches in which a battery was only drained: one of all if nothing charged it.

    `charge` : 0 to 1.
    """
    smooth = _smooth(charge)
    least = max(SWING, NOISY * float(np.percentile(np.abs(charge - smooth), QUIET)))
    turns = _turns(smooth, least)
    pieces = [(a, b) for a, b in pairwise(turns) if charge[b] < charge[a]]
    risen = sum(float(charge[b] - charge[a]) for a, b in pairwise(turns) if charge[b] > charge[a])
    fallen = sum(float(charge[a] - charge[b]) for a, b in pieces)
    if risen <= CHARGED * max(fallen, least):
        return [np.arange(len(t_s))]
    rises = sum(charge[b] > charge[a] for a, b in pairwise(turns))
    sunny = rises * SUN_EVERY_s > float(t_s[-1] - t_s[0])
    found = []
    for a, b in pieces:
        rows = np.arange(a, b + 1)
        rows = rows[t_s[rows] >= t_s[a] + RELAXES_h * HOUR_s]
        lasts_s = float(t_s[rows[-1]] - t_s[rows[0]]) if len(rows) >= 3 else 0.0
        if lasts_s >= LEAST_DARK_h * HOUR_s and (lasts_s < DAY_s or not sunny):
            found.append(rows)
    days = float(t_s[-1] - t_s[0]) / 86_400.0
    return found if not sunny or len(found) > NIGHTS * days else []


def _smooth(values: FloatArray) -> FloatArray:
    """Running medians; the ends stay as they are."""
    half = SMOOTH // 2
    if len(values) <= SMOOTH:
        return values
    inner = np.median(np.lib.stride_tricks.sliding_window_view(values, SMOOTH), axis=1)
    return np.concatenate((values[:half], inner, values[-half:]))


def _turns(values: FloatArray, least: float) -> list[int]:
    """Where a series turns by more than `least`: the first index, each high and low in turn, the last."""
    turns, low, high, rising = [0], 0, 0, 0
    for at, value in enumerate(values):
        low = at if value < values[low] else low
        high = at if value > values[high] else high
        if rising <= 0 and value > values[low] + least:
            turns, rising, high = [*turns, low], 1, at
        elif rising >= 0 and value < values[high] - least:
            turns, rising, low = [*turns, high], -1, at
    return sorted({*turns, len(values) - 1})
