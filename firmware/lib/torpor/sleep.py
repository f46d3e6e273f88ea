# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Why the node woke, and the ways to sleep that its board really has."""

import time

import alarm
import alarm.pin
import alarm.time
import microcontroller

COLD, TIMER, PIN, WATCHDOG, BROWNOUT, UNKNOWN = range(6)
CAUSES = ("COLD", "TIMER", "PIN", "WATCHDOG", "BROWNOUT", "UNKNOWN")

# Ways to sleep (an output of the policy).
BY_PIN, BY_TIMER, BY_CLOCK = range(3)


def cause(record):
    """The wake class. Reset reasons differ by port and version, so every answer is legal.

    After true deep sleep an RP2040 says SOFTWARE, an ESP32 DEEP_SLEEP_ALARM; the pretended sleep
    on USB keeps POWER_ON. The alarm may be of another type than any that was armed: then what the
    record says was armed is believed.
    """
    reason = microcontroller.cpu.reset_reason
    if reason is microcontroller.ResetReason.WATCHDOG:
        return WATCHDOG
    if reason is microcontroller.ResetReason.BROWNOUT:
        return BROWNOUT
    woke = alarm.wake_alarm
    if not record.valid:
        return COLD
    if woke is None:
        return COLD if reason is microcontroller.ResetReason.POWER_ON else UNKNOWN
    if record.sleep_s:
        return TIMER
    return PIN if isinstance(woke, alarm.pin.PinAlarm) else UNKNOWN


def deep(way, seconds, pin, line=None):
    """Sleep; never returns. `pin` is free (its DigitalInOut was released before). `line`: an external
    clock's, pulled low by it; a second pin alarm, by BY_CLOCK the only one.

    Timer and pin are never armed together: on an RP2040 that node may not wake again.
    """
    try:
        if way == BY_TIMER:
            wake = [alarm.time.TimeAlarm(monotonic_time=time.monotonic() + max(1, seconds))]
        else:
            wake = [alarm.pin.PinAlarm(pin=line, value=False, pull=True)] if line else []
            if way == BY_PIN:
                wake.append(alarm.pin.PinAlarm(pin=pin, value=True, pull=True))
        alarm.exit_and_deep_sleep_until_alarms(*wake)
    except (ValueError, RuntimeError, NotImplementedError):
        wait_out(seconds or 600)


def wait_out(seconds):
    """The last resort where deep sleep is refused: idle, then start afresh."""
    time.sleep(seconds)
    microcontroller.reset()
