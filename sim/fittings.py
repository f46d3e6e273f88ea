"""What hangs on pins of some designs: an SD card, a light, a sensor, the board's LED, a latch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.devices.lamp import Lamp
from sim.devices.sdcard import CardFaults, SdCard
from sim.devices.seesaw import Seesaw
from sim.devices.unread import Unread
from sim.prices import led_mW
from sim.wires import Bus

if TYPE_CHECKING:
    from sim.hardware import Hardware

#: Where an IR-cut filter ends.
VISIBLE_nm = 700
#: Roles of pins that close a switch, which a resistor holds open.
_SWITCHES = ("sd_power", "light_power", "sensor_power", "latch_hold")


class Fittings:
    """The optional parts of one node, each on its pins, behind its switch.

    Attributes
    ----------
    card, lamp, sensor : None where the design has none. lit : when the board's LED changed, and to what.
    switches : pins that fall open when nobody drives them.
    """

    def __init__(self, hardware: Hardware, card_faults: CardFaults) -> None:
        self._hardware = hardware
        self._world = hardware.world
        self._design = design = hardware.design
        self.card: SdCard | None = None
        self.lamp: Lamp | None = None
        self.sensor: Seesaw | Unread | None = None
        self.lit: list[tuple[float, bool]] = []
        self.switches = frozenset(design.pins[role] for role in _SWITCHES if role in design.pins)
        if design.sd and "sd_power" in design.pins:
            self._fit_card(card_faults)
        if design.light:
            passes = not design.part("camera").caps["ir_cut"] or design.light.v("wavelength") <= VISIBLE_nm
            self.lamp = Lamp(design.light, passes)
            hardware.watchers[design.pins["light_power"]] = self._light
        led = design.board.caps.get("led_pin")
        if led:
            hardware.watchers[str(led)] = self._led
        if design.latch:
            hardware.watchers[design.pins["latch_hold"]] = self._latch

    def _fit_card(self, faults: CardFaults) -> None:
        hardware, part = self._hardware, self._design.sd
        assert part
        self.card = SdCard(part, self._world, lambda row: hardware.draw_row("SD card", part, row), faults)
        hardware.watchers[self._design.pins["sd_power"]] = self.card.power
        hardware.give_bus(self._design.pins["sd_sck"], self.card)

    def fit_sensor(self, sensor: Seesaw | Unread) -> None:
        """On a bus of its own, whose pull-ups it powers."""
        pins = self._design.pins
        self.sensor = sensor
        if "sensor_power" in pins:
            self._hardware.watchers[pins["sensor_power"]] = lambda on: sensor.power(self._world.now, on)
        if isinstance(sensor, Seesaw):
            self._hardware.buses[pins["sensor_scl"]] = Bus(i2c=[sensor], alive=lambda: sensor.on)

    def power_up(self) -> None:
        """The board's supply is back."""
        if self.sensor:
            self.sensor.power(self._world.now, False)
        if self.card:
            self.card.power(False)
        if self._design.latch:
            self._latch(False)

    def _light(self, on: bool) -> None:
        assert self.lamp and self._design.light
        self.lamp.power(self._world.now, on)
        if on:
            self._hardware.draw_row("light", self._design.light, "run")
        else:
            self._world.draw("light", 0.0)

    def _led(self, level: bool) -> None:
        """Whoever drives it pays the way to it, and its light while that is on."""
        reach_mW, lit_mW = led_mW(self._design)
        lit = level is (self._design.board.caps.get("led_active") == "high")
        self.lit.append((self._world.now, lit))
        self._world.draw("LED", (reach_mW + (lit_mW if lit else 0.0)) / 1000.0)

    def _latch(self, held: bool) -> None:
        """The switch stays closed while the firmware holds it or the PIR is high."""
        pir = self._hardware.pir
        self._world.opens_at = pir.next_fall(self._world.now) if pir and not held else None
