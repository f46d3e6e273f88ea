"""What the twin's tests share: a plant by hand, a world on it, a node on that, and firmware text to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks.camera_bench import noise
from boards import load_design
from sim.air import Air, Link
from sim.costs import Prices
from sim.devices import CameraRows, EspCamera
from sim.devices.ina219 import MeterFaults
from sim.devices.pir import Pir
from sim.drivefs import DriveFiles
from sim.hardware import Hardware
from sim.home import Home
from sim.machine import Machine
from sim.modules import ModuleTable, SourceFile
from sim.plant import Plant
from sim.sky import Sky
from sim.standins import core_modules
from sim.weather import HOURS, Weather
from sim.world import World

#: A cell so large that nothing a test takes moves its 3.6 V, without resistance; no sun.
_ROWS = {
    "panel": {
        "v_mp": 5.5, "i_mp": 0.364, "v_oc": 6.6, "i_sc": 0.393, "isc_temp": 0.0005, "voc_temp": -0.003,
        "effective": 0.5, "cells": 11.0, "u0": 25.0, "u1": 6.84,
    },
    "charger": {
        "charge_current": 0.4, "float": 4.2, "term_current": 0.04, "dropout": 0.2, "input_min": 4.0,
        "quiescent": 0.0, "back_feed": 0.0,
    },
    "cell": {"capacity": 1e6, "resistance": 0.0, "charge_min": 0.0, "charge_max": 45.0,
             "self_discharge": 0.0},
    "protection": {"cut_off": 2.9, "restart": 3.2, "quiescent": 0.0},
}  # fmt: skip
_TABLES = {
    "ocv": ((0.0, 3.0), (1.0, 4.2)),
    "capacity_factor": ((0.0, 1.0), (20.0, 1.0)),
    "resistance_factor": ((0.0, 1.0), (20.0, 1.0)),
}

KEY = bytes(range(32))


class HandPart:
    """A part of a node design, by hand."""

    caps: Mapping[str, bool] = {"ntc": True}
    tables = _TABLES

    def __init__(self, rows: Mapping[str, float]) -> None:
        self.rows = rows

    def v(self, name: str) -> float:
        return self.rows[name]

    def table(self, name: str) -> tuple[tuple[float, float], ...]:
        return _TABLES[name]


def _sky(sun_W_m2: float) -> Sky:
    none = np.zeros(HOURS)
    weather = Weather(
        "flat", "", 0.0, 0.0, 0.0, 0.0, datetime(2025, 1, 1), none, none, none, none, none, none
    )
    sun = [sun_W_m2] * HOURS
    light = [(0.0, 0.0, 0.0, 1.0)] * HOURS
    return Sky(weather, 0.0, 180.0, 0.2, weather.start, sun, sun, [25.0] * HOURS, [20.0] * HOURS, light)


@pytest.fixture(scope="session")
def dark_sky() -> Sky:
    return _sky(0.0)


@pytest.fixture
def make_plant(dark_sky: Sky) -> Callable[..., Plant]:
    """A plant at 3.6 V; `rows` replaces rows by name in whichever part has them."""

    def make(soc: float = 0.5, sun_W_m2: float = 0.0, **rows: float) -> Plant:
        parts = {
            kind: HandPart(own | {name: value for name, value in rows.items() if name in own})
            for kind, own in _ROWS.items()
        }
        sky = _sky(sun_W_m2) if sun_W_m2 else dark_sky
        return Plant.from_parts(
            parts["panel"], parts["charger"], parts["cell"], parts["protection"], sky, soc
        )

    return make


@pytest.fixture
def make_world(make_plant: Callable[..., Plant]) -> Callable[..., World]:
    def make(end_s: float = 1e6, **plant: float) -> World:
        return World(make_plant(**plant), end_s, seed=1)

    return make


class DumbBridge:
    """A camera module that does nothing; it remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def power(self, now_s: float, on: bool) -> None:
        self.told.append(("power", on))

    def load(self, now_s: float) -> tuple[float, float]:
        return 0.0, 3.3

    def release(self, now_s: float) -> None:
        self.told.append(("release", None))

    def select(self, now_s: float, selected: bool) -> None:
        self.told.append(("select", selected))

    def write(self, now_s: float, data: bytes) -> None:
        self.told.append(("write", data))

    def read(self, now_s: float, count: int, baudrate: int) -> bytes:
        return bytes(range(count))


