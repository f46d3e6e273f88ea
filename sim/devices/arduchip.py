"""The ArduChip bridge of the ArduCAM Mini Plus boards at SPI register level.

Registers: docs.arducam.com "Arducam-Chip", ArduCAM.h, and what its users found out (the comments name it).
"""

from __future__ import annotations

from collections.abc import Callable

from sim.devices.camera import BURST_FAULTS, CameraFaults, CameraRows, Chance
from sim.devices.fifo import Fifo
from sim.devices.sensor import Sensor

_TEST, _FRAMES, _TIMING, _FIFO, _GPIO, _RESET = 0x00, 0x01, 0x03, 0x04, 0x06, 0x07
_BURST, _SINGLE, _VERSION, _STATUS, _LENGTH = 0x3C, 0x3D, 0x40, 0x41, 0x42
_RUN, _STANDBY, _SUPPLY = 1, 2, 4
_VSYNC_LOW = 2  # bit of the timing register
_VSYNC_PART = 0.05  # share of a frame for which VSYNC stands; assumption
_SKIP_B = 1024


class ArduChip:
    """Bridge and supply of one camera module: SPI registers, frame memory, lines to the sensor.

    Parameters
    ----------
    sensor : what it bridges; it is powered and held by this bridge.
    on_change : called when an access changes what the module draws.
    read_pointer_bit : bit of register 04 that resets the read pointer; the papers name both 0x20 and 0x10.
    version : of its logic. timing : register 03 as this sensor needs it; with VSYNC the wrong way round no
        frame starts (inferred: every driver sets it).
    """

    def __init__(
        self,
        rows: CameraRows,
        sensor: Sensor,
        faults: CameraFaults | None = None,
        on_change: Callable[[], None] = lambda: None,
        read_pointer_bit: int = 0x20,
        version: int = 0x40,
        timing: int = 0x00,
    ) -> None:
        self._rows = rows
        self._sensor = sensor
        self._on_change = on_change
        self._rewind_bit = read_pointer_bit
        self._version, self._timing = version, timing
        self._chance = Chance(faults or CameraFaults(), "arduchip")
        self._flaky = self._chance.any_of(BURST_FAULTS)
        self._fifo = Fifo(rows, sensor, self._chance)
        self._on = False
        self._cs_high = self._selected = False
        self._ready_s = 0.0
        self._dead_test = False
        self._pins = self._chance.random.randrange(256) & 0xF6  # live pins beside VSYNC and done
        self._registers = bytearray(128)
        self._command = -1
        self.on_ordered: Callable[[float], None] = lambda now_s: None  # hears of each frame asked for

    # -- supply ----------------------------------------------------------------------------------

    def power(self, now_s: float, on: bool) -> None:
        """Rail on or off; off loses everything, the picture too."""
        if on == self._on:
            return
        self._on = on
        self._sensor.power(now_s, on)
        self._command = -1
        if on:
            self._ready_s = now_s + self._rows.power_up_s
            self._dead_test = self._chance.hits("spi_test")
            self._fifo.power_up()
            self._defaults(now_s)

    def _defaults(self, now_s: float) -> None:
        self._registers = bytearray(128)
        self._registers[_GPIO] = _RUN | _SUPPLY
        self._sensor.hold(now_s, False)

    def load(self, now_s: float) -> tuple[float, float]:
        """(mA, V) of the whole module: running, standby, or fed through its lines with the rail off."""
        rows = self._rows
        if self._on:
            return (rows.run_mA if self._sensor.running else rows.standby_mA), rows.volts
        return (rows.phantom_mA if self._cs_high else 0.0), rows.phantom_volts

    def release(self, now_s: float) -> None:
        """The controller's pins became inputs: nothing feeds the module through them."""
        self._selected = False
        self._command = -1
        self._line(False)

    def _line(self, high: bool) -> None:
        changed = high != self._cs_high
        self._cs_high = high
        if changed and not self._on:
            self._on_change()

    # -- SPI -------------------------------------------------------------------------------------

    def select(self, now_s: float, selected: bool) -> None:
        """Edge of chip select; the read pointer of the FIFO survives it."""
        self._selected = selected
        self._command = -1
        self._line(not selected)

    def write(self, now_s: float, data: bytes) -> None:
        """A command byte, then its value."""
        if not self._alive(now_s) or not data:
            return
        if self._command < 0:
            self._command = data[0]
            data = data[1:]
        if not data:
            return
        if self._command & 0x80:
            self._set(now_s, self._command & 0x7F, data[0])
        elif self._command in (_BURST, _SINGLE):
            self._fifo.read(now_s, len(data))

    def read(self, now_s: float, count: int, baudrate: int) -> bytes:
        """What the module answers in the running chip-select frame."""
        command = self._command
        if not self._alive(now_s) or command < 0 or command & 0x80:
            return bytes(count)
        if command == _BURST:
            data = self._burst(now_s, count)
        elif command == _SINGLE:
            data = self._fifo.read(now_s, 1).ljust(count, b"\x00")[:count]
        else:
            data = bytes((self._get(now_s, command),)) * count
        return data if baudrate <= self._rows.spi_max_Hz else self._too_fast(data)

    def _alive(self, now_s: float) -> bool:
        return self._selected and self._on and now_s >= self._ready_s

    # -- registers -------------------------------------------------------------------------------

    def _set(self, now_s: float, register: int, value: int) -> None:
        if register == _RESET:
            if value & 0x80:
                self._fifo.reset()
                self._defaults(now_s)
                self._on_change()
            self._registers[_RESET] = value
        elif self._registers[_RESET] & 0x80:
            return  # held in reset
        elif register == _FIFO:
            self._control(now_s, value)
        else:
            self._registers[register] = value
            if register == _GPIO:
                runs = value & (_RUN | _STANDBY | _SUPPLY) == _RUN | _SUPPLY
                self._sensor.hold(now_s, not runs)
                self._on_change()

    def _control(self, now_s: float, value: int) -> None:
        if value & 0x01:
            self._fifo.clear()
        if value & self._rewind_bit:
            astray = self._chance.hits("misplaced")
            self._fifo.position = self._chance.random.randrange(1, _SKIP_B) if astray else 0
        if value & 0x02:
            frames = self._registers[_FRAMES] & 7
            self.on_ordered(now_s)
            hears = not (self._registers[_TIMING] ^ self._timing) & _VSYNC_LOW
            self._fifo.start(now_s, 0 if frames == 7 else frames + 1, hears)

    def _get(self, now_s: float, register: int) -> int:
        if self._registers[_RESET] & 0x80:
            return 0
        if register == _TEST and self._dead_test:
            return self._registers[_TEST] & 0x0F
        if register == _STATUS:
            return self._pins | self._vsync(now_s) | self._fifo.done(now_s) << 3
        if register in (_LENGTH, _LENGTH + 1, _LENGTH + 2):
            return self._fifo.length(now_s) >> 8 * (register - _LENGTH) & 0xFF
        return self._version if register == _VERSION else self._registers[register]

    def _vsync(self, now_s: float) -> bool:
        if not self._sensor.running or now_s < self._sensor.since_s:
            return False
        period = self._sensor.period_s()
        return (now_s - self._sensor.since_s) % period < _VSYNC_PART * period

    # -- the way out -----------------------------------------------------------------------------

    def _burst(self, now_s: float, count: int) -> bytes:
        if not self._flaky:
            return self._fifo.read(now_s, count)
        fault, at = self._chance.draw(BURST_FAULTS), self._chance.random.randrange(max(1, count))
        if fault == "skipped":
            self._fifo.position += _SKIP_B
        data = self._fifo.read(now_s, count)
        if fault == "flipped":
            return data[:at] + bytes((data[at] ^ 0x20,)) + data[at + 1 :]
        if fault == "lost":
            return data[:at] + data[at + 1 :] + self._fifo.read(now_s, 1)
        if fault == "doubled":
            self._fifo.position -= 1
            return data[: at + 1] + data[at:-1]
        if fault == "shifted":
            late = int.from_bytes(data[at:], "big") >> 1
            return data[:at] + late.to_bytes(count - at, "big")
        if fault == "short_read":
            self._fifo.position -= count - at
            return data[:at] + bytes(count - at)
        return data

    def _too_fast(self, data: bytes) -> bytes:
        """Above the bridge's clock ones arrive as zeros: FF becomes DF."""
        late = bytearray(data)
        for _ in range(1 + len(late) // 300):
            late[self._chance.random.randrange(len(late))] &= 0xDF
        return bytes(late)

    # -- for whoever watches the twin ------------------------------------------------------------

    def fifo(self, now_s: float) -> bytes:
        """What lies in the frame memory, by a perfect reader."""
        return self._fifo.content(now_s)

    @property
    def frames(self) -> int:
        """Frames captured since power-up."""
        return self._fifo.frames

    @property
    def last_fault(self) -> str:
        """Fault of the last capture, "" for none."""
        return self._fifo.last_fault
