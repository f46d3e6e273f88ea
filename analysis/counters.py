"""Times that are numbers: wraps of counters undone, Unix time told apart, clocks that were never set."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from .clock import backward_row
from .errors import LogError
from .headers import Column
from .log import FloatArray
from .stamps import Stamps, clock_set

#: Counters that wrap in the field: (period in s, what wraps). Microseconds in 32 bits (71.6 min),
#: CircuitPython's ticks_ms in 29 bits (6.2 days), milliseconds in 32 bits (49.7 days).
WRAPS = (
    (2.0**32 * 1e-6, "microseconds at 2^32"),
    (2.0**29 * 1e-3, "CircuitPython's milliseconds at 2^29"),
    (2.0**32 * 1e-3, "milliseconds at 2^32"),
)
#: How near to its period a fall must come to be a wrap: a part of the period.
WRAP_WITHIN = 0.01
#: A time in seconds above this is Unix time (2001-09-09), below it counts from the log's own zero.
UNIX_FROM_S = 1e9
#: Unix seconds of 2000-01-01, and a year: what a clock chip says that was never set.
YEAR_2000_S, YEAR_S = 946_684_800.0, 366 * 86400.0
#: A Unix time in seconds beyond the year 2200 was written in another unit.
_UNIX_TO_S = 7.26e9


def counted(counts: FloatArray, item: Column, ours: bool = False) -> Stamps:
    """Seconds of a numeric time column; Unix time tells the start. Counts that are `ours` are written over.

    Raises
    ------
    LogError : Unix time in a unit that its title does not tell (no place in the message).
    """
    first = counts[0]
    t_s = counts if item.factor == 1 else np.multiply(counts, item.factor, out=_place(counts, ours))
    if t_s[0] > _UNIX_TO_S and item.unit == "s":
        raise LogError(
            f"'{item.title}' is {first:.0f}, which is no Unix time in seconds; say --time-unit ms or us."
        )
    notes: tuple[str, ...] = ()
    if backward_row(t_s) is not None:
        t_s, notes = unwrapped(t_s)
    if t_s[0] > UNIX_FROM_S:
        return Stamps(t_s - t_s[0], datetime.fromtimestamp(float(t_s[0]), UTC), notes)
    if YEAR_2000_S <= t_s[0] < YEAR_2000_S + YEAR_S:
        return clock_set(t_s, notes)
    return Stamps(t_s, None, notes)


def _place(counts: FloatArray, ours: bool) -> FloatArray | None:
    """Where the seconds go: over the counts, if nobody reads these again (pandas lends them read-only)."""
    place = counts.view()
    try:
        place.flags.writeable = ours
    except ValueError:
        return None
    return place if ours else None


def unwrapped(t_s: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """Undo falls that come within WRAP_WITHIN of a known counter's period; other falls stay."""
    step = np.diff(t_s)
    notes: list[str] = []
    lift = np.zeros(len(t_s))
    for period_s, name in WRAPS:
        wraps = (step + period_s > 0) & (step + period_s <= WRAP_WITHIN * period_s)
        if wraps.any():
            lift[1:] += wraps * period_s
            notes.append(f"The counter of {name} wrapped {wraps.sum()} time(s); the time is counted on.")
    return t_s + np.cumsum(lift), tuple(notes)
