"""What the sun gives now: by a second meter, in the panel's lead, or by the node's own in the battery's."""

import rows


def ledger(wake):
    """The books of a node whose own meter tells of the sun."""
    from torpor.netting import NetLedger

    return NetLedger(wake, rows.PRICES_mW)


def charging(wake):
    """Current into the battery and its load, 0.1 mA, and what it has brought, mJ: where home has just told
    how long the node slept, two hours of that at most, for the sun moves. Both 0 where it is silent."""
    if len(rows.SUN_METER) == 1:
        return wake.ledger.charging(wake)
    from torpor import meter, meter_bus, reasons

    address, shunt_mohm, pga = rows.SUN_METER
    try:
        mV, tenth_mA = meter.Meter(meter_bus.of(wake), address, shunt_mohm, 0, pga).read_now()
    except meter.ERRORS:
        wake.journal.event(reasons.METER_LOST, 1)
        return 0, 0
    tenth_mA = max(0, tenth_mA)
    wake.journal.event(reasons.SUN, min(mV * tenth_mA // 200_000, 255))
    slept_s = min(wake.told - 1, 7200) if wake.told else 0
    return tenth_mA, wake.record.mV * tenth_mA // 10000 * slept_s
