"""What a resampled year is dealt from: for each day a block may start on, the blocks at hand, dark to clear.

Which of them a block takes is a normal anomaly: part of it is the block's own, part its month's. From the
spread that months should have, and the spread of the blocks, follows how much is the month's. Where the
blocks at hand are brighter or darker than the long-term mean, the anomalies are moved, so that a typical
year's sunny December is made good by more gloom, not by dimming its sunny days; only what that cannot do is
left to a factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.clear_sky import daily
from sim.clearness import DAYS, MONTH, MONTH_DAYS, by_month, clear_of, days_of, spread_of_months
from sim.weather import FloatArray, Weather

#: Length of a block, and how far from its place in the calendar it may come from, days.
BLOCK, AROUND = 5, 10
#: How much more a month without any sun would differ than its days' own persistence tells, 1; the month with
#: the most clear-sky light does not. Fitted to Piedmont (see sim/years.py); air temperature does the same in
#: made-up climates whose truth is known (36 to 57 degrees north, tests/sim/test_years.py).
WIDER = 0.4
#: So many real years tell the months' spread better than their days do.
LONG = 8
#: Largest share of a block's choice that the month may take, 1 (as a correlation squared).
MOST_SHARED = 0.9
#: Width of a kernel that smears a sample. Source: Silverman (1986), 3.31, for a normal distribution.
SILVERMAN = 1.06
#: Edge of the even distribution with deviation 1 that blocks are smeared by; least that is left of a block.
EDGE, LEAST_LIGHT = float(np.sqrt(3.0)), 0.35
#: Furthest that a month's anomalies are moved, and in how many steps that is looked for.
MOST_MOVED, STEPS = 1.5, 61
#: Most likely that a cold month becomes, and a warm one.
MOST_CHANCE = 0.3

#: Month of the middle of a block, by the day of the year it starts on.
START_MONTH = MONTH[np.minimum(np.arange(DAYS) + BLOCK // 2, DAYS - 1)]
_MOVES: FloatArray = np.linspace(-MOST_MOVED, MOST_MOVED, STEPS)


@dataclass(frozen=True, slots=True, eq=False)
class Deck:
    """C candidates for each day of the year that a block may start on.

    block : (365, C) first day of each candidate, of the sources stacked, from the darkest to the clearest.
    blur : (365, C) how much darker or clearer than it was each may come up, relative deviation.
    course : (365,) a clear day's light in the panel's plane. moved : (12,) mean of a month's anomalies.
    correction : (12,) what is left of the way to the long-term mean, a factor.
    shared : (12,) correlation of a block's choice with its month's anomaly.
    sigma : (12,) deviation of the logarithm of a month's factor.
    chance : (12,) of a cold month, and of a warm one.
    """

    sources: int
    block: np.ndarray[tuple[int, ...], np.dtype[np.int32]]
    blur: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    course: FloatArray
    moved: FloatArray
    correction: FloatArray
    shared: FloatArray
    sigma: FloatArray
    chance: FloatArray


def deck_of(
    sources: tuple[Weather, ...], monthly: Sequence[float] | None, course: FloatArray, shift_C: float
) -> Deck:
    """Sort the blocks and find how they are to be chosen."""
    days = days_of(sources)
    known = np.where(np.isnan(days.clearness), np.nanmean(days.clearness), days.clearness)
    offsets = np.arange(-AROUND, AROUND + 1)
    origin = np.tile((np.arange(DAYS)[:, None] + offsets) % DAYS, len(sources))
    year = np.repeat(np.arange(len(sources)), len(offsets))[None, :]
    order = np.argsort(_of_blocks(known)[year, origin], axis=1, kind="stable")
    block = np.take_along_axis(year * DAYS + origin, order, axis=1).astype(np.int32)
    light = _at(known, block)  # (position, start, candidate)
    clear = daily(clear_of(sources[0]).ghi)
    moved, correction = _moved(light, clear, monthly)
    blur = _blur(light.mean(axis=0), len(sources)).astype(np.float32)
    shared, sigma = _months(days.clearness, light, clear, moved, correction, blur)
    chance = _chances(days.air_C, _of_blocks(days.air_C)[year, origin], clear, shift_C)
    return Deck(len(sources), block, blur, course, moved, correction, shared, sigma, chance)


def _of_blocks(days: FloatArray) -> FloatArray:
    """Means of the blocks that start on each day; a year's end goes on with its beginning."""
    return np.asarray(np.mean([np.roll(days, -i, axis=1) for i in range(BLOCK)], axis=0))


