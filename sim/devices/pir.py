"""The PIR: motion in, a level out that stays high a while, and false ones."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from math import inf

from boards import Part


class Pir:
    """Output level over time.

    Parameters
    ----------
    part : the PIR's rows (hold, block, warm_up, wifi_trigger).
    motions : (start_s, end_s) of motion in its view, any order.
    """

    def __init__(self, part: Part, motions: Sequence[tuple[float, float]], seed: int) -> None:
        self._hold_s = part.v("hold")
        self._block_s = part.v("block")
        self._warm_up_s = part.v("warm_up")
        self._wifi_trigger = part.v("wifi_trigger")
        self._random = random.Random(f"pir {seed}")
        self._motions = sorted(motions)
        self._rise: list[float] = []
        self._fall: list[float] = []
        self.stuck_from_s: float | None = None
        self.stuck_until_s = 0.0
        self._lay()

    def _lay(self) -> None:
        """Merge motions into high stretches: each lasts `hold` beyond its last motion, and after a fall
        the sensor is blind for `block`."""
        for start, end in self._motions:
            self._add(start, end)

    def _add(self, start: float, end: float) -> None:
        if self._fall and start < self._fall[-1] + self._block_s:
            if start <= self._fall[-1]:
                self._fall[-1] = max(self._fall[-1], end + self._hold_s)
                return
            start = self._fall[-1] + self._block_s  # seen only once the blindness is over
            if start >= end:
                return
        self._rise.append(start)
        self._fall.append(end + self._hold_s)

    def power_up(self, now_s: float) -> None:
        """A cold sensor gives one false pulse while it warms up."""
        self._insert(now_s + self._random.uniform(0.2, 1.0) * self._warm_up_s)

    def radio_burst(self, now_s: float) -> None:
        """Wi-Fi transmits beside it: sometimes it takes that for motion."""
        if self._random.random() < self._wifi_trigger:
            self._insert(now_s)

    def _insert(self, start: float) -> None:
        """One more pulse, among those that are laid already; the sensor is blind for `block` after each."""
        index = bisect_right(self._rise, start)
        end = start + self._hold_s
        if index and start < self._fall[index - 1] + self._block_s:
            if start > self._fall[index - 1]:
                return
            index -= 1
            self._fall[index] = max(self._fall[index], end)
        else:
            self._rise.insert(index, start)
            self._fall.insert(index, end)
        self._make_room(index)

    def _make_room(self, index: int) -> None:
        """Stretch `index` has grown: join those that it reaches, blind those in its dead time."""
        rise, fall = self._rise, self._fall
        following = index + 1
        while following < len(rise) and rise[following] < fall[index] + self._block_s:
            if rise[following] <= fall[index]:
                fall[index] = max(fall[index], fall[following])
            elif fall[following] - self._hold_s > fall[index] + self._block_s:
                rise[following] = fall[index] + self._block_s
                return
            del rise[following], fall[following]

    def _stuck(self, now_s: float) -> bool:
        return self.stuck_from_s is not None and self.stuck_from_s <= now_s < self.stuck_until_s

    def high(self, now_s: float) -> bool:
        if self._stuck(now_s):
            return True
        index = bisect_right(self._rise, now_s) - 1
        return index >= 0 and now_s < self._fall[index]

    def next_high(self, now_s: float) -> float:
        """The first moment from now on at which the output is high (infinity: never again)."""
        return now_s if self.high(now_s) else self._first_rise(now_s)

    def next_rise(self, now_s: float) -> float:
        """The next rising edge after now (infinity: none)."""
        return self._first_rise(self.next_fall(now_s) if self.high(now_s) else now_s)

    def next_fall(self, now_s: float) -> float:
        """The first moment from now on at which the output is low (infinity: it never falls)."""
        while self.high(now_s):
            if self._stuck(now_s):
                now_s = self.stuck_until_s
            else:
                now_s = self._fall[bisect_right(self._rise, now_s) - 1]
        return now_s

    def _first_rise(self, now_s: float) -> float:
        index = bisect_right(self._rise, now_s)
        rise = self._rise[index] if index < len(self._rise) else inf
        if self.stuck_from_s is not None and now_s < self.stuck_from_s:
            return min(rise, self.stuck_from_s)
        return rise

    def rose_at(self, now_s: float) -> float:
        """Start of the high stretch that holds at `now_s` (now itself if it is low)."""
        rose = now_s
        if self._stuck(now_s) and self.stuck_from_s is not None:
            rose = self.stuck_from_s
        index = bisect_right(self._rise, rose) - 1
        return self._rise[index] if index >= 0 and rose < self._fall[index] else rose
