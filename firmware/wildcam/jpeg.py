"""Streaming JPEG check: finds the picture in what the FIFO gives and says whether it is whole.

It sees every lost head, cut tail, wrong size and second header. It cannot see a flipped or lost byte inside
the coded scan: for those on the way from the FIFO compare `crc` with that of a second reading. What lay there
wrong already passes: 98 of 100 pictures with a flipped byte (docs/cameras.md has the rate of each kind)."""

from binascii import crc32

from micropython import const

# What is wrong: in the journal with RETAKEN and FRAME_BAD
_NO_START = const(1)
_BAD_SEGMENT = const(2)
_NO_TABLES = const(3)
_WRONG_SIZE = const(4)
_STRAY_MARKER = const(5)
_TOO_SHORT = const(6)
_TOO_LONG = const(7)
_NO_END = const(8)
NO_FRAME = const(9)  # the camera gave none
UNLIKE = const(10)  # two readings of one frame differ

_PREFIX = const(64)  # bytes that may stand before the picture
_ALL = const(7)  # DQT 1, DHT 2, SOF0 4


class Check:
    """Feed it one frame in pieces of any size. At the end `done` or `error` is set.

    The picture is `length` bytes from byte `start` of the stream; `crc` is the CRC32 of exactly these."""

    def __init__(self, width, height):
        self.done = False
        self.error = 0
        self.start = -1
        self.length = 0
        self.crc = 0
        self._size = bytes((height >> 8, height & 255, width >> 8, width & 255))
        self._least = width * height >> 8  # two bits a block: no code is shorter
        self._most = width * height + 4096  # a quarter of a byte a pixel is much already
        self._at = 0  # bytes of the stream before this piece
        self._head = bytearray(9)
        self._have = 0
        self._skip = 0
        self._seen = 0
        self._scan = 0  # where the coded scan begins
        self._ff = False

    def feed(self, buffer, count):
        """Take the first `count` bytes of a bytearray -> index behind the picture, None while it goes on."""
        if self.done or self.error:
            return 0
        i = first = self._hunt(buffer, count) if self.start < 0 else 0
        while i < count and not self.done and not self.error:
            if self._skip:
                step = min(self._skip, count - i)
                self._skip -= step
                i += step
            elif self._scan:
                i = self._walk(buffer, i, count)
            else:
                self._segment(buffer[i], self._at + i)
                i += 1
        if i > first:
            self.crc = crc32(memoryview(buffer)[first:i], self.crc)
        self._at += i
        if self.start >= 0:
            self.length = self._at - self.start
        if self.length > self._most and not self.done:
            self.error = self.error or _TOO_LONG
        return i if self.done or self.error else None

    def finish(self):
        """The stream has ended. True if the picture is whole."""
        if not self.done and not self.error:
            self.error = _NO_START if self.start < 0 else _NO_END
        return self.done

    def _hunt(self, buffer, count):
        for i in range(count):
            if self._ff and buffer[i] == 0xD8:
                self.start = self._at + i - 1
                self.crc = crc32(b"\xff\xd8")
                self._ff = False
                return i + 1
            if self._at + i > _PREFIX:
                self.error = _NO_START
                return i + 1
            self._ff = buffer[i] == 0xFF
        return count

    def _segment(self, byte, at):
        """One byte of a segment's head: FF, marker, two of length; for SOF0 five more."""
        head = self._head
        count = self._have
        head[count] = byte
        self._have = count + 1
        if count == 0:
            if byte != 0xFF:
                self.error = _BAD_SEGMENT
        elif count == 1:
            if byte == 0xFF:  # fill
                self._have = 1
            elif byte not in (0xC0, 0xC4, 0xDA, 0xDB, 0xDD, 0xFE) and byte >> 4 != 0xE:
                self.error = _BAD_SEGMENT
        elif count == 3:
            self._skip = (head[2] << 8 | byte) - 2
            if head[1] != 0xC0:
                self._close(head[1], at)
            elif self._skip < 6:
                self.error = _BAD_SEGMENT
            else:
                self._have = 4
                self._sof = self._skip - 5
                self._skip = 0
        elif count == 8:
            self._skip = self._sof
            if head[5:9] != self._size:
                self.error = _WRONG_SIZE
            self._close(0xC0, at)

    def _close(self, marker, at):
        self._have = 0
        if self._skip < 0:
            self.error = _BAD_SEGMENT
        elif marker == 0xDA:
            if self._seen != _ALL:
                self.error = _NO_TABLES
            self._scan = at + 1 + self._skip
        else:
            self._seen |= {0xDB: 1, 0xC4: 2, 0xC0: 4}.get(marker, 0)

    def _walk(self, buffer, i, count):
        """Through the scan from FF to FF. FF D9 ends it; FF 00, a restart and a fill may be in it."""
        ff = self._ff
        while i < count:
            if not ff:
                i = buffer.find(b"\xff", i, count) + 1
                if not i:
                    i = count
                    break
                ff = True
                continue
            byte = buffer[i]
            i += 1
            ff = byte == 0xFF
            if byte == 0xD9:
                if self._at + i - 2 - self._scan < self._least:
                    self.error = _TOO_SHORT
                else:
                    self.done = True
                break
            if byte and not ff and byte >> 3 != 0x1A:
                self.error = _STRAY_MARKER
                break
        self._ff = ff
        return i
