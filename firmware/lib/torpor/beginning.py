"""How a wake begins that is not plain, admitted motion: its class, a new life, what was not finished."""

import os

import alarm
import alarm.time

import node
from torpor import marks, policy, reasons, wakeup
from torpor.flags import BOTH


def arrive(wake):
    """Wake class where more than one thing may have ended the sleep; a new life where the record is gone or
    the last wake was not finished. Returns whether it is one."""
    record = wake.record
    journal = wake.books()
    if record.flags & BOTH and isinstance(alarm.wake_alarm, alarm.time.TimeAlarm):
        record.cause = wakeup.TIMER
        wake.due = True
    count = marks.count(marks.SAFE_MODES, marks.SAFE_MODES_END)
    fresh = count or not record.valid or record.cause not in (wakeup.TIMER, wakeup.PIN)
    if fresh:
        _new_life(wake)
    if count:
        journal.event(reasons.SAFE_MODE, count)
    if record.cause in (wakeup.COLD, wakeup.WATCHDOG):
        _unfinished(wake)
    if node.CLOCK and record.cause == wakeup.PIN:
        from torpor import ringing

        wake.due = ringing.rang(wake)
        if wake.due:
            record.cause = wakeup.TIMER
    return fresh


def _new_life(wake):
    """The last wake was not finished: what the record says of files and journal may be older than they are,
    and nothing may get a key that something else has."""
    from torpor import spool, stored

    record = wake.record
    stored.recall(record)
    record.boot = int.from_bytes(os.urandom(4), "little")
    record.waiting = len(spool.names())
    wake.journal.event(reasons.NEW_LIFE)


def _unfinished(wake):
    """Several cold boots in a row without a finished wake: then a cold boot is a brown-out, and after a
    hang wakes pass before the camera is tried again."""
    record = wake.record
    record.brownouts = count = min(marks.add(marks.BOOTS, marks.BOOTS_END), 255)
    if record.cause == wakeup.WATCHDOG:
        record.camera_skips = policy.back_off(count)
    elif count > policy.BROWNOUTS_MAX:
        if node.LATCH:  # a hang ends there without a supply: it looks the same
            record.camera_skips = policy.back_off(count - 1)
        record.cause = wakeup.BROWNOUT
        wake.journal.event(reasons.BROWNOUT, count)
