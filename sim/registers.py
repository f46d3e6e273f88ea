"""Register values of a sensor: a text that people read, as the bytes that the firmware sends.

A text has comments (#), one line that says what its words are, sections, and words of hex:

    @pairs        register and value, register and value: two bytes each on the drive
    @words        four digits of address, then the values from there on: three bytes each
    @section 1    what follows is only for some sizes; marked on the drive by register FE (FE00)
"""

from __future__ import annotations

from pathlib import Path

from sim.errors import DriveError

#: No sensor of ours has a register (or, with words, a page) of this number.
SECTION = 0xFE


def register_bytes(text: str, path: Path) -> bytes:
    """The drive's form of a register text; DriveError names the line that is wrong."""
    found = bytearray()
    size = 0
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        try:
            if words and words[0] in ("@pairs", "@words"):
                size = 2 if words[0] == "@pairs" else 3
            elif words and words[0] == "@section":
                found += bytes((SECTION, int(words[1]), 0))[:size]
            else:
                for word in words:
                    found += _records(bytes.fromhex(word), size)
        except (ValueError, IndexError):
            raise DriveError(f"{path.name}, line {number}: {line!r} is no register line.") from None
    return bytes(found)


def _records(raw: bytes, size: int) -> bytes:
    """One word as records of `size` bytes; ValueError if it is none."""
    if size == 2 and len(raw) % 2 == 0 and SECTION not in raw[::2]:
        return raw
    if size == 3 and len(raw) > 2 and raw[0] != SECTION:
        first = int.from_bytes(raw[:2])
        records = [(first + at).to_bytes(2) + bytes([value]) for at, value in enumerate(raw[2:])]
        return b"".join(records)
    raise ValueError(raw)
