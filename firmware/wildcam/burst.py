"""CONNECT and UPLOAD: one short burst of Wi-Fi, oldest picture first, deleted only when the home
station's signed answer is here."""

import os

import battery
import table
from deciding import decide

import node
import rows
from torpor import forget, machine, policy, reasons, spool, tasks, upload
from torpor.flags import DUE, FULL, LOCKED

MOST = 20  # pictures in one session
OF_BEFORE = ("storing", "arriving", "marks", "torpor.stored", "torpor.validate", "torpor.settings")
TAKEN = 409  # signed: another picture has this key
NEVER = (400, TAKEN, 413, 422)  # signed, so the same bytes would get the same answer again


async def connect(wake):
    """Ask the battery, then the policy, then join. PIR edges from here on may come from the radio."""
    record = wake.record
    forget.modules(*OF_BEFORE)
    battery.measure(wake)
    if record.flags & LOCKED:
        return machine.CRITICAL
    if not decide(wake, policy.LINK):
        if record.skip_links:
            record.skip_links -= 1
        return machine.SKIP
    from torpor import link  # importing wifi already powers the radio

    wake.radio = 2 if wake.pir.value else 1
    joined = link.join(wake.settings, wake.feed)
    wake.ledger.skip(rows.JOIN_mW)  # blocking: not sampled
    if joined:
        signal = link.signal()
        if signal:
            wake.journal.event(reasons.SIGNAL, signal)
        return machine.OK
    link.off()
    _failed(record)
    wake.journal.event(reasons.JOIN_FAILED, record.link_fails)
    return machine.FAIL


def _failed(record):
    record.link_fails = min(record.link_fails + 1, 255)
    record.skip_links = policy.back_off(record.link_fails)


async def send(wake):
    """Everything that waits, then the journal. What is not acknowledged stays where it is."""
    from torpor import link

    wake.buffer = wake.buffer or bytearray(upload.PIECE)
    session = upload.Session(
        link.pool(), wake.settings, _telemetry(wake.record), lambda: tasks.breathe(wake), wake.buffer
    )
    try:
        sent = await _pictures(wake, session)
        await _log(wake, session)
    except upload.UploadError as error:
        wake.journal.event(reasons.SEND_FAILED, error.status // 10)
        _failed(wake.record)
        return machine.FAIL
    finally:
        session.close()
        link.off()
    wake.record.link_fails = wake.record.skip_links = 0
    wake.journal.event(reasons.SENT, sent)
    return machine.OK


def _telemetry(record, of_picture=""):
    return '{"wake":%d,"mV":%d,"soc":%d,"waiting":%d,"cause":%d%s}' % (
        record.wake,
        record.mV,
        record.soc,
        record.waiting,
        record.cause,
        of_picture,
    )


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

        session.telemetry = _telemetry(record, _marks(wake, wake.key, wake.dark))
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
    session.telemetry = _telemetry(record)
    return sent


async def _waiting(wake, session, path):
    """A picture that waits in a file."""
    key = spool.key(path)
    session.telemetry = _telemetry(wake.record, _marks(wake, key, spool.dark(path)))
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
    while not sent and tries < 2:
        try:
            _acknowledged(wake, await session.put("images/" + key, length, source()))
            wake.sent_B += length
            sent = 1
        except upload.UploadError as error:
            if error.status not in NEVER:
                raise
            wake.journal.event(reasons.REFUSED, error.status // 10)
            if error.status != TAKEN:
                break
            tries += 1
            record.boot = int.from_bytes(os.urandom(4), "little")
            key = "%08x" % record.boot + key[8:]
    record.waiting -= 1
    return sent


def _acknowledged(wake, answer):
    record = wake.record
    now_s = answer["t"]
    record.flags &= ~DUE
    if rows.OWN_CLOCK:
        import ownclock

        ownclock.heard(wake)
    if node.CLOCK:
        import alarmclock

        alarmclock.keep_time(wake, now_s)
    if record.sync_s and now_s > record.sync_s + record.since_sync_s:
        # The node cannot time its own pin sleep; between two signed answers it can.
        asleep_s = now_s - record.sync_s - record.since_sync_s
        wake.ledger.add(table.SLEEP, asleep_s * 1000, asleep_s * rows.SLEEP_PIN_uW // 1000)
    wake.told = True
    record.sync_s = now_s
    record.since_sync_s = 0


async def _log(wake, session):
    from torpor import stored

    raw = memoryview(stored.pending(wake.journal))
    at = [0]

    def read_into(piece):
        piece[:] = raw[at[0] : at[0] + len(piece)]
        at[0] += len(piece)

    if len(raw):
        key = "log/%08x-%d" % (wake.record.boot, wake.record.wake)
        try:
            answer = await session.put(key, len(raw), read_into)
            if wake.due and (rows.OWN_CLOCK or wake.record.since_sync_s):  # no picture told the time before
                _acknowledged(wake, answer)
        except upload.UploadError as error:
            if error.status not in NEVER:
                raise
            wake.journal.event(reasons.REFUSED, error.status // 10)  # it waits; the pictures do not
            return
        stored.taken(wake.journal)
        wake.journal.event(reasons.LOG_SENT)
