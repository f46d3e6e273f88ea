"""Which input matters: each is moved alone, up and down, under the same weather years and the same luck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sim.odds.case import Case
from sim.odds.pricing import prices_of_case
from sim.odds.question import PART, Question
from sim.odds.tally import YEAR, Tally
from sim.odds.tolerances import GAUGE_POINTS, LOAD, relative
from sim.snow import Snow
from sim.surroundings import Obstruction, Surroundings

#: Parts of a question that its changes are judged by: enough, as all of them see the same weather.
PARTS = 3
#: Sizes that are tried: what shops sell next to the one there is.
LARGER, SMALLER = 2.0, 0.5
TILT_deg, TILTS_deg = 15.0, (0.0, 90.0)
#: A hedge or a house in the south that hides the winter's sun: so high over the horizon, to either side.
SHADE_deg, SHADE_HALF_deg = 20.0, 45.0
#: A change counts from here on: points of probability, hours a year, points of charge.
COUNTS = (0.002, 1.0, 0.01)


@dataclass(frozen=True, slots=True)
class Change:
    """One input moved.

    Attributes
    ----------
    what : the input. label : how it is moved. group : "buy", "place", "set" (an owner can do it) or "know"
    (he can only make sure of it). case : with it moved.
    """

    what: str
    label: str
    group: str
    case: Case


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does, beside the case as it is: differences of the probability of a year without any hour
    down (0..1), of the mean hours down, of the lowest charge that 9 of 10 years stay above (0..1) and of
    pictures a day in the mean."""

    change: Change
    chance: float
    down_h: float
    reserve: float
    pictures: float

    @property
    def weight(self) -> tuple[float, float, float]:
        """How much it matters: probability first, then hours, then charge; what is too little counts 0."""
        moved = (abs(self.chance), abs(self.down_h), abs(self.reserve))
        return tuple(  # type: ignore[return-value]
            value if value >= least else 0.0 for value, least in zip(moved, COUNTS, strict=True)
        )

    @property
    def helps(self) -> bool:
        """Whether it is better than the case as it is."""
        return (round(self.chance, 3), -round(self.down_h), self.reserve) > (0.0, 0, 0.0)


def changes(case: Case) -> tuple[Change, ...]:
    """All that is tried for a case."""
    return (
        *_bought(case),
        *_placed(case),
        *_set(case),
        *_unsure(case),
    )


def asked(question: Question) -> tuple[tuple[Change, Question], ...]:
    """The questions behind the changes; the first parts of the question itself are what they compare with."""
    years = min(question.weather_years, PARTS * PART * question.case.span)
    return tuple(
        (change, replace(question, name=f"{change.what}: {change.label}", case=change.case,
                         weather_years=years))
        for change in changes(question.case)
    )  # fmt: skip


def effect(change: Change, base: Tally, changed: Tally) -> Effect:
    """What a change does."""
    sees = change.case.design.camera is not None
    return Effect(
        change,
        changed.probability()[0] - base.probability()[0],
        changed.mean("down_h") - base.mean("down_h"),
        changed.lowest_charge(0.9) - base.lowest_charge(0.9),
        (changed.mean("pictures", YEAR) - base.mean("pictures", YEAR)) / 365.0 if sees else 0.0,
    )


def ranked(effects: list[Effect]) -> list[tuple[str, list[Effect]]]:
    """By input, the one that matters most first; each with its better end first."""
    by_input: dict[str, list[Effect]] = {}
    for one in effects:
        by_input.setdefault(one.change.what, []).append(one)
    found = [
        (what, sorted(both, key=lambda one: (-one.chance, one.down_h, -one.reserve)))
        for what, both in by_input.items()
    ]
    return sorted(found, key=lambda pair: max(one.weight for one in pair[1]), reverse=True)


def first_step(effects: list[Effect]) -> Effect | None:
    """What an owner should change first: what he can do and what helps most, if anything does."""
    able = [one for one in effects if one.change.group != "know" and one.helps and any(one.weight)]
    return max(able, key=lambda one: one.weight, default=None)


def _bought(case: Case) -> Iterator[Change]:
    panel_W, cell_Ah = case.design.panel.v("rated"), size_Ah(case)
    for step in (LARGER, SMALLER):
        yield Change("panel", f"{step * case.panel_x * panel_W:.3g} W", "buy",
                     case.change(panel_x=step * case.panel_x))  # fmt: skip
    for step in (LARGER, SMALLER):
        yield Change("battery", f"{step * cell_Ah:.3g} Ah", "buy",
                     case.change(battery_x=step * case.battery_x))  # fmt: skip


