"""ArduChip, from a camera sensor to SPI: what the shutter waits for; then comes fifo.py."""

import time

import board
import busio
import digitalio
from shutter import CameraError

import node
from torpor import clock

sensor = __import__(node.SENSOR)

# Registers: 0 test, 1 frames, 3 timing, 6 sensor (1 runs, 2 standby, 4 supply), 7 reset


def open(wake):
    return ArduCam()


class ArduCam:
    width = height = 0  # as it really sends
    baudrate = node.SPI_Hz

    def __init__(self):
        self._two = bytearray(2)
        self.spi = self.cs = self.i2c = None
        sck, mosi, miso, cs, sda, scl = [getattr(board, name) for name in node.CAMERA_PINS]
        try:
            self.spi = busio.SPI(sck, mosi, miso)
            self.cs = digitalio.DigitalInOut(cs)
            self.cs.switch_to_output(value=True)
            self.i2c = busio.I2C(scl, sda, frequency=node.I2C_Hz)
        except Exception:
            self.close()
            raise

    def start(self, width, height, quality=sensor.QUALITY):
        """Reset, test, wake, find, set up; at worst 5 s. Raises CameraError."""
        # the vendor waits 0.1 s; a module just powered needs less
        for pause, patience in ((0.01, 300), (0.1, 1200)):
            try:
                self._bridge(pause)
                self._find(patience)
                self.on_i2c(sensor.reset)
                time.sleep(pause)
                self._find(patience)
                self.width, self.height = self.on_i2c(sensor.setup, width, height, quality)
                self.set(3, sensor.TIMING)
                return
            except CameraError as error:
                failed = error
        raise failed

    def _bridge(self, pause):
        for value in (0x80, 0):
            self.set(7, value)
            time.sleep(pause)
        for value in (0x55, 0xAA) * 4:
            self.set(0, value)
            if self.get(0) != value:
                time.sleep(pause)
            elif value == 0xAA:
                self.set(6, 5)  # in standby the sensor is deaf on I2C
                self.set(1, 0)
                return
        raise CameraError("the ArduChip's test register does not echo: check SPI wires and power")

    def _find(self, patience):
        began = clock.now()
        while not self.on_i2c(sensor.found):
            if clock.since(began) > patience:  # SCL held low: 1 s a try
                raise CameraError("no sensor answers at I2C 0x%02x" % sensor.ADDRESS)
            time.sleep(0.01)

    def frame(self):
        from fifo import Frame

        return Frame(self)

    def close(self):
        """Let go of all lines, the outputs low: they would feed the module without its rail."""
        try:
            if self.cs:
                self.talk(0, 1)  # MOSI rests at the last bit, SCK low
                self.cs.value = False
        except Exception:
            pass
        for line in (self.spi, self.cs, self.i2c):
            if line:
                line.deinit()
        self.spi = self.cs = self.i2c = None

    def on_i2c(self, call, *arguments):
        _lock(self.i2c)
        try:
            return call(self.i2c, *arguments)
        except OSError:
            raise CameraError("the sensor stopped answering on I2C")
        finally:
            self.i2c.unlock()

    def set(self, register, value):
        self._two[1] = value
        self.talk(register | 0x80, 2)

    def get(self, register):
        self.talk(register, 1, self._two, 1)
        return self._two[0]

    def talk(self, command, count, answer=None, size=0):
        """Send the command (of `count` bytes), take `size` bytes of answer."""
        if not self.spi:
            raise CameraError("the camera is off")
        _lock(self.spi)
        try:
            self._two[0] = command
            self.spi.configure(baudrate=self.baudrate)
            self.cs.value = False
            self.spi.write(self._two, end=count)
            if size:
                self.spi.readinto(answer, end=size)
        finally:
            self.cs.value = True
            self.spi.unlock()


def _lock(bus):
    for _ in range(100):
        if bus.try_lock():
            return
        time.sleep(0.001)
    raise CameraError("the bus stays locked by another user")
