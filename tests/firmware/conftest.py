"""Firmware modules one by one: loaded from the drive's files into a private module table, on a real twin."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from sim.modules import ModuleTable
from sim.run import build
from sim.scenario import Scenario
from sim.watching import reason_names

REASONS = {name: code for code, name in reason_names().items()}


class Bench:
    """A powered node whose firmware modules a test calls by hand; `reset` begins a new virtual machine."""

    def __init__(self, **scenario: Any) -> None:
        self.twin = build(Scenario(days=30, quiet=True, **scenario))
        self.world = self.twin.world
        self.hardware = self.twin.hardware
        self.machine = self.twin.life.machine
        self.files = self.hardware.files
        self.nvm = self.hardware.nvm
        self.sleep_memory = self.hardware.sleep_memory
        self.pir_high = False
        if self.twin.design.pir:
            self.hardware.lines[self.twin.design.pins["pir"]] = lambda: self.pir_high
        self.hardware.power_up()
        if self.twin.design.latch:
            self.hardware.board_up()
        self.files.readonly = False
        self.reset()

    def reset(self, reason: str = "POWER_ON", alarm: str | None = None) -> None:
        """The chip restarts; only memories and devices stay."""
        machine, drive = self.machine, self.twin.life.drive
        machine.cores["microcontroller"].watchdog.reset()
        self.world.restart()
        self.hardware.release_pins()
        self.world.opens_at = None  # a latch is closed all the time on this bench
        machine.booted_s = self.world.now
        machine.reset_reason, machine.wake_alarm = reason, alarm
        natives = {"print": machine.print, "open": self.twin.life._open}
        self.table = ModuleTable(
            drive.modules, drive.packages, machine.cores, machine.prices, self.world.counter, natives,
            lambda name, file: None, lambda name, module: None,
        )  # fmt: skip

    def load(self, name: str) -> Any:
        return self.table.load(name)

    def put(self, name: str, **members: Any) -> ModuleType:
        """A module of the test's own, importable by the firmware until the next reset."""
        module = ModuleType(name)
        module.__dict__.update(members)
        self.table.modules[name] = module
        return module

    def pass_s(self, seconds: float) -> None:
        self.world.pass_until(self.world.now + seconds)

    def wake(self) -> Any:
        """The `Wake` that this wake's steps share, made by waking.main itself."""
        waking, machine = self.load("waking"), self.load("torpor.machine")
        made: list[Any] = []
        run = machine.run
        machine.run = lambda table, wake: made.append(wake)
        waking.main()
        machine.run = run
        made[0].enter(0, 60_000)
        return made[0]

    def task_wake(self, tasks: Any = (), of: str = "moisture centi_C") -> Any:
        """The `Wake` of a node with declared tasks, made by scheduler.run itself, past BOOT."""
        scheduler, machine = self.load("torpor.scheduler"), self.load("torpor.machine")
        made: list[Any] = []
        run = machine.run
        machine.run = lambda table, wake: made.append(wake)
        scheduler.run(tasks, of)
        machine.run = run
        made[0].enter(0, 60_000)
        assert self.load("torpor.planning").boot(made[0]) == machine.OK
        return made[0]

    def awake(self) -> Any:
        """The same, past BOOT: settings are read, the wake class is known."""
        wake = self.wake()
        assert self.load("waking").boot(wake) == self.load("torpor.machine").OK
        assert self.load("torpor.deciding").prepare(wake)
        return wake

    def do(self, coroutine: Any) -> Any:
        """Run an async step of the firmware on the firmware's own loop."""
        return self.load("torpor.tasks").run(coroutine)

    @staticmethod
    def events(entries: list[bytes]) -> list[tuple[int, int]]:
        """(reason, argument) of a journal's entries, rows left out."""
        return [(entry[0], entry[1]) for entry in entries if not entry[0] & 0x80]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="session")
def shared() -> Bench:
    """One bench for tests that leave nothing on the hardware."""
    return Bench()


@pytest.fixture(scope="session")
def clocked() -> Bench:
    """The same of a design with an external clock."""
    return Bench(design="pico-w-rtc")


@pytest.fixture
def soil() -> Bench:
    """One of the node with declared tasks and an external clock."""
    return Bench(design="pico-w-soil")


@pytest.fixture(scope="session")
def soil_shared() -> Bench:
    """The same for tests that leave nothing on the hardware."""
    return Bench(design="pico-w-soil")


@pytest.fixture
def latched() -> Bench:
    """One whose record is kept in nvm."""
    return Bench(design="pico-w-latched")


@pytest.fixture
def heeding() -> Bench:
    """One whose radio heeds channel and address of the access point."""
    return Bench(design="esp32-cam")


@pytest.fixture(scope="session")
def reason() -> dict[str, int]:
    """Reason codes by name."""
    return REASONS
