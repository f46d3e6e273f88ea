"""Parts at bus level: what a driver sees of them, with the faults seen in the wild."""

from __future__ import annotations

from collections.abc import Callable

from sim.devices.arduchip import ArduChip
from sim.devices.camera import CameraFaults, CameraRows, Light, Scene
from sim.devices.ov2640 import OV2640

__all__ = ["OV2640", "ArduChip", "CameraFaults", "CameraRows", "mini_2mp_plus"]


def mini_2mp_plus(
    rows: CameraRows,
    scene: Scene,
    light: Light,
    faults: CameraFaults | None = None,
    on_change: Callable[[], None] = lambda: None,
) -> tuple[ArduChip, OV2640]:
    """Build one module: the bridge (its SPI side and its supply) and its sensor (its I2C side)."""
    sensor = OV2640(rows, scene, light, faults, on_change)
    return ArduChip(rows, sensor, faults, on_change), sensor
