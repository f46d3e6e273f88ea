"""What the fast kernel is told: prices from a short run of the twin, and the very motions of a garden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from boards import Design, half_full_V, load_design
from sim.air import Link
from sim.differences import with_measured
from sim.kernel import FALSE_DARK, FALSE_LIT, VISITOR_DARK, VISITOR_LIT, Motions, Prices
from sim.measured import Difference
from sim.nodefile import node_values
from sim.prices import PICTURES_KiB, asleep_A, asleep_W, board_mW, sleep_W, spared_A
from sim.run import run
from sim.scenario import Scenario
from sim.sky import Sky
from sim.supply import DOWN
from sim.visitors import Garden, false_motions, visitors
from sim.weather import Weather
from sim.world import World

#: The twin's run: long enough for some hundred pictures, at the sun's best.
DAYS, START_DAY = 8, 165
#: Two more, almost without sun: in the lock-out all the time; and on a ramp that serves most but not all, for
#: a day: before the second lesson there is no plan, so that no policy has a say in its own prices.
LOCKED = {
    "soc": 0.55, "panel_scale": 0.01,
    "settings": {"TORPOR_LOW_PCT": 60, "TORPOR_HIGH_PCT": 80, "TORPOR_FULL_PCT": 100},
}  # fmt: skip
SCARCE = {
    "days": 1.0, "soc": 0.9, "panel_scale": 0.01,
    "settings": {"TORPOR_LOW_PCT": 5, "TORPOR_HIGH_PCT": 10, "TORPOR_FULL_PCT": 100},
}  # fmt: skip
#: The same at a charge at which most motions are refused, and which lasts the day with any camera.
SCARCER = {**SCARCE, "soc": 0.45}
#: States that take something else than their rows say: name, mean mW, V at the battery if known.
Measured = tuple[tuple[str, float, float | None], ...]
Differences = Mapping[str, Difference] | None
#: Light (`Sky.light`) below which a picture is dark. Source: the twin's report calls such pictures dark.
DARK = 0.05


@dataclass(frozen=True, slots=True)
class _Spent:
    """What one run of the twin spent, J: on taking pictures, by state, and on the rest, its sleep as by pin
    left out. `alive_s`, `motions` : of the time in which its battery gave it anything."""

    by_state: Mapping[str, float]
    counts: Mapping[str, int]
    taken_J: float
    rest_J: float
    motions: float
    alive_s: float
    kib: float

    def times(self, name: str) -> int:
        """How often the journal says `name`, at least 1."""
        return max(1, self.counts.get(name, 0))


def _spent(whole: Scenario, **changes: Any) -> _Spent:
    """Some days of the twin."""
    result, twin = run(whole.change(**changes))
    days = round(twin.scenario.days)
    spent = {state: 3600.0 * Wh for state, Wh in result.energy_by_state_Wh.items()}
    taken_J = sum(spent.get(state, 0.0) for state in ("CAMERA", "CAPTURE", "STORE"))
    kib = sum(picture.size for picture in result.pictures) / 1024.0 / max(1, len(result.pictures))
    alive_s, volt_s, spared_volt_s = _alive(twin.world)
    motions, _ = motions_of(whole.garden, twin.sky.weather, twin.sky, days, START_DAY, twin.scenario.seed)
    rest_J = sum(spent.values()) - taken_J - spent.get("CONNECT", 0.0) - spent.get("UPLOAD", 0.0)
    rest_J -= _asleep_J(twin.design, whole.differences, alive_s, volt_s, spared_volt_s)
    met = max(1.0, len(motions.kinds) * alive_s / (days * 86_400.0))
    return _Spent(spent, result.journal_counts, taken_J, max(0.0, rest_J), met, alive_s, kib)


def _alive(world: World) -> tuple[float, float, float]:
    """How long the battery gave anything, s; its voltage summed over that, V s; the same while the camera had
    not been used since power-up, which then takes less where nothing switches it."""
    alive_s = volt_s = spared_volt_s = 0.0
    used = False
    for state, passed_s, volts in zip(world.states, world.dt_s, world.volts, strict=True):
        used = (used or state == "CAMERA") and state != DOWN
        if state != DOWN:
            alive_s += passed_s
            volt_s += volts * passed_s
            spared_volt_s += 0.0 if used else volts * passed_s
    return alive_s, volt_s, spared_volt_s


@lru_cache(maxsize=16)
def prices_of(design: str, garden: Garden, link: Link, measured: Measured = ()) -> Prices:
    """Prices of a design's node from short runs of the twin: its battery full, scarce, and locked out.

    What a wake takes beside picture and radio, its hold-offs included, is shared among the motions that the
    PIR saw, so that the sum is the twin's own. `measured` : states that really take something else.
    """
    known = load_design(design)
    whole = Scenario(design, days=float(DAYS), start_day=START_DAY, garden=garden, link=link)
    whole = with_measured(whole, {state: (mW, volts) for state, mW, volts in measured})
    full = _spent(whole)
    locked = _spent(whole, **LOCKED)
    scarce = _spent(whole, **SCARCE)
    clocked = int(str(node_values(known)["RECHECK_s"])) > 0
    pictures = full.times("PICTURE")
    camera_J = full.by_state.get("CAMERA", 0.0) / pictures
    small = PICTURES_KiB[1] / PICTURES_KiB[0]
    by_size_J = (full.taken_J / pictures - camera_J) * (1.0 - small)
    if clocked:  # locked out it meets no motion, so a second scarce run tells a refusal from a picture
        scarce_J, refused_J = _apart(scarce, _spent(whole, **SCARCER))
    else:
        refused_J = locked.rest_J / locked.motions
        refused = scarce.counts.get("DUTY", 0) * locked.rest_J / locked.times("LOW_BATTERY")
        scarce_J = max(0.0, scarce.rest_J - refused) / scarce.times("PICTURE")
    return Prices(
        sleep_W=measured_asleep_W(known, whole.differences),
        booked_W=node_values(known)["SLEEP_PIN_uW"] / 1e6,  # type: ignore[operator]
        awake_W=board_mW(known, "radio_idle") / 1000.0 + sleep_W(known, "deep_sleep_pin"),
        wake_J=full.rest_J / full.motions,
        scarce_J=scarce_J,
        refused_J=refused_J,
        dark_J=camera_J,
        picture_J=full.taken_J / pictures,
        small_J=full.taken_J / pictures - by_size_J,
        join_J=full.by_state.get("CONNECT", 0.0) / full.times("SENT"),
        kib_J=full.by_state.get("UPLOAD", 0.0) / max(1.0, full.kib * pictures),
        big_KiB=full.kib,
        small_KiB=full.kib * small,
        sleep_A=measured_asleep_A(known, whole.differences),
        locked_W=locked.rest_J / locked.alive_s if clocked else 0.0,
        clocked=float(clocked),
    )


def _apart(few: _Spent, many: _Spent) -> tuple[float, float]:
    """What a wake with a picture and one without take, J, from two runs with few and with many refusals;
    neither less than nothing, and where one would be, the other alone explains both runs."""
    from scipy.optimize import nnls  # half a second to load

    shown = np.array([[one.times("PICTURE"), one.counts.get("DUTY", 0)] for one in (few, many)], dtype=float)
    found, _ = nnls(shown, np.array([few.rest_J, many.rest_J]))
    return float(found[0]), float(found[1])


def _asleep_J(
    design: Design, differences: Differences, alive_s: float, volt_s: float, spared_volt_s: float
) -> float:
    """What the node would take if it slept all the time; constant currents at the voltage that the battery
    had, moment by moment: beside a sleep that its camera spoils a wake is a small difference."""
    steady_A = measured_asleep_A(design, differences)
    steady_W = measured_asleep_W(design, differences) - steady_A * half_full_V(design)
    less_A = spared_A(design) * (1.0 + _asleep(design, differences).share)
    return steady_W * alive_s + steady_A * volt_s - less_A * spared_volt_s


def measured_asleep_W(design: Design, differences: Differences) -> float:
    """What the node draws between events, W at a half-full battery, with what was measured of its sleep."""
    found = _asleep(design, differences)
    return asleep_W(design) * (1.0 + found.share) + found.watts + found.amps * half_full_V(design)


def measured_asleep_A(design: Design, differences: Differences) -> float:
    """The part of it that is a constant current, A."""
    found = _asleep(design, differences)
    return asleep_A(design) * (1.0 + found.share) + found.amps


def _asleep(design: Design, differences: Differences) -> Difference:
    """By how much the state between events parts from its rows: a latched node is then off."""
    return (differences or {}).get("OFF" if design.latch else "SLEEP", Difference())


def motions_of(
    garden: Garden, weather: Weather, sky: Sky, days: int, start_day: int, seed: int
) -> tuple[Motions, float]:
    """Motions as the twin's PIR sees them, and how many visitors a mean day has in daylight."""
    south = weather.latitude < 0.0
    found = [one for one in visitors(garden, days, start_day, seed, south) if one.seen]
    false = false_motions(garden, weather, days, start_day * 24, seed)
    times = [(one.t_s, VISITOR_LIT, VISITOR_DARK) for one in found]
    times += [(t_s, FALSE_LIT, FALSE_DARK) for t_s, _ in false]
    times.sort()
    kinds = [lit if sky.light(t_s) >= DARK else dark for t_s, lit, dark in times]
    hours = np.array([t_s / 3600.0 for t_s, _, _ in times])
    first = np.searchsorted(hours, np.arange(days * 24 + 1))
    return Motions(first, np.array(kinds, dtype=np.int64)), kinds.count(VISITOR_LIT) / days


def config_of(design: Design, settings: dict[str, int] | None = None) -> dict[str, int]:
    """decide's Config for a design, by its names, as torpor's own settings and rows give it."""
    rows = node_values(design)
    known = {
        "low_pct": rows["LOW_PCT"], "high_pct": rows["HIGH_PCT"], "full_pct": 60, "batch": 1, "holdoff_s": 30,
        "night": 1, "wakes_h": 60, "spool": rows["SPOOL_FITS"], "edge": rows["EDGE"],
    }  # fmt: skip
    for name in ("burst_mV", "holdoff_max_s", "pir_s", "recheck_s", "sag_mV"):
        word, _, unit = name.rpartition("_")
        known[name] = rows[f"{word.upper()}_{unit}"]
    return {name: int(str(value)) for name, value in {**known, **(settings or {})}.items()}
