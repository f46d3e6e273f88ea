"""The STEMMA soil sensor at register level: a seesaw with its touch input and its chip's temperature.

Source of registers and times: adafruit_seesaw seesaw.py (status base 0x00, touch base 0x0F); rows of the
sensor part. An answer is there `reading` seconds after its register was written; before that, and for a
register that nobody knows, the bus reads ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

from boards import Part

_STATUS, _HW_ID, _TEMPERATURE, _RESET = 0x00, 0x01, 0x04, 0x7F
_TOUCH, _CHANNEL = 0x0F, 0x10
#: A SAMD09 or SAMD10 with seesaw answers this to _HW_ID.
_SAMD = 0x55
_LARGEST = 0xFFFF


class Ground(Protocol):
    """What the sensor stands in."""

    def moisture(self, t_s: float) -> float:
        """0 in dry air, 1 in water."""

    def temperature(self, t_s: float) -> float:
        """Of the soil, C."""


@dataclass(frozen=True, slots=True)
class SoilFaults:
    """What goes wrong: `absent` (never answers), `slow` (chance that an answer is not ready in time)."""

    seed: int = 0
    absent: bool = False
    slow: float = 0.0


class Seesaw:
    """One sensor on its I2C bus behind its switch. Times are float seconds since the start of the run.

    Attributes
    ----------
    on : whether it has a supply. on_read : called with the time and the answer of each moisture reading.
    """

    def __init__(
        self, part: Part, ground: Ground, on_change: Callable[[], None], faults: SoilFaults | None = None
    ) -> None:
        self.address = int(str(part.caps["address"]), 0)
        self.on_read: Callable[[float, int], None] = lambda now_s, answer: None
        self._part = part
        self._ground = ground
        self._on_change = on_change
        self._faults = faults or SoilFaults()
        self._random = random.Random(f"seesaw {self._faults.seed}")
        error_C = part.v("temperature_error")
        self._off_C = self._random.uniform(-error_C, error_C)
        self.on = False
        self._ready_s = inf  # it answers from this moment on
        self._asked: tuple[int, int] | None = None
        self._answer_s = inf

    def power(self, now_s: float, on: bool) -> None:
        """Its switch closed or opened."""
        self.on = on
        self._ready_s = now_s + self._part.v("power_up") if on else inf
        self._asked = None
        self._on_change()

    # -- bus -------------------------------------------------------------------------------------

    def acknowledges(self, now_s: float) -> bool:
        return self.on and now_s >= self._ready_s and not self._faults.absent

    def write(self, now_s: float, data: bytes) -> None:
        if tuple(data[:2]) == (_STATUS, _RESET):
            self._ready_s = now_s + self._part.v("power_up")
        self._asked = (data[0], data[1]) if len(data) == 2 else None
        self._answer_s = now_s + self._part.v("reading")
        if self._random.random() < self._faults.slow:
            self._answer_s = inf

    def read(self, now_s: float, count: int) -> bytes:
        ready = self._asked is not None and now_s >= self._answer_s
        answer = self._answer(now_s) if ready else b""
        self._asked = None
        return answer[:count] + b"\xff" * max(0, count - len(answer))

    def _answer(self, now_s: float) -> bytes:
        if self._asked == (_TOUCH, _CHANNEL):
            value = self._moisture(now_s)
            self.on_read(now_s, value)
            return value.to_bytes(2, "big")
        if self._asked == (_STATUS, _TEMPERATURE):
            return self._temperature(now_s).to_bytes(4, "big", signed=True)
        return bytes((_SAMD,)) if self._asked == (_STATUS, _HW_ID) else b""

    def _moisture(self, now_s: float) -> int:
        dry, wet = self._part.v("dry"), self._part.v("wet")
        noise = self._random.gauss(0.0, self._part.v("noise"))
        value = round(dry + (wet - dry) * self._ground.moisture(now_s) + noise)
        return min(max(value, 0), _LARGEST)

    def _temperature(self, now_s: float) -> int:
        """In 1/65536 of a degree."""
        return round((self._ground.temperature(now_s) + self._off_C) * 65536)
