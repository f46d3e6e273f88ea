# SPDX-FileCopyrightText: Torpor contributors
# SPDX-License-Identifier: MIT
"""busio: transfers straight out of and into the caller's buffer."""

from _bridge import call, give, make, take
from _far import asked
from uctypes import addressof


class _Bus:
    def try_lock(self):
        return asked(call(self._far, "try_lock"))

    def unlock(self):
        asked(call(self._far, "unlock"))

    def deinit(self):
        asked(call(self._far, "deinit"))


class I2C(_Bus):
    def __init__(self, scl, sda, *, frequency=100000):
        self._far = asked(make("far", "i2c", scl, sda, frequency))

    def writeto(self, address, buffer, *, start=0, end=None):
        length = (len(buffer) if end is None else end) - start
        asked(give(self._far, "writeto", addressof(buffer) + start, length, address))

    def readfrom_into(self, address, buffer, *, start=0, end=None):
        length = (len(buffer) if end is None else end) - start
        asked(take(self._far, "readfrom_into", addressof(buffer) + start, length, address))

    def writeto_then_readfrom(
        self, address, out_buffer, in_buffer, *, out_start=0, out_end=None, in_start=0, in_end=None
    ):
        self.writeto(address, out_buffer, start=out_start, end=out_end)
        self.readfrom_into(address, in_buffer, start=in_start, end=in_end)


class SPI(_Bus):
    def __init__(self, clock, MOSI=None, MISO=None):
        self._far = asked(make("busio", "SPI", clock, MOSI, MISO))

    def configure(self, *, baudrate=100000):
        asked(call("far", "configure", self._far, baudrate))

    def write(self, buffer, *, start=0, end=None):
        length = (len(buffer) if end is None else end) - start
        asked(give(self._far, "write", addressof(buffer) + start, length))

    def readinto(self, buffer, *, start=0, end=None):
        length = (len(buffer) if end is None else end) - start
        asked(take(self._far, "readinto", addressof(buffer) + start, length))
