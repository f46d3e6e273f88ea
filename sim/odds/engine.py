"""Runs a case: tables first, then blocks of lanes on every core, counted in their order.

A block is LANES nodes under the same weather for `span` years in a row. What a block comes to depends on the
case, its number and the seed, not on how many there are nor on who works it out: runs can be split and
continued."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boards import half_full_V
from sim.ageing import Ageing, YEAR_h
from sim.errors import SimError
from sim.hour_table import hour_table
from sim.kernel import Prices
from sim.kernel_prices import config_of
from sim.nodefile import node_values
from sim.odds.case import Case
from sim.odds.events import Events, events
from sim.odds.hours import Hours, hours_of, offered_A
from sim.odds.pricing import boot_J_of, owner_of, price_row, prices_of_case
from sim.odds.rules import Rules, mJ, rules
from sim.odds.tally import WEEKS, Tally
from sim.policy_source import plain
from sim.prices import spared_A
from sim.sky import Sky

Floats = NDArray[np.float32]
#: Per lane, LANES of each at most: panel and battery relative to the case's; then, if they are given, load
#: relative to it and the gauge's error in points.
Scales = Sequence[Sequence[float] | NDArray[np.float64]]
#: Told while a run works: which share of it is done, 0 to 1.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Years:
    """Which weather day stands for which day of which year of the run, whose first is the case's start_day;
    by what its light is multiplied. day, factor: shape (count, 365). first: the block they begin with."""

    day: NDArray[np.int32]
    factor: Floats
    first: int = 0

    def blocks(self, span: int) -> range:
        """The blocks that can be lived."""
        return range(self.first, self.first + len(self.day) // span)

    def of(self, number: int, span: int) -> slice:
        """The years of a block."""
        at = (number - self.first) * span
        return slice(at, at + span)


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A case with everything that its blocks share."""

    case: Case
    hours: Hours
    events: Events
    rules: Rules
    prices: Prices
    price: Floats
    wants: Floats
    season: Floats
    plans: NDArray[np.generic]
    offered: tuple[Floats, float]
    capacity_J: float
    cells: float
    ageing: Floats
    shelf: Floats
    boot_J: float


def ready(case: Case) -> Ready:
    """Tabulate weather, plant, garden and policy of a case.

    Raises SimError if numba is not installed.
    """
    lesson = _compiled("lesson")
    design, rows = case.design, node_values(case.design)
    prices = prices_of_case(case)
    config = config_of(design, owner_of(case))
    skies = [_sky(case, weather) for weather in case.sources]
    tables = [hour_table(design, sky) for sky in skies]
    hours, old = hours_of(tables), Ageing.of(design.cell)
    made = _guests(case, skies)
    whole_mJ, _, join_mJ = mJ(prices)
    season = _season(case)
    return Ready(
        case,
        hours,
        _stacked(made),
        rules(case.policy, config, prices),
        prices,
        price_row(case, prices),
        np.array(
            [whole_mJ / 1000.0, join_mJ / 1000.0, rows["HARVEST_J"], rows["BASE_J"], config["low_pct"]],
            dtype=np.float32,
        ),
        np.array(season, dtype=np.float32),
        lesson.plan_table(tuple(season), int(config["low_pct"])),
        offered_A(hours),
        float(str(rows["CELL_J"])),
        float(str(design.options.get("cells_parallel", 1))),
        np.array([old.per_cycle, old.exponent, old.growth], dtype=np.float32),
        np.concatenate([_shelf(old, table.cell_C) for table in tables]),
        boot_J_of(case),
    )


def run(
    one: Ready,
    years: Years,
    scales: Scales | None = None,
    workers: int | None = None,
    progress: Progress = lambda share: None,
    numbers: range | None = None,
) -> Tally:
    """All years of a case, or the blocks of these `numbers`; or of LANES different nodes each."""
    return next(iter(_counted(one, years, scales, workers, progress, numbers)))


