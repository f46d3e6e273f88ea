"""What `bench policy` tries beside the scoreboard: troubles, days without sun, and the twin as a witness."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

import boards
from benchmarks.contract import Figure
from benchmarks.policy_cells import LABEL_W, SEED, Cell, cell, cell_with, weather_file
from benchmarks.policy_rules import (
    CHARGE,
    CHEMISTRIES,
    CONFIRMED,
    DAY_VALUE,
    DAYS,
    DEMANDS,
    DESIGN,
    START_DAY,
)
from sim.bound import bound
from sim.kernel import Node, Year, run_year
from sim.kernel_plant import KernelPlant
from sim.kernel_prices import motions_of
from sim.run import run
from sim.scenario import Scenario
from sim.troubles import Troubles
from sim.weather import read_weather

#: Where the troubles are tried: site, panel, chemistry, demand.
TRIED = (
    ("Greensboro", 1.0, "NMC", "garden"),
    ("Piedmont", 1.0, "NMC", "garden"),
    ("Miami", 1.0, "LFP", "hard"),
    ("Sand Point", 2.0, "NMC", "garden"),
    ("Sand Point", 2.0, "LFP", "garden"),
)
#: Days from 1 July: mid-December, early and mid-January, August.
DECEMBER, JANUARY, FROST, AUGUST = 167, 184, 198, 40
#: Confirming runs of the twin: first day of the year, days, and charge at their start.
WITNESS = (15, 20, 0.6)


@dataclass(frozen=True, slots=True)
class Trial:
    """One trouble: what the sky does, and what else is not as the node believes."""

    name: str
    troubles: Troubles = field(default_factory=Troubles)
    gauge_error: float = 0.0
    panel: float = 1.0
    currents: float = 1.0
    away: tuple[int, int] | None = None


TRIALS = (
    Trial("charge read 10 points too high", gauge_error=10.0),
    Trial("charge read 10 points too low", gauge_error=-10.0),
    Trial("panel at half its label", panel=0.5),
    Trial("currents doubled", currents=2.0),
    Trial("a month without Wi-Fi", away=(DECEMBER, 30)),
    Trial("ten days of snow", Troubles(snow=(JANUARY, 10))),
    Trial("a month of 46 C", Troubles(spell=(AUGUST, 30, 46.0))),
    Trial("two weeks of -20 C", Troubles(spell=(FROST, 14, -20.0))),
)


def named(demand: str):  # type: ignore[no-untyped-def]
    """A demand of the rules by its name."""
    return next(one for one in DEMANDS if one.name == demand)


def tried(node_of, tell) -> dict[str, Figure]:  # type: ignore[no-untyped-def]
    """Hours down and locked of our node under each trouble, and whether anybody could have lived through."""
    found: dict[str, Figure] = {}
    for site, panel_W, chemistry, demand in TRIED:
        path = weather_file(site)
        if path is None:
            continue
        for trial in TRIALS:
            tell(f"{site}: {trial.name}")
            weather = trial.troubles.on_weather(read_weather(path), START_DAY)
            one = cell_with(site, weather, panel_W * trial.panel, chemistry, named(demand), trial.troubles)
            prices = one.prices.times(trial.currents)
            # what the label and the rows say, the node believes
            believing = cell(site, read_weather(path), panel_W, chemistry, named(demand))
            node: Node = replace(node_of(believing), gauge_error=trial.gauge_error)
            up = np.ones(DAYS * 24, dtype=np.bool_)
            if trial.away:
                up[trial.away[0] * 24 : sum(trial.away) * 24] = False
            year = run_year(
                one.plant, prices, one.motions, node, DAY_VALUE, one.ordinary, CHARGE, START_DAY * 24, up
            )
            fits = node.config["spool"] + 1
            most = bound(one.plant, prices, one.motions, fits, DAY_VALUE, one.ordinary, CHARGE)
            found[f"{one.name}: {trial.name}"] = {
                "hours_down": round(year.total("down_h")),
                "hours_locked": round(year.total("locked_h")),
                "feasible": most.down_days == 0.0,
                "hours_down_at_least": round(24.0 * most.down_days, 1),
                "lowest_charge": round(float(year.hour_soc.min()), 3),
            }
    return found


def days_without_sun(one: Cell, node: Node) -> int:
    """Days from a full cell in the dark, at the cell's own demand, until the supply fails; at most a year."""
    dark = replace(one.plant, amps=one.plant.amps * 0.0)
    year: Year = run_year(dark, one.prices, one.motions, node, DAY_VALUE, one.ordinary, 1.0, START_DAY * 24)
    down = np.flatnonzero(year.days["down_h"])
    return int(down[0]) if len(down) else len(year.days["down_h"])


def confirmed(node_of, tell) -> Iterator[tuple[str, dict[str, Figure]]]:  # type: ignore[no-untyped-def]
    """The same weeks in the kernel and in a full run of the twin, in six cells."""
    start_day, days, charge = WITNESS
    for site, panel_W, chemistry, demand in CONFIRMED:
        path = weather_file(site)
        if path is None:
            continue
        asked = named(demand)
        tell(f"twin: {site} {panel_W:g} W {chemistry} {demand}")
        one = cell(site, read_weather(path), panel_W, chemistry, asked)
        latitude = round(one.weather.latitude)
        with tempfile.TemporaryDirectory() as folder:
            scenario = Scenario(
                str(_design_file(Path(folder), chemistry)), path, days, start_day, SEED, charge,
                panel_scale=panel_W / LABEL_W, settings={"TORPOR_LATITUDE": latitude}, garden=asked.garden,
                link=asked.link, troubles=asked.troubles,
            )  # fmt: skip
            result, twin = run(scenario)
        plant = KernelPlant.of(twin.design, twin.sky)
        motions, ordinary = motions_of(asked.garden, one.weather, twin.sky, days, start_day, SEED)
        year = run_year(plant, one.prices, motions, node_of(one), DAY_VALUE, ordinary, charge, start_day * 24)
        load_J, harvest_J = 3600.0 * result.hour_load_Wh.sum(), 3600.0 * result.hour_harvest_Wh.sum()
        yield (
            one.name,
            {
                "load_pct": round(100.0 * (year.total("load_J") / load_J - 1.0), 1),
                "harvest_pct": round(100.0 * (year.total("harvest_J") / harvest_J - 1.0), 1),
                "pictures": [round(year.total("pictures")), len(result.pictures)],
                "hours_down": [round(year.total("down_h")), round(float(result.hour_down_s.sum()) / 3600.0)],
                "charge_at_the_end": [
                    round(float(year.hour_soc[-1]), 3),
                    round(float(result.hour_soc[-1]), 3),
                ],
            },
        )


def _design_file(folder: Path, chemistry: str) -> Path:
    """The default design with another cell, as a file that the twin reads."""
    text = (Path(boards.__file__).with_name(f"{DESIGN}.toml")).read_text("utf-8")
    cell_name, charger, protection = CHEMISTRIES[chemistry]
    for key, value in (("cell", cell_name), ("charger", charger), ("protection", protection)):
        text = re.sub(rf'^{key} = ".*"$', f'{key} = "{value}"', text, flags=re.M)
    path = folder / f"{DESIGN}-{chemistry.lower()}.toml"
    path.write_text(text, encoding="utf-8")
    return path
