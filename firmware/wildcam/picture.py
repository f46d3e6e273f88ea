# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""CAPTURE and STORE: check every byte of the frame, and bring the picture to where it may wait."""

import asyncio
import sys
from binascii import crc32

import jpeg
from arducam import CameraError

import node
from torpor import machine, reasons, spool
from torpor.record import FULL

TRIES = 3  # exposures for one good picture
PIECE = 1024
ENOSPC = 28

_buffer = bytearray(PIECE)
_odd = memoryview(_buffer)[: PIECE - 3]


async def capture(wake):
    """Until a frame passes the check; the first exposure was begun at the shutter."""
    for number in range(TRIES):
        error = await _frame(wake, number)
        if not error:
            wake.record.camera_fails = 0
            wake.journal.event(reasons.PICTURE, wake.shot[1] >> 12)
            return machine.OK
        wake.journal.event(reasons.RETAKEN, error)
    wake.camera_failed(reasons.FRAME_BAD, error)
    wake.rails.off("camera")
    return machine.FAIL


async def _frame(wake, number):
    """One frame; wake.shot = (offset, length, CRC32) in the FIFO. Returns 0 or the check's error."""
    camera = wake.camera
    try:
        if number:
            camera.begin()
        while camera.ready() is None:  # bounded by the driver: CameraError when no frame comes
            await asyncio.sleep_ms(5)
        check = await scan(camera)
        if not check.done:  # the same frame once more: the fault may lie between FIFO and us
            check = await scan(camera)
    except CameraError:
        return jpeg.NO_FRAME
    if not check.done:
        return check.error
    wake.shot = (check.start, check.length, check.crc)
    return 0


async def scan(camera):
    """Walk the frame in the FIFO through the JPEG check. Its bursts end elsewhere than those of the copy:
    what goes wrong at their edges gives no two equal readings."""
    check = jpeg.Check(camera.width, camera.height)
    camera.rewind()
    count = PIECE
    while count and not check.done and not check.error:
        count = camera.read_into(_odd)
        check.feed(_buffer, count)
        await asyncio.sleep_ms(0)
    check.finish()
    return check


async def store(wake):
    """Copy the picture from the FIFO to the drive, or keep it in the FIFO until it is sent."""
    record = wake.record
    wake.key = "%08x-%05d" % (record.boot, record.picture)
    record.picture = (record.picture + 1) & 0xFFFF
    if wake.exposure:
        wake.journal.event(reasons.GAIN, wake.exposure[0])
        wake.journal.event(reasons.LINES, wake.exposure[1] >> 3)
    folders = spool.prepare(wake)
    if not folders:
        if "flash" in node.SPOOL:
            wake.journal.event(reasons.READ_ONLY)
        record.waiting += 1  # it waits in the FIFO: the rail stays on until UPLOAD or SETTLE
        return machine.OK
    try:
        kept = await _keep(wake, folders)
    finally:
        wake.shot = None
        wake.rails.off("camera")
        for name in ("shutter", "arducam", node.SENSOR):
            sys.modules.pop(name, None)  # their memory is needed for the upload, they are not
    if kept:
        record.waiting += 1
        wake.journal.event(reasons.STORED, record.waiting)
        return machine.OK
    return machine.OK if record.waiting else machine.FAIL


async def _keep(wake, folders):
    """Bring it to the first place that takes it. A place that fails on the way costs nothing: the picture
    is still in the FIFO."""
    for folder in folders:
        try:
            if spool.room(folder, wake.shot[1], wake.settings["spool_kib"] * 1024):
                return await _write(wake, folder)
        except OSError as error:
            if spool.card and error.errno != ENOSPC:
                spool.card.failed(wake, folder)
    wake.record.flags |= FULL
    wake.journal.event(reasons.NO_SPACE)
    return False


async def _write(wake, folder):
    name = wake.key + (spool.NIGHT if wake.dark else "") + ".jpg"
    for _ in range(TRIES):
        try:
            spool.write(folder, name, wake.shot[1], Reader(wake).read_into, _buffer)
            if folder == spool.CARD:
                spool.card.worked(wake, len(spool.names()))
            return True
        except CameraError:
            wake.journal.event(reasons.RETAKEN, jpeg.UNLIKE)
        try:  # which of the two readings was wrong? A third decides
            check = await scan(wake.camera)
            if check.done:
                wake.shot = (check.start, check.length, check.crc)
        except CameraError:
            pass
    return False


class Reader:
    """The checked picture, read again from the FIFO; its last piece raises CameraError if the whole is not
    what the check saw, so that no file and no upload of it is ever finished."""

    def __init__(self, wake):
        self._crc = 0
        self._left = wake.shot[1]
        self._wake = wake
        self._camera = wake.camera
        self._camera.rewind()
        skip = wake.shot[0]
        if skip:
            self._camera.read_into(memoryview(_buffer)[:skip])

    def read_into(self, piece):
        self._camera.read_into(piece)
        self._crc = crc32(piece, self._crc)
        self._left -= len(piece)
        if not self._left and self._crc != self._wake.shot[2]:
            raise CameraError("two readings of the picture differ")
        self._wake.alive()
