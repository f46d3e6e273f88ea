"""The PIR: motion in, a level out that stays high a while, and false ones."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence

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
        index = bisect_right(self._rise, start)
        if index and start <= self._fall[index - 1]:
            self._fall[index - 1] = max(self._fall[index - 1], start + self._hold_s)
            return
        self._rise.insert(index, start)
        self._fall.insert(index, start + self._hold_s)

    def high(self, now_s: float) -> bool:
        if self.stuck_from_s is not None and self.stuck_from_s <= now_s < self.stuck_until_s:
            return True
        index = bisect_right(self._rise, now_s) - 1
        return index >= 0 and now_s < self._fall[index]

    def next_high(self, now_s: float) -> float:
        """The first moment from now on at which the output is high (infinity: never again)."""
        if self.high(now_s):
            return now_s
        index = bisect_right(self._rise, now_s)
        rise = self._rise[index] if index < len(self._rise) else float("inf")
        if self.stuck_from_s is not None and now_s < self.stuck_from_s:
            return min(rise, self.stuck_from_s)
        return rise

    def rose_at(self, now_s: float) -> float:
        """Start of the high stretch that holds at `now_s` (now itself if it is low)."""
        index = bisect_right(self._rise, now_s) - 1
        return self._rise[index] if index >= 0 and now_s < self._fall[index] else now_s
