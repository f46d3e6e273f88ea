"""CAPTURE: check every byte of the frame, by a walk through its structure and by a CRC of two readings."""

import asyncio

import jpeg
from settling import begin
from shutter import CameraError

from torpor import machine, reasons
from torpor.deciding import camera_failed

TRIES = 3  # exposures for one good picture
READINGS = 4  # of one exposure: the fault may lie between FIFO and us
PIECE = 1024


async def capture(wake):
    """Until a frame passes the check; the first exposure was begun at the shutter."""
    wake.buffer = bytearray(PIECE)
    for number in range(TRIES):
        error = await _frame(wake, number)
        if not error:
            wake.record.camera_fails = 0
            wake.journal.event(reasons.PICTURE, wake.shot[1] >> 12)
            return machine.OK
        wake.journal.event(reasons.RETAKEN, error)
    camera_failed(wake, reasons.FRAME_BAD, error)
    wake.rails.off("camera")
    return machine.FAIL


async def _frame(wake, number):
    """One frame; wake.shot = (offset, length, CRC32) in the stream. Returns 0 or the check's error."""
    frame = wake.frame
    try:
        if number:
            begin(wake)
        while frame.ready() is None:  # bounded by the driver: CameraError when no frame comes
            await asyncio.sleep_ms(5)
        before = None
        for _ in range(READINGS):
            check = await scan(wake)
            found = check.error, check.length
            if check.done or found == before:  # or it lies so in the FIFO
                break
            before = found
    except CameraError:
        return jpeg.NO_FRAME
    if not check.done:
        return check.error
    wake.shot = (check.start, check.length, check.crc)
    return 0


async def scan(wake):
    """Walk the frame through the JPEG check. Its bursts end elsewhere than those of the copy: what goes wrong
    at their edges gives no two equal readings."""
    frame = wake.frame
    piece = memoryview(wake.buffer)[: PIECE - 3]
    check = jpeg.Check(frame.width, frame.height)
    frame.rewind()
    count = PIECE
    while count and not check.done and not check.error:
        count = frame.read_into(piece)
        check.feed(wake.buffer, count)
        await asyncio.sleep_ms(0)
    check.finish()
    return check
