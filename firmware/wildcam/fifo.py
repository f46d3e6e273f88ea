"""A frame through an ArduChip's FIFO: a stream of known length that can be read as often as wanted."""

import light
from micropython import const
from shutter import CameraError

import node
from torpor import clock

_FIFO = const(0x04)  # 1 clears the done flag, 2 starts; the pointers: _REWINDS
_STATUS = const(0x41)  # 8 frame done; the rest are live pins
_LENGTH = const(0x42)

FULL = const(0x7FFFFF)  # bytes of FIFO
FRAME_MS = const(2000)
_REWINDS = (0x20, 0x30, 0x10)  # papers disagree on the read pointer's bit: the first that works


class Frame:
    keeps = False  # without the camera's rail the picture is gone
    size = 0  # bytes in the FIFO, with padding: never the picture's length

    def __init__(self, camera):
        self._camera = camera
        self.width, self.height = camera.width, camera.height
        self._left = 0
        self._first = b""

    def light(self):
        """(gain in sixteenths, exposure in lines, mean luma 0..255) as settled by now; None if unread."""
        try:
            return self._camera.on_i2c(getattr(light, node.SENSOR))
        except CameraError:
            return None  # no reason to lose a picture

    def begin(self):
        """Start an exposure. A done flag from an earlier life must be seen to clear first."""
        camera = self._camera
        self.size = self._left = 0
        self._first = b""
        for _ in range(3):
            camera.set(_FIFO, 1)
            camera.set(_FIFO, 1)
            if not self.done():
                camera.set(_FIFO, 2)
                self._began = clock.now()
                return
        raise CameraError("the capture-done flag does not clear")

    def done(self):
        return self._camera.get(_STATUS) & 8 != 0

    def ready(self):
        """None while the frame is on its way, then the bytes in the FIFO. Raises CameraError."""
        if self.done():
            size = self._length()
            if not 0 < size < FULL or size != self._length():
                raise CameraError("the FIFO says %d bytes, expected 1 to %d" % (size, FULL - 1))
            self.size = self._left = size
            return size
        if clock.since(self._began) > FRAME_MS:
            raise CameraError("no frame came within %d ms" % FRAME_MS)

    def _length(self):
        get = self._camera.get
        return get(_LENGTH) | get(_LENGTH + 1) << 8 | (get(_LENGTH + 2) & 0x7F) << 16

    def read_into(self, buffer):
        """Go on where the last call stopped -> bytes read, fewer only at the FIFO's end."""
        count = min(len(buffer), self._left)
        if count:
            self._camera.talk(0x3C, 1, buffer, count)
            if self.size - self._left == len(self._first) < 4:
                self._first += bytes(buffer[: 4 - len(self._first)])
            self._left -= count
        return count

    def rewind(self):
        """Back to the frame's first byte, as often as wanted, without a new exposure."""
        head = bytearray(len(self._first))
        for bits in _REWINDS if self._first else ():
            for _ in range(2):
                self._camera.set(_FIFO, bits)
                self._left = self.size
                if head != self._first:
                    self.read_into(head)
            if head == self._first:
                return
        if self._first:
            raise CameraError("the FIFO does not go back to its first byte")

    def standby(self):
        """Sensor off, FIFO kept: half the current while a picture waits in it."""
        self._camera.set(6, 7)
