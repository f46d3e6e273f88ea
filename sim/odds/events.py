"""Who comes by, hour by hour: rates of the garden that the twin draws its visitors from, as limits to draw
by.

A Poisson count is how many of its cumulative probabilities a random number passes. Where a busy feeder would
need more limits than LIMITS, the count moves in larger steps: the mean stays what it is, the variance grows
by a fraction of a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernel import VISITOR_DARK, VISITOR_LIT, Motions
from sim.kernel_prices import DARK
from sim.sky import Sky
from sim.visitors import KINDS, Garden
from sim.weather import HOURS, Weather

Floats = NDArray[np.float32]

#: Limits per hour.
LIMITS = 12
#: Chance of a count beyond the limits, which then counts with the last; the mean stays. Ours.
TAIL = 1e-3
_ALL = 2**32 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Motions of a year's hours.

    Attributes
    ----------
    limits : a number from 0 to 2**32 - 1 counts each limit that it reaches, shape (hours, LIMITS); steps :
    what each counts. most : limits in use per hour. lit : daylight enough for a picture. mix : share of
    visitors among the motions. rate : motions per hour. All of shape (hours,) but the first two.
    """

    limits: NDArray[np.uint32]
    steps: Floats
    most: NDArray[np.int32]
    lit: NDArray[np.bool_]
    mix: Floats
    rate: NDArray[np.float64]


def events(garden: Garden, weather: Weather, sky: Sky, visitors_x: float = 1.0) -> Events:
    """The garden's year in the calendar's order; `sky` begins on 1 January."""
    visits = visitors_x * visits_per_hour(garden, weather.latitude < 0.0)
    push = weather.ghi * weather.wind
    false = garden.false_per_day / 24.0 * push / (push.mean() or 1.0)
    rate = visits + false
    limits, steps, most = drawn_by(rate)
    mix = np.divide(visits, rate, out=np.zeros(HOURS), where=rate > 0.0).astype(np.float32)
    return Events(limits, steps, most, daylight(sky), mix, rate)


def visits_per_hour(garden: Garden, south: bool) -> NDArray[np.float64]:
    """Visitors that the PIR sees, as `sim.visitors` draws them, shape (8760,)."""
    day = np.repeat(np.arange(365), 24)
    season = -garden.season if south else garden.season
    level = garden.visitors_per_day * (1.0 + season * np.cos(2.0 * np.pi * (day - 172) / 365.0))
    by_hour = np.zeros(24)
    for share, hours, _, _ in KINDS.values():
        by_hour += share * np.array(hours) / sum(hours)
    return np.asarray((1.0 - garden.missed) * level * np.tile(by_hour, 365))


def drawn_by(rate: NDArray[np.float64]) -> tuple[NDArray[np.uint32], Floats, NDArray[np.int32]]:
    """Limits, steps and how many of them, for each mean of a Poisson count."""
    counts = np.arange(int(rate.max() + 8.0 * np.sqrt(rate.max()) + 12.0))
    mass = np.zeros((len(rate), len(counts)))
    mass[:, 0] = np.exp(-rate)
    for k in counts[1:]:
        mass[:, k] = mass[:, k - 1] * rate / k
    summed = np.minimum(np.cumsum(mass, axis=1), 1.0)
    above = np.maximum(1.0 - summed, 0.0)
    # limits that a count in single steps needs; the last is passed as often as it and all after it would be
    last = np.maximum((above > TAIL).sum(axis=1), rate > 0.0)
    at = np.maximum(last - 1, 0)
    whole = np.cumsum(above[:, ::-1], axis=1)[:, ::-1]
    above[np.arange(len(rate)), at] = whole[np.arange(len(rate)), at]
    limits = np.full((len(rate), LIMITS), _ALL, dtype=np.uint32)
    steps = np.zeros((len(rate), LIMITS), dtype=np.float32)
    width = min(LIMITS, len(counts))
    used = np.arange(width) < last[:, None]
    limits[:, :width] = np.where(used, np.clip((1.0 - above[:, :width]) * 2.0**32, 0, _ALL), _ALL).astype(
        np.uint32
    )
    steps[:, :width] = used
    for hour in np.flatnonzero(last > LIMITS):
        limits[hour], steps[hour] = _coarse(mass[hour], summed[hour], int(last[hour]))
    return limits, steps, np.minimum(last, LIMITS).astype(np.int32)


def _coarse(
    mass: NDArray[np.float64], summed: NDArray[np.float64], last: int
) -> tuple[NDArray[np.uint32], Floats]:
    """A busy hour's limits: each count is shared out between its two neighbours on a grid of LIMITS points,
    from the least that ever comes; the first limit is always passed."""
    low = int((summed < TAIL).sum())
    grid = np.linspace(low, max(last, low + 1), LIMITS)
    share = np.clip((np.arange(len(mass)) - low) / (grid[1] - grid[0]), 0.0, LIMITS - 1.0)
    left = np.minimum(share.astype(int), LIMITS - 2)
    parts = np.bincount(left, mass * (1.0 - share + left), LIMITS)
    parts += np.bincount(left + 1, mass * (share - left), LIMITS)
    above = np.cumsum(parts)[:-1] / parts.sum()
    limits = np.zeros(LIMITS, dtype=np.uint32)
    limits[1:] = np.minimum(above * 2.0**32, _ALL).astype(np.uint32)
    return limits, np.append(grid[0], np.diff(grid)).astype(np.float32)


def given(motions: Motions, sky: Sky, start_day: int) -> Events:
    """The very motions of a run that begins on `start_day`, for comparison with the twin; `sky` begins on 1
    January."""
    hours = len(motions.first) - 1
    at = (start_day * 24 + np.arange(hours)) % HOURS
    kinds = np.add.reduceat(
        np.append((motions.kinds == VISITOR_LIT) | (motions.kinds == VISITOR_DARK), False).astype(np.float64),
        motions.first[:-1],
    )
    counts = np.diff(motions.first)
    visits = np.where(counts > 0, kinds, 0.0)
    limits = np.full((HOURS, LIMITS), _ALL, dtype=np.uint32)
    steps = np.zeros((HOURS, LIMITS), dtype=np.float32)
    limits[:, 0] = 0
    steps[at, 0] = counts
    mix = np.zeros(HOURS, dtype=np.float32)
    mix[at] = np.divide(visits, counts, out=np.zeros(hours), where=counts > 0)
    rate = steps[:, 0].astype(np.float64)
    return Events(limits, steps, np.ones(HOURS, dtype=np.int32), daylight(sky), mix, rate)


def daylight(sky: Sky) -> NDArray[np.bool_]:
    """Hours in whose middle there is light enough for a picture; `sky` begins on 1 January."""
    return np.array([sky.light((hour + 0.5) * 3600.0) >= DARK for hour in range(HOURS)])
