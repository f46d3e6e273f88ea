"""What OV5640 and OV5642 share: 16-bit addresses, the registers of the exposure, the output's size."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from sim.devices.sensor import Sensor

SYSTEM = 0x3008  # bit 7 reset, bit 6 standby
_EXPOSURE, _GAIN, _SIZE, _QUALITY = 0x3500, 0x350A, 0x3808, 0x4407


class Ov56(Sensor):
    """A sensor of this family. Parameters: see Sensor.

    Attributes
    ----------
    identity : the registers that say what it is. luma : the register of the mean luma.
    """

    address = 0x3C
    identity: ClassVar[Mapping[int, int]]
    luma: int

    def _defaults(self) -> None:
        self.registers = dict(self.identity)
        self._pointer = 0

    def _asleep(self) -> bool:
        return bool(self.registers.get(SYSTEM, 0) & 0x40)

    def _word(self, register: int) -> int:
        return self.registers.get(register, 0) << 8 | self.registers.get(register + 1, 0)

    # -- SCCB ------------------------------------------------------------------------------------

    def write(self, now_s: float, data: bytes) -> None:
        """Two bytes set the register for a read, a third writes it."""
        if len(data) < 2:
            return
        self._pointer = register = data[0] << 8 | data[1]
        if len(data) > 2 and register not in self.identity:
            self._put(now_s, register, data[2])

    @abstractmethod
    def _put(self, now_s: float, register: int, value: int) -> None: ...

    def read(self, now_s: float, count: int) -> bytes:
        """The register last named, again and again."""
        stored = self.registers.get(self._pointer, 0)
        return bytes((self._exposure(now_s).get(self._pointer, stored),)) * count

    # -- exposure and frames ---------------------------------------------------------------------

    @abstractmethod
    def _limits(self) -> tuple[float, float, float]:
        """Longest exposure in lines, highest gain, the luma aimed at."""

    def _exposure(self, now_s: float) -> dict[int, int]:
        """The live registers: exposure in sixteenths of a line, gain in sixteenths, mean luma."""
        lines, gain, luma = self._exposed(now_s, *self._limits())
        sixteenths, steps = lines << 4, int(gain * 16.0)
        exposure = {_EXPOSURE + at: sixteenths >> 8 * (2 - at) & 0xFF for at in range(3)}
        return exposure | {_GAIN: steps >> 8, _GAIN + 1: steps & 0xFF, self.luma: luma}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its output by registers 3808 to 380B."""
        return self._word(_SIZE), self._word(_SIZE + 2)

    @property
    def quality(self) -> int:
        """The factor of its quantiser tables: (Annex K * q + 8) // 16, taken to be as on the OV2640."""
        return self.registers.get(_QUALITY, 0)
