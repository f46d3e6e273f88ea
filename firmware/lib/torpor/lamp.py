"""The LED in install mode: lit while the PIR is high, else what is to be said, else a wink that it lives."""

import asyncio

import board
import digitalio

import rows
from torpor import clock, codes, tasks

LOOK_ms = 40  # how late the LED may be, but for calls that block


class Lamp:
    """`motions`: how often the PIR has risen; `moved`: when it last did; `rose`: since it was cleared."""

    motions = 0
    moved = 0
    rose = False

    def __init__(self, pir):
        self._pir = pir
        self._high = self._lit = self._cut = False
        self._words = []  # what is being said, ms, below zero dark; what waits is behind it
        self._at = 0
        self._until = clock.now()
        self._pin = None
        if rows.LED:
            self._pin = digitalio.DigitalInOut(getattr(board, rows.LED))
            self._pin.switch_to_output(value=not rows.LED_ON)

    def say(self, count, ms, dark_ms=codes.DARK_ms):
        """So many flashes, after what is being said."""
        self._words.append([-codes.GAP_ms] + [ms, -dark_ms] * count + [-codes.GAP_ms])

    async def said(self):
        """Until everything is said."""
        while self._words:
            await asyncio.sleep_ms(LOOK_ms)

    def look(self):
        """To be called often. A rise shows at once; what it cuts off is said again, and then to its end."""
        high = self._pir.value
        if high and not self._high:
            self.motions += 1
            self.moved = clock.now()
            self.rose = True
            if not self._words or not self._cut:
                self._cut = True
                self._at = 0
                self._lit = True
                self._until = clock.after(codes.LONG_ms)
        self._high = high
        if clock.left(self._until) <= 0:
            self._next()
        self._show(self._lit or (high and not self._words))

    def _next(self):
        """The next flash or pause."""
        if self._words and self._at == len(self._words[0]):
            self._words.pop(0)
            self._at = 0
            self._cut = False
        if self._words:
            ms = self._words[0][self._at]
            self._at += 1
        else:
            self._cut = False
            ms = -codes.PAUSE_ms if self._lit else codes.WINK_ms
        self._lit = ms > 0
        self._until = clock.after(abs(ms))

    def _show(self, lit):
        if self._pin and self._pin.value != (lit == bool(rows.LED_ON)):
            self._pin.value = lit == bool(rows.LED_ON)

    async def watch(self, wake):
        """Beside all else, to the end."""
        while True:
            self.look()
            tasks.alive(wake)
            await asyncio.sleep_ms(LOOK_ms)
