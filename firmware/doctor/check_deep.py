"""The real sleep: it ends the program, and the next start finds in the diary that this one slept."""

import time

import alarm
import alarm.pin
import alarm.time
from microcontroller import cpu

import rows
from torpor import meter, meter_bus, sleep

ASKED_s = 10


class Bench:
    """What the meter asks of a wake."""

    meter = meter_bus = settings = None


def run(tell):
    """As the node sleeps, for whoever measures meanwhile: its meters down, what it holds held."""
    tell.say("deep.begins", asked_s=ASKED_s)
    _rest(Bench())
    wake = alarm.time.TimeAlarm(monotonic_time=time.monotonic() + ASKED_s)
    alarm.exit_and_deep_sleep_until_alarms(wake, preserve_dios=sleep.held())


def _rest(bench):
    """A meter that was made is powered down."""
    try:
        meter.of(bench)
        if len(rows.SUN_METER) == 3:  # in the panel's lead
            address, mohm, pga = rows.SUN_METER
            meter.Meter(meter_bus.of(bench), address, mohm, 0, pga)
    except meter.ERRORS:
        pass  # the check of the meter has said it


def woke(tell):
    """At the next start."""
    found = alarm.wake_alarm
    by = "none" if found is None else "pin" if isinstance(found, alarm.pin.PinAlarm) else "clock"
    tell.say("deep.woke", by=by, reset=str(cpu.reset_reason).split(".")[-1])
