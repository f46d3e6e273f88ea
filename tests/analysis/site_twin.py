"""A panel under a sky of five-minute clouds, whose truth is known: what the tests of the site look for.

Sky, plane, surroundings and panel are the twin's own; clouds, haze and the days' air are drawn from the seed.
Nothing of the analysis is used here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from analysis.log import SAMPLES, Log
from boards import load_design
from sim.buck import charger_of
from sim.clear_sky import altitude_m, clear_moments
from sim.diode_panel import panel_of
from sim.place import usual_air_C
from sim.plane import plane_light
from sim.sun import sun_over
from sim.surroundings import OPEN, Surroundings, sky_shares

STEP_min = 5


@dataclass(frozen=True)
class Week:
    """What a log is made of: the place, the first day, the panel as it stands, what hides its sky, weather.

    `scale` : times the design's own panel. `kinds` : one letter a day: c clear, b broken, o overcast.
    `full_from_h` : from this hour (UTC) on the battery takes a tenth of what it could have.
    """

    latitude: float = 48.2
    longitude: float = 11.6
    first: datetime = datetime(2025, 9, 20)
    days: int = 7
    design: str = "pico-w-arducam-2mp"
    scale: float = 1.0
    tilt_deg: float = 60.0
    azimuth_deg: float = 180.0
    around: Surroundings = OPEN
    kinds: str = ""
    seed: int = 1
    clock_min: float = 0.0
    battery_V: float = 3.9
    full_from_h: float = 24.0


def log_of(week: Week, lead: str = "panel") -> Log:
    """The log of a meter in the panel's lead or behind the charger; its clock is UTC and `clock_min` fast."""
    design = load_design(week.design)
    absorbed, poa, air_C = _light(replace(week, clock_min=0.0, scale=1.0, battery_V=3.9, full_from_h=24.0))
    full = np.arange(len(absorbed)) * STEP_min / 60.0 % 24.0 >= week.full_from_h
    cell_C = air_C + poa / (design.panel.v("u0") + 1.5 * design.panel.v("u1"))
    curves = panel_of(design.panel).curves(absorbed, cell_C)
    charger = charger_of(design.charger)
    volts = np.array([week.battery_V])
    if lead == "panel":
        at = max(week.battery_V + charger.dropout_V, charger.start_V)
        amps = week.scale * curves.current_A(np.array([at]))[:, 0]
        amps = np.minimum(np.where(curves.voc_V > charger.start_V, amps, 0.0), charger.charge_A)
        V = np.where(amps > 0.0, at, np.minimum(at, curves.voc_V))
        amps = np.where(full, 0.1 * amps, amps)
        share = amps / np.maximum(week.scale * curves.iph_A, 1e-12)
        V = np.where(
            full & (amps > 0.0), curves.voc_V + curves.a_V * np.log(1.0 - np.minimum(share, 0.99)), V
        )
    else:
        amps = week.scale * charger.offered_A(curves, volts)[:, 0] - charger.unbooked_A
        amps = np.clip(np.where(curves.voc_V > charger.start_V, amps, 0.0), 0.0, charger.charge_A)
        amps = np.where(full, 0.1 * amps, amps)
        V = np.where(full & (amps > 0.0), charger.float_V, week.battery_V)
    return as_log(week, V, 1000.0 * amps)


def as_log(week: Week, V: np.ndarray, mA: np.ndarray) -> Log:
    count = len(V)
    start = week.first.replace(tzinfo=UTC) + timedelta(minutes=week.clock_min)
    step_s = 60.0 * STEP_min
    none = np.zeros(count, dtype=np.int64)
    return Log(
        "week.csv", SAMPLES, np.arange(count) * step_s, np.full(count, step_s), V, mA, none - 1, (), none,
        False, none, ("measured",), start=start,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _light(week: Week) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Light behind the cover, in the plane, and the air, every five minutes from `first` (UTC)."""
    rng = np.random.default_rng([week.seed, 77])
    count = week.days * 24 * 60 // STEP_min
    hours = (np.arange(count) + 0.5) * STEP_min / 60.0
    sun = sun_over(week.latitude, week.longitude, week.first, hours)
    day = np.full(count, week.first.timetuple().tm_yday) + (hours // 24).astype(int)
    day = (day - 1) % 365 + 1
    clear = clear_moments(sun, day, week.latitude, week.longitude, altitude_m(week.latitude, week.longitude))
    shines, thick = _clouds(week, rng, count)
    haze = np.repeat(rng.normal(1.0, 0.04, week.days), count // week.days)
    dni = clear.dni * haze * shines
    dhi = clear.dhi * (1.0 + 0.8 * (1.0 - shines)) * thick + 0.15 * clear.ghi * thick * (1.0 - shines)
    dhi *= 2.0 - haze
    ghi = dni * np.maximum(sun.up, 0.0) + dhi
    plane = (week.tilt_deg, week.azimuth_deg)
    light = plane_light((ghi, dhi, dni), sun, day.astype(float), plane, 0.2)
    things = tuple(thing.passes for thing in week.around.obstructions)
    dome, band = sky_shares(week.around, plane, things)
    passes = week.around.passes(sun.azimuth_deg, sun.apparent_deg, things)
    left = light.blocked(passes, np.full(count, dome), np.full(count, band))
    month = usual_air_C(week.latitude, week.longitude, 100.0)[week.first.month - 1]
    weather_C = np.repeat(rng.normal(month, 4.0, week.days), count // week.days)
    air = weather_C + 5.0 * np.cos((hours + week.longitude / 15.0 - 14.5) * np.pi / 12.0)
    return left.behind_cover(), left.total, air


def _clouds(week: Week, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of the beam that gets through, and how bright what is left is, every five minutes."""
    per_day = count // week.days
    kinds = week.kinds or "".join(rng.choice(list("ccbbo"), week.days))
    shines, thick = np.ones(count), np.ones(count)
    for number in range(week.days):
        part = slice(number * per_day, (number + 1) * per_day)
        kind = kinds[number % len(kinds)]
        if kind == "c":
            continue
        middle = -2.5 if kind == "o" else rng.uniform(-0.5, 0.6)
        wander = _wander(rng, per_day, 35.0) + middle
        shines[part] = np.clip(0.5 + 2.0 * wander, 0.0, 1.0)
        thick[part] = np.exp(0.35 * _wander(rng, per_day, 90.0) - (0.5 if kind == "o" else 0.1))
    return shines, thick


def _wander(rng: np.random.Generator, count: int, lasts_min: float) -> np.ndarray:
    """A line that wanders around 0 with deviation 1 and forgets where it was after so long."""
    keep = np.exp(-STEP_min / lasts_min)
    steps = rng.standard_normal(count) * np.sqrt(1.0 - keep**2)
    line = np.empty(count)
    line[0] = rng.standard_normal()
    for at in range(1, count):
        line[at] = keep * line[at - 1] + steps[at]
    return line
