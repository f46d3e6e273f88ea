"""A block's battery month by month: what the calendar and its cycles take of it (`sim.ageing`)."""

from __future__ import annotations

import numpy as np

from sim.ageing import LEAST, STORED
from sim.odds.layout import (
    CAPACITY_J,
    LANES,
    LEFT,
    PER_A,
    PER_NEW,
    SQUARE,
    STIFF,
    STIFF_NEW,
    TAKEN_J,
    WEAR,
    FILL_Ah,
    Q,
    small,
)


@small
def wear(s, days, shelf, part):  # type: ignore[no-untyped-def]
    """Age every lane by a month of `days`, from its charge at the month's end and the energy it gave.

    shelf: what the calendar's loss, squared, gains in it: for a battery stored, and by how far its charge
    lies above, and by that squared. part: loss of a full cycle, exponent of its depth, growth of the
    resistance."""
    f = np.float32
    stored = f(STORED)
    for i in range(LANES):
        above = max(s[Q + i] - stored, f(0.0)) / (f(1.0) - stored)
        s[SQUARE + i] += shelf[0] + above * (shelf[1] + above * shelf[2])
        depth = s[TAKEN_J + i] / (s[CAPACITY_J + i] * s[LEFT + i] * days)
        s[WEAR + i] += part[0] * days * depth ** part[1]
        left = max(f(LEAST), f(1.0) - np.sqrt(s[SQUARE + i]) - s[WEAR + i])
        s[LEFT + i] = left
        s[PER_A + i] = s[PER_NEW + i] / left
        s[FILL_Ah + i] = left / s[PER_NEW + i]
        s[STIFF + i] = s[STIFF_NEW + i] * (f(1.0) + part[2] * (f(1.0) - left))
