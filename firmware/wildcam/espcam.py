# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""A camera on the connector of an ESP board (camera.py says what it offers). The picture is copied once, so it
outlives `close`, which must come before any network: that hangs while espcamera lives."""

import time

import board
import busio
import digitalio
import espcamera
from camera import CameraError

import node
from torpor import clock

FRAME_MS = 2000
QUALITY = 12  # lower is better, whatever espcamera's documentation says

# esp32-camera's names
_SIZES = (
    "96x96 R96X96 160x120 QQVGA 176x144 QCIF 240x176 HQVGA 240x240 R240X240 320x240 QVGA 400x296 CIF 480x320 HVGA "
    "640x480 VGA 800x600 SVGA 1024x768 XGA 1280x720 HD 1280x1024 SXGA 1600x1200 UXGA 2048x1536 QXGA "
    "2560x1920 QSXGA"
).split()


def open(wake):
    """Raises CameraError if the bus has no pull-ups or a line is taken."""
    try:
        if node.CAMERA_SCL == node.METER_SCL:  # one bus for both, which stays with the wake
            import meter_bus

            return EspCam(meter_bus.of(wake), None)
        bus = busio.I2C(_pin(node.CAMERA_SCL), _pin(node.CAMERA_SDA), frequency=node.I2C_Hz)
        return EspCam(bus, bus)
    except (ValueError, RuntimeError) as error:
        raise CameraError("camera's I2C: %s" % error)


def _pin(name):
    return getattr(board, name) if name else None


class EspCam:
    def __init__(self, i2c, own):
        self._i2c = i2c
        self._own = own  # the bus again, if it is ours to let go
        self._camera = None
        self._picture = b""
        self.width = self.height = 0
        self.size = self._at = 0

    def start(self, width, height, quality=None):
        """0.3 to 0.6 s. A probe that fails once often succeeds after another power-down pulse."""
        name = "%dx%d" % (width, height)
        if name not in _SIZES:
            raise CameraError("size %s is none of esp32-camera's" % name)
        frame_size = getattr(espcamera.FrameSize, _SIZES[_SIZES.index(name) + 1])
        for last in (False, True):
            try:
                self._set_up(frame_size, quality or QUALITY)
                break
            except Exception as error:  # IDFError is an OSError; no memory, a pin in use
                self._stop()
                if last:
                    raise CameraError("no camera: %s" % error)
                time.sleep(0.1)
        self.width = self._camera.width
        self.height = self._camera.height

    def _set_up(self, frame_size, quality):
        self._stop()
        self._camera = espcamera.Camera(
            data_pins=_pin(node.CAMERA_DATA),
            external_clock_pin=_pin(node.CAMERA_XCLK),
            pixel_clock_pin=_pin(node.CAMERA_PCLK),
            vsync_pin=_pin(node.CAMERA_VSYNC),
            href_pin=_pin(node.CAMERA_HREF),
            powerdown_pin=_pin(node.CAMERA_PWDN),  # without it the sensor has no supply
            reset_pin=_pin(node.CAMERA_RESET),
            i2c=self._i2c,
            pixel_format=espcamera.PixelFormat.JPEG,
            frame_size=frame_size,
            jpeg_quality=quality,
            framebuffer_count=1,
        )

    def begin(self):
        if not self._camera:
            raise CameraError("the camera was not started")
        self._picture = b""
        self.size = self._at = 0
        self._began = clock.now()
        # A full buffer holds a frame from any time ago; once it is handed back, the next one is new. Without
        # one the frame on its way may have begun before now: it is let pass.
        self._old = 1 if self._camera.take(0) is None else 0

    def ready(self):
        if self.size:
            return self.size
        frame = self._camera.take(0)  # hands the one of before back
        if frame is not None:
            if not self._old:
                try:
                    self._picture = bytes(frame)  # the frame is the driver's again at the next call
                except MemoryError:
                    raise CameraError("no memory for a picture of %d bytes" % len(frame))
                self.size = len(self._picture)
                return self.size
            self._old = 0
        if clock.since(self._began) > FRAME_MS:
            raise CameraError("no frame came within %d ms" % FRAME_MS)

    def read_into(self, buffer):
        count = min(len(buffer), self.size - self._at)
        buffer[:count] = memoryview(self._picture)[self._at : self._at + count]
        self._at += count
        return count

    def rewind(self):
        self._at = 0

    def light(self):
        """Read beside the driver, over its own bus; a bus error is no reason to lose a picture."""
        read = _light_2640 if node.SENSOR == "ov2640" else _light_5640
        if not (self._camera and self._i2c.try_lock()):
            return None
        try:
            return read(self._i2c)
        except OSError:
            return None
        finally:
            self._i2c.unlock()

    def _stop(self):
        camera = self._camera
        self._camera = None
        if camera:
            camera.deinit()

    def close(self):
        """Power down. The pin, let go, is pulled up by the chip (power-down is high); node.HOLD says what must
        be held through deep sleep."""
        try:
            self._stop()
            if node.CAMERA_PWDN:
                with digitalio.DigitalInOut(_pin(node.CAMERA_PWDN)) as down:
                    down.switch_to_output(value=True)
        except Exception:
            pass
        if self._own:
            self._own.deinit()
            self._own = None
        self._i2c = None


def _get(i2c, register):
    one = bytearray(1)
    i2c.writeto(node.CAMERA_ADDRESS, register)
    i2c.readfrom_into(node.CAMERA_ADDRESS, one)
    return one[0]


def _light_2640(i2c):
    bank = _get(i2c, b"\xff")
    i2c.writeto(node.CAMERA_ADDRESS, b"\xff\x01")
    try:
        bits = _get(i2c, b"\x00")
        exposure = (_get(i2c, b"\x45") & 63) << 10 | _get(i2c, b"\x10") << 2 | _get(i2c, b"\x04") & 3
        luma = _get(i2c, b"\x2f")
    finally:  # the driver remembers which bank it chose
        i2c.writeto(node.CAMERA_ADDRESS, bytes((0xFF, bank)))
    gain = 16 + (bits & 15)
    for bit in (16, 32, 64, 128):
        if bits & bit:
            gain *= 2
    return gain, exposure, luma


def _light_5640(i2c):
    """An OV3660 has the same registers."""
    gain = (_get(i2c, b"\x35\x0a") & 3) << 8 | _get(i2c, b"\x35\x0b")
    exposure = _get(i2c, b"\x35\x00") << 12 | _get(i2c, b"\x35\x01") << 4 | _get(i2c, b"\x35\x02") >> 4
    return gain, exposure, _get(i2c, b"\x56\xa1")
