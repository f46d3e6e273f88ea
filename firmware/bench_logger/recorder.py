"""The loop: every round of the chip into a frame, every frame to the wire; what is missed is counted."""

import os
import time

import board
import busio
import frames
import wire
from chip import Chip, averages, config, round_us
from digitalio import DigitalInOut, Pull
from supervisor import ticks_ms

TICKS = (1 << 29) - 1  # ticks_ms counts so far
FRAME_us, ROOM = 200000, 64  # a frame holds a fifth of a second
ERRORS = (OSError, RuntimeError)  # of a chip that is not there, of a bus without pull-ups
PAUSE_s = 1


def run(settings):
    """Log for ever. Raises ValueError for a pin that the board has not."""
    recorder = Recorder(settings, wire.best())
    while True:
        try:
            recorder.log()
        except ERRORS:
            recorder.silent()
            time.sleep(PAUSE_s)


class Recorder:
    def __init__(self, settings, out):
        self._settings = settings
        self._out = out
        power = averages(settings["BENCH_HZ"])
        self._round_us = round_us(power)  # learned: a chip's own may be a tenth away
        self._register = config(settings["BENCH_RANGE_MV"], power)
        room = min(ROOM, max(1, FRAME_us // self._round_us))
        self._frame, self._other = frames.Frame(room), frames.Frame(room)
        self._boot = int.from_bytes(os.urandom(2), "little")
        self._sequence = 0
        self._number = 0  # of the next round
        self._flags = 0
        self._last = self._began = ticks_ms()  # when the last round was read; the one before this frame
        self._base, self._whole = 0, False  # the number then; whether nothing is missing since
        self._scl, self._sda = _pin(settings["BENCH_SCL"]), _pin(settings["BENCH_SDA"])
        self._markers = [DigitalInOut(_pin(name)) for name in settings["BENCH_MARKERS"].split()]
        for marker in self._markers:
            marker.switch_to_input(pull=Pull.DOWN)

    def log(self):
        """Read one round after the other. Raises ERRORS when the chip does not answer."""
        i2c = busio.I2C(self._scl, self._sda, frequency=self._settings["BENCH_I2C_HZ"])
        try:
            i2c.try_lock()
            chip = Chip(i2c, self._settings["BENCH_ADDRESS"], self._register)
            chip.begin()
            while True:
                chip.wait()
                self._take(chip)
                self._out.turn()
        finally:
            i2c.deinit()

    def silent(self):
        """The chip does not answer: what it said before goes home, and a frame that says so."""
        if self._frame.count:
            self._send(self._last)
        self._flags |= frames.SILENT
        self._send(self._last)
        self._flags = 0

    def _take(self, chip):
        """One round. What was read before it goes first if rounds are missing between them."""
        now = ticks_ms()
        missed = self._missed(now)
        if missed and self._frame.count:
            self._send(self._last)
        if not self._frame.count:
            self._began, self._base, self._whole = self._last, self._number, self._number > 0 and not missed
        self._number += missed
        self._mark(chip.sample)
        self._frame.put(chip.sample, self._number)
        self._number += 1
        self._last = now
        if self._frame.count == self._frame.room:
            self._finish(chip, now)

    def _finish(self, chip, now):
        """A full frame goes, unless the chip was reset while it was filled: then it does not count."""
        if chip.strange():
            self._flags |= frames.RESTARTED
            self._number, self._last = self._base, self._began
            self._frame.count = 0
            chip.begin()
            return
        if self._whole:
            measured = ((now - self._began) & TICKS) * 1000 // self._frame.room
            self._round_us += (measured - self._round_us) >> 3
        self._send(now)
        self._flags = 0

    def _missed(self, now):
        """How many rounds have ended unread since the last one."""
        if not self._number:
            return 0
        passed_us = ((now - self._last) & TICKS) * 1000
        return max(0, (passed_us + self._round_us // 2) // self._round_us - 1)

    def _mark(self, sample):
        """The markers' levels into the two bits that a voltage does not need."""
        level = sample[3] & 0xF9
        for place, pin in enumerate(self._markers):
            level |= pin.value << 1 + place
        sample[3] = level

    def _send(self, ticks):
        """Seal the frame; where the one before it is still on its way, it is lost, and its number with it."""
        settings = self._settings
        sealed = self._frame.seal(
            self._boot, self._sequence, ticks, settings["BENCH_SHUNT_MOHM"], settings["BENCH_ZERO_UV"],
            self._register, self._flags,
        )  # fmt: skip
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self._out.free():
            self._frame, self._other = self._other, self._frame
            self._out.send(sealed)


def _pin(name):
    if not hasattr(board, name):
        raise ValueError("This board has no pin %s." % name)
    return getattr(board, name)
