"""The same node's year by others: a plain Python loop, SimPy, PySAM's battery, pvlib's chain."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from math import exp
from statistics import median
from typing import Any

import numpy as np

from benchmarks.contract import Figure
from boards import load_design
from sim.odds import engine
from sim.odds.case import Case
from sim.weather import HOURS, Weather

DESIGN = "pico-w-arducam-2mp"
RUNS = 3


def peers(weather: Weather) -> dict[str, Figure]:
    """Node-years per second of processor time by each, and pvlib's weather in ms a year."""
    one = engine.ready(Case(load_design(DESIGN), (weather,)))
    table = PlainYear(one)
    return {
        "python": round(_per_s(table.live), 1),
        "simpy": round(_per_s(table.in_simpy), 2),
        "pysam": round(_per_s(lambda: pysam_battery(table)), 2),
        "pvlib": round(_per_s(lambda: pvlib_chain(weather)), 2),
        "pvlib_weather_ms": round(1000.0 / _per_s(lambda: pvlib_chain(weather)), 1),
    }


def _per_s(work: Callable[[], object]) -> float:
    found = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return 1.0 / median(found)


class PlainYear:
    """The kernel's year with a ramp on charge, on lists and floats, as anyone would write it first."""

    def __init__(self, one: Any) -> None:
        rows = one.hours.rows.astype(float)
        self.amps: list[float] = rows[:, 6].tolist()
        self.standing: list[float] = rows[:, 0].tolist()
        self.floor: list[float] = rows[:, 2].tolist()
        self.rate: list[float] = one.events.rate.tolist()
        self.curve = [float(np.interp(q, *_curve(one))) for q in np.linspace(0.0, 1.0, 101)]
        self.capacity_C = one.hours.capacity_h * 3600.0
        prices = one.prices
        self.base_J, self.wake_J = prices.sleep_W * 3600.0, prices.wake_J
        self.picture_J = prices.picture_J + prices.join_J + prices.big_KiB * prices.kib_J

    def live(self) -> float:
        """A year, hour by hour; returns the hours down."""
        chance = random.Random(1)
        charge, credit, down_h, up = 0.8 * self.capacity_C, 0.0, 0.0, True
        for hour in range(HOURS):
            charge, credit, up = self.hour(hour, charge, credit, up, _poisson(chance, self.rate[hour]))
            down_h += not up
        return down_h

    def hour(
        self, hour: int, charge: float, credit: float, up: bool, count: int
    ) -> tuple[float, float, bool]:
        """Charge, credit and supply an hour later."""
        share = charge / self.capacity_C
        volts = self.curve[int(100.0 * share)]
        load_J = 0.0
        if up:
            credit += count * min(1.0, max(0.0, (share - 0.2) / 0.8))
            taken = min(int(credit), count)
            credit = min(credit - taken, 1.0)
            load_J = self.base_J + count * self.wake_J + taken * self.picture_J
        net = self.amps[hour] - self.standing[hour] - load_J / 3600.0 / volts
        charge = min(self.capacity_C, max(0.0, charge + 3600.0 * net))
        floor = self.floor[hour] * self.capacity_C
        return charge, credit, charge > floor if up else charge > floor + 0.05 * self.capacity_C

    def in_simpy(self) -> float:
        """The same with an event for each visitor and each hour."""
        import simpy

        env = simpy.Environment()
        chance = random.Random(1)
        state = {"charge": 0.8 * self.capacity_C, "credit": 0.0, "down": 0.0}
        waiting = [0]

        def guests() -> Generator[Any, Any, None]:
            while True:
                rate = self.rate[int(env.now) % HOURS]
                yield env.timeout(chance.expovariate(max(rate, 1e-3)))
                waiting[0] += 1

        def hours() -> Generator[Any, Any, None]:
            up = True
            while True:
                yield env.timeout(1.0)
                hour = int(env.now - 1.0) % HOURS
                state["charge"], state["credit"], up = self.hour(
                    hour, state["charge"], state["credit"], up, waiting[0]
                )
                waiting[0] = 0
                state["down"] += not up

        env.process(guests())
        env.process(hours())
        env.run(until=HOURS)
        return float(state["down"])


def _curve(one: Any) -> tuple[Any, Any]:
    knots = one.hours.knots.astype(float)
    q = np.linspace(0.0, 1.0, 101)
    bends = knots[1:, 1] * np.maximum(q[:, None] - knots[1:, 0], 0.0)
    return q, knots[0, 0] + knots[0, 1] * q + bends.sum(axis=1)


def _poisson(chance: random.Random, mean: float) -> int:
    count, product, limit = 0, chance.random(), exp(-mean)
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def pysam_battery(table: PlainYear) -> float:
    """SAM's battery through the year's hours under the mean load, from Python."""
    from PySAM import BatteryStateful

    battery = BatteryStateful.default("NMCGraphite")
    battery.Controls.control_mode = 1.0
    battery.Controls.dt_hr = 1.0
    battery.Controls.input_power = 0.0
    battery.ParamsPack.nominal_energy = 0.0108
    battery.ParamsPack.nominal_voltage = 3.6
    battery.ParamsCell.initial_SOC, battery.ParamsCell.minimum_SOC = 80.0, 2.0
    battery.ParamsCell.maximum_SOC = 100.0
    battery.setup()
    for hour in range(HOURS):
        load_W = (table.base_J + table.rate[hour] * (table.wake_J + table.picture_J)) / 3600.0
        battery.Controls.input_power = (load_W - 3.7 * table.amps[hour]) / 1000.0
        battery.execute(0)
    return float(battery.StatePack.SOC)


def pvlib_chain(weather: Weather) -> float:
    """The year's energy of the panel by pvlib alone: sun, Perez, cell temperature, PVWatts' DC."""
    import pandas as pd
    import pvlib

    first = pd.Timestamp(weather.start) - pd.Timedelta(hours=weather.utc_offset_h - float(weather.mid_h[0]))
    times = pd.date_range(first, periods=HOURS, freq="h", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, weather.latitude, weather.longitude)
    parts = pvlib.irradiance.get_total_irradiance(
        60.0, 180.0, sun["apparent_zenith"], sun["azimuth"], weather.dni, weather.ghi, weather.dhi,
        dni_extra=pvlib.irradiance.get_extra_radiation(times),
        airmass=pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"]), model="perez",
    )  # fmt: skip
    plane = parts["poa_global"].fillna(0.0)
    warm = pvlib.temperature.faiman(plane, weather.temp_air, weather.wind)
    return float(pvlib.pvsystem.pvwatts_dc(plane, warm, 2.0, -0.004).sum())
