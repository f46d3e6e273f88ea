"""The twin of an owner's own application: what its sensor reads is said by modules in its folder `twin/`,
which stand in for those of the same name. They may ask `twin` for the weather."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

from boards import Design
from sim.application import dotted, folder_of, is_own, text_of
from sim.devices.unread import Unread
from sim.drive import Drive
from sim.errors import DriveError, EndOfWake
from sim.life import Life
from sim.sky import Sky


def with_stand_ins(drive: Drive, design: Design) -> Drive:
    """The drive with the stand-ins in place of what they stand for; each costs what that costs.

    Raises DriveError for one that stands for nothing.
    """
    folder = folder_of(design) / "twin"
    if not is_own(design) or not folder.is_dir():
        return drive
    modules = dict(drive.modules)
    for path in sorted(folder.rglob("*.py")):
        name = dotted(path.relative_to(folder).as_posix())[0]
        if name not in modules:
            raise DriveError(f"{path}: {design.application} has no module {name} that this could stand for.")
        modules[name] = modules[name].played_by(text_of(path))
    return replace(drive, modules=modules)


def attach_own(life: Life, sky: Sky, seed: int, gave: Callable[[float, int], None]) -> None:
    """Give the node its owner's sensor, and its stand-ins the weather. `gave`: hears of each reading that a
    task keeps, by its time and first value."""
    hardware = life.hardware
    part = hardware.design.sensor
    if part:
        hardware.fittings.fit_sensor(
            Unread(lambda on: hardware.draw_row("sensor", part, "run" if on else "off"))
        )
    life.machine.cores["twin"] = _outside(life, sky, seed)

    def listen(name: str, module: Any) -> None:
        if name == "torpor.readings":
            module.keep = _heard(module.keep, gave, lambda: life.world.now)

    life.machine.on_loaded = listen


def _heard(
    keep: Callable[..., None], hear: Callable[[float, int], None], now: Callable[[], float]
) -> Callable[..., None]:
    def kept(wake: Any, values: tuple[int, ...]) -> None:
        given_s = now()
        try:
            keep(wake, values)
        except EndOfWake:
            hear(given_s, values[0])
            raise
        hear(given_s, values[0])  # what the node refuses is no reading

    return kept


def _outside(life: Life, sky: Sky, seed: int) -> ModuleType:
    """What a stand-in may import as `twin`."""
    module, chance = ModuleType("twin"), random.Random(f"own sensor {seed}")

    def now(hourly: list[float]) -> float:
        return hourly[int(life.world.now // 3600) % len(hourly)]

    vars(module).update(
        air_C=lambda: now(sky.air_C),
        sun_W_m2=lambda: now(sky.poa_W_m2),
        seconds=lambda: life.world.now,
        gauss=chance.gauss,
        uniform=chance.uniform,
    )
    return module