def _blur(blocks: FloatArray, years: int) -> FloatArray:
    """Relative deviation that each candidate is smeared by: few blocks are a coarse picture of what may come.

    Silverman's width for as many independent blocks as a window holds. It is narrower where it would lead
    above the clearest block at hand, or to less than LEAST_LIGHT of a dark one.
    """
    independent = years * (2 * AROUND + BLOCK) / BLOCK
    width = SILVERMAN * independent**-0.2 * blocks.std(axis=1, keepdims=True)
    above = (blocks.max(axis=1, keepdims=True) - blocks) / EDGE
    return np.asarray(np.minimum(np.minimum(width, above) / blocks, (1.0 - LEAST_LIGHT) / EDGE))


def _at(known: FloatArray, block: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> FloatArray:
    year, first = block // DAYS, block % DAYS
    return np.stack([known[year, (first + i) % DAYS] for i in range(BLOCK)])


def _weights(count: int, moves: FloatArray) -> FloatArray:
    """How likely each candidate is when the anomalies are moved, (count, moves)."""
    from scipy.special import ndtr, ndtri

    edges = ndtri(np.linspace(0.0, 1.0, count + 1))[:, None]
    return np.asarray(np.diff(ndtr(edges - moves), axis=0))


def _moved(
    light: FloatArray, clear: FloatArray, monthly: Sequence[float] | None
) -> tuple[FloatArray, FloatArray]:
    """How far each month's anomalies are moved towards the long-term means, and the factor that is left."""
    if monthly is None:
        return np.zeros(12), np.ones(12)
    wanted = np.asarray(monthly, dtype=np.float64)
    weights = _weights(light.shape[2], _MOVES)
    tried = np.stack([_dealt(light, clear, weights[:, i, None]) for i in range(STEPS)])  # they rise
    moved = np.array([np.interp(wanted[m], tried[:, m], _MOVES) for m in range(12)])
    found = _dealt(light, clear, _weights(light.shape[2], moved)[:, START_MONTH])
    return moved, np.where(found > 0.1, wanted / np.maximum(found, 0.1), 1.0)


def _dealt(light: FloatArray, clear: FloatArray, weights: FloatArray) -> FloatArray:
    """Global irradiation of the months on average, kWh/m2; weights by candidate and day of the start."""
    mean = np.einsum("isc,cs->is", light, np.broadcast_to(weights, (light.shape[2], DAYS)))
    days = np.mean([np.roll(mean[i], i) for i in range(BLOCK)], axis=0)
    return np.asarray(by_month((clear * days / 1000.0)[None, :])[0] * np.array(MONTH_DAYS))


def _months(
    clearness: FloatArray,
    light: FloatArray,
    clear: FloatArray,
    moved: FloatArray,
    correction: FloatArray,
    blur: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> tuple[FloatArray, FloatArray]:
    """How much of the choice is the month's, and what is left to a factor, for the spread to be expected."""
    blocks, weights = light.mean(axis=0), _weights(light.shape[2], moved)[:, START_MONTH].T
    centre = (blocks * weights).sum(axis=1)
    variance = ((blocks - centre[:, None]) ** 2 * weights).sum(axis=1)
    smeared = ((blocks * blur) ** 2 * weights).sum(axis=1)
    mean, own = by_month(centre[None, :])[0], by_month(variance[None, :])[0]
    alone = by_month((variance + smeared)[None, :])[0]
    wanted = _wanted(clearness, _wider(clear)) / correction
    share = BLOCK / np.array(MONTH_DAYS)
    missing = np.nan_to_num(wanted) ** 2 - alone * share
    together = own * (1.0 - share)
    shared = np.clip(missing / np.maximum(together, 1e-9), 0.0, MOST_SHARED)
    left = np.maximum(missing - shared * together, 0.0) / mean**2
    return np.sqrt(shared), np.sqrt(np.log1p(left))


def _wanted(days: FloatArray, wider: FloatArray) -> FloatArray:
    """The spread of months to be expected: from the days, or from the years where there are enough."""
    if len(days) >= LONG:
        return np.asarray(by_month(days).std(axis=0, ddof=1))
    return wider * spread_of_months(days)


def _wider(clear: FloatArray) -> FloatArray:
    lit = by_month(clear[None, :])[0]
    return np.asarray(1.0 + WIDER * (1.0 - lit / lit.max()))


def _chances(air_C: FloatArray, blocks: FloatArray, clear: FloatArray, shift_C: float) -> FloatArray:
    """How likely a cold month is, and a warm one: what blocks of the sources leave of the months' spread."""
    own = by_month(blocks.var(axis=1)[None, :])[0] * BLOCK / np.array(MONTH_DAYS)
    left = np.maximum(_wanted(air_C, _wider(clear)) ** 2 - own, 0.0)
    return np.asarray(np.minimum(left / (2.0 * shift_C**2), MOST_CHANCE))
