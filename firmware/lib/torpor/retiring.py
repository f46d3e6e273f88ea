"""SETTLE, RECOVER and SLEEP of a node with declared tasks."""

import alarm
import board

import node
import rows
from torpor import (
    battery,
    clock,
    deciding,
    falling,
    machine,
    policy,
    reasons,
    sleep,
    timekeeping,
    triggers,
)
from torpor.flags import BOTH, LOCKED
from torpor.scheduler import watched

LONGEST_s = 65535  # of one sleep
RETRY_s = 3600  # what is owed is tried again


def settle(wake):
    """Read the battery at rest."""
    if not deciding.prepare(wake):
        return machine.FAIL
    battery.measure(wake)
    if wake.record.flags & LOCKED:
        return machine.CRITICAL
    if not wake.hung:  # what hung has not shown yet that it does not
        falling.rested(wake)
    return machine.OK


def recover(wake):
    """Locked out: nothing runs until the sun has filled the cell above the upper threshold."""
    falling.lock(wake)


def sleep_now(wake):
    """Until the next task, in the cheapest way; does not return."""
    record = wake.record
    wake.books()
    falling.blink(wake)
    high = wake.pir.value
    rest_s = deciding.decide(wake, policy.SLEEP) if wake.config else rows.HOLDOFF_MAX_s
    record.stuck = min(record.stuck + 1, 255) if high else 0
    seconds = _seconds(wake, rest_s, high)
    # a level alarm on a pin that is high, or that nobody answers, would wake it at once
    watching = None if rest_s or record.flags & LOCKED else watched(wake.tasks)
    way, armed_s, line = _way(wake, seconds, watching)
    wake.journal.event(reasons.SLEPT, (seconds + 59) // 60)
    wake.ledger.end()
    floor_ms = falling.floor_ms()
    record.sleep_s = seconds if way in (sleep.BY_TIMER, sleep.BY_CLOCK) else 0  # else a pin may end it
    falling.book(wake, way, record.sleep_s, floor_ms)
    falling.write(wake)
    record.since_sync_s += (clock.awake() + floor_ms) // 1000 + record.sleep_s
    falling.save(record, alarm.sleep_memory)
    falling.free(wake)
    sleep.deep(way, armed_s, getattr(board, getattr(node, watching)) if watching else None, line)


def _way(wake, seconds, watching):
    """(way to sleep, seconds to arm, line of the external clock or None) for a task in `seconds`, and a pin
    beside it where one is `watching`. Where they cannot be combined the clock is what counts."""
    prices_uW, line = rows.WAYS_uW, None
    if node.CLOCK:
        from torpor import alarmclock

        line = alarmclock.arm(wake, seconds)
    wake.record.flags &= ~BOTH
    if line and watching:
        return sleep.BY_PIN, seconds, line  # two pin alarms: its own, and the clock's
    if not line:
        prices_uW = prices_uW[:2] + (0, prices_uW[3])
    way = policy.way(seconds, watching, prices_uW)
    if way == sleep.BY_CLOCK:
        return way, seconds, line
    if way == sleep.BY_BOTH and watching:
        wake.record.flags |= BOTH
    else:
        way = sleep.BY_TIMER
    return way, timekeeping.to_sleep(wake, seconds), None


def _seconds(wake, rest_s, high):
    """How long nothing will be due. A locked node only looks for the sun, each `rest_s`; one whose pin is
    high looks for its fall."""
    if not wake.config:
        return rest_s
    record, now_s = wake.record, timekeeping.now(wake)
    minute = (now_s + timekeeping.EARLY_s) // 60
    after = max(minute, timekeeping.ran(record, minute))
    place = timekeeping.place(wake)
    seconds = LONGEST_s
    for task in wake.tasks:
        due = triggers.following(task.trigger, after, place)
        if due > after:
            seconds = min(seconds, 60 * due - now_s)
    if record.owed:
        seconds = min(seconds, RETRY_s)
    if record.flags & LOCKED:
        seconds = max(seconds, rest_s or rows.HOLDOFF_MAX_s)
    elif high:
        seconds = min(seconds, rest_s)
    return max(1, min(seconds, LONGEST_s))
