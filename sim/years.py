"""Many years out of a few: a typical year hides the bad winters, so its days are dealt out anew.

- Real years come first, in their order; what is asked for beyond them is resampled.
- A resampled year is a chain of blocks of five days. Each block is taken from within ten days of its place
  in the calendar, of any source year, and moved along the sun's course by the ratio of the clear days.
- A block may come up somewhat darker or clearer than it was, never clearer than the clearest at hand: the few
  of a typical year are a coarse picture of what may come, and the worst week of a century is not among them.
- Months hang together: each has an anomaly that leans on the month before, and chooses the clearer or the
  darker of the blocks at hand. So a gloomy month consists of real gloomy days. What the days at hand cannot
  give of the spread to be expected is left to a factor on the month's light (lognormal, mean 1).
- The spread to be expected of a month comes from its days (`spread_of_months`). In dark months it is wider
  by up to WIDER, for gloom lasts longer than its days tell: fitted to 19 years of Piedmont (PVGIS, 45 N 8 E,
  2005 to 2023), standard deviation 12.7 % in December, 16.1 % in November, 3.2 % of a year. With LONG or more
  real years it is what they show.
- Cold and warm months: the sources stand there three times, with their air as it is, 4 C colder and 4 C
  warmer; how often a month draws one of these follows from its days' temperatures in the same way.

Year y depends on the sources and the seed alone, not on how many years are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.clearness import DAYS, MONTH, clear_course
from sim.weather import FloatArray, Weather, WeatherError
from sim.years_deck import BLOCK, EDGE, Deck, deck_of

#: How much a month's anomaly leans on the month before, 1: fitted to Piedmont's annual spread of 3.2 %.
LEANING = 0.1
#: Air of the colder and the warmer copies, C.
SHIFT_C = 4.0
#: Most that the course of the sun may change a day's light by, 1: only near the polar night is it more.
MOST_RATIO = 2.0
_BLOCKS = DAYS // BLOCK + 1
#: Random numbers of a year: two per block, three per month, one for the phase; a multiple of four.
_DRAWS = 188

Floats32 = NDArray[np.float32]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Years:
    """Years as days of sources.

    Attributes
    ----------
    sources : one year of weather each.
    day : (years, 365); which of the sources' days, stacked one year after the other (source * 365 + day).
    factor : (years, 365); by what the light of that day, and so the panel's current, is to be multiplied.
    real : how many of the years, from the first on, are real ones.
    """

    sources: tuple[Weather, ...]
    day: Indices
    factor: Floats32
    real: int = 0


def resampled(
    sources: Sequence[Weather],
    count: int,
    seed: int,
    *,
    first: int = 0,
    monthly: Sequence[float] | None = None,
    tilt_deg: float = 0.0,
    azimuth_deg: float = 180.0,
) -> Years:
    """Years `first` to `first + count` of an endless row.

    Parameters
    ----------
    sources : years of one place, real or typical. seed : everything random comes from it.
    monthly : long-term means of global irradiation, kWh/m2 per month: resampled years keep them on average,
        also where the sources (a typical year's optimistic December) do not.
    tilt_deg, azimuth_deg : of the panel; the course of the sun over the days is reckoned in its plane.

    Raises
    ------
    WeatherError
        There is no source, the sources are of different places, or `monthly` is not 12 values.
    """
    _check(sources, monthly)
    kept = tuple(sources)
    deck = deck_of(kept, monthly, clear_course(kept[0], tilt_deg, azimuth_deg), SHIFT_C)
    day, factor = _dealt(deck, count, seed, first)
    real = len(kept) if all(weather.year is not None for weather in kept) else 0
    shown = min(max(real - first, 0), count)
    if shown:
        day[:shown] = np.arange(first * DAYS, (first + shown) * DAYS).reshape(shown, DAYS)
        factor[:shown] = 1.0
    return Years(_in_three_airs(kept), day, factor, shown)


def _check(sources: Sequence[Weather], monthly: Sequence[float] | None) -> None:
    if not sources:
        raise WeatherError("no weather to make years of, expected one year or more")
    first = sources[0]
    for weather in sources:
        apart = abs(weather.latitude - first.latitude) + abs(weather.longitude - first.longitude)
        if apart > 0.1 or weather.mid_h[0] != first.mid_h[0]:
            raise WeatherError(f"{weather.source} and {first.source} are not of one place and kind")
    if monthly is not None and (len(monthly) != 12 or min(monthly) < 0.0 or max(monthly) <= 0.0):
        raise WeatherError(f"monthly means {list(monthly)}, expected 12 values in kWh/m2, none below 0")


def _in_three_airs(sources: tuple[Weather, ...]) -> tuple[Weather, ...]:
    found = list(sources)
    for shift, word in ((-SHIFT_C, "colder"), (SHIFT_C, "warmer")):
        for weather in sources:
            source = f"{weather.source}, {SHIFT_C:g} C {word}"
            found.append(replace(weather, source=source, temp_air=weather.temp_air + shift))
    return tuple(found)


def _dealt(deck: Deck, count: int, seed: int, first: int) -> tuple[Indices, Floats32]:
    draws = _draws(count, seed, first)
    clear, light, air = (_leaning(draws[:, 12 * i : 12 * (i + 1)]) for i in range(3))
    draws = draws[1:]
    phase = (draws[:, 36] * BLOCK).astype(np.int32)[:, None]
    start = BLOCK * np.arange(_BLOCKS, dtype=np.int32) - phase
    chosen = (start % DAYS, _ranks(deck, draws[:, 37 : 37 + _BLOCKS], clear, start))
    smear = 1.0 + deck.blur[chosen] * (EDGE * (2.0 * draws[:, 37 + _BLOCKS : 37 + 2 * _BLOCKS] - 1.0))
    at = np.arange(DAYS, dtype=np.int32) + phase
    block = np.take_along_axis(deck.block[chosen], at // BLOCK, axis=1)
    source = block // DAYS
    origin = (block % DAYS + at % BLOCK) % DAYS
    airs = np.where(_below(air, deck.chance), 1, np.where(_below(-air, deck.chance), 2, 0))
    source = source + (deck.sources * airs.astype(np.int32))[:, MONTH]
    month = deck.correction * np.exp(deck.sigma * light - deck.sigma**2 / 2.0)
    factor = month.astype(np.float32)[:, MONTH] * _ratio(deck.course)[np.arange(DAYS), origin]
    factor *= np.take_along_axis(smear.astype(np.float32), at // BLOCK, axis=1)
    return source * DAYS + origin, factor


def _draws(count: int, seed: int, first: int) -> FloatArray:
    """Random numbers of the year before and of the years asked for, (count + 1, _DRAWS)."""
    bits = np.random.Philox(key=seed % 2**64)
    bits.advance(first * _DRAWS // 4)  # it counts in fours
    return np.random.Generator(bits).random((count + 1, _DRAWS))


def _leaning(draws: FloatArray) -> FloatArray:
    """Anomalies of months, each leaning on those of the twelve months before; (count, 12), normal."""
    from scipy.special import ndtri

    own = ndtri(np.clip(draws, 1e-12, 1.0 - 1e-12)).reshape(-1)
    weights = LEANING ** np.arange(12)
    total = np.convolve(own, weights)[12 : len(own)]
    return np.asarray((total / np.sqrt((weights**2).sum())).reshape(-1, 12))


def _ranks(deck: Deck, draws: FloatArray, clear: FloatArray, start: Indices) -> NDArray[np.intp]:
    """Which of the candidates, from the darkest on, each block takes."""
    from scipy.special import ndtr, ndtri

    month = MONTH[np.clip(start + BLOCK // 2, 0, DAYS - 1)]
    shared = deck.shared[month]
    own = ndtri(np.clip(draws, 1e-12, 1.0 - 1e-12))
    anomaly = shared * np.take_along_axis(clear, month, axis=1) + np.sqrt(1.0 - shared**2) * own
    anomaly += deck.moved[month]
    most = deck.block.shape[1]
    return np.asarray(np.minimum((ndtr(anomaly) * most).astype(np.intp), most - 1))


def _below(anomaly: FloatArray, chance: FloatArray) -> NDArray[np.bool_]:
    from scipy.special import ndtri

    return np.asarray(anomaly < ndtri(np.maximum(chance, 1e-12)))


def _ratio(course: FloatArray) -> Floats32:
    """[day, origin]: a clear day's light over that of the day a block's day comes from."""
    least = max(float(course.max()) * 1e-3, 1e-9)
    lit = np.maximum(course, least)
    return np.clip(lit[:, None] / lit[None, :], 1.0 / MOST_RATIO, MOST_RATIO).astype(np.float32)
