# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""digitalio: one pin, one owner."""

from _bridge import call, get, make, put
from _far import asked


class Pull:
    UP = "UP"
    DOWN = "DOWN"


class DigitalInOut:
    def __init__(self, pin):
        self._far = asked(make("digitalio", "DigitalInOut", pin))

    def switch_to_output(self, value=False):
        asked(call(self._far, "switch_to_output", value))

    def switch_to_input(self, pull=None):
        asked(call(self._far, "switch_to_input", pull))

    @property
    def value(self):
        return asked(get(self._far, "value"))

    @value.setter
    def value(self, level):
        asked(put(self._far, "value", level))

    def deinit(self):
        asked(call(self._far, "deinit"))
