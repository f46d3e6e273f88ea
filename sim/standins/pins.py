"""board, digitalio: pins by name, each with one owner at a time."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from sim.machine import Machine


def modules(machine: Machine) -> dict[str, ModuleType]:
    return {"board": _board(machine), "digitalio": _digitalio(machine)}


class Pin:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"board.{self.name}"

    def __str__(self) -> str:
        return self.name


def _board(machine: Machine) -> ModuleType:
    module = ModuleType("board")
    board = machine.hardware.design.board
    for name in board.caps["pins"]:  # type: ignore[union-attr]
        setattr(module, str(name), Pin(str(name)))
    for role, name in board.camera_pins.items():
        data = tuple(Pin(f"{name}{number}") for number in range(2, 10))  # by the connector's Y2 to Y9
        setattr(module, name, data if role == "data" else Pin(name))
    if "led_pin" in board.caps:
        setattr(module, str(board.caps["led_pin"]), Pin(str(board.caps["led_pin"])))
    module.board_id = board.caps["circuitpython_board"]  # type: ignore[attr-defined]
    return module


def claim(machine: Machine, pin: Any) -> str:
    """Take a pin for one owner; ValueError as on the board if somebody has it."""
    name = str(pin)
    if name in machine.hardware.in_use:
        raise ValueError(f"{name} in use")
    machine.hardware.in_use.add(name)
    return name


def _digitalio(machine: Machine) -> ModuleType:
    hardware = machine.hardware
    world = machine.world
    ways = SimpleNamespace(INPUT="INPUT", OUTPUT="OUTPUT")
    pull = SimpleNamespace(UP="UP", DOWN="DOWN")
    drive_mode = SimpleNamespace(PUSH_PULL="PUSH_PULL", OPEN_DRAIN="OPEN_DRAIN")

    class DigitalInOut:
        def __init__(self, pin: Any) -> None:
            self._pin: str | None = claim(machine, pin)
            self._output = False
            self._pull: str | None = None

        def _name(self) -> str:
            if self._pin is None:
                raise ValueError("Object has been deinitialized and can no longer be used.")
            return self._pin

        def switch_to_output(self, value: bool = False, drive_mode: Any = None) -> None:
            world.sync()
            self._output = True
            hardware.drive_pin(self._name(), bool(value))

        def switch_to_input(self, pull: Any = None) -> None:
            world.sync()
            if self._output:
                hardware.release_pin(self._name())
            self._output = False
            self._pull = pull

        @property
        def direction(self) -> str:
            return str(ways.OUTPUT if self._output else ways.INPUT)

        @direction.setter
        def direction(self, way: str) -> None:
            if way is ways.OUTPUT:
                self.switch_to_output()
            else:
                self.switch_to_input()

        @property
        def value(self) -> bool:
            world.sync()
            name = self._name()
            return hardware.outputs.get(name, False) if self._output else hardware.level(name, self._pull)

        @value.setter
        def value(self, level: bool) -> None:
            if not self._output:
                raise AttributeError("Cannot set value when direction is input.")
            world.sync()
            hardware.drive_pin(self._name(), bool(level))

        def deinit(self) -> None:
            if self._pin is None:
                return
            if self._output:
                hardware.release_pin(self._pin)
            hardware.in_use.discard(self._pin)
            self._pin = None

        def kept(self) -> tuple[str, bool] | None:
            """Pin and level as deep sleep may hold them; None for what it ignores (an input by itself)."""
            return (self._name(), hardware.outputs.get(self._name(), False)) if self._output else None

        def __enter__(self) -> DigitalInOut:
            return self

        def __exit__(self, *exc: object) -> None:
            self.deinit()

    module = ModuleType("digitalio")
    module.__dict__.update(DigitalInOut=DigitalInOut, Direction=ways, Pull=pull, DriveMode=drive_mode)
    return module
