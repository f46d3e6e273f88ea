"""The battery: open the meter once per wake, read it, latch or leave the lock-out."""

import microcontroller

import rows
from torpor import energy, meter_bus, policy, reasons
from torpor.deciding import decide
from torpor.flags import LOCKED


def meter(wake):
    """The meter of this wake. Raises what its bus or its probe raise when it does not answer."""
    if wake.meter is None:
        wake.meter = energy.Meter(meter_bus.of(wake), rows.METER_ADDRESS, rows.SHUNT_mohm)
    return wake.meter


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
        mV, tenth_mA = meter(wake).read_now()
        wake.ledger.sample(mV, tenth_mA)
        energy.gauge(record, mV, tenth_mA, rows.OCV, rows.CELL_mohm, rows.COLD, rows.STIFF, _cell_C())
        wake.journal.event(reasons.BATTERY, record.soc)
    except (ValueError, RuntimeError, OSError):
        wake.meter = None
        record.mV = policy.NO_METER
        record.soc = 100
        record.charge, record.cold = 10000, 0
        wake.journal.event(reasons.METER_LOST)
    if decide(wake, policy.LOCK):
        record.flags |= LOCKED
    else:
        record.flags &= ~LOCKED
