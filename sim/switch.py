"""The pin that gives a camera its supply: driven by code, held in sleep, pulled by the board, or left."""

from __future__ import annotations

from collections.abc import Callable

from boards import Design, Part
from boards.ways import PULL_DOWN_MOST_kohm


class CameraSwitch:
    """Whether the camera has its supply.

    Nobody drives a pin between a reset and the first line of code that does. A board that pulls its pins up
    then (cap `reset_pull`) turns an active-high switch on, unless a stiff resistor pulls down, and with an
    active-high power-down turns the camera off. In deep sleep an unheld pin floats, and what is left is the
    resistor at the switch: low, in all that we know.

    Parameters
    ----------
    change : called with True or False when the supply comes or goes.
    """

    def __init__(self, design: Design, change: Callable[[bool], None]) -> None:
        self.pin: str | None = None
        self._always = self._off_level = self._awake_level = False  # without a camera: never on
        if design.rail:
            self._wire(design, design.rail)
        self._change = change
        self._supply = self._asleep = self.on = False
        self._level: bool | None = None

    def _wire(self, design: Design, rail: Part) -> None:
        own = str(rail.caps.get("board_pin"))
        self.pin = design.board.camera_pins.get(own) or design.pins.get("camera_power")
        self._always = not rail.caps["switched"]
        self._off_level = rail.caps["off_level"] == "high"
        row = rail.rows.get("pull_down")
        stiff = row is not None and row.value <= PULL_DOWN_MOST_kohm
        self._awake_level = design.board.caps["reset_pull"] == "up" and not stiff

    def supply(self, there: bool) -> None:
        """The node's own supply came or went."""
        self._supply, self._level = there, None
        self._look()

    def drive(self, level: bool | None) -> None:
        """A level by code or by a hold, None: nobody drives it any more."""
        self._level = level
        self._look()

    def sleep(self, asleep: bool) -> None:
        """The chip went into deep sleep, or came out of it."""
        self._asleep = asleep
        self._look()

    def _look(self) -> None:
        level = self._level
        if level is None:
            level = self._awake_level and not self._asleep
        on = self._supply and (self._always or level != self._off_level)
        if on != self.on:
            self.on = on
            self._change(on)
