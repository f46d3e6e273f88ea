# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Safe mode must not be the end: sleep, a little longer each time, then start afresh."""

import time

import alarm
import alarm.time
import microcontroller

AT = 528  # docs/memory.md: one byte, how often in a row; a wake that reaches SLEEP clears it
LONGEST_s = 3600

count = microcontroller.nvm[AT]
count = 0 if count == 0xFF else min(count, 6)
microcontroller.nvm[AT] = count + 1
wake = alarm.time.TimeAlarm(monotonic_time=time.monotonic() + min(60 << count, LONGEST_s))
alarm.exit_and_deep_sleep_until_alarms(wake)
