"""A camera on an ESP board's connector. The picture is copied, so that it outlives `close`, which must come
before any network: that hangs while espcamera lives."""

import time

import board
import busio
import digitalio
import espcamera
from shutter import CameraError

import node
from torpor import clock

FRAME_MS = 2000
QUALITY = 12  # lower is better, whatever espcamera's documentation says


def open(wake):
    try:
        if not node.CAMERA_BUS:  # the meter's, which the wake keeps
            from torpor import meter_bus

            return EspCam(meter_bus.of(wake), None)
        scl, sda = [getattr(board, name) for name in node.CAMERA_BUS]
        i2c = busio.I2C(scl, sda, frequency=node.I2C_Hz)
        return EspCam(i2c, i2c)
    except (ValueError, RuntimeError) as error:
        raise CameraError("the camera's I2C: %s" % error)


class EspCam:
    keeps = True  # the picture outlives the camera

    def __init__(self, i2c, own):
        self._i2c = i2c
        self._own = own
        self._camera = None
        self._picture = b""
        self.width = self.height = self.size = self._at = 0

    def start(self, width, height, quality=None):
        size = dict(node.CAMERA_SIZES).get((width, height))
        if not size:
            raise CameraError("node.py names no frame size of %dx%d" % (width, height))
        size = getattr(espcamera.FrameSize, size)
        lines = {key: getattr(board, pin) for key, pin in node.CAMERA_LINES}
        for tries in (1, 0):  # the probe pulses power-down: what did not answer once may do so then
            self._stop()
            try:
                camera = self._camera = espcamera.Camera(
                    i2c=self._i2c,
                    pixel_format=espcamera.PixelFormat.JPEG,
                    frame_size=size,
                    jpeg_quality=quality or QUALITY,
                    **lines,
                )
                break
            except Exception as error:  # of ESP-IDF, no memory, a pin in use
                if not tries:
                    raise CameraError("no camera: %s" % error)
                time.sleep(0.1)
        self.width = camera.width
        self.height = camera.height

    def frame(self):
        return self

    def begin(self):
        self._picture = b""
        self.size = self._at = 0
        self._began = clock.now()
        # The one buffer is full of an old frame, and handing it back lets a new one begin; or a frame that
        # began before now is on its way, and must be let pass.
        self._late = self._take() is None

    def ready(self):
        if not self.size:
            frame = self._take()
            if frame is not None and not self._late:
                try:
                    self._picture = bytes(frame)
                except MemoryError:
                    raise CameraError("no memory for a picture of %d bytes" % len(frame))
                self.size = len(self._picture)
            elif frame is not None:
                self._late = False
            elif clock.since(self._began) > FRAME_MS:
                raise CameraError("no frame came within %d ms" % FRAME_MS)
        return self.size or None

    def _take(self):
        """A frame if one is there; the one of before is handed back."""
        if not self._camera:
            raise CameraError("the camera was not started")
        return self._camera.take(0)

    def read_into(self, buffer):
        count = min(len(buffer), self.size - self._at)
        buffer[:count] = memoryview(self._picture)[self._at : self._at + count]
        self._at += count
        return count

    def rewind(self):
        self._at = 0

    def light(self):
        if not (self._camera and self._i2c.try_lock()):
            return None
        import light

        try:
            return getattr(light, node.SENSOR)(self._i2c)
        except OSError:
            return None  # no reason to lose a picture
        finally:
            self._i2c.unlock()

    def _stop(self):
        camera = self._camera
        self._camera = None
        if camera:
            camera.deinit()

    def close(self):
        try:
            self._stop()
            for pin, level in node.HOLD:  # pulled up once it is let go; sleep holds it
                line = digitalio.DigitalInOut(getattr(board, pin))
                line.switch_to_output(value=bool(level))
                line.deinit()
        except Exception:
            pass
        if self._own:
            self._own.deinit()
            self._own = None
