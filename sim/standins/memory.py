"""nvm, sleep memory, the drive: os, storage and open()."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from sim.machine import Machine


def modules(machine: Machine) -> dict[str, ModuleType]:
    return {"os": _os(machine), "storage": _storage(machine)}


class SleepBytes:
    """alarm.sleep_memory: plain RAM of fixed size."""

    def __init__(self, machine: Machine) -> None:
        self._bytes = machine.hardware.sleep_memory

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, at: Any) -> Any:
        return self._bytes[at]

    def __setitem__(self, at: Any, value: Any) -> None:
        _put(self._bytes, at, value)


class FlashBytes:
    """microcontroller.nvm: writing erased bytes programs a page, anything else rewrites the sector."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._bytes = machine.hardware.nvm
        board = machine.hardware.design.board
        self._append_s = board.v("nvm_append") / 1000.0
        self._rewrite_s = board.v("nvm_rewrite") / 1000.0
        self.rewrites = 0

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, at: Any) -> Any:
        return self._bytes[at]

    def __setitem__(self, at: Any, value: Any) -> None:
        old = self._bytes[at]
        raw = bytes(old) if isinstance(at, slice) else bytes([old])
        erased = raw.count(0xFF) == len(raw)
        self.rewrites += not erased
        self._machine.world.sync()
        self._machine.world.spend(self._append_s if erased else self._rewrite_s)
        _put(self._bytes, at, value)


def _put(memory: bytearray, at: Any, value: Any) -> None:
    if isinstance(at, slice):
        if len(memory[at]) != len(value):
            raise ValueError("Slice and value different lengths.")
        memory[at] = bytes(value)
    else:
        memory[at] = value


def _os(machine: Machine) -> ModuleType:
    drive = machine.hardware.files
    world = machine.world
    getenv_s = machine.hardware.design.board.v("getenv") / 1000.0
    module = ModuleType("os")

    def synced(call: Any) -> Any:
        def wrapped(*args: Any) -> Any:
            world.sync()
            return call(*args)

        return wrapped

    def getenv(key: str, default: Any = None) -> Any:
        world.sync()
        world.spend(getenv_s)
        return machine.environment.get(key, default)

    module.__dict__.update(
        getenv=getenv,
        listdir=synced(drive.listdir),
        remove=synced(drive.remove),
        unlink=synced(drive.remove),
        rename=synced(drive.rename),
        mkdir=synced(drive.mkdir),
        stat=synced(drive.stat),
        statvfs=synced(lambda path: drive.statvfs()),
        sync=synced(lambda: None),
        urandom=machine.hardware.random.randbytes,
        sep="/",
    )
    return module


def _storage(machine: Machine) -> ModuleType:
    drive = machine.hardware.files
    module = ModuleType("storage")

    class Mount:
        label = "CIRCUITPY"

        @property
        def readonly(self) -> bool:
            return drive.readonly

    def remount(path: str, readonly: bool = False, **options: Any) -> None:
        if machine.hardware.bench:
            raise RuntimeError("Cannot remount path when visible via USB.")
        drive.readonly = readonly

    module.__dict__.update(
        remount=remount, getmount=lambda path: Mount(), disable_usb_drive=lambda: remount("/")
    )
    module.VfsFat = SimpleNamespace  # type: ignore[attr-defined]
    return module
