"""The OV5642 sensor at register level: 16-bit addresses, writes that it loses, and the frame it would send.

Registers: the drivers' tables (ArduCAM), Arducam's software guide of the OV5642 (exposure), drivers that read
its mean luma (0x5690). No data sheet was at hand: the gain's sixteenths and the order of the JPEG segments
are inferred from its siblings.
"""

from __future__ import annotations

from sim.devices.sensor import Sensor

ADDRESS = 0x3C

_SYSTEM = 0x3008  # bit 7 reset, bit 6 standby
_RESETS = range(0x3000, 0x3004)  # a bit set here holds a block in reset
_AUTO = 0x3503  # bits 0 and 1: exposure and gain by hand
_EXPOSURE, _GAIN, _LUMA = 0x3500, 0x350A, 0x5690
_WINDOW, _SIZE, _LINES = 0x3804, 0x3808, 0x380E
_CEILING, _TARGET = 0x3A18, 0x3A0F
_QUALITY, _JPEG, _SCALER = 0x4407, 0x4713, 0x5001
_ID = {0x300A: 0x56, 0x300B: 0x42}
_LIVE = {_EXPOSURE, _EXPOSURE + 1, _EXPOSURE + 2, _GAIN, _GAIN + 1, _LUMA}
#: Registers that shape the stream. With a wrong one among them there is no picture, only bytes.
_SHAPE = frozenset((*_RESETS, *range(0x3800, 0x3810), _JPEG, _SCALER, *range(0x5680, 0x5688)))


class OV5642(Sensor):
    """The 5 MP sensor. Parameters: see Sensor.

    A write that comes sooner than the row `init_write_gap` after the one before is lost. Nobody says why;
    what makers report is a size that works at first and, after a change without pauses, a stream of plausible
    length without a start. So here a lost write that would have changed the stream's shape spoils the
    stream until that register is written again.
    """

    address = ADDRESS
    name = "ov5642"

    def _defaults(self) -> None:
        self.registers: dict[int, int] = dict(_ID)
        self.lost: set[int] = set()
        self._pointer = 0
        self._written_s = float("-inf")

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
        # Half a microsecond of grace: the sum of many pauses is no exact number.
        early = now_s - self._written_s < self._rows.init_write_gap_s - 5e-7
        self._written_s = now_s
        if not early:
            self._take(now_s, register, data[2])
        elif self.registers.get(register) != data[2]:
            self.lost.add(register)

    def _take(self, now_s: float, register: int, value: int) -> None:
        self.lost.discard(register)
        if register == _SYSTEM and value & 0x80:
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

    def read(self, now_s: float, count: int) -> bytes:
        """The register last named, again and again."""
        live = self._pointer in _LIVE and not self.registers.get(_AUTO, 0) & 3
        value = self._exposure(now_s)[self._pointer] if live else self.registers.get(self._pointer, 0)
        return bytes((value,)) * count

    # -- exposure and frames ---------------------------------------------------------------------

    def _exposure(self, now_s: float) -> dict[int, int]:
        """The live registers: exposure in sixteenths of a line, gain in sixteenths, mean luma."""
        longest, highest = max(1.0, self._word(_LINES)), max(1.0, self._word(_CEILING) / 16.0)
        target = sum(self.registers.get(register, 0) for register in (_TARGET, _TARGET + 1)) / 2.0
        lines, gain, luma = self._exposed(now_s, longest, highest, target)
        sixteenths, steps = lines << 4, int(gain * 16.0)
        exposure = {_EXPOSURE + at: sixteenths >> 8 * (2 - at) & 0xFF for at in range(3)}
        return exposure | {_GAIN: steps >> 8, _GAIN + 1: steps & 0xFF, _LUMA: luma}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its output by registers 3808 to 380B."""
        return self._word(_SIZE), self._word(_SIZE + 2)

    @property
    def quality(self) -> int:
        """The factor of its quantiser tables: (Annex K * q + 8) // 16, as on the OV2640."""
        return self.registers.get(_QUALITY, 0)

    @property
    def sends_jpeg(self) -> bool:
        """Whether the registers make a picture: JPEG on, nothing held in reset, a size that the array has."""
        width, height = self.size
        whole = 16 <= width <= self._word(_WINDOW) and 8 <= height <= self._word(_WINDOW + 2)
        freed = not any(self.registers.get(register, 1) for register in _RESETS)
        jpeg = self.registers.get(_JPEG, 0) in (2, 3)
        return whole and freed and jpeg and not self.lost & _SHAPE
