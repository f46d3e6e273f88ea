"""Which file is for which chip and place, and what makes it unfit for a board."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.detect import Found, Mode
from station.errors import StationError
from station.esp_image import flash_needed_MiB, read_esp_image
from station.flash_claims import numbers_of, too_old
from station.flash_image import check_family, doubts, read_image
from tests.station.firmware_files import (
    PICO_W,
    ROWS,
    RP2040,
    RP2350,
    S3,
    esp_file,
    image,
    strings,
    table,
    uf2,
)


def esp_refused(content: bytes) -> str:
    with pytest.raises(StationError) as problem:
        read_esp_image(content, "a.bin")
    return str(problem.value)


@pytest.mark.parametrize(
    ("chip_id", "boot_at", "first", "name", "offset", "joined"),
    [
        (0, 0x1000, 0, "ESP32", 0x0, True),
        (0, 0x1000, 0x1000, "ESP32", 0x1000, False),
        (2, 0x1000, 0, "ESP32-S2", 0x0, True),
        (2, 0x1000, 0x1000, "ESP32-S2", 0x1000, False),
        (9, 0, 0, "ESP32-S3", 0x0, True),
        (5, 0, 0, "ESP32-C3", 0x0, True),
        (18, 0x2000, 0, "ESP32-P4", 0x0, True),
        (18, 0x2000, 0x2000, "ESP32-P4", 0x2000, False),
    ],
)
def test_the_offset_is_read_from_the_file(
    chip_id: int, boot_at: int, first: int, name: str, offset: int, joined: bool
) -> None:
    read = read_esp_image(esp_file(chip_id, boot_at, first), "a.bin")
    assert (read.chip.name, read.offset, read.joined) == (name, offset, joined)
    assert [(one.label, one.offset) for one in read.parts] == [
        ("nvs", 0x9000), ("app", 0x10000), ("fs", 0x2D0000)
    ]  # fmt: skip
    assert (read.flash_MiB, flash_needed_MiB(read), read.mode) == (4, 4, "DIO")


def test_partitions_beyond_the_header_s_flash_count() -> None:
    assert flash_needed_MiB(read_esp_image(esp_file(size_code=1), "a.bin")) == 4
    assert flash_needed_MiB(read_esp_image(esp_file(size_code=4), "a.bin")) == 16


WHOLE = esp_file()


def changed(at: int, to: bytes) -> bytes:
    return WHOLE[:at] + to + WHOLE[at + len(to) :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "too short"),
        (b"\xff" * 70000, "no image for an ESP chip"),
        (b"\x00" * 70000, "it begins 00 00 00 00"),
        (WHOLE[0x10000:], "an application without bootloader"),
        (WHOLE[:0x10000], "its application belongs to 0x10000"),
        (WHOLE[:-1], "SHA-256"),
        (WHOLE[:-40], "cut off"),
        (WHOLE[: 0x10000 + 700], "a segment of"),
        (changed(0x8000, b"\xff" * 32), "no partition table at 0x8000"),
        (changed(0x8000, table(ROWS[0])), "without an application"),
        (changed(0x100C, b"\x63\x00"), "the id 99"),
        (changed(0x100C, b"\x12\x00"), "its bootloader at 0x1000, where an ESP32-P4 does not look"),
        (changed(0x1100, b"\xaa"), "the bootloader of a.bin is damaged: its checksum"),
        (changed(0x10400, b"\xaa"), "the application in a.bin is damaged: its checksum"),
        (changed(0x10004, b"\x01"), "SHA-256"),
    ],
)  # fmt: skip
def test_a_part_or_a_damaged_file_is_refused(content: bytes, words: str) -> None:
    assert words in esp_refused(content)


def test_a_bootloader_s_header_may_have_another_flash_size_than_its_digest_covers() -> None:
    assert read_esp_image(changed(0x1003, b"\x30"), "a.bin").flash_MiB == 8


def test_a_whole_image_of_another_size_still_ends_on_its_line() -> None:
    for size in range(20, 60):
        assert len(image([b"a" * size], digest=False)) % 16 == 0
        assert read_esp_image(esp_file(app_size=size), "a.bin").size > 0x10000


@pytest.mark.parametrize(
    ("version", "numbers", "old"),
    [
        ("10.0.3", (10, 0, 3), True),
        ("10.1.0", (10, 1, 0), False),
        ("10.1.0-beta.1", (10, 1, 0), False),
        ("9.2.8", (9, 2, 8), True),
        ("10.3.0-alpha.4-185-gcd3da4a5d8-dirty", (10, 3, 0), False),
        ("11.0", (11, 0, 0), False),
        ("main", None, False),
    ],
)
def test_versions(version: str, numbers: tuple[int, int, int] | None, old: bool) -> None:
    assert numbers_of(version) == numbers
    assert bool(too_old(version)) == old


def put(folder: Path, content: bytes, name: str = "a.uf2") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_an_image_says_what_it_is(tmp_path: Path) -> None:
    read = read_image(put(tmp_path, uf2(strings())))
    assert read.lines[:2] == (
        "a.uf2: CircuitPython 10.2.1 of 2026-05-12 for Raspberry Pi Pico W",
        "UF2 for RP2040, 256 bytes of flash, whole",
    )
    assert read.lines[2].startswith("designs on this board: pico-w-arducam-2mp, ")
    assert doubts(read, "raspberry_pi_pico_w") == [] == doubts(read, "")
    esp = read_image(put(tmp_path, WHOLE, "b.bin"))
    assert esp.lines == (
        "b.bin: CircuitPython 10.2.1 of 2026-05-12 for Ai Thinker ESP32-CAM",
        "image for ESP32, joined, written at 0x0, whole",
        "needs 4 MiB of flash, read as DIO",
        "designs on this board: esp32-cam",
    )
    assert esp.document["offset"] == 0


def test_strings_over_the_edge_of_a_block_are_read(tmp_path: Path) -> None:
    for shift in range(150, 256, 5):
        read = read_image(put(tmp_path, uf2(bytes(shift) + strings())))
        assert (read.claims.version, read.claims.board_ids) == ("10.2.1", ("raspberry_pi_pico_w",))


@pytest.mark.parametrize(
    ("said", "board_id", "words"),
    [
        (strings(PICO_W.replace(b"10.2.1", b"10.0.3")), "", ["CircuitPython 10.0.3 is older than 10.1"]),
        (strings(b"MicroPython v1.29.0 on 2026-01-01"), "", ["a.uf2 is MicroPython v1.29.0; a node needs"]),
        (b"blink", "", ["a.uf2 is no CircuitPython"]),
        (strings(), "raspberry_pi_pico2_w", ["Pico W, and the board is raspberry_pi_pico2_w"]),
        (strings(board_id=b"raspberry_pi_pico"), "raspberry_pi_pico_w", ["the board is raspberry_pi_pico_w"]),
        (strings(), "raspberry_pi_pico_w", []),
        (strings(board_id=b"BOARD=raspberry_pi_pico_w"), "raspberry_pi_pico_w", []),
        (strings(board_id=b"my_raspberry_pi_pico_w"), "raspberry_pi_pico_w", ["is raspberry_pi_pico_w"]),
    ],
)  # fmt: skip
def test_doubts(tmp_path: Path, said: bytes, board_id: str, words: list[str]) -> None:
    told = doubts(read_image(put(tmp_path, uf2(said)), board_id), board_id)
    assert len(told) == len(words)
    assert all(word in sentence for word, sentence in zip(words, told, strict=True))


def test_a_board_is_right_by_its_name_where_its_id_is_of_no_design(tmp_path: Path) -> None:
    read = read_image(put(tmp_path, uf2(strings(board_id=b"x"))))
    assert doubts(read, "some_board", "Raspberry Pi Pico W") == []


def test_neither_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        StationError, match=r"neither a UF2 file nor an image for an ESP chip \(it begins 50 4b"
    ):
        read_image(put(tmp_path, b"PK\x03\x04" + bytes(9000), "x.zip"))
    with pytest.raises(StationError, match="and ends at once"):
        read_image(put(tmp_path, b"", "x.bin"))
    with pytest.raises(StationError, match="is no UF2 file"):
        read_image(put(tmp_path, bytes(1024), "x.uf2"))


@pytest.mark.parametrize(
    ("family", "chip", "fine"),
    [
        (RP2040, "RP2040", True), (RP2040, "RP2350", False), (RP2350, "RP2350", True),
        (0xE48BFF5A, "RP2350", True), (S3, "ESP32-S3", True), (S3, "ESP32-S2", False), (RP2040, "", False),
    ],
)  # fmt: skip
def test_the_family_is_checked_against_the_bootloader(
    tmp_path: Path, family: int, chip: str, fine: bool
) -> None:
    read = read_image(put(tmp_path, uf2(strings(), family)))
    board = Found(Mode.UF2, drive=tmp_path, chip=chip)
    if fine:
        check_family(read, board)
        return
    with pytest.raises(StationError, match=r"othing was written\.$"):
        check_family(read, board)
