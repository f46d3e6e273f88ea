"""How every burst begins: ask, and join. Forgotten before the upload."""

import rows
from torpor import battery, forget, machine, policy, reasons
from torpor.deciding import decide, link_failed
from torpor.flags import LOCKED


def join(wake):
    """Ask the battery, then the policy, then join. PIR edges from here on may come from the radio."""
    record = wake.record
    battery.measure(wake)
    if record.flags & LOCKED:
        outcome = machine.CRITICAL
    elif decide(wake, policy.LINK):
        outcome = _join(wake)
    else:
        if record.skip_links:
            record.skip_links -= 1
        outcome = machine.SKIP
    forget.modules("torpor.joining", "torpor.battery", "torpor.panel", "torpor.energy")  # until SETTLE
    return outcome


def _join(wake):
    from torpor import link  # importing wifi already powers the radio

    wake.radio = 2 if wake.pir.value else 1
    _before(wake)
    found = link.join(wake.settings, wake.feed)
    _after(wake)
    if found:
        signal = link.signal()
        if signal:
            wake.journal.event(reasons.SIGNAL, signal)
        return machine.OK
    link.off()
    link_failed(wake.record)
    wake.journal.event(reasons.JOIN_FAILED, wake.record.link_fails)
    return machine.FAIL


def _before(wake):
    """A call begins that blocks: the meter converts while it does."""
    wake.ledger.skip(wake.ledger.price(rows.BOOT_mW))
    try:
        if wake.meter:
            wake.meter.start()
    except OSError:
        wake.meter = None


def _after(wake):
    """It is over: not sampled, but priced at what it began with, or at its row."""
    mW = wake.ledger.price(rows.JOIN_mW)
    try:
        if wake.meter:
            mV, tenth_mA = wake.meter.read()
            mW = wake.ledger.seen(mV, tenth_mA) // 10
    except OSError:
        wake.meter = None
    wake.ledger.skip(mW)
