"""The OV5640 at register level: 16-bit addresses, exposure control, and the frame it would send.

Registers: espressif/esp32-camera sensors/ov5640.c (sizes, JPEG, soft reset, the block "AVG control" up to
56A2), the Linux driver (real gain 350A in sixteenths, mean luma 56A1). The OV3660 has the same of all that is
used here.
"""

from __future__ import annotations

from sim.devices.sensor import Sensor

ADDRESS = 0x3C

_SYSTEM = 0x3008  # bit 7 reset, bit 6 standby
_EXPOSURE, _GAIN, _LUMA = 0x3500, 0x350A, 0x56A1
_SIZE, _LINES, _FORMAT, _QUALITY = 0x3808, 0x380E, 0x3821, 0x4407
_JPEG_ON = 0x20  # of _FORMAT
_ID = {0x300A: 0x56, 0x300B: 0x40}
_LIVE = {_EXPOSURE, _EXPOSURE + 1, _EXPOSURE + 2, _GAIN, _GAIN + 1, _LUMA}
#: Longest exposure of a frame, highest gain, the luma aimed at (defaults of the driver).
_TOTAL_LINES, _CEILING, _TARGET = 1968, 15.5, 0x34


class OV5640(Sensor):
    """The 5 MP sensor of the MEMENTO. Parameters: see Sensor."""

    address = ADDRESS
    name = "ov5640"

    def _defaults(self) -> None:
        self.registers: dict[int, int] = dict(_ID)
        self._pointer = 0

    def _asleep(self) -> bool:
        return bool(self.registers.get(_SYSTEM, 0) & 0x40)

    def _word(self, register: int) -> int:
        return self.registers.get(register, 0) << 8 | self.registers.get(register + 1, 0)

    # -- SCCB ------------------------------------------------------------------------------------

    def write(self, now_s: float, data: bytes) -> None:
        """Two bytes set the register for a read, a third writes it."""
        if len(data) < 2:
            return
        self._pointer = register = data[0] << 8 | data[1]
        if len(data) == 2 or register in _ID:
            return
        if register == _SYSTEM and data[2] & 0x80:
            self._reset(now_s + self._rows.reset_settle_s)
            return
        was_running = self.running
        self.registers[register] = data[2]
        if self.running != was_running:
            self._wake(now_s)
            self._on_change()

    def read(self, now_s: float, count: int) -> bytes:
        """The register last named, again and again."""
        live = self._pointer in _LIVE
        value = self._exposure(now_s)[self._pointer] if live else self.registers.get(self._pointer, 0)
        return bytes((value,)) * count

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

    def _exposure(self, now_s: float) -> dict[int, int]:
        """The live registers: exposure in sixteenths of a line, gain in sixteenths, mean luma."""
        lines, gain, luma = self._exposed(now_s, float(self._word(_LINES) or _TOTAL_LINES), _CEILING, _TARGET)
        sixteenths, steps = lines << 4, int(gain * 16.0)
        exposure = {_EXPOSURE + at: sixteenths >> 8 * (2 - at) & 0xFF for at in range(3)}
        return exposure | {_GAIN: steps >> 8, _GAIN + 1: steps & 0xFF, _LUMA: luma}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its output by registers 3808 to 380B."""
        return self._word(_SIZE), self._word(_SIZE + 2)

    @property
    def quality(self) -> int:
        """The factor of its quantiser tables, taken to be as on the OV2640."""
        return self.registers.get(_QUALITY, 0)

    @property
    def sends_jpeg(self) -> bool:
        """Whether the registers make a picture."""
        width, height = self.size
        return bool(self.registers.get(_FORMAT, 0) & _JPEG_ON) and 16 <= width <= 2592 and 8 <= height <= 1944
