"""The battery: read the meter at rest, latch or leave the lock-out."""

import microcontroller

import rows
from torpor import energy, meter, policy, reasons
from torpor.deciding import decide
from torpor.flags import LOCKED


def _cell_C():
    """The chip's, which is the box's just after a sleep; None where it has no thermometer."""
    chip_C = microcontroller.cpu.temperature
    if chip_C is None or chip_C != chip_C:  # an ESP32 says "not a number"
        return None
    return chip_C - rows.CHIP_WARM_C


def measure(wake):
    """One reading at rest (radio and camera off), then the question of the lock-out. A node whose meter
    is silent works on as if its cell were full: then the cell's own protection is its only guard."""
    record = wake.record
    try:
        mV, tenth_mA = _read(wake)
        before, wake.ledger.told = wake.ledger.told, sum(wake.ledger.spent)
        spent_mJ = wake.ledger.told - before
        if rows.SUN_METER:
            from torpor import panel

            first, free = panel.charging(wake)
            tenth_mA -= first  # what flows in lifts the voltage as what flows out sags it
            spent_mJ -= free
        if energy.gauge(record, mV, tenth_mA, spent_mJ, rows.CELL, _cell_C()):
            wake.journal.event(reasons.CHARGE_JUMPED, record.charge // 100)
            record.learnt = 0  # what this day teaches would be wrong
        wake.journal.event(reasons.BATTERY, record.soc)
    except meter.ERRORS:
        wake.meter = None
        record.mV = policy.NO_METER
        record.soc = 100
        record.charge, record.cold = 10000, 0
        wake.journal.event(reasons.METER_LOST)
    if decide(wake, policy.LOCK):
        record.flags |= LOCKED
    else:
        record.flags &= ~LOCKED


def _read(wake):
    """One reading in idle, and before it one of the busy CPU: so it was until here, and where nothing else is
    on it says how dear this board is."""
    chip, ledger = meter.of(wake), wake.ledger
    first = chip.read_busy()
    if wake.radio or wake.shot:
        ledger.sample(*first)
    else:
        ledger.learn(*first)
    found = chip.read_now()
    ledger.skip(ledger.seen(*found) // 10)  # the CPU is busy again from here: the rest is not like this one
    return found
