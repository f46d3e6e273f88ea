"""Behind a latch: the PIR closes the supply's switch, the firmware holds it and lets go when it is done.
Imported before anything else of the wake, so it must stay short."""

import board
import digitalio

import node

_line = None


def hold():
    """Keep the supply from now on."""
    global _line
    _line = digitalio.DigitalInOut(getattr(board, node.LATCH))
    _line.switch_to_output(value=True)


def let_go():
    """With the PIR low the supply is gone some milliseconds later. While it is high the node stays on: the
    timed sleep goes on until the PIR falls, and no longer than was asked for."""
    global _line
    if _line:
        _line.value = False
        _line.deinit()
        _line = None


def remember(wake):
    """The record, out of nvm; from now on this wake is marked as begun. And what its start means: power-on
    after a wake that had saved its record: the node went off by itself, the PIR fell in between and has risen
    again. A wake that had not: its supply was cut."""
    import microcontroller

    from torpor import wakeup
    from torpor.record_nvm import NvmRecord

    wake.record = NvmRecord()
    record = wake.record
    record.load(microcontroller.nvm)
    record.cause = wakeup.cause(record)
    if not record.asleep:
        if record.cause != wakeup.WATCHDOG:
            record.cause = wakeup.COLD
    elif record.cause == wakeup.COLD:
        record.cause = wakeup.PIN
        record.stuck = 0
    return record


def slept(wake):
    """The PIR stayed high until the timer: only now is it known that the node slept so long."""
    import table

    import rows

    seconds = wake.record.sleep_s
    wake.ledger.add(table.SLEEP, seconds * 1000, seconds * rows.SLEEP_TIMER_uW // 1000)
    wake.record.since_sync_s += seconds


def prepare(wake, seconds):
    """How long to sleep if the PIR is still high. Where the record has no room and may not make any, the
    next wake will not know this one: then it had better be late."""
    import microcontroller

    import rows
    from torpor import reasons
    from torpor.deciding import may_write

    if wake.record.full(microcontroller.nvm) and not may_write(wake):
        wake.journal.event(reasons.RECORD_LOST)
        return rows.HOLDOFF_MAX_s if seconds else 0
    return seconds


def save(wake):
    """The last thing before `let_go`: it says that the node goes off by itself."""
    import microcontroller

    from torpor.deciding import may_write

    wake.record.save(microcontroller.nvm, lambda: may_write(wake))
