"""What every burst has once it has joined: telemetry, the time in a signed answer, the journal."""

import node
import rows
from torpor import forget, machine, reasons, tasks, upload
from torpor.deciding import link_failed
from torpor.flags import DUE
from torpor.ledger import SLEEP

OURS = ("torpor.speaking", "torpor.upload", "torpor.alarmclock", "torpor.ds3231", "torpor.ringing")
TAKEN = 409  # signed: something else has this key
NEVER = (400, TAKEN, 413, 422)  # signed, so the same bytes would get the same answer again


def telemetry(record, more=""):
    """The line that goes with a request; `more` begins with a comma."""
    return '{"wake":%d,"mV":%d,"soc":%d,"waiting":%d,"cause":%d%s}' % (
        record.wake,
        record.mV,
        record.soc,
        record.waiting,
        record.cause,
        more,
    )


def acknowledged(wake, answer):
    """A signed answer: it tells the time, and how long the node slept."""
    record = wake.record
    now_s = answer["t"]
    record.flags &= ~DUE
    if rows.OWN_CLOCK:
        from torpor import ownclock

        ownclock.heard(wake)
    if node.CLOCK:
        from torpor import alarmclock

        alarmclock.keep_time(wake, now_s)
    seconds = 0
    if record.sync_s and now_s > record.sync_s + record.since_sync_s:
        # The node cannot time its own pin sleep; between two signed answers it can.
        seconds = now_s - record.sync_s - record.since_sync_s
        wake.ledger.add(SLEEP, seconds * 1000, seconds * rows.SLEEP_PIN_uW // 1000)
    wake.told = wake.told or 1 + seconds
    record.sync_s = now_s
    record.since_sync_s = 0


async def session(wake, buffer, more, work, names):
    """One session, whose `work(wake, session)` returns how many things went. What is not acknowledged stays
    where it is. `more` as in `telemetry`; `names` are modules that nobody wants afterwards."""
    from torpor import link

    line = telemetry(wake.record, more)
    opened = upload.Session(link.pool(), wake.settings, line, lambda: tasks.breathe(wake), buffer)
    try:
        sent = await work(wake, opened)
    except upload.UploadError as error:
        wake.journal.event(reasons.SEND_FAILED, error.status // 10)
        link_failed(wake.record)
        return machine.FAIL
    finally:
        opened.close()
        link.off()
        forget.modules(*OURS, *names)  # SETTLE and SLEEP want the heap
    wake.record.link_fails = wake.record.skip_links = 0
    wake.journal.event(reasons.SENT, sent)
    return machine.OK


async def log(wake, session, *spare):
    """The journal, stored and of this wake; `spare` as in stored.taken. The answer may bring settings.
    Returns its dict, None where there was nothing to say or home will never take it."""
    from torpor import stored

    raw = memoryview(stored.pending(wake.journal))
    at = [0]

    def read_into(piece):
        piece[:] = raw[at[0] : at[0] + len(piece)]
        at[0] += len(piece)

    if not len(raw):
        return None
    key = "log/%08x-%d" % (wake.record.boot, wake.record.wake)
    session.telemetry = '%s,"cfg":%d}' % (session.telemetry[:-1], wake.settings["cfg"])
    try:
        wake.heard = answer = await session.put(key, len(raw), read_into)
    except upload.UploadError as error:
        if error.status not in NEVER:
            raise
        wake.journal.event(reasons.REFUSED, error.status // 10)  # it waits; the rest does not
        return None
    stored.taken(wake.journal, *spare)
    wake.journal.event(reasons.LOG_SENT)
    return answer
