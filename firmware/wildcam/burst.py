"""CONNECT and UPLOAD: one short burst of Wi-Fi, oldest picture first, deleted only when the home
station's signed answer is here."""

import os

import rows
from torpor import costs, forget, policy, reasons, speaking, spool, upload
from torpor.deciding import decide
from torpor.flags import FULL

MOST = 20  # pictures in one session
OF_BEFORE = ("storing", "arriving", "torpor.marks", "torpor.stored", "torpor.validate")


async def connect(wake):
    """Ask, and join."""
    forget.modules(*OF_BEFORE)
    from torpor import joining

    return joining.join(wake)


async def send(wake):
    """Everything that waits, then the journal."""
    wake.buffer = wake.buffer or bytearray(upload.PIECE)
    return await speaking.session(wake, wake.buffer, "", _everything, ("burst", "torpor.spool"))


async def _everything(wake, session):
    sent = await _pictures(wake, session)
    await _log(wake, session)
    return sent


def _marks(wake, key, is_dark):
    """What goes with one picture: the mark of the dark, and how this wake's own was exposed."""
    marks = ',"dark":1' if is_dark else ""
    if wake.exposure and key == wake.key:
        marks += ',"gain":%d,"lines":%d' % wake.exposure[:2]
    return marks


async def _pictures(wake, session):
    record = wake.record
    spool.prepare(wake)
    names = spool.names()
    record.waiting = len(names) + (1 if wake.shot else 0)
    sent = 0
    if wake.shot:  # still in the camera's FIFO
        import storing

        session.telemetry = speaking.telemetry(record, _marks(wake, wake.key, wake.dark))
        sent += await storing.send(wake, session, _put)
        wake.rails.off("camera")
    for path in names[:MOST]:
        if not decide(wake, policy.MORE):
            break
        try:
            sent += await _waiting(wake, session, path)
        except spool.ERRORS:  # of its place: the network's are UploadErrors
            session.close()
            if not spool.card or not spool.card.failed(wake, path):
                raise
    session.telemetry = speaking.telemetry(record)
    return sent


async def _waiting(wake, session, path):
    """A picture that waits in a file."""
    key = spool.key(path)
    session.telemetry = speaking.telemetry(wake.record, _marks(wake, key, spool.dark(path)))
    with spool.opened(path) as file:
        sent = await _put(wake, session, key, spool.size(path), lambda: _whole(file))
    spool.delete(path)
    wake.record.flags &= ~FULL
    return sent


def _whole(file):
    file.seek(0)
    return file.readinto


async def _put(wake, session, key, length, source):
    """One picture: 1 if it is at home, 0 if home will never take it (then it must not block the others).
    Both answers are signed; anything else is an UploadError, and the picture waits on."""
    record = wake.record
    sent = tries = 0
    # what broke off was the oldest, which comes first again
    rest = not wake.sent_B and policy.resumes(record.link_fails, length, costs.of(record, costs.KIB))
    while not sent and tries < 2:
        try:
            answer = await session.put("images/" + key, length, source(), rest)
            speaking.acknowledged(wake, answer)
            wake.sent_B += length
            sent = 1
        except upload.UploadError as error:
            if error.status not in speaking.NEVER:
                raise
            wake.journal.event(reasons.REFUSED, error.status // 10)
            if error.status != speaking.TAKEN:
                break
            tries += 1
            record.boot = int.from_bytes(os.urandom(4), "little")
            key = "%08x" % record.boot + key[8:]
    record.waiting -= 1
    return sent


async def _log(wake, session):
    answer = await speaking.log(wake, session)
    if answer and wake.due and (rows.OWN_CLOCK or wake.record.since_sync_s):
        speaking.acknowledged(wake, answer)  # no picture told the time before
