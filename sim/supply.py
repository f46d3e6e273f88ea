"""A node that lost its supply, altogether or by its latch: how it waits until there is one again."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from sim.errors import PowerLost
from sim.hardware import Hardware

#: No supply at all, and a latch that has opened.
DOWN, OFF = "DOWN", "OFF"


class Supply:
    """What happens between a loss and the next cold start.

    Parameters
    ----------
    ended : called whenever the board has just lost its supply. enter : tells a state.

    Attributes
    ----------
    down : (from_s, until_s) in which the battery gave nothing.
    """

    def __init__(self, hardware: Hardware, ended: Callable[[], None], enter: Callable[[str], None]) -> None:
        self.down: list[tuple[float, float]] = []
        self._hardware = hardware
        self._world = hardware.world
        self._latch = hardware.design.latch
        self._ended = ended
        self._enter = enter

    @property
    def by_latch(self) -> bool:
        """Whether this node is off until its PIR closes a switch."""
        return self._latch is not None

    def wait(self, dark: bool) -> str:
        """Until there is one again; returns what brought it ("pin": the PIR). `dark` : not by the latch."""
        while True:
            if dark:
                self._dark()
            if self._latch is None:
                return ""
            try:
                self._off(self._latch.v("turn_on"))
            except PowerLost:
                dark = True
            else:
                return "pin"

    def _off(self, turn_on_s: float) -> None:
        """The latch is open: PIR and switch stand on the battery until the PIR closes it."""
        world, hardware = self._world, self._hardware
        assert hardware.pir, "only a PIR closes a latch"
        self._ended()
        hardware.board_down()
        self._enter(OFF)
        world.pass_until(hardware.pir.next_high(world.now) + turn_on_s)
        hardware.board_up()

    def _dark(self) -> None:
        """No supply: wait until the protection lets go."""
        world = self._world
        self._ended()
        self._hardware.power_down()
        self._enter(DOWN)
        self.down.append((world.now, inf))
        back = world.wait_for_supply()
        self.down[-1] = (self.down[-1][0], back)
        self._hardware.power_up()

    def close(self) -> None:
        """The run is over, perhaps in the dark."""
        if self.down and self.down[-1][1] == inf:
            self.down[-1] = (self.down[-1][0], self._world.now)
