"""The real sleep: it ends the program, and the next start finds in the diary that this one slept."""

import time

import alarm
import alarm.pin
import alarm.time
from microcontroller import cpu

ASKED_s = 10


def run(tell):
    tell.say("deep.begins", asked_s=ASKED_s)
    wake = alarm.time.TimeAlarm(monotonic_time=time.monotonic() + ASKED_s)
    alarm.exit_and_deep_sleep_until_alarms(wake)


def woke(tell):
    """At the next start."""
    found = alarm.wake_alarm
    by = "none" if found is None else "pin" if isinstance(found, alarm.pin.PinAlarm) else "clock"
    tell.say("deep.woke", by=by, reset=str(cpu.reset_reason).split(".")[-1])
