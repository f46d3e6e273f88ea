"""The hardware of one node: memories, lines, buses and devices, wired as its design says."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import inf

from boards import Design, Part, regulator_efficiency
from sim.air import Air
from sim.devices.ds3231 import ClockFaults, Ds3231
from sim.devices.espcam import EspCamera
from sim.devices.ina219 import Ina219, MeterFaults
from sim.devices.pir import Pir
from sim.devices.sdcard import CardFaults, SdCard
from sim.drivefs import DriveFiles
from sim.fittings import Fittings
from sim.leads import seen_in
from sim.loads import Loads
from sim.mounts import Mounts
from sim.shorts import Shorts
from sim.switch import CameraSwitch
from sim.wires import Bridge, Bus, I2CTarget, Powered, pull_up
from sim.world import World


class Hardware:
    """What survives a reset, and what a stand-in module may touch.

    Attributes
    ----------
    lines : input level by pin name; watchers : called when an output pin changes. shorts : of its wires.
    nvm, sleep_memory : the board's memories (sleep memory is noise after a power-up).
    """

    def __init__(
        self,
        design: Design,
        world: World,
        files: DriveFiles,
        pir: Pir | None,
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
        self.shorts = Shorts()
        self.buses: dict[str, Bus] = {}
        self.in_use: set[str] = set()
        self.outputs: dict[str, bool] = {}
        self.loads = Loads()
        self.rtc_s = 0.0  # what the clock had counted at the last reset, since it began in the year 2000
        self.held: dict[str, bool] = {}  # output levels latched through deep sleep
        self.espcam: EspCamera | None = None
        self._camera: Powered | None = None
        self.switch = CameraSwitch(design, self._camera_power)
        error = board.v("sleep_clock_error")  # how much too long this board's timer lets it sleep, 1
        self.sleep_clock = random.Random(f"sleep clock {seed}").uniform(-error, error)
        self.bench = False
        self.computer: bool | None = None  # at its USB; None: while the bench pin is held
        self._rail_V = board.v("rail_3V3")
        address = int(str(design.meter.caps["address"]), 0)
        seen = seen_in(str(design.meter.caps["lead"]), world)
        self.meter = Ina219(design.meter, address, seen, self._meter_load, meter_faults)
        self.clock: Ds3231 | None = None
        if design.clock:
            address = int(str(design.clock.caps["address"]), 0)
            faults = clock_faults or ClockFaults(seed)
            self.clock = Ds3231(design.clock, address, self._clock_load, faults)
        self.panel_meter: Ina219 | None = None
        if design.panel_meter:
            address = int(str(design.panel_meter.caps["address"]), 0)
            seen, other = seen_in("panel", world), MeterFaults(seed + 1)
            self.panel_meter = Ina219(design.panel_meter, address, seen, self._meter_load, other)
        self._wire()
        self._always = () if design.latch is None else ("PIR", "latch")  # before the latch, on the battery
        self.fittings = Fittings(self, card_faults or CardFaults(seed))

    # -- wiring ----------------------------------------------------------------------------------

    def _wire(self) -> None:
        pins, pir = self.design.pins, self.pir
        if pir:
            self.lines[pins["pir"]] = lambda: pir.high(self.world.now)
        if "bench" in pins:
            self.lines[pins["bench"]] = lambda: not self.bench
        self.buses[pins["meter_scl"]] = Bus(i2c=[self.meter], alive=lambda: True)
        pull_up(self.lines, self.buses, pins, "meter")
        if self.panel_meter:
            self.buses[pins["meter_scl"]].i2c.append(self.panel_meter)
        if self.clock:
            clock = self.clock
            self.lines[pins["clock_int"]] = lambda: not clock.low(self.world.now)
            self.buses[pins["meter_scl"]].i2c.append(clock)

    def give_bus(self, clock_pin: str, card: SdCard) -> None:
        """A bus of a card's own."""
        self.buses[clock_pin] = Bus(card=card)

    def attach_camera(self, bridge: Bridge, sensor: I2CTarget) -> None:
        """Put the camera on its rail and its buses."""
        pins = self.design.pins
        self._supply_camera(bridge)
        bridge.on_ordered = self.loads.ordered
        self.watchers[pins["camera_cs"]] = lambda level: bridge.select(self.world.now, not level)
        self.buses[pins["camera_sck"]] = Bus(spi=bridge)
        self.buses[pins["camera_scl"]] = Bus(i2c=[sensor], alive=lambda: self.switch.on)
        pull_up(self.lines, self.buses, pins, "camera")

    def attach_espcam(self, camera: EspCamera) -> None:
        """Put a camera on the board's connector. The pull-ups of its bus are the board's own."""
        self.espcam = camera
        self._supply_camera(camera)
        bus = self.buses.setdefault(self.design.board.camera_pins["scl"], Bus())
        bus.i2c.append(camera.sensor)

    def _supply_camera(self, camera: Powered) -> None:
        self._camera = camera
        if self.switch.pin:
            self.watchers[self.switch.pin] = self.switch.drive

    def _camera_power(self, on: bool) -> None:
        if self._camera:
            self._camera.power(self.world.now, on)
            self.camera_load()

    # -- loads -----------------------------------------------------------------------------------

    def on_3V3(self, part: str, mA: float) -> None:
        """A part on the board's 3.3 V rail: constant current there, constant power before the regulator."""
        share = regulator_efficiency(self.design.board, mA)
        self.world.draw(part, mA / 1000.0 * self._rail_V / share)

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
        if self._camera is None:
            return
        mA = self._camera.load(self.world.now)[0]
        own = self.switch.on or self.espcam is not None
        if own and self.design.part("camera").rows["run"].load == "current":
            self.world.draw("camera", 0.0, mA / 1000.0)
        else:
            self.on_3V3("camera", mA)

    def _meter_load(self) -> None:
        self.on_3V3("meter", self.meter.load_mA() + (self.panel_meter.load_mA() if self.panel_meter else 0.0))

    def _clock_load(self) -> None:
        if self.clock:
            self.on_3V3("clock", self.clock.load_mA())

    def board_row(self, name: str) -> float:
        """Watts at the battery of one of the board's current rows."""
        row = self.design.board.rows[name]
        return row.value / 1000.0 * (row.at_V or self._rail_V)

    def power_up(self) -> None:
        """The battery is there (again): the PIR starts afresh, and the board unless a latch is before it."""
        if self.pir:
            self.pir.power_up(self.world.now)
            self._draw_pir()
        latch = self.design.latch
        if latch:
            self.world.draw("latch", 0.0, latch.rows["standing"].value / 1000.0)
        else:
            self.board_up()

    def board_up(self) -> None:
        """The board's supply is back: memories that need it hold noise (or are cleared), devices start
        afresh."""
        world = self.world
        self.rtc_s = 0.0
        self.sleep_memory[:] = self.random.randbytes(len(self.sleep_memory))
        self.forget_sleep()
        self.files.power_lost()
        self.meter.power(world.now, True)
        if self.panel_meter:
            self.panel_meter.power(world.now, True)
        self._meter_load()
        if self.clock:
            self.clock.power(world.now, True)
        self.switch.supply(True)
        self.camera_load()
        self.fittings.power_up()

    def forget_sleep(self) -> None:
        """A reset that is no deep sleep: some boards clear the sleep memory then."""
        if not self.design.board.caps["sleep_memory_survives_reset"]:
            self.sleep_memory[:] = bytes(len(self.sleep_memory))

    def tick(self, awake_s: float, slept_s: float) -> None:
        """The wall clock over a wake and the deep sleep after it: some boards' runs on, by the slow clock."""
        goes_on = self.design.board.caps["rtc_survives_sleep"]
        self.rtc_s = self.rtc_s + awake_s + slept_s / (1.0 + self.sleep_clock) if goes_on else 0.0

    def _draw_pir(self) -> None:
        part = self.design.part("pir")
        mA = part.v("standing")
        if part.caps.get("rail") == "3V3":
            self.on_3V3("PIR", mA)
        else:
            self.world.draw("PIR", 0.0, mA / 1000.0)

    def power_down(self) -> None:
        """The battery gives nothing any more."""
        self.board_down()
        self.world.all_off()

    def board_down(self) -> None:
        """The board and what hangs on its 3V3 rail have no supply."""
        self.release_pins()
        self.switch.supply(False)
        self.meter.power(self.world.now, False)
        if self.panel_meter:
            self.panel_meter.power(self.world.now, False)
        if self.clock:
            self.clock.power(self.world.now, False)
        self.world.opens_at = None
        self.world.all_off(self._always)

    # -- pins ------------------------------------------------------------------------------------

    def drive_pin(self, pin: str, level: bool) -> None:
        if self.outputs.get(pin) is level:
            return
        self.outputs[pin] = level
        if (watcher := self.watchers.get(pin)) is not None:
            watcher(level)

    def release_pin(self, pin: str) -> None:
        """An output becomes an input: a load switch opens by its resistor, a chip select feeds nothing."""
        if pin == self.switch.pin:
            self.switch.drive(self.held.get(pin))
        elif pin in self.fittings.switches:
            self.drive_pin(pin, False)
        elif pin == self.design.pins.get("camera_cs") and self._camera:
            self._camera.release(self.world.now)
            self.camera_load()
        elif pin == self.design.board.caps.get("led_pin"):
            self.world.draw("LED", 0.0)
        self.outputs.pop(pin, None)

    def release_pins(self) -> None:
        """A VM ended: every pin that is not held is an input again."""
        if self.espcam:
            self.espcam.release(self.world.now)
        for pin in list(self.outputs):
            self.release_pin(pin)
        self.in_use.clear()
        self.mounts.table.clear()

    def sleep(self, asleep: bool) -> None:
        """Deep sleep begins or ends; what is held through it costs (row `off`) and is then let go."""
        if not asleep:
            self.held = {}
            if self.switch.pin and self.switch.pin not in self.outputs:
                self.switch.drive(None)
        self.switch.sleep(asleep)
        rail = self.design.rail
        held_mA = rail.v("off") if self.held and rail and "off" in rail.rows else 0.0
        self.world.draw("rail", 0.0, held_mA / 1000.0)

    def next_level(self, pin: str, value: bool, edge: bool) -> float:
        """When an input next has a level (or comes to it, if it must be an edge); infinity: never. Only the
        PIR and the line of a clock move by themselves."""
        now = self.world.now
        if edge or self.level(pin) is not value:
            if self.clock and pin == self.design.pins["clock_int"] and not value:
                return self.clock.next_low(now)
            if not self.pir or pin != self.design.pins["pir"]:
                return inf
            return self.pir.next_rise(now) if value else self.pir.next_fall(now)
        return now

    def level(self, pin: str, pull: str | None = None) -> bool:
        return self.shorts.level(pin, self.lines.get(pin), self.outputs, pull)
