# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""CONNECT and UPLOAD: one short burst of Wi-Fi, oldest picture first, deleted only when the home
station's signed answer is here."""

import battery
import node
import table
from picture import Reader
from torpor import link, machine, policy, reasons, spool, tasks, upload
from waking import decide

MOST = 20  # pictures in one session


async def connect(wake):
    """Ask the battery, then the policy, then join. PIR edges from here on may come from the radio."""
    record = wake.record
    battery.measure(wake)
    if not decide(wake, policy.LINK):
        if record.skip_links:
            record.skip_links -= 1
        return machine.SKIP
    wake.radio = True
    joined = link.join(wake.settings, wake.feed)
    wake.ledger.skip(node.JOIN_mW)  # blocking: not sampled
    if joined:
        return machine.OK
    _failed(record)
    wake.journal.event(reasons.JOIN_FAILED, record.link_fails)
    return machine.FAIL


def _failed(record):
    record.link_fails = min(record.link_fails + 1, 255)
    record.skip_links = policy.back_off(record.link_fails)


async def send(wake):
    """Everything that waits, then the journal. What is not acknowledged stays where it is."""
    session = upload.Session(link.pool(), wake.settings, _telemetry(wake.record), lambda: tasks.breathe(wake))
    try:
        sent = await _pictures(wake, session)
        await _log(wake, session)
    except upload.UploadError as error:
        wake.journal.event(reasons.SEND_FAILED, error.status // 10)
        _failed(wake.record)
        return machine.FAIL
    finally:
        session.close()
        if node.RADIO_OFF == "now":
            link.off()
    wake.record.link_fails = wake.record.skip_links = 0
    wake.journal.event(reasons.SENT, sent)
    return machine.OK


def _telemetry(record):
    return '{"wake":%d,"mV":%d,"soc":%d,"waiting":%d,"cause":%d}' % (
        record.wake,
        record.mV,
        record.soc,
        record.waiting,
        record.cause,
    )


async def _pictures(wake, session):
    sent = 0
    if wake.shot:  # still in the camera's FIFO
        seen = Reader(wake)
        answer = await session.put("images/" + wake.key, wake.shot[1], seen.read_into)
        _acknowledged(wake, answer)
        wake.shot = None
        wake.rails.off("camera")
        sent = 1
    for name in spool.names()[: MOST - sent]:
        with open(spool.FOLDER + "/" + name, "rb") as file:
            answer = await session.put("images/" + name[:-4], spool.size(name), file.readinto)
        spool.delete(name)
        _acknowledged(wake, answer)
        sent += 1
    return sent


def _acknowledged(wake, answer):
    record = wake.record
    record.waiting = max(0, record.waiting - 1)
    now_s = answer["t"]
    if record.sync_s and now_s > record.sync_s + record.since_sync_s:
        # The node cannot time its own pin sleep; between two signed answers it can.
        asleep_s = now_s - record.sync_s - record.since_sync_s
        wake.ledger.add(table.SLEEP, asleep_s * 1000, asleep_s * node.SLEEP_PIN_uW // 1000)
    record.sync_s = now_s
    record.since_sync_s = 0


async def _log(wake, session):
    raw = memoryview(wake.journal.pending())
    at = [0]

    def read_into(piece):
        piece[:] = raw[at[0] : at[0] + len(piece)]
        at[0] += len(piece)

    if len(raw):
        await session.put("log/%d" % wake.record.wake, len(raw), read_into)
        wake.journal.taken()
        wake.journal.event(reasons.LOG_SENT)