def _counted(
    one: Ready,
    years: Years,
    scales: Scales | None,
    workers: int | None,
    progress: Progress,
    numbers: range | None = None,
) -> Iterator[Tally]:
    counting, lanes = _compiled("counting"), _compiled("lanes")
    case = one.case
    used = lanes.LANES if scales is None else len(scales[0])
    tally = Tally.empty(case.span)
    parts: dict[str, Any] = {
        name: getattr(tally, name)
        for name in ("alive", "alive_sq", "down", "pace", "lowest", "least", "sums", "ages")
    }
    chosen = years.blocks(case.span) if numbers is None else numbers
    blocks = len(chosen)
    workers = workers or os.cpu_count() or 1
    offered = np.zeros(13)
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, blocks, 4 * workers):
            several = chosen[start : start + 4 * workers]
            for number, (months, weeks, left) in zip(
                several, pool.map(lambda at: lived(one, years, at, scales), several), strict=True
            ):
                for age in range(case.span):
                    counting.count(
                        months[age], weeks[age], used, counting.MONTH_DAYS, *parts.values(), age, left[age]
                    )
                offered += used * _offered(one, years, number)
            progress(min(1.0, (start + len(several)) / blocks))
    yield replace(
        tally, node_years=blocks * case.span * used, weather_years=blocks * case.span, offered_J=offered
    )


def block(one: Ready, years: Years, number: int, scales: Scales | None = None) -> tuple[Floats, Floats]:
    """Live one block: (months, weeks), shapes (span, 12, 7, LANES) and (span, 53, LANES)."""
    return lived(one, years, number, scales)[:2]


def lived(
    one: Ready, years: Years, number: int, scales: Scales | None = None
) -> tuple[Floats, Floats, Floats]:
    """The same with what is left of each battery at each year's end, 0..1, shape (span, LANES)."""
    lanes = _compiled("lanes")
    case, span, width = one.case, one.case.span, lanes.LANES
    chosen = years.of(number, span)
    lane = _lanes(one, width, scales)
    luck = np.random.default_rng([case.seed, number]).integers(1, 2**32, width, dtype=np.uint32)
    charge = np.full(width, case.charge, dtype=np.float32)
    months = np.zeros((span, 12, 7, width), dtype=np.float32)
    weeks = np.ones((span, WEEKS, width), dtype=np.float32)
    left = np.ones((span, width), dtype=np.float32)
    ageing = one.ageing if span > 1 else np.zeros(3, dtype=np.float32)
    hours, events_ = one.hours, one.events
    strongest = hours.brightest_A * float(lane[0].max()) * float(years.factor[chosen].max())
    plant = np.array([*hours.plant, boot_Ah(one), *_steady_A(one)], dtype=np.float32)
    lanes.block(
        years.day[chosen], years.factor[chosen], case.start_day, hours.rows, events_.limits, events_.steps,
        events_.most, events_.lit, events_.mix, one.rules.table, one.plans, one.season, one.wants, one.price,
        np.array([*one.rules.lock, 100.0], dtype=np.float32), plant, hours.volts, hours.knots,
        strongest - hours.plant[1] > hours.plant[0], one.rules.learns, case.policy == "plain", luck,
        lane.ravel(), charge, ageing, one.shelf, months, weeks, left,
    )  # fmt: skip
    return months, weeks, left


def _shelf(old: Ageing, cell_C: NDArray[np.float64]) -> Floats:
    """What the calendar's loss, squared, gains on each day, by the powers of how far the charge lies above
    that of a stored battery, shape (365, 3)."""
    full, stored = old.rates(cell_C)
    more = full - stored
    powers = np.stack([stored * stored, 2.0 * stored * more, more * more], axis=1)
    return np.asarray(powers.reshape(-1, 24, 3).sum(axis=1) / YEAR_h, dtype=np.float32)


def boot_Ah(one: Ready) -> float:
    """Charge that a return from the dark takes, Ah, at the battery's voltage when half full."""
    return one.boot_J / half_full_V(one.case.design) / 3600.0


