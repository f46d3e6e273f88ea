"""The bench logger in the twin: the files of firmware/bench_logger on a board, an INA219 and a USB port."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import ModuleType

from sim.application import ROOT
from sim.bench_load import BenchLoad
from sim.devices.ina219 import Ina219, MeterFaults
from sim.drive import settings_toml
from sim.errors import DriveError, PowerLost, Reset, RunOver
from sim.machine import Machine, swept
from sim.modules import ModuleTable, SourceFile
from sim.run import build
from sim.scenario import Scenario
from sim.standins import core_modules
from sim.usb_port import PortFaults, UsbPort
from sim.wires import Bus

FOLDER = ROOT / "firmware" / "bench_logger"
_SCRIPTS = ("boot.py", "code.py")


def _nothing() -> None:
    """Nobody listens."""


class BenchLogger:
    """A board that is powered by USB and logs a load.

    Parameters
    ----------
    load : what its meter measures. host : takes the bytes that arrive.
    seconds : how long it runs. settings : keys of its settings.toml; pins come from the board.
    unplugged : (at_s, for_s) stretches without USB, hence without supply. sharp : the chip forgets its
        configuration then. usb : whether the board has USB of its own ("data": a second port, "console": no
        room for one, "": none).
    on_unplug, on_plug : called where a supply goes and comes.

    Attributes
    ----------
    boots : when code.py began. console : what it printed.
    """

    def __init__(
        self,
        load: BenchLoad,
        host: Callable[[bytes], None],
        seconds: float,
        settings: Mapping[str, str | int] | None = None,
        meter_faults: MeterFaults | None = None,
        port_faults: PortFaults | None = None,
        unplugged: Sequence[tuple[float, float]] = (),
        sharp: Sequence[float] = (),
        usb: str = "data",
        design: str = "pico-w-arducam-2mp",
        on_unplug: Callable[[], None] = _nothing,
        on_plug: Callable[[], None] = _nothing,
    ) -> None:
        twin = build(Scenario(design=design, days=1.0, quiet=True))
        self.load = load
        self.world, self.hardware = twin.world, twin.hardware
        self.world.end_s = seconds
        self.world.cuts = [at_s for at_s, _ in unplugged]
        self._off_s = [for_s for _, for_s in unplugged]
        self._sharp = list(sharp)
        self._usb = usb
        self._on_unplug, self._on_plug = on_unplug, on_plug
        pins, part = twin.design.pins, twin.design.meter
        said = {"BENCH_SCL": pins["meter_scl"], "BENCH_SDA": pins["meter_sda"], **(settings or {})}
        settings_toml(said)  # DriveError for what no file could say
        self.machine = Machine(self.hardware, {key: str(value) for key, value in said.items()})
        self.chip = Ina219(part, int(str(part.caps["address"]), 0), self._mean, _nothing, meter_faults)
        self.hardware.buses[pins["meter_scl"]] = Bus(i2c=[self.chip], alive=lambda: True)
        self.port = UsbPort(self.world, host, port_faults or PortFaults())
        self._host = host
        self.boots: list[float] = []
        self.console: list[str] = []
        self._boot_s = twin.design.board.v("boot")
        self._modules = _files()
        self.machine.cores = {**core_modules(self.machine), **self._usb_modules()}

    def run(self) -> None:
        """From plugging in to the end of its seconds."""
        with swept(), suppress(RunOver):
            while True:
                self._plugged()
                try:
                    self._boot()
                    self.world.pass_until(math.inf)  # code.py has ended: "press any key"
                except PowerLost:
                    self._end()
                    self.chip.power(self.world.now, False)
                    self._on_unplug()
                    self.world.pass_until(self.world.now + self._off_s.pop(0))
                except Reset:
                    self._end()

    def _plugged(self) -> None:
        if not self.chip._on:
            self.chip.power(self.world.now, True)
            self._on_plug()

    def _boot(self) -> None:
        machine, world = self.machine, self.world
        machine.booted_s = world.now
        world.pass_until(world.now + self._boot_s)
        self._run("boot.py")
        self.boots.append(world.now)
        self._run("code.py")

    def _run(self, script: str) -> None:
        table = ModuleTable(
            self._modules, frozenset(), self.machine.cores, self.machine.prices, self.world.counter,
            {"print": self._print}, lambda name, file: None, lambda name, module: None,
        )  # fmt: skip
        text = (FOLDER / script).read_text(encoding="utf-8")
        table.run_main(SourceFile(script, text))
        self.world.sync()
        self.hardware.release_pins()

    def _end(self) -> None:
        self.world.restart()
        self.hardware.release_pins()

    def _mean(self, start_s: float, end_s: float, most_mA: float) -> tuple[float, float]:
        if self._sharp and end_s >= self._sharp[0]:
            self._sharp.pop(0)
            self.chip.power(self.world.now, False)
            self.chip.power(self.world.now, True)
        return self.load.mean(start_s, end_s, most_mA)

    # -- usb_cdc and the console -----------------------------------------------------------------

    def _usb_modules(self) -> dict[str, ModuleType]:
        if not self._usb:
            return {}
        module = ModuleType("usb_cdc")
        module.console = self.port if self._usb == "console" else None  # type: ignore[attr-defined]
        module.data = None  # type: ignore[attr-defined]

        def enable(*, console: bool = True, data: bool = False) -> None:
            if self._usb == "console":
                raise ValueError("Not enough endpoints")
            module.data = self.port if data else None  # type: ignore[attr-defined]

        module.enable = enable  # type: ignore[attr-defined]
        return {"usb_cdc": module}

    def _print(self, *values: object, end: str = "\n") -> None:
        line = " ".join(str(value) for value in values) + end
        self.console.append(line)
        if self._usb != "data":  # the same wire
            self._host(line.replace("\n", "\r\n").encode())


def _files() -> dict[str, SourceFile]:
    """The logger's modules; nothing else lies on its drive."""
    paths = [path for path in sorted(FOLDER.glob("*.py")) if path.name not in _SCRIPTS]
    if not paths:
        raise DriveError(f"{FOLDER}: there are no files of the bench logger.")
    return {path.stem: SourceFile(path.name, path.read_text(encoding="utf-8")) for path in paths}
