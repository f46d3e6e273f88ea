"""SETTLE, RECOVER and SLEEP: learn, note, and sleep in the cheapest way that fits."""

import alarm
import board

import node
import rows
from torpor import clock, deciding, forget, machine, policy, reasons, wakeup
from torpor.deciding import decide, may_write
from torpor.flags import BOTH, LOCKED

if node.LATCH:
    import latching

# How long SETTLE waits for the PIR to fall, at most, once the awake floor has passed; behind a latch the
# timed sleep is the cheaper wait: the fall ends it.
FALL_ms = 0 if node.LATCH else 2000
LOOK_ms = 100

# Not wanted any more
OF_BEFORE = ("burst", "torpor.speaking", "torpor.upload", "torpor.spool", "torpor.link", "storing")
OF_LESSON = ("torpor.daily", "torpor.checkpoint", "torpor.learning", "torpor.season")


async def settle(wake):
    """Read the battery at rest; wait, within bounds, for the PIR to fall, unless the radio is powered."""
    import asyncio

    from torpor import battery

    record = wake.record
    forget.modules(*OF_BEFORE)
    wake.buffer = None
    if wake.shot:  # a picture that only the FIFO held
        wake.journal.event(reasons.SEND_FAILED)
        record.waiting = max(0, record.waiting - 1)
    wake.rails.off("camera")
    wake.shot = wake.frame = wake.camera = None
    if not deciding.prepare(wake):
        return machine.FAIL
    battery.measure(wake)
    if not wake.radio:
        # Idle is cheaper than the core's own busy wait up to the awake floor.
        end = clock.after(max(0, rows.MIN_AWAKE_ms - clock.awake()) + FALL_ms)
        while wake.pir.value and clock.left(end) > 0:
            await asyncio.sleep_ms(LOOK_ms)
    if record.flags & LOCKED:
        return machine.CRITICAL
    if wake.told:
        from torpor import daily

        daily.lesson(wake, lambda: may_write(wake))
        forget.modules(*OF_LESSON)
    if record.brownouts:
        from torpor import falling

        falling.rested(wake)
    return machine.OK


def recover(wake):
    """Everything off, locked out until the sun has filled the cell above the upper threshold."""
    from torpor import falling

    wake.rails.off("camera")
    falling.lock(wake)
    return machine.OK


def sleep_now(wake):
    """Decide how and how long, save the record, and sleep. Does not return."""
    wake.meter = None
    forget.modules(*forget.METER)  # what follows is compiled in their place
    from torpor import falling, sleep

    record = wake.record
    wake.books()
    falling.blink(wake)
    high = wake.pir.value
    if rows.RECHECK_s and record.learnt:
        from torpor import pace

        wake.per_hour = pace.per_hour(wake)
    seconds = decide(wake, policy.SLEEP) if wake.config else rows.HOLDOFF_MAX_s
    if wake.radio != 1:  # what rose beside the radio says nothing
        record.stuck = min(record.stuck + 1, 255) if high and seconds else 0
    if record.cause == wakeup.PIN:
        record.seen += 1
    way, seconds, armed_s, line = _way(wake, seconds)
    deciding.admit(wake)
    wake.journal.event(reasons.SLEPT, (seconds + 59) // 60)
    wake.ledger.end()
    floor_ms = falling.floor_ms()
    if node.LATCH and not high:
        floor_ms = 0  # it goes off at once
    import pricing

    pricing.learn(wake, falling.floor_mJ(wake, floor_ms))
    # a latched node learns at its next wake whether it slept so long
    falling.book(wake, way, 0 if node.LATCH else seconds, floor_ms)
    falling.write(wake)
    record.since_sync_s += (clock.awake() + floor_ms) // 1000 + (0 if node.LATCH else seconds)
    if node.LATCH:
        latching.save(wake)
    else:
        falling.save(record, alarm.sleep_memory)
    falling.free(wake)
    if node.LATCH:
        latching.let_go()
    edge = rows.EDGE and high and not seconds
    sleep.deep(way, armed_s, getattr(board, node.PIR), line, bool(edge))


def _way(wake, seconds):
    """(way, seconds that are asked for, seconds to arm, line of the clock or None) of those that this design
    has. The timer of BY_BOTH rings for the heartbeat: what is asked for is motion."""
    from torpor import sleep

    record = wake.record
    prices_uW, line = rows.WAYS_uW, None
    if node.CLOCK:
        from torpor import alarmclock

        line = alarmclock.arm(wake, seconds)
        if not line:
            prices_uW = prices_uW[:2] + (0, 0)
    way = policy.way(seconds, not seconds, prices_uW)
    if way < 0:
        way, seconds = sleep.BY_PIN, 0
    if node.LATCH:
        seconds = latching.prepare(wake, seconds)
    record.sleep_s = armed_s = seconds
    record.flags &= ~BOTH
    if rows.OWN_CLOCK and not seconds:
        from torpor import ownclock

        armed_s = ownclock.ring(wake)
        if armed_s:
            way = sleep.BY_BOTH
            record.flags |= BOTH
    return way, seconds, armed_s, line
