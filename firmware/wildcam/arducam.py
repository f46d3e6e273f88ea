# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""ArduChip: bridge between a camera sensor and SPI, with a FIFO for one picture.

`spi`, `cs` (an output, high) and `i2c` are the caller's; `sensor` is a module such as ov2640."""

import time

from micropython import const

from torpor import clock

_TEST = const(0x00)
_FRAMES = const(0x01)
_TIMING = const(0x03)
_FIFO = const(0x04)  # 1 clears the done flag, 2 starts; the pointers: _REWINDS
_GPIO = const(0x06)  # 1 sensor runs, 2 standby, 4 supply
_RESET = const(0x07)
_STATUS = const(0x41)  # 8 frame done; the rest are live pins
_LENGTH = const(0x42)

FULL = const(0x7FFFFF)  # bytes of FIFO
FRAME_MS = const(2000)
_REWINDS = (0x20, 0x30, 0x10)  # papers disagree on the read pointer's bit: the first that works


class CameraError(Exception):
    """One sentence that says what the camera did not do."""


class ArduCam:
    def __init__(self, spi, cs, i2c, sensor, baudrate=8000000):
        self._spi = spi
        self._cs = cs
        self._i2c = i2c
        self._sensor = sensor
        self.baudrate = baudrate
        self.width = self.height = 0  # as the sensor really sends
        self.size = 0  # bytes in the FIFO, with padding
        self._left = 0
        self._first = b""
        self._two = bytearray(2)

    def start(self, width, height, quality=None):
        """Reset, test, wake, find, set up: 0.1 s (OV5642 0.7 s), at worst 5 s. Raises CameraError."""
        if quality is None:
            quality = self._sensor.QUALITY
        # The vendor always waits 0.1 s; a module just powered needs less, so try that first.
        for pause, patience in ((0.01, 300), (0.1, 1200)):
            try:
                self._bridge(pause)
                self._find(patience)
                self._on_i2c(self._sensor.reset)
                time.sleep(pause)
                self._find(patience)
                self.width, self.height = self._on_i2c(self._sensor.setup, width, height, quality)
                self._set(_TIMING, self._sensor.TIMING)
                return
            except CameraError as error:
                failed = error
        raise failed

    def _bridge(self, pause):
        for value in (0x80, 0):
            self._set(_RESET, value)
            time.sleep(pause)
        for value in (0x55, 0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55, 0xAA):
            self._set(_TEST, value)
            if self._get(_TEST) != value:
                time.sleep(pause)
            elif value == 0xAA:
                self._set(_GPIO, 5)  # in standby the sensor is deaf on I2C
                self._set(_FRAMES, 0)
                return
        raise CameraError("the ArduChip's test register does not echo: check SPI wires and power")

    def _find(self, patience):
        began = clock.now()
        while not self._on_i2c(self._sensor.found):
            if clock.since(began) > patience:  # with SCL held low each try lasts a second
                raise CameraError("no sensor answers at I2C 0x%02x" % self._sensor.ADDRESS)
            time.sleep(0.01)

    def begin(self):
        """Start an exposure. A done flag from an earlier life must be seen to clear first."""
        self.size = self._left = 0
        self._first = b""
        for _ in range(3):
            self._set(_FIFO, 1)
            self._set(_FIFO, 1)
            if not self.done():
                self._set(_FIFO, 2)
                self._began = clock.now()
                return
        raise CameraError("the capture-done flag does not clear")

    def done(self):
        return self._get(_STATUS) & 8 != 0

    def length(self):
        """Bytes in the FIFO by the bridge's count: never the picture's length."""
        return self._get(_LENGTH) | self._get(_LENGTH + 1) << 8 | (self._get(_LENGTH + 2) & 0x7F) << 16

    def ready(self):
        """After `begin`: None while the frame is on its way, then the bytes in the FIFO."""
        if self.done():
            size = self.length()
            if not 0 < size < FULL or size != self.length():
                raise CameraError("the FIFO says %d bytes, expected 1 to %d" % (size, FULL - 1))
            self.size = self._left = size
            return size
        if clock.since(self._began) > FRAME_MS:
            raise CameraError("no frame came within %d ms" % FRAME_MS)

    def read_into(self, buffer):
        """Go on where the last call stopped -> bytes read, fewer only at the FIFO's end."""
        count = min(len(buffer), self._left)
        if count:
            self._two[0] = 0x3C
            self._talk(1, buffer, count)
            if self.size - self._left == len(self._first) < 4:
                self._first += bytes(buffer[: 4 - len(self._first)])
            self._left -= count
        return count

    def rewind(self):
        """Back to the frame's first byte, as often as wanted, without a new exposure."""
        head = bytearray(len(self._first))
        for bits in _REWINDS if self._first else ():
            for _ in range(2):
                self._set(_FIFO, bits)
                self._left = self.size
                if head != self._first:
                    self.read_into(head)
            if head == self._first:
                return
        if self._first:
            raise CameraError("the FIFO does not go back to its first byte")

    def light(self):
        """(gain in sixteenths, exposure in lines, mean luma 0..255) as settled by now."""
        return self._on_i2c(self._sensor.light)

    def standby(self):
        """Sensor off, FIFO kept: half the current while a picture waits. `start` wakes it."""
        self._set(_GPIO, 7)

    def deinit(self):
        """Leave CS, SCK and MOSI low: they would feed the module when its rail is off. Then cut the rail.

        SDA and SCL follow their pull-ups on that rail."""
        self._two[0] = 0
        self._talk(1)  # MOSI rests at the last bit, SCK low
        self._cs.value = False

    def _on_i2c(self, call, *arguments):
        _lock(self._i2c)
        try:
            return call(self._i2c, *arguments)
        except OSError:
            raise CameraError("the sensor stopped answering on I2C")
        finally:
            self._i2c.unlock()

    def _set(self, register, value):
        self._two[0] = register | 0x80
        self._two[1] = value
        self._talk(2)

    def _get(self, register):
        self._two[0] = register
        self._talk(1, self._two, 1)
        return self._two[0]

    def _talk(self, count, answer=None, size=0):
        _lock(self._spi)
        try:
            self._spi.configure(baudrate=self.baudrate)
            self._cs.value = False
            self._spi.write(self._two, end=count)
            if size:
                self._spi.readinto(answer, end=size)
        finally:
            self._cs.value = True
            self._spi.unlock()


def _lock(bus):
    for _ in range(100):
        if bus.try_lock():
            return
        time.sleep(0.001)
    raise CameraError("the bus stays locked by another user")
