"""Why the node woke."""

import alarm
import alarm.pin
from microcontroller import ResetReason, cpu

COLD, TIMER, PIN, WATCHDOG, BROWNOUT, UNKNOWN = range(6)


def cause(record):
    """The wake class; every answer is legal. Of what was armed the record is believed."""
    reason = cpu.reset_reason
    if reason is ResetReason.WATCHDOG:
        return WATCHDOG
    if reason is ResetReason.BROWNOUT:
        return BROWNOUT
    found = alarm.wake_alarm
    if not record.valid or (found is None and reason is ResetReason.POWER_ON):
        return COLD
    if found is None:
        return UNKNOWN
    if record.sleep_s:
        return TIMER
    return PIN if isinstance(found, alarm.pin.PinAlarm) else UNKNOWN
