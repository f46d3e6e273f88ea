"""Milliseconds that wrap, and the time since reset."""

import time

from supervisor import ticks_ms

PERIOD = 1 << 29  # ticks_ms wraps here, for the first time 65 s after power-on
_HALF = 1 << 28

# Reset to this line, exact to a millisecond: the float counts from the reset.
before_ms = int(time.monotonic() * 1000)
first = ticks_ms()

now = ticks_ms  # on a circle of PERIOD; compare only with `since` and `left`


def since(start):
    """Milliseconds since `start`, below PERIOD."""
    return (ticks_ms() - start) % PERIOD


def after(ms):
    """`now` in `ms` milliseconds (below 2**28)."""
    return (ticks_ms() + ms) % PERIOD


def left(end):
    """Milliseconds until `deadline`; negative when it has passed."""
    return (end - ticks_ms() + _HALF) % PERIOD - _HALF


def wait(end):
    time.sleep(max(0, left(end)) / 1000)


def awake():
    """Milliseconds since the reset that began this wake."""
    return before_ms + since(first)
