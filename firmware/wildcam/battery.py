# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""The battery: open the meter once per wake, read it, latch or leave the lock-out."""

import board
import busio
import node
from torpor import energy, policy, reasons
from torpor.record import LOCKED
from waking import decide


def meter(wake):
    """The meter of this wake, or None (journalled) if it does not answer."""
    if wake.meter is None:
        try:
            i2c = busio.I2C(getattr(board, node.METER_SCL), getattr(board, node.METER_SDA), frequency=400000)
            wake.meter = energy.Meter(i2c, node.METER_ADDRESS, node.SHUNT_mohm)
        except (ValueError, RuntimeError, OSError):
            wake.journal.event(reasons.METER_LOST)
    return wake.meter


def measure(wake):
    """One reading at rest (radio and camera off), then the question of the lock-out."""
    record = wake.record
    if meter(wake) is None:
        return
    mV, tenth_mA = wake.meter.read_now()
    wake.ledger.sample(mV, tenth_mA)
    energy.gauge(record, mV, tenth_mA, node.OCV, node.CELL_mohm)
    wake.journal.event(reasons.BATTERY, record.soc)
    if decide(wake, policy.LOCK):
        record.flags |= LOCKED
    else:
        record.flags &= ~LOCKED
