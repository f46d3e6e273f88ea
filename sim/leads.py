"""What a meter in one of a node's leads sees of its world."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from math import inf

from sim.world import World

#: (start_s, end_s, most_mA) -> (mA, V), means over a stretch in the past in which no moment counts for more
#: than `most_mA` either way.
Seen = Callable[[float, float, float], tuple[float, float]]


def seen_in(lead: str, world: World) -> Seen:
    """What a meter in this lead ("load", "battery", "panel") sees."""
    leads = Leads(world)
    return {"load": leads.load, "battery": leads.battery, "panel": leads.panel}[lead]


class Leads:
    """The leads of one node."""

    def __init__(self, world: World) -> None:
        self._world = world

    def load(self, start_s: float, end_s: float, most_mA: float = inf) -> tuple[float, float]:
        """Behind the charger: what the node draws."""
        return self._mean(self._world.mA, start_s, end_s, most_mA)

    def battery(self, start_s: float, end_s: float, most_mA: float = inf) -> tuple[float, float]:
        """Between battery and charger: the same less the charge, so that it is negative while more is charged
        than drawn. The charger's own few microamperes at night are below what such a meter resolves."""
        return self._mean(self._world.battery_mA, start_s, end_s, most_mA)

    def panel(self, start_s: float, end_s: float, most_mA: float = inf) -> tuple[float, float]:
        """In the panel's lead, at the end of a stretch too short for the sun to move."""
        self._world.flush()
        amperes, volts = self._world.plant.panel_now()
        return min(1000.0 * amperes, most_mA), volts

    def _mean(
        self, currents: array[float], start_s: float, end_s: float, most_mA: float
    ) -> tuple[float, float]:
        world = self._world
        world.flush()
        if not world.t_s:
            return 0.0, self._believed(world.plant.volts)
        index = bisect_right(world.t_s, end_s) - 1
        charge = volts = weight = 0.0
        while index >= 0:
            left = max(world.t_s[index], start_s)
            right = min(world.t_s[index] + world.dt_s[index], end_s)
            if right > left:
                charge += max(-most_mA, min(currents[index], most_mA)) * (right - left)
                volts += world.volts[index] * (right - left)
                weight += right - left
            if world.t_s[index] <= start_s:
                break
            index -= 1
        if not weight:
            return max(-most_mA, min(currents[-1], most_mA)), self._believed(world.volts[-1])
        return charge / weight, self._believed(volts / weight)

    def _believed(self, volts: float) -> float:
        """With `gauge_points`, as if the node's cell held so much more."""
        points, plant = self._world.gauge_points, self._world.plant
        if not points:
            return volts
        cell, charge_C = plant.cell, plant.charge_C
        believed_C = min(max(charge_C + points / 100.0 * cell.capacity_C, 0.0), cell.capacity_C)
        return volts + cell.ocv_V(believed_C) - cell.ocv_V(charge_C)
