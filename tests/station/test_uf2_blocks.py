"""A UF2 file is read whole, or refused with the block that is wrong."""

from __future__ import annotations

import random

import pytest

from station.errors import StationError
from station.uf2_blocks import read_uf2
from tests.station.firmware_files import RP2040, RP2350, block, uf2

MEMORY = bytes(range(256)) * 5


def refused(content: bytes) -> str:
    with pytest.raises(StationError) as problem:
        read_uf2(content, "a.uf2")
    return str(problem.value)


def test_memory_and_family_come_back() -> None:
    read = read_uf2(uf2(MEMORY), "a.uf2")
    assert (read.chip, read.start, read.memory, read.blocks) == ("RP2040", 0x10000000, MEMORY, 5)


def test_blocks_in_any_order_are_the_same_memory() -> None:
    content = uf2(MEMORY)
    blocks = [content[at : at + 512] for at in range(0, len(content), 512)]
    random.Random(3).shuffle(blocks)
    assert read_uf2(b"".join(blocks), "a.uf2").memory == MEMORY


def test_a_hole_between_blocks_is_erased_flash() -> None:
    content = block(0, 2, b"\x01" * 256, 0, RP2040) + block(1, 2, b"\x02" * 256, 512, RP2040)
    assert read_uf2(content, "a.uf2").memory == b"\x01" * 256 + b"\xff" * 256 + b"\x02" * 256


def test_the_block_that_guards_the_rp2350_is_no_part_of_the_count() -> None:
    guard = block(0, 2, b"\xef" * 256, 0x10FFFF00, 0xE48BFF57, 0x2000)
    assert read_uf2(guard + uf2(MEMORY, RP2350), "a.uf2").chip == "RP2350"


def test_a_file_without_family_names_no_chip() -> None:
    assert read_uf2(uf2(MEMORY, family=1256, flags=0), "a.uf2").chip == ""


def test_a_family_that_nobody_knows_is_named_by_its_number() -> None:
    assert read_uf2(uf2(MEMORY, family=0x12345678), "a.uf2").chip == "family 0x12345678"


WHOLE = uf2(MEMORY)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no UF2 file"),
        (b"PK\x03\x04" + bytes(600), "no UF2 file"),
        (WHOLE[:-1], "cut off: 2,559 bytes"),
        (WHOLE[:-512], "1 of its 5 blocks are missing (4)"),
        (WHOLE[:512] + WHOLE[1024:], "1 of its 5 blocks are missing (1)"),
        (WHOLE + WHOLE[512:1024], "block 1 is there twice"),
        (WHOLE[:512] + b"\x00" + WHOLE[513:], "block 1 is no UF2 block"),
        (WHOLE[:1023] + b"\x00" + WHOLE[1024:], "block 1 is no UF2 block"),
        (uf2(MEMORY, RP2040) + uf2(MEMORY, RP2350), "several families of chips (0xe48bff56, 0xe48bff59)"),
        (block(0, 1, b"a" * 256, 0, RP2040) + block(1, 2, b"a" * 256, 256, RP2040), "disagree how many"),
        (block(0, 2, b"a" * 256, 0, RP2040) + block(1, 2, b"a" * 256, 255, RP2040), "two blocks write"),
        (block(0, 2, b"a" * 256, 0, RP2040) + block(1, 2, b"a" * 256, 1 << 31, RP2040), "MiB of addresses"),
        (block(0, 2, b"a" * 256, 0, RP2040) + block(1, 2, b"a" * 255, 256, RP2040), "hold 255, 256 bytes"),
        (block(0, 1, b"a" * 256, 0, RP2040, 0x2001), "no block for a chip's flash"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused(content: bytes, words: str) -> None:
    said = refused(content)
    assert words in said and "a.uf2" in said


def test_no_cut_and_no_lost_block_gets_past() -> None:
    for at in range(len(WHOLE)):
        assert refused(WHOLE[:at])
    seed = 20
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(200):  # a byte of a head or of the end: payload has no sum of its own
        number, at = chance.randrange(5), chance.choice([*range(8), *range(508, 512)])
        broken = bytearray(WHOLE)
        broken[512 * number + at] ^= 1 << chance.randrange(8)
        assert refused(bytes(broken))