def _steady_A(one: Ready) -> tuple[float, float]:
    """The constant current of the sleep, and what of it a camera spares that has not been touched since
    power-up; a node that is always on has none."""
    if one.case.policy == "always_on":
        return 0.0, 0.0
    return one.prices.sleep_A * one.case.sleep_x, spared_A(one.case.design) * one.case.sleep_x


def _lanes(one: Ready, width: int, scales: Scales | None) -> Floats:
    """What each lane is, shape (6, width); lanes beyond the scales repeat the last."""
    case = one.case
    lane = np.ones((6, width), dtype=np.float32)
    panel, battery = np.full(width, case.panel_x), np.full(width, case.battery_x * one.cells)
    load, gauge = np.full(width, case.load_x), np.full(width, case.gauge_points)
    if scales is not None:
        at = np.minimum(np.arange(width), len(scales[0]) - 1)
        panel, battery = panel * np.asarray(scales[0])[at], battery * np.asarray(scales[1])[at]
        if len(scales) > 2:
            load, gauge = load * np.asarray(scales[2])[at], gauge + np.asarray(scales[3])[at]
    lane[0], lane[1], lane[2] = panel, 1.0 / (one.hours.capacity_h * battery), 1.0 / battery
    lane[3], lane[4] = load, gauge
    lane[5] = one.capacity_J * battery / one.cells
    return lane


def _offered(one: Ready, years: Years, number: int) -> NDArray[np.float64]:
    """What the charger could have had under a block's weather, J per month and in all, a node's mean; more
    than its limit no charger has."""
    case, span = one.case, one.case.span
    chosen = years.of(number, span)
    panel_A, battery_V = one.offered
    strength = years.factor[chosen] * np.float32(case.panel_x)
    amps = np.minimum(panel_A[years.day[chosen]] * strength[:, :, None], np.float32(one.hours.plant[0]))
    daily = amps.sum(axis=2, dtype=np.float64) * (3600.0 * battery_V)
    month = (case.start_day + np.arange(365)) % 365 * 12 // 365
    found = np.zeros(13)
    for year in daily:
        found[:12] += np.bincount(month, year, 12)
    found[12] = found[:12].sum()
    return found


def _sky(case: Case, weather: Any) -> Sky:
    options = case.design.options
    tilt = float(str(options["tilt_deg"])) if case.tilt_deg is None else case.tilt_deg
    azimuth = float(str(options["azimuth_deg"])) if case.azimuth_deg is None else case.azimuth_deg
    return Sky.prepare(
        weather, case.design.panel, tilt, azimuth,
        surroundings=case.surroundings, soiling=case.soiling, snow=case.snow,
    )  # fmt: skip


def _season(case: Case) -> list[int]:
    if not case.latitude:
        return list(plain()["flat"]())
    tilt = case.design.options["tilt_deg"] if case.tilt_deg is None else case.tilt_deg
    return list(plain()["course"](round(case.sources[0].latitude), round(float(str(tilt)))))


def _guests(case: Case, skies: list[Sky]) -> list[Events]:
    """Each year's events; those of the same light in another air are the same. A node with a light of its own
    sees in the dark."""
    known: dict[int, Events] = {}
    for sky in skies:
        if id(sky.weather.ghi) not in known:
            made = events(case.garden, sky.weather, sky, case.visitors_x)
            seen = np.ones_like(made.lit) if case.design.light else made.lit
            known[id(sky.weather.ghi)] = replace(made, lit=seen)
    return [known[id(sky.weather.ghi)] for sky in skies]


def _stacked(made: list[Events]) -> Events:
    return Events(*(np.concatenate([getattr(one, name) for one in made]) for name in Events.__slots__))


def _compiled(name: str) -> Any:
    """A module that needs numba."""
    from importlib import import_module

    try:
        return import_module(f"sim.odds.{name}")
    except ImportError:
        raise SimError(
            "The odds need numba: `python3 run.py torpor viability` brings it into .venv."
        ) from None
