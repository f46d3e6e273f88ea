"""The smallest panel and battery that keep a promise: many sizes under the same years of weather."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.odds.engine import Ready, Years, block
from sim.odds.tally import wilson

Floats = NDArray[np.float64]
#: The map that is drawn unless sizes are named: so many each way, from the design's size over to times this.
POINTS, PANEL_TIMES, BATTERY_TIMES = 20, 8.0, 8.0
#: Least and most that a panel, W, or a battery, Ah, can be: beyond them the lanes' figures have no room.
LEAST, MOST = 1e-6, 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Sums over the years of each size, shape (panels, batteries) but for `years`.

    Attributes
    ----------
    years : lived by each. alive : of them without an hour down. kept : those that have the pictures as well.
    down_h, pictures : sums.
    """

    years: int
    alive: Floats
    kept: Floats
    down_h: Floats
    pictures: Floats

    def plus(self, other: Survey) -> Survey:
        """Both together."""
        return Survey(
            self.years + other.years,
            self.alive + other.alive,
            self.kept + other.kept,
            self.down_h + other.down_h,
            self.pictures + other.pictures,
        )

    @property
    def chance(self) -> Floats:
        """Share of the years in which the promise is kept."""
        return self.kept / max(1, self.years)

    def interval(self, panel: int, battery: int) -> tuple[float, float]:
        """An interval that holds the probability 19 times of 20; each year has its own weather."""
        return wilson(float(self.chance[panel, battery]), max(1, self.years))

    def pictures_a_day(self) -> Floats:
        """In the mean."""
        return self.pictures / max(1, self.years) / 365.0


def survey(
    one: Ready,
    years: Years,
    panels: Sequence[float],
    batteries: Sequence[float],
    pictures: float = 0.0,
    numbers: range | None = None,
    workers: int | None = None,
) -> Survey:
    """Live some blocks with every panel and battery, both in multiples of the case's.

    pictures : a day in the year's mean that belong to the promise.
    """
    from sim.odds.layout import LANES

    sizes = [(panel, battery) for panel in panels for battery in batteries]
    groups = [sizes[at : at + LANES] for at in range(0, len(sizes), LANES)]
    chosen = years.blocks(one.case.span) if numbers is None else numbers
    jobs = [(number, group) for number in chosen for group in groups]

    def live(job: tuple[int, list[tuple[float, float]]]) -> Floats:
        number, group = job
        months, _ = block(one, years, number, tuple(zip(*group, strict=True)))
        return _sums(months[..., : len(group)], pictures)

    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(live, jobs))
    sums = np.sum([np.concatenate(found[at : at + len(groups)], axis=1)
                   for at in range(0, len(found), len(groups))], axis=0)  # fmt: skip
    shaped = sums.reshape(4, len(panels), len(batteries))
    return Survey(len(chosen) * one.case.span, *shaped)


def _sums(months: NDArray[np.float32], pictures: float) -> Floats:
    """Of each lane over its years: alive, alive with the pictures, hours down, pictures; shape (4, lanes)."""
    whole = months.sum(axis=1, dtype=np.float64)  # (years, 7, lanes)
    alive = np.floor(whole[:, 0] + 0.5) == 0.0
    enough = whole[:, 5] >= 365.0 * pictures
    return np.array([alive.sum(axis=0), (alive & enough).sum(axis=0), whole[:, 0].sum(axis=0),
                     whole[:, 5].sum(axis=0)])  # fmt: skip


def steps(size: float, times: float, points: int = POINTS) -> tuple[float, ...]:
    """Sizes around the design's, evenly spaced by ratio."""
    return tuple(float(value) for value in np.geomspace(size / times, size * times, points))


@dataclass(frozen=True, slots=True)
class Offer:
    """A panel and a battery that keep the promise.

    Attributes
    ----------
    panel, battery : their places in the map. panel_W, battery_Ah. price : None if nobody named any.
    chance, least, most : probability of keeping the promise, and an interval. pictures : a day, mean.
    """

    panel: int
    battery: int
    panel_W: float
    battery_Ah: float
    price: float | None
    chance: float
    least: float
    most: float
    pictures: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """What can be bought: sizes, and what each costs (empty: nobody has said)."""

    panels_W: tuple[float, ...]
    batteries_Ah: tuple[float, ...]
    panel_prices: tuple[float, ...] = ()
    battery_prices: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Raises SimError for a size that cannot be."""
        for what, sizes in (("panel", self.panels_W), ("battery", self.batteries_Ah)):
            right = all(LEAST <= size <= MOST for size in sizes)  # no nan is
            if not (sizes and right and len(set(sizes)) == len(sizes)):
                listed = ", ".join(f"{size:g}" for size in sizes) or "none"
                raise SimError(
                    f"{what} sizes {listed}: expected one or more, all different and above 0, "
                    f"at most {MOST:,.0f}."
                )

    @property
    def priced(self) -> bool:
        """Whether prices are known."""
        return bool(self.panel_prices or self.battery_prices)

    def price(self, panel: int, battery: int) -> float | None:
        """Of both together."""
        if not self.priced:
            return None
        return (self.panel_prices[panel] if self.panel_prices else 0.0) + (
            self.battery_prices[battery] if self.battery_prices else 0.0
        )


def offers(found: Survey, sizes: Sizes, promise: float) -> tuple[Offer, ...]:
    """For each panel the smallest battery that keeps the promise, smaller panels first; none that is larger
    in both than another."""
    good, frontier = found.chance >= promise, []
    least = len(sizes.batteries_Ah)
    for panel in np.argsort(sizes.panels_W):
        enough = [at for at in np.argsort(sizes.batteries_Ah) if good[panel, at]]
        rank = int(np.argsort(np.argsort(sizes.batteries_Ah))[enough[0]]) if enough else least
        if rank < least:
            least = rank
            frontier.append(_offer(found, sizes, int(panel), int(enough[0])))
    return tuple(frontier)


def best(found: Survey, sizes: Sizes, promise: float) -> Offer | None:
    """Of all that keep the promise the cheapest; without prices the one whose watts times ampere-hours are
    least."""
    good = (_offer(found, sizes, int(at[0]), int(at[1])) for at in np.argwhere(found.chance >= promise))
    return min(
        good,
        key=lambda one: (_cost(one), one.panel_W),
        default=None,
    )


def _cost(one: Offer) -> float:
    """To six digits: sizes evenly spaced by ratio have many equal products."""
    return float(f"{one.panel_W * one.battery_Ah if one.price is None else one.price:.6g}")


def _offer(found: Survey, sizes: Sizes, panel: int, battery: int) -> Offer:
    return Offer(
        panel, battery, sizes.panels_W[panel], sizes.batteries_Ah[battery], sizes.price(panel, battery),
        float(found.chance[panel, battery]), *found.interval(panel, battery),
        float(found.pictures_a_day()[panel, battery]),
    )  # fmt: skip
