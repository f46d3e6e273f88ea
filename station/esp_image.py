"""An image for an ESP chip: which chip, where it belongs, whether it is whole. Read from the file alone.

Two kinds are about. A *bootloader-first* file begins with the bootloader and goes to the bootloader's offset
(MicroPython's way); a *joined* file has 0xFF up to that offset and goes to 0x0 (CircuitPython's way). Written
at the other's place they give `flash read err, 1000`, so the offset is never asked for, it is read.

Sources: esptool docs "Firmware Image Format"; ESP-IDF esp_app_format.h and partition-tables.rst;
adafruit/circuitpython ports/espressif/Makefile; micropython ports/esp32/makeimg.py.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from station.errors import StationError


@dataclass(frozen=True, slots=True)
class Chip:
    """An ESP chip as its images know it: its name, and where its ROM looks for the bootloader."""

    name: str
    bootloader_at: int


#: Chip id of the image's header -> chip (esp_app_format.h, esptool's targets).
CHIPS: Mapping[int, Chip] = MappingProxyType(
    {
        0: Chip("ESP32", 0x1000),
        2: Chip("ESP32-S2", 0x1000),
        5: Chip("ESP32-C3", 0x0),
        9: Chip("ESP32-S3", 0x0),
        12: Chip("ESP32-C2", 0x0),
        13: Chip("ESP32-C6", 0x0),
        16: Chip("ESP32-H2", 0x0),
        18: Chip("ESP32-P4", 0x2000),
        20: Chip("ESP32-C61", 0x0),
        23: Chip("ESP32-C5", 0x2000),
    }
)
MAGIC = 0xE9
_APP_MAGIC = struct.pack("<I", 0xABCD5432)  # esp_app_desc_t, first thing in the first segment of an app
TABLE_AT = 0x8000
_ENTRY = struct.Struct("<HBBII16sI")
_ENTRY_MAGIC, _APP = 0x50AA, 0
_MIB = 1 << 20
_MODES = ("QIO", "QOUT", "DIO", "DOUT")


@dataclass(frozen=True, slots=True)
class Part:
    """A row of the partition table; addresses in the flash."""

    label: str
    kind: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class EspImage:
    """What a file for an ESP chip is. `offset` is the address in the flash that its first byte goes to,
    `flash_MiB` the flash that its bootloader expects, `mode` how that is read."""

    chip: Chip
    offset: int
    joined: bool
    flash_MiB: int
    mode: str
    parts: tuple[Part, ...]
    size: int

    @property
    def way(self) -> str:
        kind = "joined" if self.joined else "bootloader-first"
        return f"{kind}, written at 0x{self.offset:x}"


def looks_like_esp(content: bytes) -> bool:
    """Whether a file is one that ought to be for an ESP chip."""
    return bool(content) and (content[0] == MAGIC or content[:0x1000].count(0xFF) == 0x1000)


def read_esp_image(content: bytes, name: str) -> EspImage:
    """Return what an image is and where it goes.

    Raises
    ------
    StationError : no such image, an app without its bootloader, cut off, damaged; in one sentence.
    """
    boot = _bootloader_in(content, name)
    chip = _chip(content, boot, name)
    if boot not in (0, chip.bootloader_at):
        raise StationError(
            f"{name} has its bootloader at 0x{boot:x}, where an {chip.name} does not look for one "
            f"(0x{chip.bootloader_at:x}); it is damaged or no whole image."
        )
    offset = 0 if boot or not chip.bootloader_at else chip.bootloader_at
    _check_segments(content, boot, f"the bootloader of {name}")
    parts = _table(content, TABLE_AT - offset, name)
    _check_apps(content, offset, parts, name)
    size_code = content[boot + 3] >> 4
    mode = _MODES[content[boot + 2]] if content[boot + 2] < len(_MODES) else "?"
    joined = offset != chip.bootloader_at or not chip.bootloader_at
    return EspImage(chip, offset, joined, 1 << size_code, mode, parts, len(content))


def _bootloader_in(content: bytes, name: str) -> int:
    """Where in the file the bootloader begins."""
    if len(content) < 0x1000:
        raise StationError(f"{name} is too short for an ESP image: {len(content):,} bytes.")
    if content[0] == MAGIC:
        if content[32:36] == _APP_MAGIC:
            raise StationError(
                f"{name} is an application without bootloader and partition table; written alone it leaves "
                "a board that cannot start. Take the file that the download page calls .bin for a bare board."
            )
        return 0
    start = len(content) - len(content.lstrip(b"\xff"))
    if start in (0x1000, 0x2000) and content[start : start + 1] == bytes([MAGIC]):
        return start
    raise StationError(
        f"{name} is no image for an ESP chip: neither its first byte nor that after leading 0xFF at 0x1000 "
        f"or 0x2000 is 0xE9 (it begins {content[:4].hex(' ')})."
    )


def _chip(content: bytes, boot: int, name: str) -> Chip:
    (number,) = struct.unpack_from("<H", content, boot + 12)
    chip = CHIPS.get(number)
    if chip is None:
        known = ", ".join(one.name for one in CHIPS.values())
        raise StationError(f"{name} is for an ESP chip with the id {number}, which is none of {known}.")
    return chip


def _check_segments(content: bytes, at: int, what: str) -> int:
    """Walk the segments of one image: they fit into the file and their checksum is right. Its end."""
    count, checksum, here = content[at + 1], 0xEF, at + 24
    for _ in range(count):
        data, here = _segment(content, here, what)
        checksum ^= int(np.bitwise_xor.reduce(np.frombuffer(data, np.uint8), initial=0))
    end = here + 16 - (here - at) % 16  # one byte of checksum at the end of a line of sixteen
    if end > len(content):
        raise StationError(f"{what} is cut off: it ends at {len(content):,} bytes, inside its last segment.")
    if content[end - 1] != checksum:
        raise StationError(
            f"{what} is damaged: its checksum is {checksum:#04x}, not {content[end - 1]:#04x}."
        )
    return end


def _check_app(content: bytes, at: int, what: str) -> None:
    """As the bootloader will: the SHA-256 behind an application too. (A bootloader's own is not looked at by
    the ROM, and tools that change the flash size in its header leave it as it was.)"""
    end = _check_segments(content, at, what)
    if content[at + 23] and content[end : end + 32] != hashlib.sha256(content[at:end]).digest():
        raise StationError(f"{what} is damaged or cut off: the SHA-256 at its end is not that of its bytes.")


def _segment(content: bytes, at: int, what: str) -> tuple[bytes, int]:
    if at + 8 > len(content):
        raise StationError(f"{what} is cut off: it ends at {len(content):,} bytes, inside its segments.")
    _, size = struct.unpack_from("<II", content, at)
    if at + 8 + size > len(content):
        raise StationError(f"{what} is cut off: a segment of {size:,} bytes ends beyond the file.")
    return content[at + 8 : at + 8 + size], at + 8 + size


def _table(content: bytes, at: int, name: str) -> tuple[Part, ...]:
    parts = tuple(_entries(content, at))
    if not parts:
        raise StationError(
            f"{name} has no partition table at 0x{TABLE_AT:x} of the flash: it is a part of an image only. "
            "Take the whole one."
        )
    return parts


def _entries(content: bytes, at: int) -> Iterator[Part]:
    for here in range(at, min(at + 0xC00, len(content) - 31), 32):
        magic, kind, _, offset, size, label, _ = _ENTRY.unpack_from(content, here)
        if magic != _ENTRY_MAGIC:
            return
        yield Part(label.split(b"\x00")[0].decode("ascii", "replace"), kind, offset, size)


def _check_apps(content: bytes, offset: int, parts: tuple[Part, ...], name: str) -> None:
    """The first application of the table must be in the file, and whole."""
    apps = [one for one in parts if one.kind == _APP]
    if not apps:
        raise StationError(f"{name} has a partition table without an application.")
    at = apps[0].offset - offset
    if at >= len(content) or content[at] != MAGIC:
        raise StationError(
            f"{name} is cut off or a part only: its application belongs to 0x{apps[0].offset:x}, and "
            f"the file's {len(content):,} bytes have none there."
        )
    _check_app(content, at, f"the application in {name}")


def flash_needed_MiB(image: EspImage) -> int:
    """The least flash that holds every partition and that the bootloader's header asks for, MiB."""
    end = max(one.offset + one.size for one in image.parts)
    return max(image.flash_MiB, -(-end // _MIB))
