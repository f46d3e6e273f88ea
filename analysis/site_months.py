"""What the week says of other seasons: how much of each month's sun is known, open or in shade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from sim.surroundings import Surroundings
from sim.weather import TYPICAL_YEAR

from .site import Site
from .site_sky import clear_light
from .site_surroundings import INTERVAL, darkest_of, sky_map, surroundings_of

#: Months as they are called in tables.
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
#: Day of each month that stands for it, and steps of its sun, h.
MIDDLE_DAY, STEP_h = 15, 0.25
#: What nobody has seen is taken to be hidden up to here in the darkest reading, degrees: 5 m at 11 m.
UNSEEN_deg = 25.0
#: From so much unknown sun in a month on, the darkest reading is a question of its own.
MUCH_UNKNOWN = 0.1


@dataclass(frozen=True, slots=True)
class MonthSun:
    """A clear day's sun on the panel in the middle of a month.

    `known` : share of it that comes from where the log tells what stands there. `passes` : share of the sun
    that comes through if everything unknown is open; `darkest` : if it is hidden as far as the log allows.
    """

    name: str
    known: float
    passes: float
    darkest: float


@dataclass(frozen=True, slots=True)
class Future:
    """A reading of the log to go on with: what the panel is worth, times the design's, and what hides it."""

    name: str
    scale: float
    around: Surroundings


def month_suns(site: Site) -> tuple[MonthSun, ...]:
    """What is known of each month."""
    dark = darkest(site)
    return tuple(_month(site, dark, number) for number in range(12))


def futures(site: Site, months: tuple[MonthSun, ...]) -> tuple[Future, ...]:
    """The estimate, both ends of its interval, and the darkest garden if there is much that nobody saw."""
    found = [
        Future("estimate", site.scale, site.around),
        Future("low end", site.least, surroundings_of(site.places, -INTERVAL)),
        Future("high end", site.most, surroundings_of(site.places, INTERVAL)),
    ]
    if max(month.passes - month.darkest for month in months) > MUCH_UNKNOWN:
        found.append(Future("unseen sky hidden", site.scale, darkest(site)))
    return tuple(found)


def darkest(site: Site) -> Surroundings:
    """What was seen, and everything hidden that was not seen open."""
    return darkest_of(site.places, UNSEEN_deg)


def _month(site: Site, dark: Surroundings, number: int) -> MonthSun:
    first = datetime(TYPICAL_YEAR, number + 1, MIDDLE_DAY)
    light = clear_light(site.spot, first, np.arange(0.0, 24.0, STEP_h), STEP_h)
    weight = light.sun / max(float(light.sun.sum()), 1e-9)
    known = sky_map(site.places).known(light.azimuth_deg, light.elevation_deg)

    def through(around: Surroundings) -> float:
        passes = tuple(thing.passes for thing in around.obstructions)
        return float((weight * around.passes(light.azimuth_deg, light.elevation_deg, passes)).sum())

    return MonthSun(MONTHS[number], float((weight * known).sum()), through(site.around), through(dark))
