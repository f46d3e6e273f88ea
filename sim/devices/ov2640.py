"""The OV2640 sensor at register level: two banks over SCCB, exposure control, and the frame it would send.

Registers: OV2640 data sheet 1.6 and the drivers' tables; see the rows of the camera part for its times.
"""

from __future__ import annotations

from sim.devices.sensor import DECADES, Sensor

__all__ = ["ADDRESS", "DECADES", "DSP", "OV2640", "SENSOR", "gain_bits"]

ADDRESS = 0x30
DSP, SENSOR = 0, 1

_BANK = 0xFF
_COM7, _COM2, _COM9 = 0x12, 0x09, 0x14
_GAIN, _REG04, _AEC, _REG45, _YAVG, _AEW = 0x00, 0x04, 0x10, 0x45, 0x2F, 0x24
_LIVE = {_GAIN, _REG04, _AEC, _REG45, _YAVG}
#: Ports that take a list: data register -> the register that sets its index.
_PORTS = {0x7D: 0x7C, 0x91: 0x90, 0x93: 0x92, 0x97: 0x96}

_DSP_DEFAULTS = {
    0x05: 0x01, 0x44: 0x0C, 0x51: 0x40, 0x52: 0xF0, 0x55: 0x08, 0x5A: 0x58, 0x5B: 0x48, 0x86: 0x0D,
    0x87: 0x50, 0xC2: 0x0C, 0xC3: 0xFF, 0xD3: 0x82, 0xE0: 0x04, 0xF0: 0x04,
}  # fmt: skip
_SENSOR_DEFAULTS = {0x0A: 0x26, 0x0B: 0x42, 0x1C: 0x7F, 0x1D: 0xA2, _AEW: 0x78, _COM9: 0x48}
_READ_ONLY = {0x0A, 0x0B, 0x1C, 0x1D}

#: Lines of the array in UXGA and SVGA mode: the longest exposure (data sheet, frame timing).
_LINES = {False: 1248, True: 672}


class OV2640(Sensor):
    """The 2 MP sensor. Parameters: see Sensor."""

    address = ADDRESS
    name = "ov2640"

    def _defaults(self) -> None:
        self.banks = (bytearray(256), bytearray(256))
        for bank, defaults in zip(self.banks, (_DSP_DEFAULTS, _SENSOR_DEFAULTS), strict=True):
            for register, value in defaults.items():
                bank[register] = value
        self.ports: dict[int, bytearray] = {port: bytearray() for port in _PORTS}
        self._bank = DSP
        self._pointer = 0

    def _asleep(self) -> bool:
        return bool(self.banks[SENSOR][_COM2] & 0x10)

    # -- SCCB ------------------------------------------------------------------------------------

    def write(self, now_s: float, data: bytes) -> None:
        """One byte sets the register for a read, two write it; there is no automatic increment."""
        if not data:
            return
        register = data[0]
        self._pointer = register
        if len(data) == 1:
            return
        value = data[1]
        if register == _BANK:
            self._bank = value & 1
        elif self._bank == DSP:
            self.banks[DSP][register] = value
            if register in _PORTS:
                self.ports[register].append(value)
        else:
            self._write_sensor(now_s, register, value)

    def _write_sensor(self, now_s: float, register: int, value: int) -> None:
        if register == _COM7 and value & 0x80:
            self._reset(now_s + self._rows.reset_settle_s)
        elif register not in _READ_ONLY:
            was_running = self.running
            self.banks[SENSOR][register] = value
            if register == _COM2 and self.running != was_running:
                if self.running:
                    self._wake(now_s)
                self._on_change()

    def read(self, now_s: float, count: int) -> bytes:
        """The register last named, again and again."""
        if self._pointer == _BANK:
            value = self._bank
        elif self._bank == SENSOR and self._pointer in _LIVE:
            value = self._exposure(now_s)[self._pointer]
        else:
            value = self.banks[self._bank][self._pointer]
        return bytes((value,)) * count

    # -- the part of esp32-camera ----------------------------------------------------------------

    def set_up(self, now_s: float, width: int, height: int, quality: int) -> None:
        """Registers as esp32-camera leaves them, the processor's bank chosen last; frames begin now."""
        self._reset(now_s)
        dsp, large = self.banks[DSP], width > 800
        self.banks[SENSOR][_COM7] = 0x00 if large else 0x40
        words, lines = width >> 2, height >> 2
        dsp[0x5A], dsp[0x5B], dsp[0x5C] = words & 0xFF, lines & 0xFF, lines >> 8 << 2 | words >> 8
        dsp[0xC0], dsp[0xC1] = (200, 150) if large else (100, 75)
        dsp[0x05], dsp[0xDA], dsp[0xE0] = 0x00, 0x10, 0x00
        self.set_quality(now_s, quality)

    def set_quality(self, now_s: float, quality: int) -> None:
        """One write by the driver, which remembers the bank that it chose and does not choose it again: with
        another one left there by somebody else it lands in the wrong bank."""
        self.write(now_s, bytes((0x44, quality)))

    # -- exposure and frames ---------------------------------------------------------------------

    def _exposure(self, now_s: float) -> dict[int, int]:
        """The live registers: what automatic exposure has come to by now."""
        sensor = self.banks[SENSOR]
        longest = float(_LINES[bool(sensor[_COM7] & 0x40)])
        exposure, gain, luma = self._exposed(now_s, longest, float(2 << (sensor[_COM9] >> 5)), sensor[_AEW])
        return {
            _GAIN: gain_bits(gain),
            _REG04: sensor[_REG04] & 0xFC | exposure & 3,
            _AEC: exposure >> 2 & 0xFF,
            _REG45: sensor[_REG45] & 0xC0 | exposure >> 10 & 0x3F,
            _YAVG: luma,
        }

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its output by registers 5A, 5B and 5C."""
        dsp = self.banks[DSP]
        high = dsp[0x5C]
        return (dsp[0x5A] | (high & 3) << 8) * 4, (dsp[0x5B] | (high & 4) << 6) * 4

    @property
    def quality(self) -> int:
        """QS, the factor of its quantiser tables."""
        return self.banks[DSP][0x44]

    @property
    def sends_jpeg(self) -> bool:
        """Whether the registers make a picture: JPEG on, nothing held in reset, no size above the input's."""
        dsp = self.banks[DSP]
        width, height = self.size
        whole = 16 <= width <= dsp[0xC0] * 8 and 8 <= height <= dsp[0xC1] * 8
        return bool(dsp[0xDA] & 0x10) and not dsp[0x05] & 1 and not dsp[0xE0] & 0x14 and whole


def gain_bits(gain: float) -> int:
    """Register 00 for a gain: four bits that double, four of sixteenths (data sheet)."""
    doublings = 0
    while gain >= 2.0 and doublings < 4:
        gain /= 2.0
        doublings += 1
    return ((1 << doublings) - 1) << 4 | min(15, int((gain - 1.0) * 16.0))
