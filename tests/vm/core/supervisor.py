# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""supervisor: the tick counter."""

from _bridge import call
from _far import fail


def ticks_ms():
    ticks = call("supervisor", "ticks_ms")
    if ticks < 0:
        fail()
    return ticks
