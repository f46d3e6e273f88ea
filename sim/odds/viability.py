"""What many years of a node came to, in the figures that people ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from sim.odds.case import Case
from sim.odds.question import Question
from sim.odds.tally import HOURS, YEAR, Tally
from sim.weather import TYPICAL_YEAR

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WEEKS = 52
#: Years that a node's battery is followed for, and how many such lives: wear differs little between them.
LIFE, LIVES = 10, 8
#: A node that is up for a smaller share of the time does not tell what it needs.
LEAST_UP = 0.01
#: A battery is called worn out when so much of its capacity is left. Source: the usual end of cell sheets.
WORN = 0.8
#: Bounds of the classes that hours down are told in, h a year.
CLASSES_h = (0, 1, 6, 24, 72, 168, 336, 720, 2160, 8761)


@dataclass(frozen=True, slots=True)
class Span:
    """A month of the calendar over all its years, or the whole year.

    Attributes
    ----------
    chance, least, most : probability of no hour without supply, and an interval that holds it 19 times in 20.
    down_h : hours down that 50, 90 and 99 of 100 such spans do not exceed; down_mean_h : their mean.
    pictures : a day, what 50 and 90 of 100 spans reach; 0 without a camera. locked_h : supply, but locked
    out, mean. offered_Wh, taken_Wh, used_Wh : means of what the charger could have had, what it took, what
    the node used.
    """

    name: str
    chance: float
    least: float
    most: float
    down_h: tuple[float, float, float]
    down_mean_h: float
    locked_h: float
    pictures: tuple[float, float]
    offered_Wh: float
    taken_Wh: float
    used_Wh: float

    @property
    def needs_Wh(self) -> float:
        """What the node would have used, had it never been down."""
        hours = HOURS if self.name == "year" else HOURS / 12.0
        return self.used_Wh / max(1.0 - self.down_mean_h / hours, LEAST_UP)

    @property
    def margin(self) -> float:
        """What the charger could have had over what the node needs; infinite for one that needs nothing."""
        return self.offered_Wh / self.needs_Wh if self.used_Wh > 0.0 else float("inf")


@dataclass(frozen=True, slots=True)
class Viability:
    """The answer for one node.

    Attributes
    ----------
    name : of the question. node_years, weather_years : lived. year, months : see Span.
    reserve : lowest charge of the year (0..1) that 9 of 10 years stay above; reserves : that 50, 90 and 99 of
    100 do.
    worst_week : its first day, in the calendar of a common year. weeks : of the run, in its order: first day,
    lowest charge that 50, 90 and 99 of 100 years stay above.
    classes : share of the years in each class of CLASSES_h.
    wear : capacity that is left after each year of the node's life, 0..1; empty if nobody lived it.
    battery_years : until WORN is left, from the course of `wear`; None: not within three times the lives.
    alive_by_age : probability of no hour down in each year of a life.
    """

    name: str
    node_years: int
    weather_years: int
    year: Span
    months: tuple[Span, ...]
    reserve: float
    reserves: tuple[float, float, float]
    worst_week: date
    weeks: tuple[tuple[date, float, float, float], ...]
    classes: tuple[float, ...]
    wear: tuple[float, ...]
    battery_years: float | None
    alive_by_age: tuple[float, ...]

    @property
    def tightest(self) -> Span:
        """The month with the least margin."""
        return min(self.months, key=lambda month: month.margin)


def grown_old(question: Question) -> Question | None:
    """The same node over LIFE years; None for a question whose nodes live for years anyway."""
    case = question.case
    if case.span > 1:
        return None
    years = LIFE * min(LIVES, max(1, question.weather_years // LIFE))
    name = f"{question.name}, grown old"
    return replace(question, name=name, case=case.change(span=LIFE), weather_years=years)


def viability(question: Question, tally: Tally, old: Tally | None = None) -> Viability:
    """Work a question's figures out of its counts; `old` : those of `grown_old`."""
    case = question.case
    aged = tally if case.span > 1 else old
    left = () if aged is None else _by_age(aged, 2)
    sees = case.design.camera is not None
    return Viability(
        question.name,
        tally.node_years,
        tally.weather_years,
        _span(tally, YEAR, "year", sees),
        tuple(_span(tally, at, name, sees) for at, name in enumerate(MONTHS)),
        tally.lowest_charge(0.9),
        (tally.lowest_charge(0.5), tally.lowest_charge(0.9), tally.lowest_charge(0.99)),
        first_day(case, tally.worst_week()),
        tuple(_week(tally, case, week) for week in range(WEEKS)),
        _classes(tally),
        left,
        _worn_after(left),
        _by_age(tally, 1),
    )


def first_day(case: Case, week: int) -> date:
    """When a week of the run begins."""
    return date(TYPICAL_YEAR, 1, 1) + timedelta(days=(case.start_day + 7 * week) % 365)


def _span(tally: Tally, at: int, name: str, sees: bool) -> Span:
    down = tuple(tally.hours_down(share, at) for share in (0.5, 0.9, 0.99))
    return Span(
        name,
        *tally.probability(at),
        down,  # type: ignore[arg-type]
        tally.mean("down_h", at),
        tally.mean("locked_h", at),
        (tally.pictures_a_day(0.5, at), tally.pictures_a_day(0.9, at)) if sees else (0.0, 0.0),
        tally.offered(at) / 3600.0,
        tally.mean("harvest_J", at) / 3600.0,
        tally.mean("load_J", at) / 3600.0,
    )


def _week(tally: Tally, case: Case, week: int) -> tuple[date, float, float, float]:
    low = [tally.lowest_charge(share, week) for share in (0.5, 0.9, 0.99)]
    return (first_day(case, week), low[0], low[1], low[2])


def _classes(tally: Tally) -> tuple[float, ...]:
    counts = np.asarray(tally.down[YEAR], dtype=np.float64)
    parts = [counts[low:high].sum() for low, high in pairwise(CLASSES_h)]
    return tuple(float(part) / max(1, tally.node_years) for part in parts)


def _by_age(tally: Tally, column: int) -> tuple[float, ...]:
    """Nodes without any hour down (column 1) or what is left of their batteries (2), a node's mean, by the
    year of its life."""
    lived = np.maximum(tally.ages[:, 0], 1.0)
    return tuple(float(share) for share in tally.ages[:, column] / lived)


def _worn_after(left: tuple[float, ...]) -> float | None:
    """Years until WORN is left; beyond the lives that were lived, as the last of their years goes on."""
    before = 1.0
    for age, share in enumerate(left):
        if share <= WORN:
            return age + (before - WORN) / max(before - share, 1e-9)
        before = share
    if not left or left[-1] >= 1.0:
        return None
    slope = (left[-2] if len(left) > 1 else 1.0) - left[-1]
    more = (left[-1] - WORN) / max(slope, 1e-9)
    return len(left) + more if more <= 3 * len(left) else None
