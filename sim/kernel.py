"""The fast kernel: a node-year in a millisecond, every motion decided by the node's own policy.

Hour by hour: what the panel gives, what the sleep takes, then each motion of the hour in its order, asked of
the very `decide()` that runs on the board (`sim.policy_source`), and at most once a day its `learn()`. What
actions cost comes from a short run of the twin (`sim.kernel_prices`). Sibling policies for comparison differ
in one function, `_share`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernel_loop import loop
from sim.kernel_plant import Floats, KernelPlant
from sim.policy_source import order

Ints = NDArray[np.int64]

#: Kinds of motion: nobody or a visitor, in daylight or in the dark.
FALSE_LIT, VISITOR_LIT, VISITOR_DARK, FALSE_DARK = range(4)
#: Who decides.
OURS, RAMP, FIXED, GREEDY, EWMA, NONE, ALWAYS_ON = range(7)
#: Columns of the day's result.
DAY = (
    "worth",
    "pictures",
    "seen",
    "lit",
    "down_h",
    "locked_h",
    "harvest_J",
    "load_J",
    "soc",
    "share",
    "sent",
)
#: Ours stays with its last lesson for at least so long, as torpor.daily does.
LEAST_h, MOST_h = 20, 240


@dataclass(frozen=True, slots=True)
class Prices:
    """What things really cost at the battery: W and J; `booked_W` is the sleep as the node's rows say it.

    A motion takes its wake, its hold-off included: `wake_J` where every one has its picture, `scarce_J` with
    a picture where energy is scarce, `refused_J` without one there. Of the sleep `sleep_A` is a constant
    current, A, reckoned in `sleep_W` at the half-full battery. Locked out a node takes `locked_W` more; one
    that then sleeps by its clock (`clocked`, 1 or 0) meets no motion.
    """

    sleep_W: float
    booked_W: float
    awake_W: float
    wake_J: float
    scarce_J: float
    refused_J: float
    dark_J: float
    picture_J: float
    small_J: float
    join_J: float
    kib_J: float
    big_KiB: float
    small_KiB: float
    sleep_A: float = 0.0
    locked_W: float = 0.0
    clocked: float = 0.0

    def times(self, factor: float) -> Prices:
        """Currents `factor` times as large, but for what the rows say of them."""
        return Prices(
            self.sleep_W * factor, self.booked_W, self.awake_W * factor, self.wake_J * factor,
            self.scarce_J * factor, self.refused_J * factor, self.dark_J * factor, self.picture_J * factor,
            self.small_J * factor, self.join_J * factor, self.kib_J * factor, self.big_KiB, self.small_KiB,
            self.sleep_A * factor, self.locked_W * factor, self.clocked,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Motions:
    """All motion of a run: `kinds` in order, hour h's are kinds[first[h]:first[h + 1]]."""

    first: Ints
    kinds: Ints


@dataclass(frozen=True, slots=True)
class Node:
    """A node's decisions.

    Attributes
    ----------
    who : OURS, RAMP ...; share : of FIXED, 0..1. config : of decide(), by its names.
    season : 24 per mille. first_J : (cell, harvest of a day, use of a day) as its rows promise.
    gauge_error : points by which it misjudges its charge. batch : False holds sessions to one picture.
    """

    who: int
    config: dict[str, int]
    season: tuple[int, ...] = (1000,) * 24
    first_J: tuple[int, int, int] = (40_000, 3000, 640)
    share: float = 1.0
    gauge_error: float = 0.0
    batch: bool = True


@dataclass(frozen=True, slots=True)
class Year:
    """A run's result: per day, shape (days,), by the names of DAY; and the charge of each hour, 0..1."""

    days: dict[str, Floats]
    hour_soc: Floats

    def total(self, name: str) -> float:
        """Sum over the days."""
        return float(self.days[name].sum())


def run_year(
    plant: KernelPlant,
    prices: Prices,
    motions: Motions,
    node: Node,
    day_value: tuple[tuple[float, float], ...],
    ordinary: float,
    soc0: float,
    start_hour: int = 0,
    link_up: NDArray[np.bool_] | None = None,
    small_value: float = 0.5,
    quick: bool = True,
) -> Year:
    """One run of as many hours as `motions` has.

    `day_value`: (share of `ordinary` visitors a day, value) steps; `start_hour`: of the year that begins with
    the plant's first hour, for the season. `link_up`: whether the home station answers, per hour.
    `quick`: compiled, which needs numba.
    """
    hours = len(motions.first) - 1
    up = np.ones(hours, dtype=np.bool_) if link_up is None else link_up
    config = tuple(int(node.config[name]) for name in order("Config"))
    steps = np.array([(share * ordinary, value) for share, value in day_value])
    days, hour_soc = loop(quick)(
        plant.amps, plant.volts, plant.standing_A, plant.ohm, plant.floor_C, plant.q_C, plant.u_V,
        (plant.capacity_C, plant.leak_1_s, plant.float_C, plant.cut_V, plant.restart_V, plant.release_C),
        tuple(getattr(prices, name) for name in Prices.__slots__), motions.first, motions.kinds, up,
        node.who, config, tuple(node.season), tuple(node.first_J), node.share, node.gauge_error, node.batch,
        steps, soc0, start_hour, small_value,
    )  # fmt: skip
    return Year({name: days[:, at] for at, name in enumerate(DAY)}, hour_soc)