def size_Ah(case: Case) -> float:
    """What the case's battery holds, Ah."""
    cells = float(str(case.design.options.get("cells_parallel", 1)))
    return case.design.cell.v("capacity") * cells * case.battery_x


def _placed(case: Case) -> Iterator[Change]:
    own = case.tilt_deg if case.tilt_deg is not None else float(str(case.design.options["tilt_deg"]))
    for step in (TILT_deg, -TILT_deg):
        tilt = own + step
        if TILTS_deg[0] <= tilt <= TILTS_deg[1]:
            yield Change("tilt", f"{tilt:.0f} degrees", "place", case.change(tilt_deg=tilt))
    if case.surroundings.horizon or case.surroundings.obstructions:
        yield Change("shade", "all of it gone", "place", case.change(surroundings=Surroundings()))
    else:
        south = 180.0 if case.sources[0].latitude >= 0.0 else 0.0
        edges = ((south - SHADE_HALF_deg) % 360.0, (south + SHADE_HALF_deg) % 360.0)
        hedge = Obstruction("hedge", *edges, distance_m=10.0, height_m=3.64)
        yield Change("shade", f"a hedge {SHADE_deg:.0f} degrees high", "know",
                     case.change(surroundings=Surroundings(obstructions=(hedge,))))  # fmt: skip
    if not case.snow.by_weather:
        yield Change("snow", "it stays on the panel", "know", case.change(snow=Snow(by_weather=True)))


def _set(case: Case) -> Iterator[Change]:
    if case.policy == "ours" and case.design.camera:
        label = "not told to the node" if case.latitude else "told to the node"
        yield Change("latitude", label, "set", case.change(latitude=not case.latitude))


def _unsure(case: Case) -> Iterator[Change]:
    real = relative(case.design.panel, "effective")
    if real:
        for sign in (1.0, -1.0):
            yield Change("panel's real output", f"{100 * sign * real:+.0f} %", "know",
                         case.change(panel_x=case.panel_x * (1.0 + sign * real)))  # fmt: skip
    yield from _sleep(case)
    yield from _measured(case)
    for sign in (-1.0, 1.0):
        yield Change("all energies", f"{100 * sign * LOAD:+.0f} %", "know",
                     case.change(load_x=case.load_x * (1.0 + sign * LOAD)))  # fmt: skip
    if case.design.camera:
        yield from _guests(case)


def _guests(case: Case) -> Iterator[Change]:
    """What matters to a node that decides about visitors."""
    for step in (SMALLER, LARGER):
        yield Change("visitors", _times(step), "know", case.change(visitors_x=step * case.visitors_x))
    for sign in (-1.0, 1.0):
        yield Change("charge as it is read", f"{sign * GAUGE_POINTS:+.0f} points", "know",
                     case.change(gauge_points=case.gauge_points + sign * GAUGE_POINTS))  # fmt: skip
    yield from _joins(case)


def _sleep(case: Case) -> Iterator[Change]:
    """By what was measured, else by the board's row; by a plain step where neither says how sure it is."""
    sure = case.unsure.get("sleep_W") or relative(case.design.board, "deep_sleep_pin")
    steps = ((1.0 - sure, f"{-100 * sure:+.0f} %"), (1.0 + sure, f"{100 * sure:+.0f} %"))
    if not sure:
        steps = ((SMALLER, _times(SMALLER)), (LARGER, _times(LARGER)))
    for step, label in steps:
        yield Change("sleep current", label, "know", case.change(sleep_x=step * case.sleep_x))


def _measured(case: Case) -> Iterator[Change]:
    """Each price of a measured profile that says how sure it is."""
    prices = case.prices
    for name, sure in case.unsure.items():
        if name == "sleep_W" or prices is None:
            continue
        for sign in (-1.0, 1.0):
            moved = replace(prices, **{name: getattr(prices, name) * (1.0 + sign * sure)})
            what = f"measured {name.rpartition('_')[0].replace('_', ' ')}"
            yield Change(what, f"{100 * sign * sure:+.0f} %", "know", case.change(prices=moved))


def _joins(case: Case) -> Iterator[Change]:
    prices = prices_of_case(case)
    if prices.join_J > 0.0:
        for step in (SMALLER, LARGER):
            yield Change("joining Wi-Fi", _times(step), "know",
                         case.change(prices=replace(prices, join_J=step * prices.join_J)))  # fmt: skip


def _times(step: float) -> str:
    return {SMALLER: "half as much", LARGER: "twice as much"}[step]
