"""What may sit on a bus, and a bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sim.devices.sdcard import SdCard


class I2CTarget(Protocol):
    address: int

    def acknowledges(self, now_s: float) -> bool: ...
    def write(self, now_s: float, data: bytes) -> None: ...
    def read(self, now_s: float, count: int) -> bytes: ...


class SPITarget(Protocol):
    def select(self, now_s: float, selected: bool) -> None: ...
    def write(self, now_s: float, data: bytes) -> None: ...
    def read(self, now_s: float, count: int, baudrate: int) -> bytes: ...


class Powered(Protocol):
    """A camera, as its supply sees it."""

    def power(self, now_s: float, on: bool) -> None: ...
    def load(self, now_s: float) -> tuple[float, float]: ...
    def release(self, now_s: float) -> None: ...


class Bridge(SPITarget, Powered, Protocol):
    """A camera module on a switched rail, as its SPI side; `on_ordered` hears of each frame asked for."""

    on_ordered: Callable[[float], None]


@dataclass(slots=True)
class Bus:
    """One bus by its clock pin: who sits on it, and whether its pull-ups have a supply."""

    i2c: list[I2CTarget] = field(default_factory=list)
    spi: SPITarget | None = None
    card: SdCard | None = None
    alive: Callable[[], bool] = lambda: True


def pull_up(
    lines: dict[str, Callable[[], bool]], buses: Mapping[str, Bus], pins: Mapping[str, str], whose: str
) -> None:
    """The two lines of a bus are high while its pull-ups have a supply."""
    for line in ("scl", "sda"):
        lines[pins[f"{whose}_{line}"]] = lambda: buses[pins[f"{whose}_scl"]].alive()
