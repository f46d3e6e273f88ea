"""STORE: copy the picture to where it may wait, and let go of the camera and of all the code for it."""

from binascii import crc32

from shutter import CameraError

import node
import rows
from torpor import forget, machine, reasons, spool, tasks
from torpor.flags import FULL

ENOSPC = 28
TRIES = 12  # copies; after each that fails, one more reading says which was wrong
OF_BEFORE = (
    "shutter",
    "settling",
    "arducam",
    "espcam",
    "fifo",
    "light",
    "night",
    "jpeg",
    "picture",
    node.SENSOR,
    "torpor.settings",  # of settling, for a wake that had not read them yet
)


async def store(wake):
    """Copy the picture to a file, or keep it in the camera until it is sent."""
    record = wake.record
    wake.key = "%08x-%05d" % (record.boot, record.picture)
    record.picture = (record.picture + 1) & 0xFFFF
    if wake.exposure:
        wake.journal.event(reasons.GAIN, wake.exposure[0])
        wake.journal.event(reasons.LINES, wake.exposure[1] >> 3)
    folders = spool.prepare(wake)
    if not folders:
        if "flash" in rows.SPOOL:
            wake.journal.event(reasons.READ_ONLY)
        record.waiting += 1  # in memory, or in the camera, whose rail stays on until UPLOAD or SETTLE
        if wake.frame.keeps:
            wake.rails.off("camera")
        else:
            wake.frame.standby()
        return machine.OK
    try:
        kept = await _keep(wake, folders)
    finally:
        wake.rails.off("camera")
        wake.shot = wake.frame = wake.camera = None
        forget.modules(*OF_BEFORE)
    if kept:
        record.waiting += 1
        wake.journal.event(reasons.STORED, record.waiting)
        return machine.OK
    return machine.OK if record.waiting else machine.FAIL


async def _keep(wake, folders):
    """Bring it to the first place that takes it. A place that fails on the way costs nothing: the picture
    is still in the camera."""
    size, limit_bytes = wake.shot[1], wake.settings["spool_kib"] * 1024
    for folder in folders:
        try:
            if spool.room(folder, size, limit_bytes) or _thinned(wake, folder, size, limit_bytes):
                return await _write(wake, folder)
        except OSError as error:
            if error.errno != ENOSPC and spool.card:
                spool.card.failed(wake, folder)
    wake.record.flags |= FULL
    wake.journal.event(reasons.NO_SPACE)
    return False


def _thinned(wake, folder, size, limit_bytes):
    """Room made on the drive by what is worth less."""
    if folder != spool.FLASH:
        return False
    from torpor import thinning

    wake.record.flags |= FULL
    forget.modules("torpor.thinning")  # the session wants the heap
    return thinning.room(wake, size, limit_bytes)


async def _write(wake, folder):
    name = wake.key + (spool.NIGHT if wake.dark else "") + ".jpg"
    for _ in range(TRIES):
        try:
            spool.write(folder, name, wake.shot[1], Reader(wake).read_into, wake.buffer)
            if folder == spool.CARD:
                spool.card.worked(wake, len(spool.names()))
            return True
        except CameraError:
            await _again(wake)
    return False


async def send(wake, session, put):
    """The picture straight from the camera -> pictures sent. A reading that differs ends the request before
    its footer, and is begun anew; what never reads the same stays `wake.shot`, for SETTLE to give up."""
    for _ in range(TRIES):
        try:
            sent = await put(wake, session, wake.key, wake.shot[1], lambda: Reader(wake).read_into)
            wake.shot = None
            return sent
        except CameraError:
            session.close()
            await _again(wake)
    return 0


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
