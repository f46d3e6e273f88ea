# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""alarm.time."""

from _bridge import make
from _far import asked


class TimeAlarm:
    def __init__(self, *, monotonic_time):
        self.far = asked(make("far", "time_alarm", monotonic_time))
