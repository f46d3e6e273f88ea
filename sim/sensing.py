"""What gives a node of declared tasks its readings: the soil sensor in its ground, or its owner's own."""

from __future__ import annotations

from sim.application import is_own
from sim.devices.seesaw import SoilFaults
from sim.life import Life
from sim.sky import Sky
from sim.soil import Soil, attach_soil
from sim.stand_ins import attach_own


def attach_sensor(
    life: Life, sky: Sky, days: float, seed: int, faults: SoilFaults | None
) -> list[tuple[float, int]]:
    """Connect it; returns the list that gets (time in s, first value) of each reading, as it is given."""
    taken: list[tuple[float, int]] = []

    def gave(now_s: float, value: int) -> None:
        taken.append((now_s, value))

    if is_own(life.hardware.design):
        attach_own(life, sky, seed, gave)
    elif life.hardware.design.sensor:
        sensor = attach_soil(life.hardware, Soil(sky, days, seed), faults or SoilFaults(seed))
        sensor.on_read = gave
    return taken
