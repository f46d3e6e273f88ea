"""Which FAT volumes are mounted, and on which USB device each of them lies. Nothing on a volume is read here.

The text of the system comes in as it is, so that every system's words can be tried on any system.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: Other kinds are never touched: a look at a sleeping network drive can hang for minutes.
_FAT = frozenset({"vfat", "msdos", "exfat", "fuseblk", "msdosfs", "lifs"})
_ESCAPE = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r"^(?P<device>\S+) on (?P<root>.+) \((?P<kind>[^,)]+)(?P<options>[^)]*)\)$")
#: Places under which Linux desktops mount what was plugged in, and systems their own disks.
_SYSTEM = ("/boot", "/efi")
_REMOVABLE = 2  # GetDriveTypeW
PROC, SYS = Path("/proc"), Path("/sys")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted volume. `serial` is its USB device's serial number, "" where the system does not tell."""

    root: Path
    device: str
    read_only: bool = False
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Unmounted:
    """A partition on a USB device that no folder shows: a board's drive that nobody mounted, or a stick.

    usb : vendor and product of the device, "2e8a:0003".
    """

    device: str
    serial: str
    usb: str = ""

    @property
    def advice(self) -> str:
        return f"Its drive is not mounted: udisksctl mount -b {self.device}"


def mounts() -> list[Mount]:
    """The FAT volumes of this computer that may be a board's drive."""
    if sys.platform == "win32":
        return windows_mounts()
    if sys.platform == "darwin":
        said = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=10, check=False)
        return mac_mounts(said.stdout)
    return linux_mounts((PROC / "self/mounts").read_text("utf-8", "surrogateescape"), SYS)


def linux_mounts(table: str, sys_root: Path) -> list[Mount]:
    """Read /proc/self/mounts; spaces and the like stand in it as octal escapes ("\\040")."""
    found = []
    for line in table.splitlines():
        words = [_ESCAPE.sub(lambda seen: chr(int(seen[1], 8)), word) for word in line.split(" ")]
        if len(words) < 4 or words[2] not in _FAT or words[1].startswith(_SYSTEM):
            continue
        serial, _ = usb_device(Path(words[0]).name, sys_root)
        found.append(Mount(Path(words[1]), words[0], "ro" in words[3].split(","), serial))
    return found


def mac_mounts(said: str) -> list[Mount]:
    """Read what macOS's `mount` says. A folder may have any characters, " (" too."""
    lines = [_MAC_LINE.match(line) for line in said.splitlines()]
    return [
        Mount(Path(line["root"]), line["device"], "read-only" in line["options"])
        for line in lines
        if line and line["kind"] in _FAT
    ]


def windows_mounts() -> list[Mount]:
    """The removable drive letters."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (only Windows has it, and mypy knows)
    kernel.SetErrorMode(1)  # no dialog where a card reader is empty
    letters = letters_of(int(kernel.GetLogicalDrives()))
    return [Mount(Path(letter), letter) for letter in letters if kernel.GetDriveTypeW(letter) == _REMOVABLE]


def letters_of(mask: int) -> list[str]:
    """The drive letters in GetLogicalDrives's bits, but for A: and B:, which may be floppies."""
    return [f"{chr(ord('A') + bit)}:\\" for bit in range(2, 26) if mask >> bit & 1]


def usb_device(block: str, sys_root: Path) -> tuple[str, str]:
    """Serial number and "vendor:product" of a Linux block device ("sdb1"); both "" if it is on none."""
    try:
        here = (sys_root / "class/block" / block).resolve(strict=True)
        for folder in (here, *here.parents):
            if (folder / "idVendor").is_file():
                usb = f"{_text(folder / 'idVendor')}:{_text(folder / 'idProduct')}"
                return _text(folder / "serial"), usb
    except OSError:  # unplugged while we look
        pass
    return "", ""


def unmounted(mounted: list[Mount], sys_root: Path | None = None) -> list[Unmounted]:
    """Partitions on USB devices that are mounted nowhere (Linux only)."""
    root = sys_root or SYS
    shown = {Path(mount.device).name for mount in mounted}
    try:
        names = sorted(
            path.name for path in (root / "class/block").iterdir() if (path / "partition").exists()
        )
    except OSError:
        return []
    devices = {name: usb_device(name, root) for name in names if name not in shown}
    return [Unmounted(f"/dev/{name}", serial, usb) for name, (serial, usb) in devices.items() if usb]


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace").strip() if path.is_file() else ""


def readable(path: Path, most: int = 4096) -> str:
    """The beginning of a small file, "" if it is not there or the drive is just going away."""
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError:
        return ""


def is_writable(mount: Mount) -> bool:
    return not mount.read_only and os.access(mount.root, os.W_OK)
