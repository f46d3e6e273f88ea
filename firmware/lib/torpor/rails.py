# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""Load switches: on only inside a `with`, off on every way out."""

import time

import board
import digitalio


class Rails:
    """`rows` is a tuple of (name, pin name, rise in ms); pins are active high, pulled low outside. Without a
    pin ("") the part's driver switches it: the rail only remembers what to release."""

    def __init__(self, rows):
        self._rows = rows
        self._pins = {}
        self._release = {}

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for name in list(self._pins):
            try:
                self.off(name)
            except Exception:
                pass  # its switch is open all the same; now the next one

    def on(self, name, release=None):
        """Close the switch and wait until the rail is up. `release` is called before it opens again:
        it lets go of the bus lines, which would otherwise feed the part through its inputs."""
        if name in self._pins:
            return
        for row in self._rows:
            if row[0] == name:
                pin = None
                if row[1]:
                    pin = digitalio.DigitalInOut(getattr(board, row[1]))
                    pin.switch_to_output(value=True)
                self._pins[name] = pin
                self._release[name] = release
                time.sleep(row[2] / 1000)
                return
        raise ValueError("no rail " + name)

    def off(self, name):
        if name not in self._pins:
            return
        pin = self._pins.pop(name)
        release = self._release.pop(name)
        try:
            if release:
                release()
        finally:
            if pin:
                pin.value = False
                pin.deinit()  # an input again: the resistor at the switch holds it off

    def is_on(self, name):
        return name in self._pins
