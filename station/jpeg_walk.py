"""Walk the coded stream of a baseline JPEG block by block, without decoding pixels: is the picture whole?

A node compares two readings of its camera's memory; what was wrong inside that memory it cannot know. Here
every Huffman code is followed, coefficients and blocks are counted, and the mean of each block is kept
within what eight bits can be. Codes resynchronise after an error, so a changed bit may pass; a picture
that does not is a suspect.

Detected, per cent, on our own pictures (640x480 at QS 12, 22 kB; 1280x960 of the OV5642 at 4, 185 kB);
tests/station/test_jpeg_walk.py measures the first column again:

    cut off anywhere                        100   100
    1024 bytes missing                      100   100
    1024 bytes of zeros                     100   100
    a second picture's head in the scan     100   100
    1024 bytes of another picture            97    65
    the rest is another picture's            96    80
    one byte missing                         59    30
    bit 5 of one to three bytes, anywhere    59    32
    one bit of the scan                      48    23
    one byte twice                           35    23

An undamaged picture is never a suspect. A picture of 22 kB takes 8 ms (CPython 3.11, one core).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

#: The first marker in a scan that is neither a stuffed FF, a restart nor a fill.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_END_OF_BLOCK = 128
#: Block means lie in -1024..1016 by the transform of 8-bit samples; quantisers round by half a step.
_MEAN_MOST = 1024
_REFILL_B = 6


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found.

    Attributes
    ----------
    whole : nothing speaks against the picture. reason : else one sentence, "" if whole.
    mcus, expected : minimum coded units that were walked, and that a picture of its size has.
    """

    whole: bool
    reason: str
    mcus: int = 0
    expected: int = 0


class _Suspect(Exception):
    """Something that no whole picture has."""


@dataclass(frozen=True, slots=True)
class _Block:
    """One block of a minimum coded unit: whose mean it continues, its tables, its mean's quantiser."""

    component: int
    dc: list[int]
    ac: list[int]
    step: int


@dataclass(slots=True)
class _Head:
    """What the segments before the scan say."""

    steps: dict[int, int] = field(default_factory=dict)
    tables: dict[int, list[int]] = field(default_factory=dict)
    components: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    width: int = 0
    height: int = 0
    restart: int = 0
    scan: tuple[tuple[int, int], ...] = ()
    at: int = 0


def walk(jpeg: bytes) -> Walk:
    """Follow the stream of one JPEG from its first to its last block. Never raises; bytes behind the end
    marker are not looked at."""
    expected = 0
    try:
        head = _head(jpeg)
        blocks = _blocks(head)
        expected = _expected(head)
    except (_Suspect, IndexError, KeyError) as problem:
        said = str(problem) if isinstance(problem, _Suspect) else "The header names what it does not hold."
        return Walk(False, said)
    end = _MARKER.search(jpeg, head.at)
    mcus = 0
    for part in _RESTART.split(jpeg[head.at : end.start() if end else len(jpeg)]):
        wanted = min(head.restart, expected - mcus) if head.restart else expected - mcus
        found, reason = _interval(part.replace(b"\xff\x00", b"\xff"), blocks, wanted)
        mcus += found
        if reason:
            return Walk(False, f"{reason} at unit {mcus} of {expected}.", mcus, expected)
    if mcus < expected:
        return Walk(False, f"{mcus} units of {expected} are there.", mcus, expected)
    if end is None or end.group() != b"\xff\xd9":
        return Walk(False, "The end marker is missing.", mcus, expected)
    return Walk(True, "", mcus, expected)


# -- the header ----------------------------------------------------------------------------------


def _head(jpeg: bytes) -> _Head:
    if jpeg[:2] != b"\xff\xd8":
        raise _Suspect("The start marker is missing.")
    head = _Head()
    for marker, body, behind in _segments(jpeg):
        if marker == 0xDB:
            _quantisers(head, body)
        elif marker == 0xC4:
            _huffman(head, body)
        elif marker in (0xC0, 0xC1):
            _frame(head, body)
        elif marker == 0xDD:
            head.restart = body[0] << 8 | body[1]
        elif marker == 0xDA:
            head.scan = tuple((body[at], body[at + 1]) for at in range(1, 1 + 2 * body[0], 2))
            head.at = behind
            return head
        elif marker >> 4 != 0xE and marker != 0xFE:
            raise _Suspect(f"Marker {marker:02X} does not belong into the header of a baseline JPEG.")
    raise _Suspect("The header breaks off.")


def _segments(jpeg: bytes) -> Iterator[tuple[int, bytes, int]]:
    at = 2
    while at + 4 <= len(jpeg):
        if jpeg[at] != 0xFF:
            raise _Suspect(f"At byte {at} a marker should stand.")
        if jpeg[at + 1] == 0xFF:  # fill
            at += 1
            continue
        behind = at + 2 + (jpeg[at + 2] << 8 | jpeg[at + 3])
        yield jpeg[at + 1], jpeg[at + 4 : behind], behind
        at = behind


