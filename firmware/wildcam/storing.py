"""STORE: copy the picture to where it may wait, and let go of the camera and of all the code for it."""

from binascii import crc32

from shutter import CameraError

import node
import rows
from torpor import forget, machine, reasons, spool, tasks
from torpor.record import FULL

TRIES = 3  # copies; a third reading decides which of two was wrong
OF_CAMERA = ("shutter", "settling", "arducam", "espcam", "fifo", "light", "jpeg", "picture", node.SENSOR)


async def store(wake):
    """Copy the picture to the drive, or keep it in the FIFO until it is sent."""
    record = wake.record
    wake.key = "%08x-%05d" % (record.boot, record.picture)
    record.picture = (record.picture + 1) & 0xFFFF
    place = "flash" in rows.SPOOL
    if place and not spool.prepare():
        wake.journal.event(reasons.READ_ONLY)
        place = False
    if not place:
        record.waiting += (
            1  # it waits in the camera, whose rail stays on until UPLOAD or SETTLE, or in memory
        )
        if wake.frame.keeps:
            wake.rails.off("camera")
        else:
            wake.frame.standby()
        return machine.OK
    try:
        kept = await _store_on_drive(wake)
    finally:
        wake.rails.off("camera")
        wake.shot = wake.frame = wake.camera = None
        forget.modules(*OF_CAMERA)
    if kept:
        record.waiting += 1
        wake.journal.event(reasons.STORED, record.waiting)
        return machine.OK
    return machine.OK if record.waiting else machine.FAIL


async def _store_on_drive(wake):
    for _ in range(TRIES):
        length = wake.shot[1]
        if not spool.room(length, wake.settings["spool_kib"] * 1024):
            _full(wake)
            return False
        try:
            spool.write(wake.key + ".jpg", length, Reader(wake).read_into, wake.buffer)
            return True
        except OSError:
            _full(wake)
            return False
        except CameraError:
            await _again(wake)
    return False


async def _again(wake):
    """Which of the two readings was wrong? A third decides."""
    import jpeg
    from picture import scan

    wake.journal.event(reasons.RETAKEN, jpeg.UNLIKE)
    try:
        check = await scan(wake)
        if check.done:
            wake.shot = (check.start, check.length, check.crc)
    except CameraError:
        pass


def _full(wake):
    wake.record.flags |= FULL
    wake.journal.event(reasons.NO_SPACE)


class Reader:
    """The checked picture, read again from the frame; its last piece raises CameraError if the whole is not
    what the check saw, so that no file and no upload of it is ever finished."""

    def __init__(self, wake):
        self._crc = 0
        self._left = wake.shot[1]
        self._wake = wake
        self._frame = wake.frame
        self._frame.rewind()
        skip = wake.shot[0]
        if skip:
            self._frame.read_into(memoryview(wake.buffer)[:skip])

    def read_into(self, piece):
        self._frame.read_into(piece)
        self._crc = crc32(piece, self._crc)
        self._left -= len(piece)
        if not self._left and self._crc != self._wake.shot[2]:
            raise CameraError("two readings of the picture differ")
        tasks.alive(self._wake)
