"""The OV5640 at register level: 16-bit addresses, exposure control, and the frame it would send.

Registers: espressif/esp32-camera sensors/ov5640.c (sizes, JPEG, soft reset, the block "AVG control" up to
56A2), the Linux driver (real gain 350A in sixteenths, mean luma 56A1). The OV3660 has the same of all that is
used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from sim.devices.ov56 import SYSTEM, Ov56

_SIZE, _LINES, _FORMAT, _QUALITY = 0x3808, 0x380E, 0x3821, 0x4407
_JPEG_ON = 0x20  # of _FORMAT
#: Longest exposure of a frame, highest gain, the luma aimed at (defaults of the driver).
_TOTAL_LINES, _CEILING, _TARGET = 1968, 15.5, 0x34


class OV5640(Ov56):
    """The 5 MP sensor of the MEMENTO. Parameters: see Sensor."""

    name = "ov5640"
    identity: ClassVar[Mapping[int, int]] = {0x300A: 0x56, 0x300B: 0x40}
    luma = 0x56A1

    def _put(self, now_s: float, register: int, value: int) -> None:
        if register == SYSTEM and value & 0x80:
            self._reset(now_s + self._rows.reset_settle_s)
            return
        was_running = self.running
        self.registers[register] = value
        if self.running != was_running:
            self._wake(now_s)
            self._on_change()

    # -- the driver's part -----------------------------------------------------------------------

    def set_up(self, now_s: float, width: int, height: int, quality: int) -> None:
        """Registers as esp32-camera leaves them; frames begin now."""
        self._reset(now_s)
        for register, word in ((_SIZE, width), (_SIZE + 2, height), (_LINES, _TOTAL_LINES)):
            self.registers[register], self.registers[register + 1] = word >> 8, word & 0xFF
        self.registers[_FORMAT] = _JPEG_ON
        self.set_quality(now_s, quality)

    def set_quality(self, now_s: float, quality: int) -> None:
        """One write by the driver."""
        self.registers[_QUALITY] = quality

    # -- exposure and frames ---------------------------------------------------------------------

    def _limits(self) -> tuple[float, float, float]:
        return float(self._word(_LINES) or _TOTAL_LINES), _CEILING, _TARGET

    @property
    def sends_jpeg(self) -> bool:
        """Whether the registers make a picture."""
        width, height = self.size
        return bool(self.registers.get(_FORMAT, 0) & _JPEG_ON) and 16 <= width <= 2592 and 8 <= height <= 1944
