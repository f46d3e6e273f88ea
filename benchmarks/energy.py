"""`bench energy`: node-years per second of the Monte-Carlo kernel, a map of sizes, a site-year of weather;
beside a pure Python loop, SimPy, PySAM's battery and pvlib, in the same call.

Speeds are node-years per second of processor time, the median of several runs, so that other work on the
machine counts little; `wall` figures are by the clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from statistics import median

import numpy as np

from benchmarks.contract import Figure, Progress, Result
from benchmarks.energy_peak import operations, peak_per_s
from benchmarks.energy_peers import peers
from benchmarks.twin import rss_mb
from boards import load_design
from sim.odds import engine
from sim.odds.case import Case
from sim.odds.engine import Ready, Years
from sim.odds.sizing import survey
from sim.sky import Sky
from sim.weather import Weather, default_weather
from sim.years import resampled

DESIGN = "pico-w-arducam-2mp"
START_DAY = 181
#: Blocks per run and runs; years of the flat-memory check.
BLOCKS, RUNS = 16, 7
FEW, MANY = 10, 1000
MAP, MAP_YEARS = 20, 100


def run(progress: Progress) -> Result:
    """All of it."""
    weather = default_weather()
    progress("compiling, once", 0.0)
    ours, plain = _ready(weather, "ours"), _ready(weather, "plain")
    years = _years(weather, BLOCKS)
    for one in (ours, plain):
        engine.block(one, years, 0)
    progress("the kernel", 0.1)
    figures: dict[str, Figure] = {
        "kernel_ramp": round(_speed(plain, years)),
        "kernel_policy": round(_speed(ours, years)),
        "kernel_policy_scarce": round(_speed(replace(ours, case=ours.case.change(panel_x=0.05)), years)),
    }
    progress("two cores", 0.3)
    figures |= _side_by_side(ours, years)
    progress("a map of sizes", 0.4)
    figures["sizing_s"] = round(min(_timed(lambda: _map(ours, weather)) for _ in range(3)), 3)
    progress("weather", 0.5)
    took = [_timed(partial(_prepared, weather, turn)) for turn in range(1, 20)]
    figures["weather_ms"] = round(1000.0 * median(took), 2)
    progress("memory", 0.6)
    figures |= _memory(weather)
    figures["second_start_s"] = round(_second_start(), 2)
    progress("what bounds it", 0.7)
    figures |= _bound(float(str(figures["kernel_policy"])))
    progress("peers", 0.8)
    return Result(figures, peers(weather))


def _ready(weather: Weather, policy: str) -> Ready:
    case = Case(load_design(DESIGN), (weather,), policy="ramp" if policy == "plain" else policy)
    one = engine.ready(case)
    return replace(one, case=case.change(policy=policy))


def _years(weather: Weather, count: int) -> Years:
    day = np.tile((np.arange(365) + START_DAY) % 365, (count, 1)).astype(np.int32)
    return Years(day, np.ones((count, 365), dtype=np.float32))


def _speed(one: Ready, years: Years) -> float:
    """Node-years per second of one core's time."""
    lanes = engine.block(one, years, 0)[0].shape[-1]
    found = []
    for _ in range(RUNS):
        started = time.thread_time()
        for number in range(BLOCKS):
            engine.block(one, years, number)
        found.append(BLOCKS * lanes / (time.thread_time() - started))
    return float(median(found))


def _side_by_side(one: Ready, years: Years) -> dict[str, Figure]:
    """By the clock, counting included: one core, and all of them, turn by turn."""
    alone: list[float] = []
    together: list[float] = []
    for _ in range(RUNS):
        for workers, into in ((1, alone), (os.cpu_count() or 1, together)):
            started = time.perf_counter()
            tally = engine.run(one, years, workers=workers)
            into.append(tally.node_years / (time.perf_counter() - started))
    return {
        "wall_one_core": round(median(alone)),
        "wall_all_cores": round(median(together)),
        "cores_ratio": round(median(b / a for a, b in zip(alone, together, strict=True)), 2),
    }


def _map(one: Ready, weather: Weather) -> None:
    """A map of sizes with the real policy, the resampling of its years included."""
    years = resampled([weather], MAP_YEARS + 1, 1, tilt_deg=60.0)
    run_days = slice(START_DAY, START_DAY + 365 * MAP_YEARS)  # its years begin in summer, not in January
    day = (years.day % 365).reshape(-1)[run_days].reshape(-1, 365)
    factor = years.factor.reshape(-1)[run_days].reshape(-1, 365)
    sizes = list(np.geomspace(0.05, 2.0, MAP))
    survey(one, Years(day, factor), sizes, sizes)


def _prepared(weather: Weather, turn: int) -> None:
    """A new site's year: sun, plane, panel and garden."""
    from sim.hour_table import hour_table
    from sim.odds.hours import hours_of

    design = load_design(DESIGN)
    other = replace(weather, latitude=weather.latitude + 0.3 * turn, longitude=weather.longitude + 0.1 * turn)
    hours_of([hour_table(design, Sky.prepare(other, design.panel, 60.0, 180.0))])


def _memory(weather: Weather) -> dict[str, Figure]:
    """Largest resident set after few years and after many."""
    one = _ready(weather, "ours")
    engine.run(one, _years(weather, FEW))
    before = rss_mb()
    engine.run(one, _years(weather, MANY))
    after = rss_mb()
    grown = None if before is None or after is None else round(after - before, 1)
    return {"rss_mb": after, "node_years_for_rss": MANY * 128, "rss_growth_mb": grown}


def _second_start() -> float:
    """A new process until its first block is done: everything compiled is there."""
    script = (
        "from benchmarks.energy import _ready, _years, default_weather; from sim.odds import engine;"
        "w = default_weather(); engine.block(_ready(w, 'ours'), _years(w, 1), 0)"
    )
    return _timed(lambda: subprocess.run([sys.executable, "-c", script], check=True))


def _bound(policy: float) -> dict[str, Figure]:
    """Operations per hour and lane, and the share of what one core does at most that they come to."""
    peak, counted = peak_per_s(), operations()
    return {
        "operations_per_step": counted,
        "peak_gop_s": round(peak / 1e9, 1),
        "share_of_peak": round(counted * 8760.0 * policy / peak, 3),
    }


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
