# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""alarm: why the board woke, and its deep sleep."""

from _bridge import call
from _far import Memory, asked

from alarm.pin import PinAlarm
from alarm.time import TimeAlarm

sleep_memory = Memory("sleep_memory")


def _woke():
    kind = asked(call("far", "woke"))
    return object.__new__(PinAlarm if kind == "pin" else TimeAlarm) if kind else None


wake_alarm = _woke()


def exit_and_deep_sleep_until_alarms(one, other=None, preserve_dios=()):
    if preserve_dios:
        raise NotImplementedError  # as on the RP2040, which this tier stands for
    asked(call("far", "deep", one.far, other.far if other else 0))
