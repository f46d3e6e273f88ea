"""BOOT and TRIAGE of every wake that is not plain, admitted motion: cold starts, timers, refusals."""

import storage

import node
from torpor import beginning, deciding, forget, machine, marks, policy, reasons, wakeup
from torpor.deciding import decide
from torpor.flags import FULL, LOCKED

# Not wanted again before the burst, and the picture wants the heap.
OURS = (
    "arriving",
    "torpor.beginning",
    "torpor.marks",
    "torpor.stored",
    "torpor.validate",
)


def boot(wake):
    """Wake class, streak of cold boots, settings. FAIL without settings to work with."""
    record = wake.record
    if record.cause == wakeup.COLD and (
        marks.count(marks.INSTALLS, marks.INSTALLS_END) < marks.INSTALLED
        or (node.BENCH and storage.getmount("/").readonly)
    ):
        from torpor import installing

        installing.main(wake)
    beginning.arrive(wake)
    if node.LATCH and record.cause == wakeup.TIMER:
        import latching

        latching.slept(wake)
    return machine.OK if deciding.prepare(wake, record.cause != wakeup.PIN) else machine.FAIL


def triage(wake):
    """Admission. A locked node measures and leaves; otherwise the record's last charge decides."""
    record = wake.record
    if not deciding.prepare(wake):  # motion that the wake before has refused
        return machine.SKIP
    if record.flags & LOCKED or record.cause in (wakeup.COLD, wakeup.BROWNOUT, wakeup.WATCHDOG):
        from torpor import battery

        battery.measure(wake)
        if record.flags & LOCKED:
            return machine.LOW
    if record.cause == wakeup.TIMER and not wake.pir.value:
        record.stuck = 0
        if not wake.due:
            wake.journal.event(reasons.QUIET)
        return _nothing(wake)
    if not decide(wake, policy.CAMERA):
        return _refused(wake)
    deciding.admit(wake)  # what the wake before had asked may be older than these settings
    wake.meter = None  # it is opened again for the burst
    forget.modules(*OURS, *forget.METER)
    return machine.OK


def _refused(wake):
    record = wake.record
    duty = policy.served(record.soc, record.allow, record.dark, wake.config)
    record.credit = min(record.credit + duty, 1000)
    if record.camera_skips:
        record.camera_skips -= 1
    if record.flags & FULL and record.skip_links:
        record.skip_links -= 1
    if duty < 1000 and wake.meter is None:
        from torpor import battery

        battery.measure(wake)  # or a node that takes no pictures would not notice the sun
    return _nothing(wake)


def _nothing(wake):
    """No picture at this wake."""
    if not wake.due:
        return machine.SKIP
    wake.journal.event(reasons.HEARTBEAT)
    return machine.DUE
