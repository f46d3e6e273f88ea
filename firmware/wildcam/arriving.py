"""BOOT and TRIAGE of every wake that is not plain, admitted motion: cold starts, timers, refusals."""

import os

import alarm
import alarm.time
import deciding
import marks
from deciding import decide

import node
from torpor import forget, machine, policy, reasons, wakeup
from torpor.flags import BOTH, FULL, LOCKED

# Not wanted again before the burst, and the picture wants the heap.
ONCE = (
    "arriving",
    "marks",
    "battery",
    "torpor.energy",
    "torpor.settings",
    "torpor.stored",
    "torpor.validate",
)
ONCE += ("adafruit_ina219", "adafruit_register.i2c_bit", "adafruit_register.i2c_bits")
ONCE += ("adafruit_register.i2c_struct", "adafruit_register", "adafruit_bus_device.i2c_device")


def boot(wake):
    """Wake class, streak of cold boots, settings. FAIL without settings to work with."""
    record = wake.record
    notes = wake.books()
    if record.flags & BOTH and isinstance(alarm.wake_alarm, alarm.time.TimeAlarm):
        record.cause = wakeup.TIMER
        wake.due = True
    fell = marks.count(marks.SAFE_MODES, marks.SAFE_MODES_END)
    if fell or not record.valid or record.cause not in (wakeup.TIMER, wakeup.PIN):
        _new_life(wake)
    if fell:
        notes.event(reasons.SAFE_MODE, fell)
    if record.cause in (wakeup.COLD, wakeup.WATCHDOG):
        _unfinished(wake)
    if node.CLOCK and record.cause == wakeup.PIN:
        import ringing

        wake.due = ringing.rang(wake)
        if wake.due:
            record.cause = wakeup.TIMER
    if node.LATCH and record.cause == wakeup.TIMER:
        import latching

        latching.slept(wake)
    return machine.OK if deciding.prepare(wake, record.cause != wakeup.PIN) else machine.FAIL


def _new_life(wake):
    """The last wake was not finished: what the record says of pictures and journal may be older than they
    are, and no picture may get a key that another one has."""
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


def triage(wake):
    """Admission. A locked node measures and leaves; otherwise the record's last charge decides."""
    record = wake.record
    if not deciding.prepare(wake):  # motion that the wake before has refused
        return machine.SKIP
    if record.flags & LOCKED or record.cause in (wakeup.COLD, wakeup.BROWNOUT, wakeup.WATCHDOG):
        _measure(wake)
        if record.flags & LOCKED:
            return machine.LOW
    if record.cause == wakeup.TIMER and not wake.pir.value:
        record.stuck = 0
        if not wake.due:
            wake.journal.event(reasons.QUIET)
        return _nothing(wake)
    if not decide(wake, policy.CAMERA):
        return _refused(wake)
    deciding.admit(wake)  # what the wake before had asked may be older than these settings
    wake.meter = None  # it is opened again for the burst
    forget.modules(*ONCE)
    return machine.OK


def _refused(wake):
    record = wake.record
    duty = policy.served(record.soc, record.allow, record.dark, wake.config)
    record.credit = min(record.credit + duty, 1000)
    if record.camera_skips:
        record.camera_skips -= 1
    if record.flags & FULL and record.skip_links:
        record.skip_links -= 1
    if duty < 1000 and wake.meter is None:
        _measure(wake)  # or a node that takes no pictures would not notice the sun
    return _nothing(wake)


def _nothing(wake):
    """No picture at this wake."""
    if not wake.due:
        return machine.SKIP
    wake.journal.event(reasons.HEARTBEAT)
    return machine.DUE


def _measure(wake):
    import battery

    battery.measure(wake)
