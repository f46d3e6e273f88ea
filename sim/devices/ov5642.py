"""The OV5642 sensor at register level: 16-bit addresses, writes that it loses, and the frame it would send.

Registers: the drivers' tables (ArduCAM), Arducam's software guide of the OV5642 (exposure), drivers that read
its mean luma (0x5690). No data sheet was at hand: the gain's sixteenths and the order of the JPEG segments
are inferred from its siblings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sim.devices.ov56 import SYSTEM, Ov56

_RESETS = range(0x3000, 0x3004)  # a bit set here holds a block in reset
_AUTO = 0x3503  # bits 0 and 1: exposure and gain by hand
_WINDOW, _LINES, _CEILING, _TARGET = 0x3804, 0x380E, 0x3A18, 0x3A0F
_JPEG, _SCALER = 0x4713, 0x5001
#: Registers that shape the stream. With a wrong one among them there is no picture, only bytes.
_SHAPE = frozenset((*_RESETS, *range(0x3800, 0x3810), _JPEG, _SCALER, *range(0x5680, 0x5688)))


class OV5642(Ov56):
    """The 5 MP sensor. Parameters: see Sensor.

    A write that comes sooner than the row `init_write_gap` after the one before is lost. Nobody says why;
    what makers report is a size that works at first and, after a change without pauses, a stream of plausible
    length without a start. So here a lost write that would have changed the stream's shape spoils the
    stream until that register is written again.
    """

    name = "ov5642"
    identity: ClassVar[Mapping[int, int]] = {0x300A: 0x56, 0x300B: 0x42}
    luma = 0x5690

    def _defaults(self) -> None:
        super()._defaults()
        self.lost: set[int] = set()
        self._written_s = float("-inf")

    # -- SCCB ------------------------------------------------------------------------------------

    def _put(self, now_s: float, register: int, value: int) -> None:
        # Half a microsecond of grace: the sum of many pauses is no exact number.
        early = now_s - self._written_s < self._rows.init_write_gap_s - 5e-7
        self._written_s = now_s
        if not early:
            self._take(now_s, register, value)
        elif self.registers.get(register) != value:
            self.lost.add(register)

    def _take(self, now_s: float, register: int, value: int) -> None:
        self.lost.discard(register)
        if register == SYSTEM and value & 0x80:
            self._reset(now_s)  # drivers write on at once, and it listens
            self._written_s = now_s
            value &= 0x7F
        before, was_running = self.registers.get(register, 0), self.running
        self.registers[register] = value
        if register == _AUTO and before & 3 and not value & 3:
            self._wake(now_s)
        if self.running != was_running:
            self._wake(now_s)
            self._on_change()

    # -- exposure and frames ---------------------------------------------------------------------

    def _limits(self) -> tuple[float, float, float]:
        target = sum(self.registers.get(register, 0) for register in (_TARGET, _TARGET + 1)) / 2.0
        return max(1.0, self._word(_LINES)), max(1.0, self._word(_CEILING) / 16.0), target

    def _exposure(self, now_s: float) -> dict[int, int]:
        """By hand, the registers are what was written."""
        return {} if self.registers.get(_AUTO, 0) & 3 else super()._exposure(now_s)

    @property
    def sends_jpeg(self) -> bool:
        """Whether the registers make a picture: JPEG on, nothing held in reset, a size that the array has."""
        width, height = self.size
        whole = 16 <= width <= self._word(_WINDOW) and 8 <= height <= self._word(_WINDOW + 2)
        freed = not any(self.registers.get(register, 1) for register in _RESETS)
        jpeg = self.registers.get(_JPEG, 0) in (2, 3)
        return whole and freed and jpeg and not self.lost & _SHAPE
