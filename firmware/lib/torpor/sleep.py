"""The ways to sleep that a board really has."""

import time

import alarm
import alarm.pin
import alarm.time
import microcontroller

# Ways to sleep (an output of the policy).
BY_PIN, BY_TIMER, BY_CLOCK = range(3)


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
