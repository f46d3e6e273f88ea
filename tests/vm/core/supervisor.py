# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""supervisor: the tick counter."""

from _bridge import call
from _far import fail


def ticks_ms():
    at = call("supervisor", "ticks_ms")
    if at < 0:
        fail()
    return at
