"""What stands in a FAT volume: its boot sector, and the entries of its folders."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from benchmarks.deploy_medium import SECTOR

ENTRY = 32
ROOT_ENTRIES = 512
LONG, FOLDER, LABEL = 0x0F, 0x10, 0x08
#: Where the 13 characters of a long name stand in its entry.
_PARTS = ((1, 11), (14, 26), (28, 32))


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder: its name, its places (sector, offset) in the folder, the short entry's last."""

    name: str
    places: tuple[tuple[int, int], ...]
    attributes: int
    cluster: int
    size: int

    @property
    def is_folder(self) -> bool:
        return bool(self.attributes & FOLDER)


def formatted(sectors: int = 1016, label: str = "CIRCUITPY") -> bytes:
    """An empty volume with clusters of one sector, as CircuitPython makes it on 508 KiB."""
    fat = -(-(sectors * 3 // 2 + 6) // SECTOR)
    boot = bytearray(SECTOR)
    boot[:62] = struct.pack(
        "<3s8sHBHBHHBHHHIIBBBI11s8s",
        b"\xeb\x3c\x90", b"MSDOS5.0", SECTOR, 1, 1, 1, ROOT_ENTRIES, sectors, 0xF8, fat, 63, 255, 0, 0,
        0x80, 0, 0x29, 0x21100000, label.ljust(11).encode(), b"FAT12   ",
    )  # fmt: skip
    boot[510:] = b"\x55\xaa"
    table = bytearray(fat * SECTOR)
    table[:3] = b"\xf8\xff\xff"
    root = bytearray(ROOT_ENTRIES * ENTRY)
    root[:12] = label.ljust(11).encode() + bytes((LABEL,))
    made = bytes(boot + table + root)
    return made + bytes(sectors * SECTOR - len(made))


def short_entry(short: bytes, attributes: int, cluster: int, size: int) -> bytes:
    return short + bytes((attributes,)) + bytes(14) + struct.pack("<HI", cluster, size)


def long_entries(name: str, short: bytes) -> list[bytes]:
    """The entries that hold a long name, last part first."""
    units = name.encode("utf-16-le") + (b"\0\0" if len(name) % 13 else b"")
    count = -(-len(units) // 26)
    units = units.ljust(count * 26, b"\xff")
    made = []
    for number in range(count, 0, -1):
        part = units[(number - 1) * 26 : number * 26]
        order = number | (0x40 if number == count else 0)
        head = bytes((order,)) + part[:10] + bytes((LONG, 0, _checksum(short)))
        made.append(head + part[10:22] + b"\0\0" + part[22:])
    return made


def _checksum(short: bytes) -> int:
    total = 0
    for letter in short:
        total = ((total & 1) << 7) + (total >> 1) + letter & 0xFF
    return total


def read_entry(raw: bytes, long: list[tuple[int, bytes]], places: tuple[tuple[int, int], ...]) -> Entry:
    cluster, size = struct.unpack_from("<HI", raw, 26)
    name = raw[:8].decode("latin-1").rstrip() + ("." + raw[8:11].decode("latin-1").rstrip()).rstrip(".")
    mine = [part for checksum, part in long if checksum == _checksum(raw[:11])]
    if mine and mine[0][0] == len(mine) | 0x40:  # all of it, and of this entry
        units = b"".join(part[a:b] for part in reversed(mine) for a, b in _PARTS)
        name = units.decode("utf-16-le").split("\0")[0]
    else:
        places = places[-1:]
    return Entry(name, places, raw[11], cluster, size)
