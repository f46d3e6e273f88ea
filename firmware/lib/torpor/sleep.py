"""The ways to sleep that a board really has."""

import time

import alarm
import alarm.pin
import alarm.time
import board
import digitalio
import microcontroller

import node

# Ways to sleep (an output of the policy). BY_BOTH: only where the board combines them, else an RP2040 may not
# wake again.
BY_PIN, BY_TIMER, BY_CLOCK, BY_BOTH = range(4)


def deep(way, seconds, pin, line=None, edge=False):
    """Sleep; never returns. `pin` is free (its DigitalInOut was released before). `line`: an external
    clock's, pulled low by it; a second pin alarm, by BY_CLOCK the only one. `edge`: a pin that is
    high must fall first."""
    try:
        wake: list = []
        if way in (BY_TIMER, BY_BOTH):
            wake.append(alarm.time.TimeAlarm(monotonic_time=time.monotonic() + max(1, seconds)))
        elif line:
            wake.append(alarm.pin.PinAlarm(pin=line, value=False, pull=True))
        if way in (BY_PIN, BY_BOTH):
            wake.append(alarm.pin.PinAlarm(pin=pin, value=True, edge=edge, pull=True))
        alarm.exit_and_deep_sleep_until_alarms(*wake, preserve_dios=held())
    except (ValueError, RuntimeError, NotImplementedError):
        wait_out(seconds or 600)


def held():
    """Outputs that must keep their level in sleep: a camera's power-down."""
    lines = []
    for name, level in node.HOLD:
        line = digitalio.DigitalInOut(getattr(board, name))
        line.switch_to_output(value=bool(level))
        lines.append(line)
    return lines


def wait_out(seconds):
    """The last resort where deep sleep is refused: idle, then start afresh."""
    time.sleep(seconds)
    microcontroller.reset()
