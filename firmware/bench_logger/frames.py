"""Frames: readings with all that one must know to read them, a number and a checksum (docs/recording.md)."""

import struct
from binascii import crc32

HEAD = "<2sBBHHIIIhHH"
SIZE = 26  # of the head
SYNC, VERSION = b"\xa5\x5a", 1
SILENT, RESTARTED = 1, 2  # flags: the chip does not answer; it had forgotten its configuration


class Frame:
    """One frame in a buffer of its own, with room for `room` readings."""

    def __init__(self, room):
        self._raw = bytearray(SIZE + 4 * room + 4)
        self._view = memoryview(self._raw)
        self.room = room
        self.count = 0
        self.first = 0  # the number of its first round

    def put(self, sample, number):
        """One reading of four bytes, of round `number`."""
        if not self.count:
            self.first = number
        at = SIZE + 4 * self.count
        self._view[at : at + 4] = sample
        self.count += 1

    def seal(self, boot, sequence, ticks_ms, shunt_mohm, zero_uV, register, flags):
        """The finished frame; it is empty for the next use. `ticks_ms` is when its last round was read."""
        end = SIZE + 4 * self.count
        struct.pack_into(
            HEAD, self._raw, 0, SYNC, VERSION, self.count, boot, sequence, self.first, ticks_ms,
            shunt_mohm, zero_uV, register, flags,
        )  # fmt: skip
        struct.pack_into("<I", self._raw, end, crc32(self._view[2:end]))
        self.count = 0
        return self._view[: end + 4]
