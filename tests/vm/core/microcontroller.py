# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""microcontroller: reset reason, nvm, watchdog."""

from _bridge import call, get, put
from _far import Memory, asked


class ResetReason:
    POWER_ON = "POWER_ON"
    BROWNOUT = "BROWNOUT"
    SOFTWARE = "SOFTWARE"
    DEEP_SLEEP_ALARM = "DEEP_SLEEP_ALARM"
    RESET_PIN = "RESET_PIN"
    WATCHDOG = "WATCHDOG"
    UNKNOWN = "UNKNOWN"


class cpu:
    reset_reason = getattr(ResetReason, call("far", "reason"))
    temperature = call("far", "temperature")


class _Watchdog:
    @property
    def timeout(self):
        return asked(get("watchdog", "timeout"))

    @timeout.setter
    def timeout(self, seconds):
        asked(put("watchdog", "timeout", seconds))

    @property
    def mode(self):
        raise NotImplementedError

    @mode.setter
    def mode(self, mode):
        asked(call("far", "watchdog_mode", mode))

    def feed(self):
        asked(call("watchdog", "feed"))


nvm = Memory("nvm")
watchdog = _Watchdog()


def reset():
    asked(call("microcontroller", "reset"))


def delay_us(seconds):
    asked(call("microcontroller", "delay_us", seconds))
