"""Parts at bus level: what a driver sees of them, with the faults seen in the wild."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sim.devices.arduchip import ArduChip
from sim.devices.camera import CameraFaults, CameraRows, Light, Scene
from sim.devices.espcam import EspCamera, EspFaults
from sim.devices.ov2640 import OV2640
from sim.devices.ov5640 import OV5640
from sim.devices.ov5642 import OV5642
from sim.devices.sensor import Sensor

__all__ = [
    "MODULES",
    "OV2640",
    "OV5640",
    "OV5642",
    "ArduChip",
    "CameraFaults",
    "CameraRows",
    "EspCamera",
    "EspFaults",
    "mini_2mp_plus",
    "mini_5mp_plus",
]


def _nothing() -> None:
    """Nobody asks for changes of the load."""


def mini_2mp_plus(
    rows: CameraRows,
    scene: Scene,
    light: Light,
    faults: CameraFaults | None = None,
    on_change: Callable[[], None] = _nothing,
) -> tuple[ArduChip, OV2640]:
    """Build one module: the bridge (its SPI side and its supply) and its sensor (its I2C side)."""
    sensor = OV2640(rows, scene, light, faults, on_change)
    return ArduChip(rows, sensor, faults, on_change), sensor


def mini_5mp_plus(
    rows: CameraRows,
    scene: Scene,
    light: Light,
    faults: CameraFaults | None = None,
    on_change: Callable[[], None] = _nothing,
) -> tuple[ArduChip, OV5642]:
    """The same with the OV5642. Its bridge says version 0x73 and wants VSYNC the other way round."""
    sensor = OV5642(rows, scene, light, faults, on_change)
    return ArduChip(rows, sensor, faults, on_change, version=0x73, timing=0x02), sensor


class Module(Protocol):
    """What builds a camera module: its bridge and its sensor."""

    def __call__(
        self,
        rows: CameraRows,
        scene: Scene,
        light: Light,
        faults: CameraFaults | None = None,
        on_change: Callable[[], None] = _nothing,
    ) -> tuple[ArduChip, Sensor]: ...


#: The module by its camera part's cap `sensor`.
MODULES: dict[str, Module] = {"OV2640": mini_2mp_plus, "OV5642": mini_5mp_plus}
