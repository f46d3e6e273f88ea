"""A bench for `espcam`: the firmware's own files on the twin's stand-ins and board rules, without energy.

Unlike the bench of the ArduChip drivers it has no buses of its own: espcamera, busio and digitalio are those
of the twin, wired as the design says. Time passes in them, nothing is paid for, interpreting is free.
"""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from benchmarks.camera_bench import finished, noise
from boards import Design, load_design
from sim.air import Air, Link
from sim.costs import Prices
from sim.devices import CameraRows, EspCamera, EspFaults
from sim.devices.camera import Scene
from sim.devices.pir import Pir
from sim.drivefs import DriveFiles
from sim.hardware import Hardware
from sim.home import Home
from sim.machine import Machine
from sim.modules import ModuleTable, SourceFile
from sim.nodefile import node_source, rows_source
from sim.plant import Plant
from sim.standins import core_modules
from sim.world import World

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"
FREE = Prices(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)

#: The designs whose cameras this bench drives.
DESIGNS = ("esp32-cam", "xiao-s3-sense", "memento")


class FreeWorld(World):
    """Time alone: no battery behind it, no history, no watchdog."""

    def __init__(self) -> None:
        super().__init__(cast(Plant, None), float("inf"), 1)

    def draw(self, part: str, watts: float, amps: float = 0.0) -> None:
        self._watts[part], self._amps[part] = watts, amps

    def flush(self) -> None:
        self._mark = self.now

    def pass_until(self, t_s: float) -> None:
        self.now = max(self.now, t_s)

    def _due(self) -> None: ...


@cache
def design_of(name: str) -> Design:
    return load_design(name)


@cache
def _files(name: str) -> tuple[dict[str, SourceFile], frozenset[str]]:
    """Every firmware module, and node.py of a design."""
    files = {
        "node": SourceFile("node.py", node_source(design_of(name)), native=True),
        "rows": SourceFile("rows.py", rows_source(design_of(name)), native=True),
    }
    for path in (FIRMWARE / "wildcam").glob("*.py"):
        files[path.stem] = SourceFile(path.name, path.read_text(encoding="utf-8"), native=True)
    for path in (FIRMWARE / "lib" / "torpor").glob("*.py"):
        module = "torpor" if path.stem == "__init__" else f"torpor.{path.stem}"
        files[module] = SourceFile(f"lib/torpor/{path.name}", path.read_text(encoding="utf-8"), native=True)
    return files, frozenset({"torpor"})


class EspBench:
    """One board with its camera, powered, and `espcam` loaded.

    Attributes
    ----------
    device : the virtual camera. driver : the firmware's module. error : its CameraError.
    frames : (start of the exposure, bytes) of every frame that was handed out.
    """

    def __init__(
        self,
        design: str,
        faults: EspFaults | None = None,
        view: Scene = noise,
        light: float = 0.8,
        rows: CameraRows | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.design = design_of(design)
        self.world = world = FreeWorld()
        board = self.design.board
        files = DriveFiles(board, world.spend)
        files.readonly = False
        home = Home("garden", bytes(32), int(time.time()), lambda key, jpeg: None)
        air = Air(Link(join_spread=0.0, join_fails=0.0), home, lambda: world.now, world.spend, 1)
        self.hardware = Hardware(self.design, world, files, Pir(self.design.part("pir"), [], 1), air, 1)
        self.frames: list[tuple[float, bytes]] = []
        self.light = light
        part = self.design.part("camera")
        self.device = EspCamera(
            rows or CameraRows.from_part(part), str(part.caps["sensor"]), view,
            lambda _: self.light, faults, self.hardware.camera_load,
            lambda start_s, jpeg: self.frames.append((start_s, jpeg)),
        )  # fmt: skip
        self.hardware.attach_espcam(self.device)
        self.rows = self.device.rows
        self.drive = SimpleNamespace(files=files.files)
        self.machine = Machine(self.hardware, settings or {})
        self.machine.cores = core_modules(self.machine)
        self.hardware.switch.supply(True)
        self.restart()
        self.wake = SimpleNamespace(meter_bus=None)
        self.driver = self.load("espcam")
        self.error: type[Exception] = self.load("shutter").CameraError
        self.camera: Any = None  # once a test or a benchmark has opened it

    def restart(self) -> None:
        """A new virtual machine: pins let go, modules gone."""
        self.hardware.release_pins()
        files, packages = _files(self.design.name)
        natives = {"print": self.machine.print, "open": self.hardware.files.open}
        self.table = ModuleTable(
            files, packages, self.machine.cores, FREE, self.world.counter, natives,
            lambda name, file: None, lambda name, module: None,
        )  # fmt: skip
        stub = ModuleType("asyncio")
        stub.__dict__["sleep_ms"] = self._sleep_ms
        stub.core = None  # type: ignore[attr-defined]
        self.table.modules["asyncio"] = stub

    def load(self, name: str) -> Any:
        return self.table.load(name)

    def run_text(self, text: str) -> ModuleType:
        """Run a maker's script on this board."""
        return self.table.run_main(SourceFile("code.py", text, native=True))

    def open(self) -> Any:
        """A camera of the firmware, not started."""
        return self.driver.open(self.wake)

    @property
    def frame(self) -> Any:
        """The picture to order and to read."""
        return self.camera.frame()

    def spend(self, seconds: float) -> None:
        self.world.spend(seconds)

    @property
    def now_s(self) -> float:
        return self.world.now

    async def _sleep_ms(self, ms: int) -> None:
        self.spend(ms / 1000)

    run = staticmethod(finished)
