"""The OV2640 sensor at register level: two banks over SCCB, exposure control, and the frame it would send.

Registers: OV2640 data sheet 1.6 and the drivers' tables; see the rows of the camera part for its times.
"""

from __future__ import annotations

import errno
from collections.abc import Callable

from sim.devices.camera import CameraFaults, CameraRows, Chance, Light, Scene

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
#: Decades of illuminance between light 0 and light 1 (sim.sky: 1 lx and 100 000 lx).
DECADES = 5.0
#: Exposure at light 1, lines. Assumption: 0.3 ms in full sun, as small lenses of f/2.8 need.
_SUN_LINES = 3.0


class OV2640:
    """The sensor: an I2C target, and the source of frames for its bridge.

    Parameters
    ----------
    scene : gives the JPEG of a frame. light : what the exposure control sees, 0..1.
    on_change : called when a register write changes what the module draws.
    """

    address = ADDRESS

    def __init__(
        self,
        rows: CameraRows,
        scene: Scene,
        light: Light,
        faults: CameraFaults | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._rows = rows
        self._scene = scene
        self._light = light
        self._on_change = on_change
        self._chance = Chance(faults or CameraFaults(), "ov2640")
        self._on = False
        self._held = False  # the bridge holds it in standby or reset
        self._ready_s = 0.0
        self._fault = ""
        self._reset(0.0)

    def _reset(self, ready_s: float) -> None:
        self.banks = (bytearray(256), bytearray(256))
        for bank, defaults in zip(self.banks, (_DSP_DEFAULTS, _SENSOR_DEFAULTS), strict=True):
            for register, value in defaults.items():
                bank[register] = value
        self.ports: dict[int, bytearray] = {port: bytearray() for port in _PORTS}
        self._bank = DSP
        self._pointer = 0
        self._wake(ready_s)

    def _wake(self, ready_s: float) -> None:
        """Frames and exposure control begin anew; the registers stay."""
        self._ready_s = self.since_s = ready_s

    # -- supply and lines from the bridge --------------------------------------------------------

    def power(self, now_s: float, on: bool) -> None:
        """Supply on or off: every start is a reset."""
        if on and not self._on:
            self._reset(now_s + self._rows.power_up_s)
            self._fault = self._chance.draw(("absent_i2c", "scl_stuck"))
        self._on = on

    def hold(self, now_s: float, held: bool) -> None:
        """PWDN or reset from the bridge: no clock, no answer; the registers stay."""
        if self._held and not held and self._on:
            self._wake(max(now_s, self._ready_s))
        self._held = held

    def load(self, now_s: float) -> tuple[float, float]:
        """Nothing of its own: the module's rows, told by the bridge, cover the sensor."""
        return 0.0, self._rows.volts

    @property
    def running(self) -> bool:
        """Whether it is powered and clocked."""
        return self._on and not self._held and not self.banks[SENSOR][_COM2] & 0x10

    # -- SCCB ------------------------------------------------------------------------------------

    def acknowledges(self, now_s: float) -> bool:
        """Whether it answers to its address; TimeoutError if SCL is held low."""
        if self._fault:
            if self._fault == "scl_stuck" and self._on:
                raise TimeoutError(errno.ETIMEDOUT, "SCL is held low")
            return False
        return self._on and not self._held and now_s >= self._ready_s and not self._chance.hits("nack")

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

    # -- exposure and frames ---------------------------------------------------------------------

    def _exposure(self, now_s: float) -> dict[int, int]:
        """The live registers: what automatic exposure has come to by now."""
        sensor = self.banks[SENSOR]
        light = self._light(now_s)
        wanted = _SUN_LINES * 10.0 ** (DECADES * (1.0 - light))
        longest = _LINES[bool(sensor[_COM7] & 0x40)]
        highest = float(2 << (sensor[_COM9] >> 5))
        lines = min(wanted, float(longest))
        gain = min(max(wanted / lines, 1.0), highest)
        settled = min(1.0, max(0.0, now_s - self.since_s) / max(self._rows.settle_s, 1e-9))
        luma = sensor[_AEW] * min(1.0, lines * gain / wanted) * settled
        exposure = max(1, round(lines))
        return {
            _GAIN: gain_bits(gain),
            _REG04: sensor[_REG04] & 0xFC | exposure & 3,
            _AEC: exposure >> 2 & 0xFF,
            _REG45: sensor[_REG45] & 0xC0 | exposure >> 10 & 0x3F,
            _YAVG: min(255, round(luma)),
        }

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its output by registers 5A, 5B and 5C."""
        dsp = self.banks[DSP]
        high = dsp[0x5C]
        return (dsp[0x5A] | (high & 3) << 8) * 4, (dsp[0x5B] | (high & 4) << 6) * 4

    @property
    def sends_jpeg(self) -> bool:
        """Whether the registers make a picture: JPEG on, nothing held in reset, no size above the input's."""
        dsp = self.banks[DSP]
        width, height = self.size
        whole = 16 <= width <= dsp[0xC0] * 8 and 8 <= height <= dsp[0xC1] * 8
        return bool(dsp[0xDA] & 0x10) and not dsp[0x05] & 1 and not dsp[0xE0] & 0x14 and whole

    def period_s(self) -> float:
        """Time of one frame."""
        return self._rows.frame_s(self.size[0])

    def frame(self, start_s: float) -> bytes:
        """What the frame that begins at `start_s` puts on the wire."""
        if not self.sends_jpeg:
            return self._chance.random.randbytes(5000).replace(b"\xff\xd8", b"\x3f\xef")
        ran_s = start_s - self.since_s
        index = int(ran_s / self.period_s() + 1e-6)
        if self._rows.settle_s > 0.0:
            index = min(index, int(self._rows.settle_frames * ran_s / self._rows.settle_s + 1e-6))
        width, height = self.size
        return self._scene(start_s, width, height, self.banks[DSP][0x44], index)


def gain_bits(gain: float) -> int:
    """Register 00 for a gain: four bits that double, four of sixteenths (data sheet)."""
    doublings = 0
    while gain >= 2.0 and doublings < 4:
        gain /= 2.0
        doublings += 1
    return ((1 << doublings) - 1) << 4 | min(15, int((gain - 1.0) * 16.0))
