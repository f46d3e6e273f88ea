# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""time: the twin's."""

from _bridge import call
from _far import asked, collect


def sleep(seconds):
    collect()
    asked(call("time", "sleep", seconds))


def monotonic():
    return asked(call("time", "monotonic"))


def time():
    return asked(call("time", "time"))
