"""busio: I2C and SPI by their clock pin; a transfer takes its wire time and its call."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sim.errors import BoardOSError
from sim.machine import Machine
from sim.standins.pins import claim
from sim.wires import Bus

_ENODEV = 19


def modules(machine: Machine) -> dict[str, ModuleType]:
    module = ModuleType("busio")
    module.__dict__.update(I2C=_i2c(machine), SPI=_spi(machine))
    return {"busio": module}


class _Shared:
    """What both buses have: pins, a lock, an end."""

    def __init__(self, machine: Machine, pins: tuple[Any, ...]) -> None:
        self._machine = machine
        self._pins = [claim(machine, pin) for pin in pins if pin is not None]
        self._locked = False

    def try_lock(self) -> bool:
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self) -> None:
        self._locked = False

    def deinit(self) -> None:
        for pin in self._pins:
            self._machine.hardware.in_use.discard(pin)
        self._pins = []

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: object) -> None:
        self.deinit()

    def _check(self) -> None:
        if not self._pins:
            raise ValueError("Object has been deinitialized and can no longer be used. Create a new object.")
        if not self._locked:
            raise RuntimeError("Function requires lock")


def _i2c(machine: Machine) -> type:
    hardware, world = machine.hardware, machine.world
    call_s = hardware.design.board.v("i2c_call") * 1e-6

    class I2C(_Shared):
        def __init__(self, scl: Any, sda: Any, *, frequency: int = 100_000, timeout: int = 255) -> None:
            super().__init__(machine, (scl, sda))
            self.pins = [str(scl), str(sda)]
            self._bus = hardware.buses.get(str(scl), Bus(alive=lambda: False))
            self._byte_s = 9.0 / frequency
            world.sync()
            if not self._bus.alive() or hardware.shorts.grounded(*self.pins):
                self.deinit()
                raise RuntimeError("No pull up found on SDA or SCL; check your wiring")

        def _target(self, address: int) -> Any:
            for target in self._bus.i2c:
                if target.address == address:
                    if target.acknowledges(world.now):
                        return target
                    break
            raise BoardOSError(_ENODEV, "No such device")

        def _spend(self, count: int) -> None:
            hardware.loads.transfers += 1
            world.spend(call_s + (count + 1) * self._byte_s)

        def writeto(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
            self._check()
            data = bytes(buffer[start:end] if start or end is not None else buffer)
            self._spend(len(data))
            self._target(address).write(world.now, data)

        def readfrom_into(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
            self._check()
            view = memoryview(buffer)[start:end]
            self._spend(len(view))
            view[:] = self._target(address).read(world.now, len(view))

        def writeto_then_readfrom(
            self,
            address: int,
            out_buffer: Any,
            in_buffer: Any,
            *,
            out_start: int = 0,
            out_end: int | None = None,
            in_start: int = 0,
            in_end: int | None = None,
        ) -> None:
            self.writeto(address, out_buffer, start=out_start, end=out_end)
            self.readfrom_into(address, in_buffer, start=in_start, end=in_end)

        def scan(self) -> list[int]:
            self._check()
            self._spend(112)
            return [target.address for target in self._bus.i2c if target.acknowledges(world.now)]

    return I2C


def _spi(machine: Machine) -> type:
    hardware, world = machine.hardware, machine.world
    call_s = hardware.design.board.v("spi_call") * 1e-6

    class SPI(_Shared):
        def __init__(self, clock: Any, MOSI: Any = None, MISO: Any = None) -> None:
            super().__init__(machine, (clock, MOSI, MISO))
            self.wired = hardware.buses.get(str(clock), Bus())
            self._target = self.wired.spi
            self._baudrate = 250_000
            self._bit_s = 8.0 / self._baudrate
            self._late = False

        @property
        def ours(self) -> bool:
            """Whether it was not deinitialised."""
            return bool(self._pins)

        @property
        def frequency(self) -> int:
            return self._baudrate

        def configure(
            self, *, baudrate: int = 100_000, polarity: int = 0, phase: int = 0, bits: int = 8
        ) -> None:
            self._check()
            self._baudrate = min(baudrate, 62_500_000)
            self._bit_s = 8.0 / self._baudrate
            self._late = bool(polarity or phase)  # no target here knows another mode than 0

        def write(self, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
            self._check()
            data = bytes(buffer[start:end])
            hardware.loads.transfers += 1
            world.spend(call_s + len(data) * self._bit_s)
            if self._target is not None:
                self._target.write(world.now, _one_bit_late(data) if self._late else data)

        def readinto(
            self, buffer: Any, *, start: int = 0, end: int | None = None, write_value: int = 0
        ) -> None:
            self._check()
            view = memoryview(buffer)[start:end]
            hardware.loads.transfers += 1
            world.spend(call_s + len(view) * self._bit_s)
            if self._target is None:
                view[:] = b"\xff" * len(view)
            else:
                data = self._target.read(world.now, len(view), self._baudrate)
                view[:] = _one_bit_late(data) if self._late else data

    return SPI


def _one_bit_late(data: bytes) -> bytes:
    """What is sampled at the wrong edge of the clock."""
    return (int.from_bytes(data, "big") >> 1).to_bytes(len(data), "big")
