"""UF2: the file that a bootloader's drive takes. Read whole and checked whole, before anything is copied.

Source: the UF2 specification (microsoft/uf2, README.md) and its uf2families.json. Blocks of 512 bytes, each
with its number, their count, the address of its payload and the family of the chip that it is for.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from station.errors import StationError

BLOCK = 512
MAGIC = (0x0A324655, 0x9E5D5157)
MAGIC_END = 0x0AB16F30
_HEAD = struct.Struct("<8I")
_PAYLOAD_MOST = 476
_NOT_MAIN_FLASH, _HAS_FAMILY = 0x1, 0x2000

#: Family id -> the chip, in the words of detect and flash.
FAMILIES: Mapping[int, str] = MappingProxyType(
    {
        0xE48BFF56: "RP2040",
        0xE48BFF57: "RP2350 (absolute)",
        0xE48BFF58: "RP2350 (data)",
        0xE48BFF59: "RP2350",
        0xE48BFF5A: "RP2350 (RISC-V)",
        0xE48BFF5B: "RP2350 (non-secure)",
        0x1C5F21B0: "ESP32",
        0xBFDD4EEE: "ESP32-S2",
        0xC47E5767: "ESP32-S3",
        0xD42BA06C: "ESP32-C3",
        0x540DDF62: "ESP32-C6",
        0x332726F6: "ESP32-H2",
        0x3D308E94: "ESP32-P4",
        0x68ED2B88: "SAMD21",
        0x55114460: "SAMD51",
        0xADA52840: "nRF52840",
    }
)
#: A block alone ahead of the image, by which the RP2350's ROM is kept from a fault of its own (RP2350-E10).
ABSOLUTE = 0xE48BFF57


@dataclass(frozen=True, slots=True)
class Uf2:
    """A whole UF2 file: the family (None: it names none), where its memory begins, and that memory."""

    family: int | None
    start: int
    memory: bytes
    blocks: int

    @property
    def chip(self) -> str:
        """The chip by its name; "" where the file names no family."""
        return "" if self.family is None else FAMILIES.get(self.family, f"family 0x{self.family:08x}")


@dataclass(frozen=True, slots=True)
class _Block:
    flags: int
    address: int
    number: int
    count: int
    family: int | None
    payload: bytes


def read_uf2(content: bytes, name: str) -> Uf2:
    """Return what a UF2 file holds.

    Raises
    ------
    StationError : no UF2, cut off, a block damaged, missing, twice or of another family; it names the block.
    """
    if len(content) < BLOCK or struct.unpack_from("<2I", content) != MAGIC:
        raise StationError(f"{name} is no UF2 file: it does not begin with the two magic words of one.")
    if len(content) % BLOCK:
        raise StationError(
            f"{name} is cut off: {len(content):,} bytes are not a whole number of 512-byte blocks. "
            "Download it again."
        )
    blocks = [_block(content, at, name) for at in range(0, len(content), BLOCK)]
    main = [one for one in blocks if not one.flags & _NOT_MAIN_FLASH and one.family != ABSOLUTE]
    if not main:
        raise StationError(f"{name} holds no block for a chip's flash.")
    _check_families(main, name)
    _check_numbers(main, name)
    start, memory = _memory(main, name)
    return Uf2(main[0].family, start, memory, len(main))


def _block(content: bytes, at: int, name: str) -> _Block:
    first, second, flags, address, size, number, count, family = _HEAD.unpack_from(content, at)
    (end,) = struct.unpack_from("<I", content, at + BLOCK - 4)
    if (first, second, end) != (*MAGIC, MAGIC_END) or size > _PAYLOAD_MOST:
        raise StationError(f"{name} is damaged: block {at // BLOCK} is no UF2 block. Download it again.")
    payload = content[at + 32 : at + 32 + size]
    return _Block(flags, address, number, count, family if flags & _HAS_FAMILY else None, payload)


def _check_families(blocks: list[_Block], name: str) -> None:
    families = {one.family for one in blocks}
    if len(families) > 1:
        named = ", ".join(sorted("none" if one is None else f"0x{one:08x}" for one in families))
        raise StationError(f"{name} is for several families of chips ({named}); a file for one is needed.")


def _check_numbers(blocks: list[_Block], name: str) -> None:
    counts = {one.count for one in blocks}
    if len(counts) > 1:
        raise StationError(f"{name} is damaged: its blocks disagree how many they are ({_few(counts)}).")
    (count,) = counts
    if len(sizes := {len(one.payload) for one in blocks}) > 1:
        raise StationError(f"{name} is damaged: its blocks hold {_few(sizes)} bytes; they should be alike.")
    numbers = [one.number for one in blocks]
    if missing := set(range(count)) - set(numbers):
        raise StationError(
            f"{name} is not whole: {len(missing)} of its {count:,} blocks are missing ({_few(missing)}). "
            "Download it again."
        )
    if len(numbers) != count:
        twice = {one for one in numbers if numbers.count(one) > 1 or one >= count}
        raise StationError(f"{name} is damaged: block {_few(twice)} is there twice or beyond the count.")


def _memory(blocks: list[_Block], name: str) -> tuple[int, bytes]:
    """The flash as it will be, from the lowest address on; what no block covers is 0xFF."""
    ordered = sorted(blocks, key=lambda one: one.address)
    start = ordered[0].address
    end = max(one.address + len(one.payload) for one in blocks)
    if end - start > 64 << 20:
        raise StationError(f"{name} spans {(end - start) >> 20} MiB of addresses; no flash is that large.")
    memory = bytearray(b"\xff" * (end - start))
    written = start
    for one in ordered:
        if one.address < written:
            raise StationError(f"{name} is damaged: two blocks write to address 0x{one.address:08x}.")
        memory[one.address - start : one.address - start + len(one.payload)] = one.payload
        written = one.address + len(one.payload)
    return start, bytes(memory)


def _few(numbers: set[int]) -> str:
    ordered = sorted(numbers)
    return ", ".join(str(one) for one in ordered[:3]) + (" ..." if len(ordered) > 3 else "")
