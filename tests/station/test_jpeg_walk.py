"""The walk through a picture's coded stream: whole ones pass, damage is told, nothing makes it fall over."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image

from sim.pictures import KINDS, PicturePool
from station.jpeg_walk import Walk, walk

HEADER_B = 623
POOL = PicturePool(3)
GOOD = POOL.picture(320, 240, 12, 0.75)
UNITS = 20 * 30  # of 16 x 8 pixels


def saved(mode: str = "RGB", **options: object) -> bytes:
    noise = random.Random(4).randbytes(72 * 56 * len(mode))
    file = io.BytesIO()
    Image.frombytes(mode, (72, 56), noise).resize((288, 211)).save(file, "JPEG", **options)
    return file.getvalue()


# -- whole ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_no_picture_of_ours_is_a_suspect(kind: str) -> None:
    for qs, size in ((12, (640, 480)), (4, (320, 240)), (12, (160, 120)), (1, (160, 120)), (63, (176, 144))):
        for light in (0.95, 0.52, 0.25, 0.0):
            for frame in range(4):
                found = walk(POOL.picture(*size, qs, light, kind, 1, frame))
                assert found == Walk(True, "", found.expected, size[0] * size[1] // 128), (qs, light, frame)


@pytest.mark.parametrize(
    ("options", "units"),
    [
        ({}, 18 * 14),
        ({"subsampling": "4:4:4"}, 36 * 27),
        ({"subsampling": "4:2:2", "quality": 100}, 18 * 27),
        ({"optimize": True, "quality": 30}, 18 * 14),
        ({"mode": "L"}, 36 * 27),
        ({"restart_marker_blocks": 5}, 18 * 14),
    ],
    ids=["4:2:0", "4:4:4", "finest", "tables of its own", "grey", "restarts"],
)
def test_other_encoders_pictures_are_whole(options: dict[str, object], units: int) -> None:
    assert walk(saved(**options)) == Walk(True, "", units, units)  # type: ignore[arg-type]


def test_bytes_behind_the_end_are_not_looked_at() -> None:
    assert walk(GOOD + bytes(100) + GOOD).whole


# -- damage --------------------------------------------------------------------------------------

DAMAGE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "The start marker is missing."),
    "no start": (GOOD[1:], "The start marker is missing."),
    "cut in a table": (GOOD[:300], "A Huffman table breaks off."),
    "cut behind a segment": (GOOD[:158], "The header breaks off."),
    "a hole in the header": (GOOD[:20] + GOOD[21:], "At byte 20 a marker should stand."),
    "a lost quantiser": (GOOD[:89] + GOOD[158:], "The header names what it does not hold."),
    "a lost Huffman table": (GOOD[:158] + GOOD[191:], "The header names what it does not hold."),
    "no size": (GOOD[:595] + bytes(4) + GOOD[599:], "The picture has no size."),
    "cut in the scan": (GOOD[:2000], "A code that no table has at unit "),
    "no end": (GOOD[:-2], "The end marker is missing."),
    "a second start at the end": (GOOD[:-2] + GOOD, "The end marker is missing."),
    "a second start in the middle": (GOOD[:3000] + GOOD, "A code that no table has at unit "),
    "more than belongs into it": (
        GOOD[:-2] + b"\x55" * 9 + GOOD[-2:],
        f"9 bytes are left over at unit {UNITS}",
    ),
    "fewer lines announced": (
        GOOD[:595] + b"\x00\xe8" + GOOD[597:],
        " bytes are left over at unit 580 of 580.",
    ),
    "more lines announced": (GOOD[:595] + b"\x00\xf8" + GOOD[597:], f" at unit {UNITS} of 620."),
    "progressive": (
        saved(progressive=True),
        "Marker C2 does not belong into the header of a baseline JPEG.",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told(name: str) -> None:
    data, reason = DAMAGE[name]
    found = walk(data)
    assert not found.whole
    assert reason in found.reason


def test_it_never_falls_over() -> None:
    chance = random.Random(8)
    for _ in range(400):
        data = bytearray(GOOD[: chance.randrange(len(GOOD))] if chance.random() < 0.3 else GOOD)
        for _ in range(chance.randrange(12)):
            if data:
                data[chance.randrange(min(len(data), chance.choice((HEADER_B, len(data)))))] = (
                    chance.randrange(256)
                )
        found = walk(bytes(data))
        assert found.whole == (found.reason == "")
        assert found.reason == "" or found.reason.endswith(".")
        assert found.mcus <= max(found.expected, 0)


# -- rates of the docstring ----------------------------------------------------------------------


@cache
def pictures() -> tuple[bytes, ...]:
    kinds = (("none", 0), ("fox", 1), ("blackbird", 2))
    return tuple(
        POOL.picture(640, 480, 12, light, kind, variant)
        for light in (0.95, 0.75, 0.5, 0.2, 0.0)
        for kind, variant in kinds
    )


def other(jpeg: bytes, chance: random.Random) -> bytes:
    return chance.choice([one for one in pictures() if one is not jpeg])


def place(jpeg: bytes, chance: random.Random, room: int = 2) -> int:
    return chance.randrange(HEADER_B, len(jpeg) - room)


def cut(jpeg: bytes, chance: random.Random) -> bytes:
    return jpeg[: place(jpeg, chance)]


def block_lost(jpeg: bytes, chance: random.Random) -> bytes:
    at = place(jpeg, chance, 1026)
    return jpeg[:at] + jpeg[at + 1024 :]


def zeros(jpeg: bytes, chance: random.Random) -> bytes:
    at = place(jpeg, chance, 1026)
    return jpeg[:at] + bytes(1024) + jpeg[at + 1024 :]


def second_head(jpeg: bytes, chance: random.Random) -> bytes:
    return jpeg[: place(jpeg, chance)] + other(jpeg, chance)


def old_block(jpeg: bytes, chance: random.Random) -> bytes:
    old = other(jpeg, chance)
    at = place(min(jpeg, old, key=len), chance, 1026)
    return jpeg[:at] + old[at : at + 1024] + jpeg[at + 1024 :]


def old_rest(jpeg: bytes, chance: random.Random) -> bytes:
    old = other(jpeg, chance)
    at = place(min(jpeg, old, key=len), chance)
    return jpeg[:at] + old[at:]


def byte_lost(jpeg: bytes, chance: random.Random) -> bytes:
    at = place(jpeg, chance)
    return jpeg[:at] + jpeg[at + 1 :]


def byte_twice(jpeg: bytes, chance: random.Random) -> bytes:
    at = place(jpeg, chance)
    return jpeg[:at] + jpeg[at - 1 :]


def bit(jpeg: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(jpeg)
    spoiled[place(jpeg, chance)] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def bits_5(jpeg: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(jpeg)
    for _ in range(chance.randrange(1, 4)):
        spoiled[chance.randrange(len(spoiled))] ^= 0x20
    return bytes(spoiled)


@pytest.mark.parametrize(
    ("spoil", "percent"),
    [
        (cut, 100),
        (block_lost, 100),
        (zeros, 100),
        (second_head, 100),
        (old_block, 97),
        (old_rest, 96),
        (byte_lost, 59),
        (bits_5, 59),
        (bit, 48),
        (byte_twice, 35),
    ],
)
def test_rates_are_those_of_the_docstring(
    spoil: Callable[[bytes, random.Random], bytes], percent: int
) -> None:
    chance, tries = random.Random(1), 150
    seen = sum(not walk(spoil(pictures()[at % len(pictures())], chance)).whole for at in range(tries))
    assert abs(100 * seen / tries - percent) <= (0 if percent == 100 else 8)


def test_a_picture_takes_milliseconds() -> None:
    jpeg = pictures()[0]
    walk(jpeg)
    began = time.process_time()
    for _ in range(5):
        walk(jpeg)
    assert (time.process_time() - began) / 5 < 0.1  # 10 ms on the machine where it was written
