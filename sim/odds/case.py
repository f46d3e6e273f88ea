"""What is asked: one node in one place, and for how many years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from boards import Design
from sim.air import Link
from sim.kernel import Prices
from sim.snow import NO_SNOW, Snow
from sim.soiling import CLEAN, Soiling
from sim.surroundings import OPEN, Surroundings
from sim.visitors import Garden
from sim.weather import Weather

#: Who decides: the node's own policy, and plain siblings to compare it with.
POLICIES = ("ours", "ramp", "fixed", "greedy", "always_on")


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question.

    Attributes
    ----------
    design, sources : the node; weather years (one typical year, or the real ones).
    tilt_deg, azimuth_deg : of the panel; None: the design's. surroundings, soiling, snow : what hides light.
    settings : the owner's, TORPOR_ names. latitude : the node knows where it is. policy : one of POLICIES.
    panel_x, battery_x, load_x, sleep_x, visitors_x : times the design's panel, battery, energy of
    everything, energy asleep, visitors. gauge_points : by which the node misjudges its charge.
    years : node-years asked for; together : nodes under each weather year; span : years that a node lives on,
    its battery ageing. start_day, charge : first day of the run (181: 1 July) and the battery then, 0..1.
    prices : what actions cost, as measured; None: as the twin finds. unsure : by its fields, how well each
    was measured, relative.
    seed."""

    design: Design
    sources: tuple[Weather, ...]
    garden: Garden = field(default_factory=Garden)
    link: Link = field(default_factory=Link)
    tilt_deg: float | None = None
    azimuth_deg: float | None = None
    surroundings: Surroundings = OPEN
    soiling: Soiling = CLEAN
    snow: Snow = NO_SNOW
    settings: Mapping[str, int] = field(default_factory=dict)
    latitude: bool = True
    policy: str = "ours"
    panel_x: float = 1.0
    battery_x: float = 1.0
    load_x: float = 1.0
    sleep_x: float = 1.0
    visitors_x: float = 1.0
    gauge_points: float = 0.0
    years: int = 12_800
    together: int = 64
    span: int = 1
    start_day: int = 181
    charge: float = 1.0
    prices: Prices | None = None
    unsure: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1

    def change(self, **changes: object) -> Case:
        """The same with something else."""
        return replace(self, **changes)  # type: ignore[arg-type]
