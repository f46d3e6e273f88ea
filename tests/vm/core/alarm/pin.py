# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""alarm.pin."""

from _bridge import make
from _far import asked


class PinAlarm:
    def __init__(self, pin, *, value, edge=False, pull=False):
        self.far = asked(make("far", "pin_alarm", pin, value, edge, pull))
