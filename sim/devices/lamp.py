"""A light for the night: what it draws is a row, what it shows falls with the square of the way."""

from __future__ import annotations

from math import inf, log10

from boards import Part
from sim.devices.sensor import DECADES

#: Light (0 night to 1 full sun) at which the longest exposure and the highest gain just suffice: what `reach`
#: means, and where sim.pictures begins to darken.
ENOUGH = 0.35
#: How far away most of a garden scene is, m. Assumption: the middle of a PIR's 4 m.
SCENE_m = 2.5
#: Switchings that are remembered; a frame is looked at soon after it was taken.
_KEPT = 8


class Lamp:
    """On and off, with the memory that a frame needs which is only looked at later.

    Parameters
    ----------
    passes : whether the camera's lens lets its wavelength through.
    """

    def __init__(self, part: Part, passes: bool) -> None:
        self.reach_m = part.v("reach") if passes else 0.0
        self._rise_s = part.v("rise")
        self._spans: list[tuple[float, float]] = []

    def power(self, now_s: float, on: bool) -> None:
        """Its switch closes or opens."""
        burning = bool(self._spans) and self._spans[-1][1] == inf
        if on and not burning:
            self._spans.append((now_s + self._rise_s, inf))
            del self._spans[:-_KEPT]
        elif burning and not on:
            self._spans[-1] = (self._spans[-1][0], now_s)

    def shines(self, from_s: float, until_s: float) -> bool:
        """Whether it was on for the whole of an exposure, and the camera could see it."""
        return self.reach_m > 0.0 and any(start <= from_s and until_s <= end for start, end in self._spans)

    def light(self, t_s: float) -> float:
        """The scene in its light, on the scale of daylight (0..1); 0 while it is off."""
        if not self.shines(t_s, t_s):
            return 0.0
        return min(1.0, max(0.0, ENOUGH + 2.0 * log10(self.reach_m / SCENE_m) / DECADES))
