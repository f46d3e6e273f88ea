"""The ground that a soil sensor stands in: it dries, it is rained on, and it follows the air slowly."""

from __future__ import annotations

import random
from math import ceil, exp

from sim.devices.seesaw import Seesaw, SoilFaults
from sim.hardware import Hardware
from sim.sky import Sky

#: Mean days between two rains, and between full and 1/e of what the soil holds above its driest; assumptions:
#: a temperate garden in loam.
_RAIN_days = 4.0
_DRIES_days = 9.0
#: What the driest soil and a soaked one hold, 0 to 1 of the sensor's range.
_LEAST, _MOST = 0.15, 0.85
#: How much one rain adds, mean.
_SHOWER = 0.25
#: How slowly the soil at a hand's depth follows the air, h. Assumption: its daily swing is a fifth of that.
_LAG_h = 18.0


class Soil:
    """Moisture (0 to 1) and temperature (C) at any time of a run, linear between the hours.

    Parameters
    ----------
    sky : gives the air's temperature. days : length of the run. seed : of the rains.
    """

    def __init__(self, sky: Sky, days: float, seed: int) -> None:
        hours = ceil(days * 24) + 2
        chance = random.Random(f"soil {seed}")
        wet, warm = 0.5, sky.air_C[0]
        self._wet, self._warm = [], []
        for hour in range(hours):
            self._wet.append(wet)
            self._warm.append(warm)
            wet = _LEAST + (wet - _LEAST) * exp(-1.0 / (24.0 * _DRIES_days))
            if chance.random() < 1.0 / (24.0 * _RAIN_days):
                wet = min(_MOST, wet + chance.expovariate(1.0 / _SHOWER))
            warm += (sky.air_C[hour % len(sky.air_C)] - warm) / _LAG_h

    def moisture(self, t_s: float) -> float:
        return _between(self._wet, t_s / 3600.0)

    def temperature(self, t_s: float) -> float:
        return _between(self._warm, t_s / 3600.0)


def _between(values: list[float], hour: float) -> float:
    index = min(int(hour), len(values) - 2)
    return values[index] + (values[index + 1] - values[index]) * (hour - index)


def attach_soil(hardware: Hardware, soil: Soil, faults: SoilFaults) -> Seesaw:
    """Put the design's soil sensor into the ground, on its bus and behind its switch."""
    part = hardware.design.part("sensor")

    def load() -> None:
        hardware.draw_row("sensor", part, "run" if sensor.on else "off")

    sensor = Seesaw(part, soil, load, faults)
    hardware.fittings.fit_sensor(sensor)
    return sensor
