"""BOOT and TRIAGE: the short way to the camera for admitted motion; arriving.py for all else."""

import alarm
import board
import digitalio
import table

import node
from torpor import machine, wakeup
from torpor.rails import Rails
from torpor.record import ADMIT, Record


class CameraWake(machine.Wake):
    key = camera = frame = shot = exposure = buffer = packed = bad = heard = None
    dark = lit = due = told = False
    sent_B = per_hour = radio = 0  # 1: radio used, the PIR was low before; 2: high


def main():
    """One wake, from the first line of code.py to deep sleep."""
    record = Record()
    record.load(alarm.sleep_memory)
    pir = digitalio.DigitalInOut(getattr(board, node.PIR))
    pir.switch_to_input(pull=digitalio.Pull.DOWN)  # as in sleep: unplugged, it must not float
    with Rails(node.RAILS) as rails:
        machine.run(table, CameraWake(record, rails, pir))


def boot(wake):
    """Wake class. FAIL without settings."""
    wake.guard(node.WATCHDOG_MS)
    record = wake.record
    record.cause = wakeup.cause(record)
    if node.LATCH:
        import latching

        record = latching.remember(wake)
    record.wake += 1
    if record.cause == wakeup.PIN:
        if not node.CLOCK:
            return machine.OK
        from torpor import ringing

        if not ringing.low():
            return machine.OK
    import arriving

    return arriving.boot(wake)


def triage(wake):
    """The wake before has asked the policy."""
    record = wake.record
    if record.cause == wakeup.PIN and record.flags & ADMIT:
        return machine.OK
    import arriving

    return arriving.triage(wake)
