"""The hardware of one node: memories, lines, buses and devices, wired as its design says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from boards import Design, Part
from sim.air import Air
from sim.devices.ds3231 import ClockFaults, Ds3231
from sim.devices.ina219 import Ina219, MeterFaults
from sim.devices.lamp import Lamp
from sim.devices.pir import Pir
from sim.devices.sdcard import CardFaults, SdCard
from sim.drivefs import DriveFiles
from sim.mounts import Mounts
from sim.world import World

#: Where an IR-cut filter ends.
VISIBLE_nm = 700
#: Roles of pins that close a load switch, which a resistor holds open.
_SWITCHES = ("camera_power", "sd_power", "light_power")


class I2CTarget(Protocol):
    address: int

    def acknowledges(self, now_s: float) -> bool: ...
    def write(self, now_s: float, data: bytes) -> None: ...
    def read(self, now_s: float, count: int) -> bytes: ...


class SPITarget(Protocol):
    def select(self, now_s: float, selected: bool) -> None: ...
    def write(self, now_s: float, data: bytes) -> None: ...
    def read(self, now_s: float, count: int, baudrate: int) -> bytes: ...


class Bridge(SPITarget, Protocol):
    """A camera module on a switched rail, as its SPI side."""

    def power(self, now_s: float, on: bool) -> None: ...
    def load(self, now_s: float) -> tuple[float, float]: ...
    def release(self, now_s: float) -> None: ...


@dataclass(slots=True)
class Bus:
    """One bus by its clock pin: who sits on it, and whether its pull-ups have a supply."""

    i2c: list[I2CTarget] = field(default_factory=list)
    spi: SPITarget | None = None
    card: SdCard | None = None
    alive: Callable[[], bool] = lambda: True


class Hardware:
    """What survives a reset, and what a stand-in module may touch.

    Attributes
    ----------
    lines : input level by pin name; watchers : called when an output pin changes.
    nvm, sleep_memory : the board's memories (sleep memory is noise after a power-up).
    """

    def __init__(
        self,
        design: Design,
        world: World,
        files: DriveFiles,
        pir: Pir,
        air: Air,
        seed: int,
        meter_faults: MeterFaults | None = None,
        clock_faults: ClockFaults | None = None,
        card_faults: CardFaults | None = None,
    ) -> None:
        self.design = design
        self.world = world
        self.files = files
        self.mounts = Mounts(files)
        self.pir = pir
        self.air = air
        self.random = random.Random(f"hardware {seed}")
        board = design.board
        self.nvm = bytearray(b"\xff" * int(board.v("nvm")))
        self.sleep_memory = bytearray(int(board.v("sleep_memory")))
        self.lines: dict[str, Callable[[], bool]] = {}
        self.watchers: dict[str, Callable[[bool], None]] = {}
        self.buses: dict[str, Bus] = {}
        self.in_use: set[str] = set()
        self.outputs: dict[str, bool] = {}
        self.rtc_offset_s: float | None = None
        error = board.v("sleep_clock_error")  # how much too long this board's timer lets it sleep, 1
        self.sleep_clock = random.Random(f"sleep clock {seed}").uniform(-error, error)
        self.bench = False
        self._efficiency = board.v("regulator_efficiency")
        self._rail_V = board.v("rail_3V3")
        address = int(str(design.meter.caps["address"]), 0)
        self.meter = Ina219(design.meter, address, world.mean_load, self._meter_load, meter_faults)
        self.clock: Ds3231 | None = None
        if design.clock:
            address = int(str(design.clock.caps["address"]), 0)
            faults = clock_faults or ClockFaults(seed)
            self.clock = Ds3231(design.clock, address, self._clock_load, faults)
        self.card: SdCard | None = None
        self.lamp: Lamp | None = None
        self._wire()
        self._wire_extras(card_faults or CardFaults(seed))

    # -- wiring ----------------------------------------------------------------------------------

    def _wire(self) -> None:
        pins = self.design.pins
        self.lines[pins["pir"]] = lambda: self.pir.high(self.world.now)
        if "bench" in pins:
            self.lines[pins["bench"]] = lambda: not self.bench
        self.buses[pins["meter_scl"]] = Bus(i2c=[self.meter], alive=lambda: True)
        if self.clock:
            clock = self.clock
            self.lines[pins["clock_int"]] = lambda: not clock.low(self.world.now)
            self.buses[pins["meter_scl"]].i2c.append(clock)

    def _wire_extras(self, card_faults: CardFaults) -> None:
        """Card and light: on pins of the design, each behind its switch."""
        design, pins = self.design, self.design.pins
        if design.sd and "sd_power" in pins:
            part = design.sd
            card = self.card = SdCard(
                part, self.world, lambda row: self.draw_row("SD card", part, row), card_faults
            )
            self.watchers[pins["sd_power"]] = card.power
            self.buses[pins["sd_sck"]] = Bus(card=card)
        if design.light:
            passes = not design.camera.caps["ir_cut"] or design.light.v("wavelength") <= VISIBLE_nm
            self.lamp = Lamp(design.light, passes)
            self.watchers[pins["light_power"]] = self._lamp_power

    def _lamp_power(self, on: bool) -> None:
        assert self.lamp and self.design.light
        self.lamp.power(self.world.now, on)
        if on:
            self.draw_row("light", self.design.light, "run")
        else:
            self.world.draw("light", 0.0)

    def attach_camera(self, bridge: Bridge, sensor: I2CTarget) -> None:
        """Put the camera on its rail and its buses."""
        pins = self.design.pins
        self._bridge = bridge
        self._camera_on = False
        self.watchers[pins["camera_power"]] = self._camera_power
        self.watchers[pins["camera_cs"]] = lambda level: bridge.select(self.world.now, not level)
        self.buses[pins["camera_sck"]] = Bus(spi=bridge)
        self.buses[pins["camera_scl"]] = Bus(i2c=[sensor], alive=lambda: self._camera_on)

    def _camera_power(self, on: bool) -> None:
        self._camera_on = on
        self._bridge.power(self.world.now, on)
        self.camera_load()

    # -- loads -----------------------------------------------------------------------------------

    def on_3V3(self, part: str, mA: float) -> None:
        """A part on the board's 3.3 V rail: constant current there, constant power before the regulator."""
        self.world.draw(part, mA / 1000.0 * self._rail_V / self._efficiency)

    def draw_row(self, name: str, part: Part, row: str) -> None:
        """What a current row of a part takes from now on: through the regulator, or from the battery."""
        found = part.rows[row]
        amps = found.value / 1000.0
        if found.load == "current":
            self.world.draw(name, 0.0, amps)
        elif part.caps["rail"] == "3V3":
            self.on_3V3(name, found.value)
        else:
            self.world.draw(name, amps * (found.at_V or 0.0))

    def camera_load(self) -> None:
        """What the module takes: by its own rail while that is on, else from 3V3 through its inputs."""
        mA = self._bridge.load(self.world.now)[0]
        if self._camera_on and self.design.camera.rows["run"].load == "current":
            self.world.draw("camera", 0.0, mA / 1000.0)
        else:
            self.on_3V3("camera", mA)

    def _meter_load(self) -> None:
        self.on_3V3("meter", self.meter.load_mA())

    def _clock_load(self) -> None:
        if self.clock:
            self.on_3V3("clock", self.clock.load_mA())

    def board_row(self, name: str) -> float:
        """Watts at the battery of one of the board's current rows."""
        row = self.design.board.rows[name]
        return row.value / 1000.0 * (row.at_V or self._rail_V)

    def power_up(self) -> None:
        """The supply is back: memories that need it hold noise, devices start afresh."""
        world = self.world
        self.sleep_memory[:] = self.random.randbytes(len(self.sleep_memory))
        self.files.power_lost()
        self.meter.power(world.now, True)
        self._meter_load()
        if self.clock:
            self.clock.power(world.now, True)
        self.pir.power_up(world.now)
        self._draw_pir()
        if self.card:
            self.card.power(False)

    def _draw_pir(self) -> None:
        part = self.design.pir
        standing = part.rows["standing"]
        if part.caps.get("rail") == "3V3":
            self.on_3V3("PIR", standing.value)
        else:
            self.world.draw("PIR", 0.0, standing.value / 1000.0)

    def power_down(self) -> None:
        self.release_pins()
        self.meter.power(self.world.now, False)
        if self.clock:
            self.clock.power(self.world.now, False)
        self.world.all_off()

    # -- pins ------------------------------------------------------------------------------------

    def drive_pin(self, pin: str, level: bool) -> None:
        if self.outputs.get(pin) is level:
            return
        self.outputs[pin] = level
        watcher = self.watchers.get(pin)
        if watcher is not None:
            watcher(level)

    def release_pin(self, pin: str) -> None:
        """An output becomes an input: a load switch opens by its resistor, a chip select feeds nothing."""
        pins = self.design.pins
        if pin in [pins.get(role) for role in _SWITCHES]:
            self.drive_pin(pin, False)
        elif pin == pins.get("camera_cs"):
            self._bridge.release(self.world.now)
            self.camera_load()
        self.outputs.pop(pin, None)

    def release_pins(self) -> None:
        """A VM ended: every pin is an input again."""
        for pin in list(self.outputs):
            self.release_pin(pin)
        self.in_use.clear()
        self.mounts.table.clear()

    def next_level(self, pin: str, value: bool, edge: bool) -> float:
        """When an input next has a level (or comes to it, if it must be an edge); infinity: never. Only the
        PIR and the line of a clock move by themselves."""
        now = self.world.now
        if edge or self.level(pin) is not value:
            if self.clock and pin == self.design.pins["clock_int"] and not value:
                return self.clock.next_low(now)
            if pin != self.design.pins["pir"]:
                return inf
            return self.pir.next_rise(now) if value else self.pir.next_fall(now)
        return now

    def level(self, pin: str) -> bool:
        line = self.lines.get(pin)
        return line() if line is not None else False
