"""Firmware files made by the letter of their formats: UF2 blocks, ESP images with their partition table."""

from __future__ import annotations

import hashlib
import struct
from functools import reduce

RP2040, RP2350, S3 = 0xE48BFF56, 0xE48BFF59, 0xC47E5767
PICO_W = b"Adafruit CircuitPython 10.2.1 on 2026-05-12; Raspberry Pi Pico W with rp2040"
CAM = b"Adafruit CircuitPython 10.2.1 on 2026-05-12; Ai Thinker ESP32-CAM with ESP32"


def strings(banner: bytes = PICO_W, board_id: bytes = b"raspberry_pi_pico_w") -> bytes:
    """What is left of an image when the code is taken away."""
    return b"\x07\x00code\x00" + banner + b"\x00Board ID:%s\x00" + board_id + b"\x00end"


def block(number: int, count: int, payload: bytes, address: int, family: int, flags: int = 0x2000) -> bytes:
    head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, flags, address, len(payload), number, count, family)
    return head + payload.ljust(476, b"\x00") + struct.pack("<I", 0x0AB16F30)


def uf2(memory: bytes, family: int = RP2040, start: int = 0x10000000, flags: int = 0x2000) -> bytes:
    pieces = [memory[at : at + 256].ljust(256, b"\x00") for at in range(0, len(memory), 256)]
    return b"".join(
        block(number, len(pieces), piece, start + 256 * number, family, flags)
        for number, piece in enumerate(pieces)
    )


def image(
    segments: list[bytes], chip_id: int = 0, size_code: int = 2, mode: int = 2, digest: bool = True
) -> bytes:
    """One ESP image: header, segments, checksum at the end of a line of sixteen, SHA-256."""
    head = struct.pack("<BBBBI", 0xE9, len(segments), mode, size_code << 4, 0x40080000)
    head += struct.pack("<B3sHBHH4sB", 0xEE, bytes(3), chip_id, 0, 0, 0xFFFF, bytes(4), digest)
    body = head + b"".join(struct.pack("<II", 0x3F400020, len(one)) + one for one in segments)
    checksum = reduce(lambda state, byte: state ^ byte, b"".join(segments), 0xEF)
    body += bytes(15 - len(body) % 16) + bytes([checksum])
    return body + (hashlib.sha256(body).digest() if digest else b"")


def table(*rows: tuple[int, int, int, int, str]) -> bytes:
    """Partitions of (kind, subtype, offset, size, label)."""
    entries = (
        struct.pack("<HBBII16sI", 0x50AA, kind, sub, offset, size, label.encode(), 0)
        for kind, sub, offset, size, label in rows
    )
    return b"".join(entries).ljust(0xC00, b"\xff")


ROWS = ((1, 2, 0x9000, 0x5000, "nvs"), (0, 0, 0x10000, 0x2C0000, "app"), (1, 129, 0x2D0000, 0x130000, "fs"))


def esp_file(
    chip_id: int = 0,
    boot_at: int = 0x1000,
    first: int = 0,
    said: bytes | None = None,
    size_code: int = 2,
    app_size: int = 9000,
) -> bytes:
    """A whole file: what belongs to the flash's addresses from `first` on (0: joined)."""
    told = strings(CAM, b"ai-thinker-esp32-cam") if said is None else said
    app_desc = struct.pack("<I", 0xABCD5432).ljust(256, b"\x00")
    pattern = bytes(at * 7 % 251 for at in range(app_size))
    app = image([app_desc + told + pattern, b"\x01" * 40], chip_id, size_code)
    flash = bytearray(b"\xff" * 0x10000)
    bootloader = image([b"\x10\x20\x30\x40" * 300], chip_id, size_code)
    flash[boot_at : boot_at + len(bootloader)] = bootloader
    flash[0x8000:0x8C00] = table(*ROWS)
    return bytes(flash + app)[first:]
