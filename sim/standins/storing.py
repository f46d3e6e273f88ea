"""The drive and what is mounted into it: os, storage, sdcardio."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from sim.devices.sdcard import SdCard
from sim.drivefs import DriveFiles
from sim.errors import BoardOSError
from sim.machine import Machine
from sim.standins.pins import claim
from sim.volume import absolute
from sim.wires import Bus

_EPERM, _EINVAL = 1, 22


def modules(machine: Machine) -> dict[str, ModuleType]:
    return {"os": _os(machine), "storage": _storage(machine), "sdcardio": _sdcardio(machine)}


def _os(machine: Machine) -> ModuleType:
    mounts, world = machine.hardware.mounts, machine.world
    getenv_s = machine.hardware.design.board.v("getenv") / 1000.0
    module = ModuleType("os")

    def on_volume(name: str) -> Callable[[str], Any]:
        def call(path: str = "/") -> Any:
            world.sync()
            files, inner = mounts.at(path)
            return getattr(files, name)(inner)

        return call

    def rename(old: str, new: str) -> None:
        world.sync()
        mounts.rename(old, new)

    def statvfs(path: str) -> Any:
        world.sync()
        return mounts.at(path)[0].statvfs()

    def getenv(key: str, default: Any = None) -> Any:
        world.sync()
        world.spend(getenv_s)
        return machine.environment.get(key, default)

    module.__dict__.update(
        {name: on_volume(name) for name in ("listdir", "remove", "mkdir", "stat")},
        unlink=on_volume("remove"),
        rename=rename,
        statvfs=statvfs,
        getenv=getenv,
        sync=world.sync,
        urandom=machine.hardware.random.randbytes,
        sep="/",
    )
    return module


class VfsFat:
    """storage.VfsFat: the FAT volume of a block device."""

    label = ""

    def __init__(self, device: Any) -> None:
        device.readblocks  # noqa: B018  # AttributeError for what is no block device
        self.files: DriveFiles = device.card.files
        self.files.opening()  # the boot sector is read

    @property
    def readonly(self) -> bool:
        return self.files.readonly


def _storage(machine: Machine) -> ModuleType:
    hardware, world = machine.hardware, machine.world
    drive, mounts = hardware.files, hardware.mounts
    mounted: dict[str, VfsFat] = {}
    module = ModuleType("storage")

    class Root:
        label = "CIRCUITPY"

        @property
        def readonly(self) -> bool:
            return drive.readonly

    def remount(path: str, readonly: bool = False, **options: Any) -> None:
        if hardware.bench:
            raise RuntimeError("Cannot remount path when visible via USB.")
        drive.readonly = readonly

    def mount(filesystem: VfsFat, mount_path: str, *, readonly: bool = False) -> None:
        world.sync()
        point = absolute(mount_path)
        if point not in drive.folders:
            raise RuntimeError("Mount point directory missing")
        if point in mounts.table:
            raise BoardOSError(_EPERM, "Operation not permitted")
        filesystem.files.readonly = readonly
        mounts.table[point] = filesystem.files
        mounted[point] = filesystem

    def umount(mount: VfsFat | str) -> None:
        for point, filesystem in list(mounted.items()):
            if point in mounts.table and mount in (point, filesystem):
                del mounts.table[point]
                return
        raise BoardOSError(_EINVAL, "Invalid argument")

    def getmount(mount_path: str) -> Any:
        if mount_path == "/":
            return Root()
        if mount_path not in mounts.table:
            raise BoardOSError(_EINVAL, "Invalid argument")
        return mounted[mount_path]

    module.__dict__.update(
        VfsFat=VfsFat, remount=remount, mount=mount, umount=umount, getmount=getmount,
        disable_usb_drive=lambda: remount("/"),
    )  # fmt: skip
    return module


def _sdcardio(machine: Machine) -> ModuleType:
    hardware, world = machine.hardware, machine.world

    class SDCard:
        """The card's blocks are reached through its FAT volume alone."""

        def __init__(self, bus: Any, cs: Any, baudrate: int = 8_000_000) -> None:
            self._cs = claim(machine, cs)
            world.sync()
            wired: Bus = bus.wired
            try:
                if wired.card is None or self._cs != hardware.design.pins.get("sd_cs"):
                    world.spend(_nobody_s(machine))
                    raise BoardOSError("no SD card")
                wired.card.identify(lambda: bus.ours and self._cs in hardware.in_use)
            except OSError:
                hardware.in_use.discard(self._cs)
                raise
            self.card: SdCard = wired.card

        def count(self) -> int:
            return self.card.files.size // 512

        def readblocks(self, start_block: int, buf: Any) -> None:
            raise NotImplementedError("the twin has no blocks, only files")

        writeblocks = readblocks

        def sync(self) -> None:
            world.sync()

        def deinit(self) -> None:
            hardware.in_use.discard(self._cs)

    module = ModuleType("sdcardio")
    module.SDCard = SDCard  # type: ignore[attr-defined]
    return module


def _nobody_s(machine: Machine) -> float:
    """How long sdcardio looks for a card on lines that lead to none."""
    card = machine.hardware.design.sd
    return card.v("absent") if card else 2.5