def _quantisers(head: _Head, body: bytes) -> None:
    at = 0
    while at < len(body):
        wide = body[at] >> 4
        head.steps[body[at] & 15] = body[at + 1] << 8 | body[at + 2] if wide else body[at + 1]
        at += 129 if wide else 65


def _huffman(head: _Head, body: bytes) -> None:
    at = 0
    while at < len(body):
        counts = body[at + 1 : at + 17]
        behind = at + 17 + sum(counts)
        values = body[at + 17 : behind]
        if len(counts) < 16 or len(values) < sum(counts):
            raise _Suspect("A Huffman table breaks off.")
        head.tables[body[at]] = _lookup(counts, values, body[at] >> 4 == 1)
        at = behind


def _frame(head: _Head, body: bytes) -> None:
    head.height, head.width = body[1] << 8 | body[2], body[3] << 8 | body[4]
    for at in range(6, 6 + 3 * body[5], 3):
        head.components[body[at]] = (body[at + 1] >> 4, body[at + 1] & 15, body[at + 2])


@lru_cache(maxsize=64)
def _lookup(counts: bytes, values: bytes, is_ac: bool) -> list[int]:
    """For each 16 bits that may stand next: bits of code and amplitude, above them the coefficients that it
    makes (AC) or the amplitude's bits (DC); 0 where no code begins so."""
    table: list[int] = []
    at = 0
    for length, count in enumerate(counts, 1):
        for value in values[at : at + count]:
            run, size = (value >> 4, value & 15) if is_ac else (0, value)
            made = size if not is_ac else run + 1 if size or run == 15 else _END_OF_BLOCK
            good = size <= (10 if is_ac else 11)  # eight-bit samples have no larger ones
            table += [made << 8 | length + size if good else 0] * (1 << 16 - length)
        at += count
    if len(table) > 1 << 16:
        raise _Suspect("A Huffman table has more codes than there can be.")
    return table + [0] * ((1 << 16) - len(table))


def _expected(head: _Head) -> int:
    """Minimum coded units of the picture."""
    across, down = (max(part[axis] for part in head.components.values()) for axis in (0, 1))
    if not across or not down or not head.width or not head.height:
        raise _Suspect("The picture has no size.")
    if len(head.scan) == 1:
        across = down = 1
    return -(-head.width // (8 * across)) * -(-head.height // (8 * down))


def _blocks(head: _Head) -> list[_Block]:
    """The blocks of one minimum coded unit in their order."""
    if len(head.scan) != len(head.components):
        raise _Suspect("The picture has more than one scan.")
    blocks = []
    for number, (component, tables) in enumerate(head.scan):
        across, down, quantiser = head.components[component]
        block = _Block(
            number, head.tables[tables >> 4], head.tables[0x10 | tables & 15], head.steps[quantiser]
        )
        blocks += [block] * (across * down if len(head.scan) > 1 else 1)
    return blocks


# -- the scan ------------------------------------------------------------------------------------


def _interval(data: bytes, blocks: list[_Block], wanted: int) -> tuple[int, str]:
    """Walk `wanted` units through unstuffed bytes -> (units walked, what is wrong or "").

    One loop without calls: a picture of 40 kB has some 80 000 codes.
    """
    total = 8 * len(data)
    padded = data + b"\xff" * 64
    bits = have = at = 0
    means = [0] * (1 + max(block.component for block in blocks))
    for unit in range(wanted):
        for block in blocks:
            table, coefficient = block.dc, 0
            while coefficient < 64:
                if have < 32:
                    bits = (bits & (1 << have) - 1) << 48 | int.from_bytes(padded[at : at + _REFILL_B], "big")
                    have += 48
                    at += _REFILL_B
                entry = table[bits >> have - 16 & 0xFFFF]
                if not entry:
                    return unit, "A code that no table has"
                have -= entry & 0xFF
                if coefficient:
                    coefficient += entry >> 8
                    continue
                size, coefficient, table = entry >> 8, 1, block.ac
                if size:
                    amplitude = bits >> have & (1 << size) - 1
                    if not amplitude >> size - 1:
                        amplitude -= (1 << size) - 1
                    mean = means[block.component] = means[block.component] + amplitude
                    if abs(mean) * block.step > _MEAN_MOST + block.step:
                        return unit, "A brightness that cannot be"
            if 64 < coefficient < _END_OF_BLOCK:
                return unit, "A block of more than 64 coefficients"
        if 8 * at - have > total:
            return unit, "The data end"
    left = total - (8 * at - have)
    if left >= 8:
        return wanted, f"{left // 8} bytes are left over"
    if left and bits >> have - left & (1 << left) - 1 != (1 << left) - 1:
        return wanted, "The last bits are no padding"
    return wanted, ""