class DumbSensor:
    address = 0x30

    def acknowledges(self, now_s: float) -> bool:
        return True

    def write(self, now_s: float, data: bytes) -> None: ...

    def read(self, now_s: float, count: int) -> bytes:
        return bytes(count)


def _day(t_s: float) -> float:
    return 0.8


@pytest.fixture
def make_hardware(make_world: Callable[..., World]) -> Callable[..., Hardware]:
    def make(
        world: World | None = None,
        motions: Sequence[tuple[float, float]] = (),
        link: Link | None = None,
        meter_faults: MeterFaults | None = None,
        design: str = "pico-w-arducam-2mp",
    ) -> Hardware:
        world = world or make_world()
        node = load_design(design)
        files = DriveFiles(node.board, world.spend)
        home = Home("garden", KEY, 1_700_000_000, lambda key, jpeg: None)
        air = Air(link or Link(), home, lambda: world.now, world.spend, 1)
        hardware = Hardware(node, world, files, Pir(node.pir, motions, 1), air, 1, meter_faults)
        if node.board.camera_pins:
            rows = CameraRows.from_part(node.camera)
            on_change = hardware.camera_load
            hardware.attach_espcam(
                EspCamera(rows, str(node.camera.caps["sensor"]), noise, _day, None, on_change)
            )
        else:
            hardware.attach_camera(DumbBridge(), DumbSensor())
        return hardware

    return make


@pytest.fixture
def make_machine(make_hardware: Callable[..., Hardware]) -> Callable[..., Machine]:
    """A board between two resets, with its core modules; its supply has just come."""

    def make(**options: Any) -> Machine:
        hardware = make_hardware(**options)
        machine = Machine(hardware, {"NAME": "robin", "NUMBER": "12"})
        machine.cores = core_modules(machine)
        hardware.meter.power(hardware.world.now, True)
        hardware.switch.supply(True)
        return machine

    return make


@pytest.fixture
def machine(make_machine: Callable[..., Machine]) -> Machine:
    return make_machine()


def _nothing(*_: object) -> None: ...


@pytest.fixture
def make_table() -> Callable[..., ModuleTable]:
    """A module table from {dotted name: text}; packages are the names that have a child."""

    def make(
        files: Mapping[str, str | SourceFile],
        cores: Mapping[str, ModuleType] | None = None,
        prices: Prices | None = None,
        counter: list[int] | None = None,
        on_load: Callable[[str, SourceFile], None] = _nothing,
        natives: Mapping[str, Any] | None = None,
    ) -> ModuleTable:
        found = {
            name: SourceFile(name.replace(".", "/") + ".py", file) if isinstance(file, str) else file
            for name, file in files.items()
        }
        packages = frozenset(name.rpartition(".")[0] for name in found) - {""}
        free = Prices(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return ModuleTable(
            found, packages, cores or {}, prices or free, counter if counter is not None else [0],
            natives or {}, on_load, _nothing,
        )  # fmt: skip

    return make


@pytest.fixture
def run_text(make_table: Callable[..., ModuleTable]) -> Callable[..., ModuleType]:
    """Run firmware text as code.py on a machine, in a virtual machine of its own."""

    def run(machine: Machine, text: str, files: Mapping[str, str | SourceFile] | None = None) -> ModuleType:
        def opened(path: str, mode: str = "r") -> Any:
            machine.world.sync()
            return machine.hardware.mounts.open(path, mode)

        natives = {"print": machine.print, "open": opened}
        table = make_table(files or {}, machine.cores, machine.prices, machine.world.counter, natives=natives)
        return table.run_main(SourceFile("code.py", text))

    return run
