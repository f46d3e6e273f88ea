"""The one change that would help most: a plain hourly model, priced from the full run, ranks the
candidates; one more full run confirms the first of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sim.result import FloatArray, RunResult
from sim.run import Twin
from sim.scenario import Scenario
from sim.sky import Sky

#: A change is worth naming from this many visitors a year, or this many hours, or this much charge.
_WORTH_VISITORS = 5
_WORTH_SOC = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a year comes to: hours without supply, visitors whose picture came home, lowest charge."""

    hours_down: float
    delivered: float
    lowest_soc: float

    def better_than(self, other: Outcome) -> tuple[float, float, float]:
        """Sort key of an improvement: hours first, then visitors, then reserve."""
        return (
            round(other.hours_down - self.hours_down),
            round(self.delivered - other.delivered),
            round(self.lowest_soc - other.lowest_soc, 3),
        )

    def words(self, other: Outcome) -> str:
        """The difference to `other`, in a few words."""
        hours, visitors, _ = self.better_than(other)
        parts = []
        if hours:
            parts.append(f"{_count(hours, 'hour')} {'less' if hours > 0 else 'more'} without power")
        if visitors:
            parts.append(f"{_count(visitors, 'visitor')} {'more' if visitors > 0 else 'fewer'} on pictures")
        reserve = round(100 * (self.lowest_soc - other.lowest_soc))
        if reserve:
            parts.append(f"lowest charge {_count(reserve, 'point')} {'higher' if reserve > 0 else 'lower'}")
        return ", ".join(parts) or "no difference"


def _count(amount: float, noun: str) -> str:
    number = abs(round(amount))
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One change: what it is, what it works against, how the scenario differs, what the model expects."""

    title: str
    why: str
    changed: Scenario
    expected: Outcome


@dataclass(frozen=True, slots=True)
class Advice:
    """The change that helps most (see analysis.advice_view for the meaning of each field)."""

    title: str
    why: str
    predicted: str
    confirmed: str
    rows: list[tuple[str, str, str]]


def outcome_of(result: RunResult) -> Outcome:
    """What a full run came to."""
    return Outcome(
        float(result.hour_down_s.sum()) / 3600.0,
        float(result.fates["delivered"]),
        float(result.hour_soc.min()),
    )


class HourlyModel:
    """Charge of the battery hour by hour: what the panel could give, what the node takes.

    Prices come from the full run: demand per hour, and how much of the panel's possible energy came
    through in hours in which the battery could take it all. `reserve` is the charge at which the
    protection cuts off, `restart` that at which it lets go.
    """

    def __init__(self, twin: Twin, result: RunResult) -> None:
        cell = twin.plant.cell
        self._full_Wh = cell.energy_J(cell.capacity_C) / 3600.0
        self._start = twin.scenario.soc
        up = result.hour_down_s < 1.0
        usual_Wh = float(result.hour_load_Wh[up].mean()) if up.any() else 0.0
        # an hour without supply took nothing, but with a better plant it would have taken the usual
        self._load_Wh = np.where(up, result.hour_load_Wh, usual_Wh)
        self._available_Wh = result.hour_available_Wh
        taking = (result.hour_soc < 0.9) & (result.hour_temp_C > 0.5) & (result.hour_available_Wh > 0.05)
        if taking.sum() < 24:
            taking = (result.hour_harvest_Wh > 0.3 * result.hour_available_Wh) & (
                result.hour_available_Wh > 0.05
            )
        offered = float(result.hour_available_Wh[taking].sum())
        self._through = float(result.hour_harvest_Wh[taking].sum()) / offered if offered else 0.5
        self._cold = result.hour_temp_C <= 0.0
        self._reserve = cell.charge_at_C(twin.plant.cut_off_V) / cell.capacity_C
        self._restart = min(1.0, self._reserve + 0.05)

    def year(
        self, panel: float = 1.0, cell: float = 1.0, plane: FloatArray | None = None, more_W: float = 0.0
    ) -> tuple[float, float]:
        """(hours down, lowest state of charge) with so much more panel, battery, sun or load."""
        sun = self._available_Wh * panel if plane is None else self._available_Wh * plane * panel
        soc, down, lowest, off = self._start, 0, 1.0, False
        size = self._full_Wh * cell
        for give, take, cold in zip(sun.tolist(), self._load_Wh.tolist(), self._cold.tolist(), strict=True):
            gained = 0.0 if cold else give * self._through
            needed = 0.0 if off else max(take + more_W, 0.0)
            soc = min(1.0, soc + (gained - needed) / size)
            if off:
                down += 1
                off = soc < self._restart
            elif soc <= self._reserve:
                off = True
            lowest = min(lowest, soc)
        return float(down), max(lowest, 0.0)


def candidates(twin: Twin, result: RunResult) -> list[Candidate]:
    """Every change the model knows, best first; those that bring nothing are left out."""
    model = HourlyModel(twin, result)
    now = outcome_of(result)
    base = Outcome(*_with(model.year(), now.delivered))
    found = [*_panel(twin, model, now), *_time(twin, result, model, now)]
    useful = []
    for one in found:
        # the model's own error must not look like a gain: compare model with model
        shift = Outcome(
            max(0.0, now.hours_down + one.expected.hours_down - base.hours_down),
            one.expected.delivered,
            min(1.0, now.lowest_soc + one.expected.lowest_soc - base.lowest_soc),
        )
        hours, visitors, reserve = shift.better_than(now)
        if hours > 0 or (
            hours == 0 and (visitors >= _WORTH_VISITORS or (visitors >= 0 and reserve > _WORTH_SOC))
        ):
            useful.append(replace(one, expected=shift))
    return sorted(useful, key=lambda one: one.expected.better_than(now), reverse=True)


def _with(pair: tuple[float, float], delivered: float) -> tuple[float, float, float]:
    return pair[0], delivered, pair[1]


def _panel(twin: Twin, model: HourlyModel, now: Outcome) -> list[Candidate]:
    """Changes of panel and battery: they save hours and with them the visitors of these hours."""
    scenario, sky = twin.scenario, twin.sky
    per_hour = now.delivered / max(1.0, scenario.days * 24.0 - now.hours_down)

    def one(title: str, why: str, changed: Scenario, pair: tuple[float, float]) -> Candidate:
        gained = max(0.0, now.hours_down - pair[0]) * per_hour
        return Candidate(title, why, changed, Outcome(*_with(pair, now.delivered + gained)))

    found = [
        one(
            "A panel twice as large",
            "It works against too little sun in winter.",
            scenario.change(panel_scale=2.0 * scenario.panel_scale),
            model.year(panel=2.0),
        ),
        one(
            "A battery twice as large",
            "It works against long dark spells.",
            scenario.change(cell_scale=2.0 * scenario.cell_scale),
            model.year(cell=2.0),
        ),
    ]
    for tilt in (30.0, 60.0, 75.0):
        if abs(tilt - sky.tilt_deg) > 5.0:
            plane = _plane(sky, tilt, twin)
            title = f"The panel tilted to {tilt:.0f} degrees instead of {sky.tilt_deg:.0f}"
            found.append(
                one(
                    title,
                    "It works against the low sun.",
                    scenario.change(tilt_deg=tilt),
                    model.year(plane=plane),
                )
            )
    return found


def _plane(sky: Sky, tilt: float, twin: Twin) -> FloatArray:
    """Hourly irradiance at another tilt, relative to the run's own."""
    other = twin.scenario.troubles.on_sky(sky.turned(twin.design.panel, tilt))
    old = np.array(sky.poa_W_m2)
    hours = len(twin.plant.books.soc)
    ratio = np.divide(np.array(other.poa_W_m2), old, out=np.ones_like(old), where=old > 1.0)
    return np.resize(ratio, hours)


