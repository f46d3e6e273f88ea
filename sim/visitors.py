"""Who comes by: a seeded process of animals, and what the PIR mistakes for them."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from sim.weather import Weather

#: Share of a kind's visits per hour of the day (local standard time), relative; assumption: garden birds
#: come from dawn to dusk with a peak in the morning, hedgehog and fox at night, cat and squirrel by day.
_DAY = (0, 0, 0, 0, 1, 4, 8, 10, 9, 7, 6, 5, 5, 5, 5, 6, 6, 5, 3, 1, 0, 0, 0, 0)
_NIGHT = (6, 6, 5, 4, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 6, 8, 8, 7)

#: kind: (share of all visits, hours, median stay in view in s, spread of its logarithm). Assumptions on the
#: careful side, short stays, because that is what makes a slow camera miss them; nobody measured this garden.
KINDS: dict[str, tuple[float, tuple[int, ...], float, float]] = {
    "robin": (0.28, _DAY, 9.0, 0.9),
    "blackbird": (0.26, _DAY, 15.0, 0.9),
    "squirrel": (0.12, _DAY, 12.0, 0.9),
    "cat": (0.08, _DAY, 8.0, 0.8),
    "hedgehog": (0.18, _NIGHT, 40.0, 0.9),
    "fox": (0.08, _NIGHT, 7.0, 0.8),
}


@dataclass(frozen=True, slots=True)
class Garden:
    """How busy the place is.

    Attributes
    ----------
    visitors_per_day : mean over the year; seasons swing by `season` (0.3: 30 % more in June).
    missed : chance that the PIR does not see a visitor at all.
    false_per_day : mean of false triggers; their rate follows sun times wind.
    false_s : how long the PIR sees a moving sunlit branch, mean, s.
    """

    visitors_per_day: float = 18.0
    season: float = 0.3
    missed: float = 0.05
    false_per_day: float = 10.0
    false_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """One animal in view from `t_s` to `leave_s`; `seen` says whether the PIR notices it."""

    t_s: float
    leave_s: float
    kind: str
    seen: bool


def visitors(
    garden: Garden, days: float, first_day_of_year: int, seed: int, south: bool = False
) -> list[Visitor]:
    """All visitors of a run, by arrival; in the `south` summer is in December."""
    chance = random.Random(f"visitors {seed}")
    found: list[Visitor] = []
    for day in range(math.ceil(days)):
        turn = 2.0 * math.pi * ((first_day_of_year + day) % 365 - 172) / 365.0
        season = -garden.season if south else garden.season
        level = garden.visitors_per_day * (1.0 + season * math.cos(turn))
        for kind, (share, hours, median_s, spread) in KINDS.items():
            for _ in range(_poisson(chance, level * share)):
                hour = chance.choices(range(24), hours)[0]
                t_s = (day * 24 + hour + chance.random()) * 3600.0
                stay_s = median_s * math.exp(chance.gauss(0.0, spread))
                found.append(Visitor(t_s, t_s + stay_s, kind, chance.random() >= garden.missed))
    return sorted((visitor for visitor in found if visitor.t_s < days * 86400.0), key=lambda v: v.t_s)


def false_motions(
    garden: Garden, weather: Weather, days: float, first_hour: int, seed: int
) -> list[tuple[float, float]]:
    """(start_s, end_s) of what only looks like motion: sunlit things that the wind moves."""
    chance = random.Random(f"false {seed}")
    weights = [sun * wind for sun, wind in zip(weather.ghi.tolist(), weather.wind.tolist(), strict=True)]
    mean = sum(weights) / len(weights) or 1.0  # no sun or no wind at all: nothing moves
    found: list[tuple[float, float]] = []
    for hour in range(math.ceil(days * 24)):
        rate = garden.false_per_day / 24.0 * weights[(first_hour + hour) % len(weights)] / mean
        for _ in range(_poisson(chance, rate)):
            start = (hour + chance.random()) * 3600.0
            found.append((start, start + chance.expovariate(1.0 / garden.false_s)))
    return sorted(found)


_LARGEST_MEAN = 500.0


def _poisson(chance: random.Random, mean: float) -> int:
    """Knuth's method, in parts small enough for its product of chances not to vanish."""
    count = 0
    while mean > _LARGEST_MEAN:
        count += _poisson(chance, _LARGEST_MEAN)
        mean -= _LARGEST_MEAN
    limit = math.exp(-mean)
    product = chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count
