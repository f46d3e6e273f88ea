"""The fast kernel beside the full twin: same weather, same visitors, same battery; `bench agreement` and a
test."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from boards import Design, load_design
from sim.air import Link
from sim.kernel_prices import motions_of
from sim.odds.case import Case
from sim.odds.engine import Ready, Years, block, ready
from sim.odds.events import Events, given
from sim.run import run
from sim.scaled import scaled
from sim.scenario import Scenario
from sim.sky import Sky
from sim.visitors import Garden


@dataclass(frozen=True, slots=True)
class Window:
    """Some days of one node: first day of the year, days, seed, charge at the start, share of the panel."""

    start_day: int
    days: int
    seed: int
    charge: float
    panel: float = 1.0


@dataclass(frozen=True, slots=True)
class Both:
    """What the kernel and the twin say of one window: J in, J out, hours down."""

    kernel: tuple[float, float, float]
    twin: tuple[float, float, float]
    hours: float

    @property
    def harvest_pct(self) -> float:
        """Deviation of the harvest."""
        return 100.0 * (self.kernel[0] / self.twin[0] - 1.0) if self.twin[0] else 0.0

    @property
    def load_pct(self) -> float:
        """Deviation of the load."""
        return 100.0 * (self.kernel[1] / self.twin[1] - 1.0)

    @property
    def awake_load_pct(self) -> float:
        """Deviation of the load per hour with a supply: a node that falls an hour earlier takes an hour's
        less."""
        hours = [self.hours - one[2] for one in (self.kernel, self.twin)]
        return 100.0 * (self.kernel[1] / max(hours[0], 1.0) * max(hours[1], 1.0) / self.twin[1] - 1.0)

    @property
    def load_off_pct(self) -> float:
        """How far off the load is, in all or per hour with a supply, whichever is less."""
        return min(abs(self.load_pct), abs(self.awake_load_pct))

    @property
    def down_h(self) -> float:
        """Deviation of the hours down."""
        return self.kernel[2] - self.twin[2]


#: A winter week from a good battery, the summer at half charge, a poor panel in autumn, and one that starves.
WEEKS = (
    Window(10, 7, 11, 0.8),
    Window(165, 7, 12, 0.5, 0.5),
    Window(300, 7, 13, 0.45, 0.1),
    Window(350, 7, 14, 0.22, 0.05),
)


def compared(name: str, window: Window, garden: Garden | None = None, link: Link | None = None) -> Both:
    """Run both."""
    garden, link = garden or Garden(), link or Link()
    scenario = Scenario(
        name, days=float(window.days), start_day=window.start_day, seed=window.seed, soc=window.charge,
        panel_scale=window.panel, garden=garden, link=link,
    )  # fmt: skip
    result, _ = run(scenario)
    hour_J = 3600.0
    twin = (
        float(result.hour_harvest_Wh.sum()) * hour_J,
        float(result.hour_load_Wh.sum()) * hour_J,
        float(result.hour_down_s.sum()) / 3600.0,
    )
    return Both(by_kernel(name, window, garden, link), twin, 24.0 * window.days)


def by_kernel(name: str, window: Window, garden: Garden, link: Link) -> tuple[float, float, float]:
    """The kernel's account of the same motions under the same weather."""
    from sim.weather import default_weather

    weather = default_weather()
    design = load_design(name)
    case = Case(
        design, (weather,), garden, link, start_day=window.start_day, charge=window.charge,
        panel_x=window.panel, latitude=False,
    )  # fmt: skip
    one = ready(case)
    if design.camera:
        made = _motions(one, design, window)
        one = replace(one, events=replace(made, lit=one.events.lit))
    days = (window.start_day + np.arange(window.days)) % 365
    years = Years(days[None].astype(np.int32), np.ones((1, window.days), dtype=np.float32))
    months, _ = block(one, years, 0)
    total = months[0, :, :, 0].sum(axis=0)
    return float(total[2]), float(total[3]), float(total[0])


def _motions(one: Ready, design: Design, window: Window) -> Events:
    weather = one.case.sources[0]
    options = design.options
    tilt, azimuth = float(str(options["tilt_deg"])), float(str(options["azimuth_deg"]))
    sky = Sky.prepare(weather, scaled(design, window.panel, 1.0).panel, tilt, azimuth)
    here = Sky.prepare(weather, design.panel, tilt, azimuth, start_day=window.start_day)
    motions, _ = motions_of(one.case.garden, weather, here, window.days, window.start_day, window.seed)
    return given(motions, sky, window.start_day)
