"""The external clock: wall time from the home station's signed answers, and the alarm that ends a sleep
beside the PIR. A clock that does not answer is journalled; the node then sleeps as one that has none."""

import board

import node
from torpor import meter_bus, policy, reasons, ringing
from torpor.ds3231 import DS3231
from torpor.flags import DUE

_TROUBLE = (OSError, RuntimeError, ValueError)
_OFF_s = 2  # a clock that is wrong by less is left alone


def _chip(wake):
    return DS3231(meter_bus.of(wake), node.CLOCK)


def rang(wake):
    """The alarm's flag."""
    try:
        return _chip(wake).rang()
    except _TROUBLE:
        wake.journal.event(reasons.CLOCK_LOST)
        return False


def read(wake):
    """Its time, 0 where it has none to tell; a silent one is journalled when it should ring."""
    try:
        return _chip(wake).read()
    except _TROUBLE:
        return 0


def keep_time(wake, now_s):
    """Set the clock if it differs from the signed time."""
    try:
        chip = _chip(wake)
        off = abs(chip.read() - now_s)
        if off >= _OFF_s:
            chip.set(now_s)
            wake.journal.event(reasons.CLOCK_SET, off)
    except _TROUBLE:
        wake.journal.event(reasons.CLOCK_LOST)


def arm(wake, seconds):
    """Set the alarm: in `seconds` or, if the PIR may wake the node too (0), when it has to speak. Returns
    the pin to arm, None if no alarm is wanted or the clock cannot give one."""
    record = wake.record
    hours = wake.settings.get("heartbeat_h", 0) if wake.settings else 0
    try:
        chip = _chip(wake)
        now_s = chip.read()
        silent_s = max(0, now_s - record.sync_s) if now_s and record.sync_s else 0
        if seconds and hours and silent_s + seconds >= hours * 3600:
            record.flags |= DUE
        seconds = seconds or policy.ring(hours, silent_s, wake.due)
        if not seconds:
            chip.silence()
            return None
        chip.alarm_in(seconds)
        if not ringing.low():
            return getattr(board, node.CLOCK_INT)
    except _TROUBLE:
        pass
    wake.journal.event(reasons.CLOCK_LOST)  # silent, or its line hangs low: it would wake us at once
    return None
