"""A question that is asked of many years, cut into parts that can be worked out anywhere and in any order.

A part is PART blocks of the kernel. What it comes to depends on the question and its number alone, and parts
are added in their order: so one computer, many of them and a run that was interrupted all say the same.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TypeVar

import numpy as np

from boards import Design
from sim.errors import SimError
from sim.odds.case import Case
from sim.odds.engine import Ready, ready, run
from sim.odds.engine import Years as Dealt
from sim.odds.keeping import sources
from sim.odds.tally import Tally
from sim.odds.tolerances import tolerances
from sim.place import Place
from sim.synthetic import synthetic
from sim.weather import Weather
from sim.years import Years, resampled

#: Blocks of a part: small enough that little is lost with it, large enough that its set-up does not count.
PART = 16
#: Parts whose years are dealt at once: some megabytes.
CHUNK = 32
#: Questions that are kept ready in a process: a plant's tables take some megabytes.
READY = 4
#: What no table depends on, as the kernel's lanes multiply or add it themselves.
SIZES: dict[str, float] = {"panel_x": 1.0, "battery_x": 1.0, "load_x": 1.0, "gauge_points": 0.0}
#: Years that are made up for each of many places; what is asked for beyond them is dealt out of them.
MADE_UP = 5


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One case under many years of weather.

    Attributes
    ----------
    name : for people. case : with its sources as they were read. weather_years : how many, each lived by as
    many nodes as the kernel has lanes; a multiple of the case's span.
    monthly : long-term means of global irradiation, kWh/m2 a month, if they are known.
    tolerances : the nodes differ, as the rows of their parts allow.
    place : where the weather is made up; the case then has no sources of its own yet.
    """

    name: str
    case: Case
    weather_years: int = 400
    monthly: tuple[float, ...] | None = None
    tolerances: bool = False
    place: Place | None = None

    def __post_init__(self) -> None:
        """Raises SimError for years that make no sense."""
        if self.weather_years < self.case.span or self.weather_years % self.case.span:
            raise SimError(
                f"{self.weather_years} years of weather cannot be lived in spans of {self.case.span}: "
                "expected a multiple."
            )

    @property
    def blocks(self) -> int:
        """Lives of `span` years."""
        return self.weather_years // self.case.span

    @property
    def parts(self) -> int:
        """How many parts it is cut into."""
        return -(-self.blocks // PART)

    def numbers(self, part: int) -> range:
        """The blocks of a part."""
        return range(part * PART, min((part + 1) * PART, self.blocks))

    def with_weather(self) -> Question:
        """The same with its weather at hand."""
        if self.place is None:
            return self
        made = synthetic(self.place, MADE_UP, self.case.seed)
        return replace(self, case=self.case.change(sources=made), place=None)

    def fingerprint(self) -> str:
        """The same for the same question asked of the same sources, on any computer."""
        return _fingerprint(self)


@lru_cache(maxsize=256)
def _fingerprint(one: Question) -> str:
    digest = hashlib.sha256(sources().encode())
    for field in fields(one):
        if field.name not in ("name", "case", "weather_years"):
            digest.update(f"{field.name}={getattr(one, field.name)!r};".encode())
    for field in fields(one.case):
        digest.update(f"{field.name}={_told(getattr(one.case, field.name))};".encode())
    return digest.hexdigest()[:16]


def _told(value: object) -> str:
    if isinstance(value, Design):
        return value.path.read_text("utf-8")
    if isinstance(value, tuple) and value and isinstance(value[0], Weather):
        return " ".join(_weather(one) for one in value)
    return repr(sorted(value.items()) if isinstance(value, dict) else value)


def _weather(one: Weather) -> str:
    digest = hashlib.sha256()
    columns = (one.ghi, one.dni, one.dhi, one.temp_air, one.wind, one.mid_h, one.swing, one.snow_cm)
    for column in columns:
        digest.update(b"none" if column is None else np.ascontiguousarray(column).tobytes())
    place = f"{one.latitude} {one.longitude} {one.altitude_m} {one.utc_offset_h}"
    return f"{place} {one.year} {digest.hexdigest()}"


_tables: OrderedDict[str, Ready] = OrderedDict()
_years: OrderedDict[str, Dealt] = OrderedDict()


def prepared(question: Question, part: int = 0) -> tuple[Ready, Dealt]:
    """A question's tables, and the years of some parts, this one among them; the last few are kept."""
    name, chunk = _tables_name(question), part // CHUNK
    end = min((chunk + 1) * CHUNK * PART, question.blocks)
    dealt = f"{name} {chunk} {end}"
    if name not in _tables or dealt not in _years:
        asked = question.with_weather()
        years = _dealt(asked, range(chunk * CHUNK * PART, end))
        _keep(_years, dealt, Dealt(years.day, years.factor, chunk * CHUNK * PART))
        if name not in _tables:
            _keep(_tables, name, ready(asked.case.change(sources=years.sources)))
    sizes = {size: getattr(question.case, size) for size in SIZES}
    one = _tables[name]
    return replace(one, case=one.case.change(**sizes)), _years[dealt]


Kept = TypeVar("Kept")


def _keep(where: OrderedDict[str, Kept], name: str, what: Kept) -> None:
    where[name] = what
    while len(where) > READY:
        where.popitem(last=False)


@lru_cache(maxsize=256)
def _tables_name(one: Question) -> str:
    """The same for questions that differ in their sizes alone."""
    return replace(one, case=one.case.change(**SIZES)).fingerprint()


def _dealt(question: Question, blocks: range) -> Years:
    """The years of some blocks. A year of the run begins on the case's first day: it ends in the next year of
    the calendar."""
    case, options = question.case, question.case.design.options
    tilt, azimuth = (
        float(str(options[name] if own is None else own))
        for name, own in (("tilt_deg", case.tilt_deg), ("azimuth_deg", case.azimuth_deg))
    )
    count = len(blocks) * case.span
    years = resampled(
        case.sources, count + 1, case.seed, first=blocks.start * case.span,
        monthly=question.monthly, tilt_deg=tilt, azimuth_deg=azimuth,
    )  # fmt: skip
    at = slice(case.start_day, case.start_day + 365 * count)
    day, factor = years.day.reshape(-1)[at], years.factor.reshape(-1)[at]
    return replace(years, day=day.reshape(count, 365), factor=factor.reshape(count, 365))


def answer(question: Question, part: int, workers: int | None = None) -> Tally:
    """What one part of a question comes to."""
    one, years = prepared(question, part)
    scales = tolerances(question.case) if question.tolerances else None
    return run(one, years, scales, workers, numbers=question.numbers(part))
