"""A picture for install mode: small, checked, straight from the camera. It is never kept."""

import asyncio
from binascii import crc32

import jpeg
from shutter import CameraError

import node
from torpor import clock

PIECE = 1024
TRIES = 3


async def take(wake):
    """(bytes, read_into) of a new picture. Where only the camera has it, its rail stays on. CameraError."""
    up = wake.rails.on("camera", lambda: wake.camera and wake.camera.close())
    driver = __import__(node.CAMERA)
    await _until(up)
    wake.camera = driver.open(wake)
    wake.camera.start(*node.SIZES[1])
    await _until(clock.after(node.SETTLE_ms))
    frame = wake.camera.frame()
    for _ in range(TRIES):
        frame.begin()
        while frame.ready() is None:  # bounded by the driver
            await asyncio.sleep_ms(5)
        check = await _checked(frame)
        if check.done:
            if frame.keeps:  # no network works while its driver lives
                wake.rails.off("camera")
            return check.length, _Reader(frame, check).read_into
    raise CameraError("no whole picture in %d tries: fault %d" % (TRIES, check.error))


async def _until(end):
    await asyncio.sleep_ms(max(0, clock.left(end)))


async def _checked(frame):
    check = jpeg.Check(frame.width, frame.height)
    frame.rewind()
    piece = bytearray(PIECE)
    count = PIECE
    while count and not check.done and not check.error:
        count = frame.read_into(piece)
        check.feed(piece, count)
        await asyncio.sleep_ms(0)
    check.finish()
    return check


class _Reader:
    """The picture once more; its last piece raises RuntimeError if it is not what was checked."""

    def __init__(self, frame, check):
        self._frame = frame
        self._check = check
        self._crc = 0
        self._left = check.length
        frame.rewind()
        if check.start:
            frame.read_into(bytearray(check.start))

    def read_into(self, piece):
        self._frame.read_into(piece)
        self._crc = crc32(piece, self._crc)
        self._left -= len(piece)
        if not self._left and self._crc != self._check.crc:
            raise RuntimeError("two readings of the picture differ")
