"""The line of the external clock: did it end the sleep? It hangs on the alarm's flag, which is only asked
when the line is low; the PIR's wakes pay nothing for it."""

import board
import digitalio

import node


def low():
    """Does the clock pull its line? It is open drain; the pull-up is ours."""
    line = digitalio.DigitalInOut(getattr(board, node.CLOCK_INT))
    line.switch_to_input(pull=digitalio.Pull.UP)
    found = not line.value
    line.deinit()
    return found


def rang(wake):
    """True if the alarm's flag says that the clock woke the node."""
    if not low():
        return False
    from torpor import alarmclock

    return alarmclock.rang(wake)
