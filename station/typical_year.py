"""A node's typical year by the simulator's fast model.

The model is `sim.kernel`: hour by hour, every motion decided by the node's own policy, in plain Python here.
A node without a camera has no motions: its mean load, from a short run of the twin, stands for all it does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from boards import Design, load_design
from sim.air import Link
from sim.kernel import NONE, OURS, Motions, Node, Prices, Year, run_year
from sim.kernel_plant import KernelPlant
from sim.kernel_prices import config_of, motions_of, prices_of
from sim.nodefile import node_values
from sim.policy_source import plain
from sim.run import run
from sim.scenario import Scenario
from sim.sky import Sky
from sim.visitors import Garden
from sim.weather import Weather
from sim.weather_choice import one_year
from station.forecast import DAYS, HALVES, Asked, Forecast, Half

#: The modelled year begins in July: whoever enters the winter has a summer behind it, and is full.
START_DAY, CHARGE, SEED = 181, 1.0, 1
#: Share of a half-month's hours below (and above) the band.
_TAIL = 0.1
_DAY_VALUE = ((1.0, 1.0),)
#: The policy's names of settings.
_CONFIG = ("low_pct", "high_pct", "full_pct", "batch", "holdoff_s", "night", "wakes_h")


def forecast(asked: Asked) -> Forecast:
    """Run the year. Errors of boards and sim where the design or the weather cannot be read."""
    design = load_design(asked.design)
    weather = one_year(Path(asked.weather) if asked.weather else None)
    options = design.options
    tilt, azimuth = float(str(options["tilt_deg"])), float(str(options["azimuth_deg"]))
    sky = Sky.prepare(weather, design.panel, tilt, azimuth, start_day=START_DAY)
    plant = KernelPlant.of(design, sky)
    if design.camera and design.pir:
        year = _watching(design, weather, sky, plant, dict(asked.settings))
    else:
        year = _steady(design, asked.design, plant)
    return Forecast(asked.key, weather.site, _halves(year))


def _watching(
    design: Design, weather: Weather, sky: Sky, plant: KernelPlant, settings: dict[str, int]
) -> Year:
    """A camera's year in an ordinary garden, every motion decided by its policy."""
    motions, ordinary = motions_of(Garden(), weather, sky, DAYS, START_DAY, SEED)
    prices = prices_of(str(design.path), Garden(), Link())
    rows = node_values(design)
    first_J = (int(str(rows["CELL_J"])), int(str(rows["HARVEST_J"])), int(str(rows["BASE_J"])))
    known = {name: settings.get(f"TORPOR_{name.upper()}") for name in _CONFIG}
    config = config_of(design, {name: value for name, value in known.items() if value is not None})
    latitude = settings.get("TORPOR_LATITUDE", 90)
    season = plain()["flat"]() if latitude == 90 else plain()["course"](latitude, rows["TILT_deg"])
    node = Node(OURS, config, season, first_J)
    return run_year(
        plant, prices, motions, node, _DAY_VALUE, ordinary, CHARGE, START_DAY * 24, quick=False
    )  # fmt: skip


def _steady(design: Design, name: str, plant: KernelPlant) -> Year:
    """A year of the load that a few days of the twin have in the mean."""
    result, _ = run(Scenario(name, days=4.0, start_day=START_DAY))
    mean_W = float(result.hour_load_Wh.mean())
    prices = Prices(mean_W, mean_W, mean_W, *(0.0,) * 10)
    nothing = Motions(np.zeros(DAYS * 24 + 1, dtype=np.int64), np.zeros(0, dtype=np.int64))
    node = Node(NONE, config_of(design))
    return run_year(plant, prices, nothing, node, _DAY_VALUE, 1.0, CHARGE, START_DAY * 24, quick=False)


def _halves(year: Year) -> tuple[Half, ...]:
    """The year's half-months in the calendar's order."""
    day_half = (np.arange(DAYS) + START_DAY) % DAYS * HALVES // DAYS
    hour_half = np.repeat(day_half, 24)
    found = []
    for half in range(HALVES):
        soc = year.hour_soc[hour_half == half]
        days = {name: values[day_half == half] for name, values in year.days.items()}
        low, middle, high = np.quantile(soc, (_TAIL, 0.5, 1.0 - _TAIL))
        found.append(
            Half(
                low=round(float(low), 4),
                middle=round(float(middle), 4),
                high=round(float(high), 4),
                harvest_Wh=round(float(days["harvest_J"].mean()) / 3600.0, 4),
                load_Wh=round(float(days["load_J"].mean()) / 3600.0, 4),
                pictures=round(float(days["pictures"].mean()), 2),
                down_h=round(float(days["down_h"].sum()), 1),
            )
        )
    return tuple(found)
