"""CAMERA while the exposure settles, and the shutter. It waits for neither settings nor policy: the wake
before has asked what this one needs to know."""

import node
from torpor import clock, machine
from torpor.flags import NIGHT
from torpor.record import SMALL

LOADS = (
    "torpor.reasons",
    "rows",
    "torpor.journal",
    "torpor.settings",
    "torpor.ledger",
    "torpor.policy",
    "torpor.deciding",
)
LONGEST_ms = 90  # to compile one of them


def expose(wake, until):
    """Wait until `until` (the first frames are dark or green), then begin the exposure if it is wanted."""
    frame = wake.frame = wake.camera.frame()
    for name in LOADS:
        if clock.left(until) > LONGEST_ms:
            __import__(name)
    clock.wait(until)
    light = wake.exposure = frame.light()
    wake.dark = light is not None and light[2] < wake.record.dark_luma
    if wake.dark and "light" in node.RAILS:
        import night

        wake.lit = night.may(wake)
    if wake.dark and not wake.lit and not wake.record.flags & NIGHT:
        return _too_dark(wake, light)
    begin(wake)
    return _begun(wake, light)


def begin(wake):
    """The shutter, in the dark under the node's own light where it has one."""
    if wake.lit:
        import night

        night.begin(wake)
    else:
        wake.frame.begin()


def _begun(wake, light):
    """The frame is on its way: now the books may be opened."""
    from torpor import policy, reasons, wakeup

    record = wake.record
    if not _noted(wake, light):
        return machine.FAIL
    if record.picture % 4 == 3 and record.cause in (wakeup.PIN, wakeup.TIMER):  # a cold start fills the heap
        from torpor import meter

        meter.look(
            wake
        )  # from here to STORE it reads beside the steps; it costs 0.2 J, so not at each picture
    share = policy.served(record.soc, record.allow, record.dark, wake.config)
    record.credit = max(0, record.credit + share - 1000)
    if record.flags & SMALL:
        wake.journal.event(reasons.SMALL)
    record.dark = min(record.dark + 1, 255) if wake.dark and not wake.lit else 0
    return machine.OK


def _too_dark(wake, light):
    from torpor import reasons

    wake.rails.off("camera")
    if not _noted(wake, light):
        return machine.FAIL
    wake.journal.event(reasons.TOO_DARK)
    return machine.SKIP


def _noted(wake, light):
    from torpor import deciding, reasons

    if not deciding.prepare(wake):
        wake.rails.off("camera")
        return False
    if light:
        wake.journal.event(reasons.LIGHT, light[2])
    return True


def failed(wake, error):
    """No exposure at this wake; the rail goes off."""
    from torpor import deciding, reasons

    print("camera:", error)
    wake.rails.off("camera")
    deciding.prepare(wake)
    deciding.camera_failed(wake, reasons.CAMERA_FAILED, min(wake.record.camera_fails + 1, 255))
    return machine.FAIL
