"""What ends a sleep: the clock, and the PIR's pin. By a light sleep, which keeps the console."""

import time

import alarm
import alarm.pin
import alarm.time
import board
import supervisor

import node
from torpor import clock

ASKED_s = 3
MOTION_s = 7  # below the watchdog's limit


def run(tell):
    tell.say("sleep.usb", usb=bool(supervisor.runtime.usb_connected))
    began = clock.now()
    try:
        woke = alarm.light_sleep_until_alarms(_in(ASKED_s))
        tell.say(
            "sleep.clock",
            ms=clock.since(began),
            asked_ms=1000 * ASKED_s,
            by=isinstance(woke, alarm.time.TimeAlarm),
        )
    except (ValueError, RuntimeError, NotImplementedError) as error:
        tell.say("sleep.no_clock", text=str(error))
    if hasattr(node, "PIR"):
        _motion(tell)


def _in(seconds):
    return alarm.time.TimeAlarm(monotonic_time=time.monotonic() + seconds)


def _motion(tell):
    """By motion, or by the clock that bounds it."""
    tell.say("sleep.waits", seconds=MOTION_s)
    tell.alive()
    began = clock.now()
    try:
        pin = alarm.pin.PinAlarm(pin=getattr(board, node.PIR), value=True)
        woke = alarm.light_sleep_until_alarms(pin, _in(MOTION_s))
        tell.say("sleep.pin", ms=clock.since(began), by=isinstance(woke, alarm.pin.PinAlarm))
    except (ValueError, RuntimeError, NotImplementedError) as error:
        tell.say("sleep.no_pin", text=str(error))