def _time(twin: Twin, result: RunResult, model: HourlyModel, now: Outcome) -> list[Candidate]:
    """Changes of the firmware's timing: a faster shutter, a shorter hold-off."""
    found = []
    scenario = twin.scenario
    if not scenario.compiled:
        saved_s = compile_saving_s(twin)
        caught = _caught_sooner(twin, saved_s)
        saved_W = result.wakes * saved_s * twin.hardware.board_row("busy") / (scenario.days * 86_400.0)
        found.append(
            Candidate(
                f"The firmware as .mpy files: the shutter opens {saved_s:.1f} s sooner",
                "It works against visitors who have left before the shutter.",
                scenario.change(compiled=True),
                Outcome(*_with(model.year(more_W=-saved_W), now.delivered + caught)),
            )
        )
    holdoff = int(scenario.settings.get("TORPOR_HOLDOFF_S", 30))
    lost = result.fates["hold-off"]
    if lost and holdoff >= 10:
        half = holdoff // 2
        more_W = result.wakes_by_cause.get("hold-off timer", 0) * result.empties_Wh / max(1, result.empties)
        found.append(
            Candidate(
                f"A hold-off of {half} s instead of {holdoff} s",
                "It works against visitors who come while the PIR is not watched.",
                scenario.change(settings={**scenario.settings, "TORPOR_HOLDOFF_S": half}),
                Outcome(
                    *_with(model.year(more_W=more_W / (scenario.days * 24.0)), now.delivered + 0.4 * lost)
                ),
            )
        )
    return found


def compile_saving_s(twin: Twin) -> float:
    """Seconds per wake between reset and shutter that compiled files would save."""
    prices = twin.life.machine.prices
    way = twin.life.loads.shutter
    if way is None:
        return 0.0
    late_s = (
        way.command_s - way.settle_s - twin.design.part("camera").v("settle")
    )  # imports outlasted the exposure
    return way.compilable * (prices.compile_py_byte - prices.compile_mpy_byte) * 1e-9 + max(0.0, late_s)


def _caught_sooner(twin: Twin, saved_s: float) -> float:
    """Visitors who had left before the shutter, but would still have been there."""
    caught = 0
    boots = {note.booted_s: note for note in twin.life.notes if note.frames}
    starts = sorted(boots)
    for visitor in twin.visitors:
        index = int(np.searchsorted(starts, visitor.t_s))
        if index < len(starts) and starts[index] <= visitor.leave_s + 5.0:
            shutter = boots[starts[index]].frames[0].t_s
            if visitor.seen and shutter > visitor.leave_s >= shutter - saved_s:
                caught += 1
    return float(caught)


def advise(
    twin: Twin, result: RunResult, full_run: Callable[[Scenario], RunResult], most: int = 1
) -> Advice | None:
    """The best candidate, confirmed by `full_run`; None if no change is worth it."""
    ranked = candidates(twin, result)
    if not ranked:
        return None
    now = outcome_of(result)
    best = ranked[0]
    confirmed = outcome_of(full_run(best.changed)) if most else None
    rows = [
        (
            one.title,
            one.expected.words(now),
            confirmed.words(now) if confirmed is not None and one is best else "",
        )
        for one in ranked
    ]
    return Advice(
        title=best.title,
        why=best.why,
        predicted=f"The hourly model expects {best.expected.words(now)}.",
        confirmed=f"One more full run gave {confirmed.words(now)}." if confirmed is not None else "",
        rows=rows,
    )
