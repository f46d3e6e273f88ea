"""Which mounted volumes are a board's: CircuitPython's by boot_out.txt, a bootloader's by INFO_UF2.TXT.

The label is not asked: owners rename drives, and the second board of two is called CIRCUITPY1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from station.deploy_route import BootOut, RouteError, read_boot_out
from station.detect_mounts import Mount, is_writable, readable

_BOARD_ID = re.compile(r"^Board-ID:\s*(\S+)", re.MULTILINE)
_MODEL = re.compile(r"^Model:\s*(.+?)\s*$", re.MULTILINE)
_NAME = re.compile(r"CircuitPython \S+ on [0-9-]+; (.+?) with ")
#: Words in a bootloader's Board-ID or model -> the chip, as uf2_blocks names it; the longer ones first.
_CHIPS = (
    ("RP2350", re.compile(r"RP2350", re.IGNORECASE)),
    ("RP2040", re.compile(r"RPI-RP2|RP2040|Raspberry Pi RP2", re.IGNORECASE)),
    ("ESP32-S2", re.compile(r"ESP32-?S2", re.IGNORECASE)),
    ("ESP32-S3", re.compile(r"ESP32-?S3", re.IGNORECASE)),
    ("ESP32-C3", re.compile(r"ESP32-?C3", re.IGNORECASE)),
    ("ESP32-C6", re.compile(r"ESP32-?C6", re.IGNORECASE)),
    ("ESP32-P4", re.compile(r"ESP32-?P4", re.IGNORECASE)),
    ("SAMD51", re.compile(r"SAM[DE]51", re.IGNORECASE)),
    ("SAMD21", re.compile(r"SAMD21", re.IGNORECASE)),
    ("nRF52840", re.compile(r"nRF52840", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Running:
    """A CircuitPython drive. `serial` is of its USB device, or by its UID where the system tells none."""

    root: Path
    boot: BootOut
    name: str
    serial: str
    writable: bool


@dataclass(frozen=True, slots=True)
class Bootloader:
    """A UF2 bootloader's drive; `chip` is "" if its INFO_UF2.TXT names none that we know."""

    root: Path
    board_id: str
    model: str
    chip: str
    serial: str


def drives(mounted: Iterable[Mount]) -> tuple[list[Running], list[Bootloader]]:
    """Look at each volume; one that goes away meanwhile is none."""
    running: list[Running] = []
    bootloaders: list[Bootloader] = []
    for mount in mounted:
        if info := readable(mount.root / "INFO_UF2.TXT"):
            bootloaders.append(_bootloader(mount, info))
        elif told := readable(mount.root / "boot_out.txt"):
            running.extend(_running(mount, told))
    return running, bootloaders


def chip_of(info: str) -> str:
    """The chip that a bootloader's INFO_UF2.TXT is about, "" if it does not say."""
    told = " ".join(found[1] for found in (_BOARD_ID.search(info), _MODEL.search(info)) if found)
    return next((chip for chip, pattern in _CHIPS if pattern.search(told)), "")


def _bootloader(mount: Mount, info: str) -> Bootloader:
    board, model = _BOARD_ID.search(info), _MODEL.search(info)
    return Bootloader(
        mount.root, board[1] if board else "", model[1] if model else "", chip_of(info), mount.serial
    )


def _running(mount: Mount, told: str) -> list[Running]:
    try:
        boot = read_boot_out(told)
    except RouteError:  # somebody's file of the same name
        return []
    name = _NAME.search(told)
    return [Running(mount.root, boot, name[1] if name else "", mount.serial or boot.uid, is_writable(mount))]
