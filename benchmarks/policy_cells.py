"""The cells of `bench policy`: site x panel x chemistry x demand, each with all that it takes to run it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pvlib

from benchmarks.policy_rules import (
    CHARGE,
    CHEMISTRIES,
    DAY_VALUE,
    DAYS,
    DEMANDS,
    DESIGN,
    PANELS_W,
    SITES,
    START_DAY,
    Demand,
)  # fmt: skip
from benchmarks.pvlib_archive import archived
from boards import Design, load_design, lockout_of
from boards.parts_file import shipped_parts
from sim.bound import Bound, bound
from sim.kernel import Motions, Prices
from sim.kernel_plant import KernelPlant
from sim.kernel_prices import motions_of, prices_of
from sim.nodefile import node_values
from sim.scaled import scaled
from sim.sky import Sky
from sim.troubles import Troubles
from sim.weather import Weather, read_weather

SEED = 1
#: The design's panel by its label, W.
LABEL_W = 2.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix, ready to be run."""

    site: str
    panel_W: float
    chemistry: str
    demand: Demand
    design: Design
    weather: Weather
    plant: KernelPlant
    prices: Prices
    motions: Motions
    ordinary: float
    bound: Bound

    @property
    def name(self) -> str:
        return f"{self.site} {self.panel_W:g} W {self.chemistry} {self.demand.name}"


def cells(sites: frozenset[str] | None = None) -> Iterator[Cell]:
    """Every cell whose weather is there, one after the other."""
    for site in SITES:
        path = weather_file(site)
        if path is None or (sites is not None and site not in sites):
            continue
        weather = read_weather(path)
        for chemistry in CHEMISTRIES:
            for panel_W in PANELS_W:
                for demand in DEMANDS:
                    yield cell(site, weather, panel_W, chemistry, demand)


def cell(site: str, weather: Weather, panel_W: float, chemistry: str, demand: Demand) -> Cell:
    """Put one cell together."""
    design = designed(chemistry, panel_W)
    return _cell(site, weather, _sky(site, weather, design), panel_W, chemistry, demand, demand.troubles)


def cell_with(
    site: str, weather: Weather, panel_W: float, chemistry: str, demand: Demand, troubles: Troubles
) -> Cell:
    """The same with troubles beside the demand's shade, under a weather of its own."""
    design = designed(chemistry, panel_W)
    clear = Sky.prepare(weather, design.panel, *_plane(design), start_day=START_DAY)
    both = replace(troubles, shade=demand.troubles.shade)
    return _cell(site, weather, clear, panel_W, chemistry, demand, both)


def _cell(
    site: str,
    weather: Weather,
    clear: Sky,
    panel_W: float,
    chemistry: str,
    demand: Demand,
    also: Troubles,
) -> Cell:
    design = designed(chemistry, panel_W)
    sky = also.on_sky(clear)
    plant = KernelPlant.of(design, sky)
    prices = prices_of(DESIGN, demand.garden, demand.link)
    motions, ordinary = motions_of(demand.garden, weather, sky, DAYS, START_DAY, SEED)
    fits = int(str(node_values(design)["SPOOL_FITS"])) + 1
    most = bound(plant, prices, motions, fits, DAY_VALUE, ordinary, CHARGE)
    return Cell(site, panel_W, chemistry, demand, design, weather, plant, prices, motions, ordinary, most)


def _plane(design: Design) -> tuple[float, float]:
    """Tilt and azimuth of the design's panel, degrees."""
    return float(str(design.options["tilt_deg"])), float(str(design.options["azimuth_deg"]))


def designed(chemistry: str, panel_W: float) -> Design:
    """The default design with another cell, its charger and protection, and another panel."""
    base, parts = load_design(DESIGN), shipped_parts()
    cell_name, charger, protection = CHEMISTRIES[chemistry]
    changed = replace(
        base,
        cell=parts["cell", cell_name],
        charger=parts["charger", charger],
        protection=parts["protection", protection],
        options={**base.options, **lockout_of(parts["cell", cell_name])},
    )
    return scaled(changed, panel_W / LABEL_W, 1.0)


_skies: dict[str, Sky] = {}


def _sky(site: str, weather: Weather, design: Design) -> Sky:
    """The site's year on this design's panel; the panel's size does not change it."""
    if site not in _skies:
        _skies[site] = Sky.prepare(weather, design.panel, *_plane(design), start_day=START_DAY)
    return _skies[site]


@lru_cache(maxsize=8)
def weather_file(site: str) -> Path | None:
    """Where a site's weather lies; None if it is in pvlib's source archive and that cannot be fetched."""
    where, name = SITES[site]
    if where == "wheel":
        return Path(pvlib.__file__).parent / "data" / name
    return archived(name)
