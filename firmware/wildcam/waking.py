# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""BOOT and TRIAGE: why did the node wake, and is there something to do? Only what the shutter needs
is imported before it."""

import os

import alarm
import board
import digitalio
import microcontroller
import table

import node
from torpor import clock, journal, machine, policy, reasons, settings, sleep
from torpor.ledger import Ledger
from torpor.rails import Rails
from torpor.record import DUE, FULL, LOCKED, Record

# nvm, a zero byte each time (docs/memory.md)
SAFE_MODES, SAFE_MODES_END = 528, 544  # by safemode.py
MARKS, MARKS_END = 784, 1040  # boots after a wake that was not finished


class CameraWake(machine.Wake):
    """What the camera's steps share, beside what every wake has."""

    camera = shot = None
    exposure = None  # of the shot, if read: (gain in sixteenths, lines, luma)
    dark = due = False
    radio = 0  # 1: used, and the PIR was low before; 2: used, and it was high
    buses = ()
    packed = None  # settings for nvm, when there is time and charge to write them

    def __init__(self, record, notes, ledger, rails, pir):
        machine.Wake.__init__(self, record, notes, ledger, rails)
        self.pir = pir

    def camera_failed(self, reason, argument):
        """Count it, and let more wakes pass each time before it is powered again."""
        record = self.record
        record.camera_fails = min(record.camera_fails + 1, 255)
        record.camera_skips = policy.back_off(record.camera_fails)
        self.journal.event(reason, argument)


def main():
    """One wake, from the first line of code.py to deep sleep."""
    record = Record()
    record.load(alarm.sleep_memory)
    record.wake += 1
    notes = journal.Journal(record)
    ledger = Ledger(record, notes, node.PRICES_mW)
    pir = digitalio.DigitalInOut(getattr(board, node.PIR))
    pir.switch_to_input(pull=digitalio.Pull.DOWN)  # as in sleep: unplugged, it must not float
    with Rails(node.RAILS) as rails:
        machine.run(table, CameraWake(record, notes, ledger, rails, pir))


def boot(wake):
    """Wake class, streak of cold boots, settings. FAIL without settings to work with."""
    record = wake.record
    wake.guard(node.WATCHDOG_MS)
    record.cause = sleep.cause(record)
    fell = _marks(SAFE_MODES, SAFE_MODES_END)
    if fell or not record.valid or record.cause not in (sleep.TIMER, sleep.PIN):
        _new_life(wake)
    if fell:
        wake.journal.event(reasons.SAFE_MODE, fell)
    if record.cause in (sleep.COLD, sleep.WATCHDOG):
        _unfinished(wake)
    if node.CLOCK:
        if record.cause == sleep.PIN:
            import ringing

            wake.due = ringing.rang(wake)
            if wake.due:
                record.cause = sleep.TIMER
        wake.due = wake.due or record.flags & DUE != 0
    passed_ms = clock.awake()  # reset, start of the core, compiling
    wake.ledger.add(table.BOOT, passed_ms, passed_ms * node.BOOT_mW // 1000)
    wake.journal.event(reasons.WOKE, record.cause)
    wake.settings, fresh = settings.load()
    if wake.settings is None or (record.cause != sleep.PIN and not fresh):
        from torpor import validate

        try:
            wake.settings = validate.read()
            wake.packed = settings.pack(wake.settings)
            wake.journal.event(reasons.SETTINGS_NEW)
        except ValueError as error:  # a wrong key, a broken file, or a set that is too long to pack
            print("settings:", error)
            wake.journal.event(reasons.SETTINGS_BAD, getattr(error, "index", 255))
    if not wake.settings:
        return machine.FAIL
    wake.config = _config(wake.settings)
    return machine.OK


def _new_life(wake):
    """The last wake was not finished: what the record says of pictures and journal may be older than they
    are, and no picture may get a key that another one has."""
    from torpor import spool

    record = wake.record
    journal.recall(record)
    record.boot = int.from_bytes(os.urandom(4), "little")
    record.waiting = len(spool.names())
    wake.journal.event(reasons.NEW_LIFE)


def _marks(start, end):
    count = bytes(microcontroller.nvm[start:end]).find(b"\xff")
    return end - start if count < 0 else count


def _unfinished(wake):
    """A mark in erased nvm per boot after a cut or a hang. Several in a row without a finished wake: then a
    cold boot is a brown-out, and after a hang wakes pass before the camera is tried again."""
    record = wake.record
    count = _marks(MARKS, MARKS_END)
    if count < MARKS_END - MARKS:
        microcontroller.nvm[MARKS + count] = 0
    record.brownouts = count = min(count + 1, 255)
    if record.cause == sleep.WATCHDOG:
        record.camera_skips = policy.back_off(count)
    elif count > policy.BROWNOUTS_MAX:
        record.cause = sleep.BROWNOUT
        wake.journal.event(reasons.BROWNOUT, count)


def _config(values):
    return (
        values["low_pct"],
        values["high_pct"],
        values["full_pct"],
        node.BURST_mV,
        values["batch"],
        values["holdoff_s"],
        values["night"],
        node.HOLDOFF_MAX_s,
        node.PIR_s,
        node.HOLDOFF_MAX_s if node.CLOCK else 0,
    )


def decide(wake, question, is_dark=False):
    """Ask the policy about this wake; a refusal is journalled with its reason."""
    record = wake.record
    snapshot = (
        question,
        record.soc,
        record.mV,
        record.flags & LOCKED,
        record.brownouts,
        record.credit,
        255 if wake.shot or wake.due else record.waiting,  # what only the FIFO holds cannot wait for more
        record.skip_links,
        record.stuck,
        record.dark,
        1 if is_dark else 0,
        (2 if wake.radio == 1 else 1) if wake.pir.value else 0,
        record.flags & FULL,
        record.camera_skips,
    )
    action, reason = policy.decide(snapshot, wake.config)
    if reason != reasons.GO and reason != reasons.WATCH:
        wake.journal.event(reason)
    return action


def may_write(wake):
    """Whether a sector of nvm may be rewritten now."""
    return wake.config and decide(wake, policy.WRITE)


def triage(wake):
    """Admission. A locked node measures and leaves; otherwise the record's last charge decides."""
    record = wake.record
    if record.flags & LOCKED or record.cause in (sleep.COLD, sleep.BROWNOUT, sleep.WATCHDOG):
        _measure(wake)
        if record.flags & LOCKED:
            return machine.LOW
    if record.cause == sleep.TIMER and not wake.pir.value:
        record.stuck = 0
        if not wake.due:
            wake.journal.event(reasons.QUIET)
        return _nothing(wake)
    duty = policy.duty(record.soc, wake.config)
    if not decide(wake, policy.CAMERA):
        record.credit = min(record.credit + duty, 1000)
        if record.camera_skips:
            record.camera_skips -= 1
        if record.flags & FULL and record.skip_links:
            record.skip_links -= 1
        if duty < 1000 and wake.meter is None:
            _measure(wake)  # or a node that takes no pictures would not notice the sun
        return _nothing(wake)
    record.credit = record.credit + duty - 1000
    return machine.OK


def _nothing(wake):
    """No picture at this wake."""
    if not wake.due:
        return machine.SKIP
    wake.journal.event(reasons.HEARTBEAT)
    return machine.DUE


def _measure(wake):
    import battery

    battery.measure(wake)
