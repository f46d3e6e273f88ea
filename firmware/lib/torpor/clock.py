# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Integer milliseconds that may wrap, and the time since reset."""

import time

from supervisor import ticks_ms

_PERIOD = 1 << 29  # supervisor.ticks_ms wraps here, for the first time 65 s after power-on
_HALF = 1 << 28

# Reset to this line, ms: exact to a millisecond, because the float counts from the reset.
before_ms = int(time.monotonic() * 1000)
_first = ticks_ms()


def now():
    """Milliseconds on a circle of 2**29; compare only with `since` and `left`."""
    return ticks_ms()


def since(start):
    """Milliseconds from `start` (a value of `now`) to now, below 2**29."""
    return (ticks_ms() - start) % _PERIOD


def after(ms):
    """The value of `now` in `ms` milliseconds (below 2**28)."""
    return (ticks_ms() + ms) % _PERIOD


def left(deadline):
    """Milliseconds until `deadline`; negative when it has passed."""
    return (deadline - ticks_ms() + _HALF) % _PERIOD - _HALF


def awake():
    """Milliseconds since the reset that began this wake."""
    return before_ms + since(_first)
