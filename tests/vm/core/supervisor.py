# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""supervisor: the tick counter, and whether a computer is there."""

from _bridge import call
from _far import asked, fail


def ticks_ms():
    at = call("supervisor", "ticks_ms")
    if at < 0:
        fail()
    return at


def __getattr__(name):
    """What only install mode asks for costs no other wake a name."""
    return _Far(name)


class _Far:
    def __init__(self, name):
        self._name = name

    def __call__(self, *given):
        return asked(call("supervisor", self._name, *given))

    def __getattr__(self, name):
        return asked(call("far", self._name, name))
