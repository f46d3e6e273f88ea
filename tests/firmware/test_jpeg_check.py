"""The streaming JPEG check: what it takes, what it refuses, and that chunking changes nothing."""

from __future__ import annotations

import binascii
import io
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks.camera_bench import Bench, fake_jpeg
from sim.sensor_jpeg import encode, header

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parents[2] / "shared/data/cameras/jpeg_header_sample.json"

jpeg = Bench(powered=False).jpeg
WIDTH, HEIGHT = 160, 120
GOOD = fake_jpeg("good", 12, WIDTH, HEIGHT, 2000)
HEADER_B = 623


def run(stream: bytes, chunk: int = 1024, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Any:
    check = jpeg.Check(*size)
    buffer = bytearray(chunk)
    for at in range(0, len(stream), chunk):
        piece = stream[at : at + chunk]
        buffer[: len(piece)] = piece
        if check.feed(buffer, len(piece)) is not None:
            break
    check.finish()
    return check


def verdict(check: Any) -> tuple[bool, int, int, int, int]:
    if check.error:
        return check.done, check.error, check.start, 0, 0
    return check.done, check.error, check.start, check.length, check.crc


def test_a_good_picture() -> None:
    check = run(GOOD)
    assert verdict(check) == (True, 0, 0, len(GOOD), binascii.crc32(GOOD))


@pytest.mark.parametrize(
    "prefix", [b"\x00", b"\xff", b"\x00\xff", b"\xff\xff\xff", b"\x00" * 63, b"\x00" * 64]
)
def test_bytes_before_and_behind_are_cut_off(prefix: bytes) -> None:
    check = run(prefix + GOOD + bytes(300) + b"\xff\xd8 old \xff\xd9")
    assert verdict(check) == (True, 0, len(prefix), len(GOOD), binascii.crc32(GOOD))


def test_the_index_behind_the_picture_in_the_last_piece() -> None:
    check = jpeg.Check(WIDTH, HEIGHT)
    stream = bytearray(GOOD + bytes(100))
    assert check.feed(stream, 1000) is None
    assert check.feed(stream[1000:], len(stream) - 1000) == len(GOOD) - 1000


SPOILED = {
    "a start that comes too late": (bytes(65) + GOOD, "_NO_START"),
    "no start": (bytes(2000), "_NO_START"),
    "the first byte lost": (GOOD[1:], "_NO_START"),
    "nothing": (b"", "_NO_START"),
    "a marker lost one bit": (GOOD[:20] + b"\xff\xfb" + GOOD[22:], "_BAD_SEGMENT"),
    "no marker after a segment": (GOOD[:20] + b"\xdf\xdb" + GOOD[22:], "_BAD_SEGMENT"),
    "a segment shorter than its own length": (GOOD[:22] + b"\x00\x01" + GOOD[24:], "_BAD_SEGMENT"),
    "the end before the scan": (b"\xff\xd8\xff\xd9" + GOOD, "_BAD_SEGMENT"),
    "a second start in the header": (b"\xff\xd8" + GOOD, "_BAD_SEGMENT"),
    "no quantiser tables": (GOOD[:20] + GOOD[158:], "_NO_TABLES"),
    "no Huffman tables": (GOOD[:158] + GOOD[590:], "_NO_TABLES"),
    "no frame header": (GOOD[:590] + GOOD[609:], "_NO_TABLES"),
    "another size": (header(12, 176, 144) + GOOD[HEADER_B:], "_WRONG_SIZE"),
    "a second start in the scan": (GOOD[:1500] + GOOD, "_STRAY_MARKER"),
    "an end without a scan": (GOOD[:HEADER_B] + b"\x00\xff\xd9", "_TOO_SHORT"),
    "an end that is missing": (GOOD[:-2], "_NO_END"),
    "half an end": (GOOD[:-1], "_NO_END"),
    "cut in the header": (GOOD[:300], "_NO_END"),
    "zeros for ever": (GOOD[:-2] + bytes(40_000), "_TOO_LONG"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_refused(name: str) -> None:
    stream, error = SPOILED[name]
    check = run(stream)
    assert (check.done, check.error) == (False, getattr(jpeg, error))
    assert check.error


def test_fills_restarts_and_stuffed_bytes_are_fine() -> None:
    scan = GOOD[HEADER_B:-2]
    fine = GOOD[:20] + b"\xff\xff" + GOOD[20:HEADER_B] + scan + b"\xff\xd0\xff\xd7\xff\x00\xff\xff\xff\xd9"
    check = run(fine)
    assert (check.done, check.length) == (True, len(fine))
    for marker in (0x01, 0xCF, 0xD8, 0xDA):
        assert run(GOOD[:-2] + bytes((0xFF, marker)) + GOOD[-2:]).error == jpeg._STRAY_MARKER


def test_an_end_marker_inside_a_table_is_no_end() -> None:
    tables = bytearray(GOOD)
    tables[40:42] = b"\xff\xd9"
    assert run(bytes(tables)).done


@pytest.mark.parametrize(("scan_B", "error"), [(74, "_TOO_SHORT"), (75, ""), (76, "")])
def test_the_shortest_possible_scan(scan_B: int, error: str) -> None:
    """160 x 120 pixels >> 8 = 75 bytes."""
    check = run(GOOD[:HEADER_B] + b"\x55" * scan_B + b"\xff\xd9")
    assert check.error == (getattr(jpeg, error) if error else 0)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 127, 1024])
def test_any_chunking_gives_the_same_verdict(chunk: int) -> None:
    streams = [stream for stream, _ in SPOILED.values()]
    streams += [GOOD, b"\xff" + GOOD + bytes(50), b"\x00\xff" + GOOD]
    chance = random.Random(5)
    for _ in range(60):
        spoiled = bytearray(GOOD)
        for _ in range(chance.randrange(1, 4)):
            spoiled[chance.randrange(len(spoiled))] = chance.choice((0xFF, 0xD8, 0xD9, 0x00))
        streams.append(bytes(spoiled))
    for stream in streams:
        whole = run(stream, max(1, len(stream)))
        got = run(stream, chunk)
        if whole.error == got.error == jpeg._TOO_LONG:
            continue  # noticed at the end of a piece
        assert verdict(got) == verdict(whole)


def test_a_real_picture_and_what_can_be_seen_of_damage() -> None:
    """Rates on coded noise; literal, so that a weaker check shows."""
    from PIL import Image

    noise = random.Random(9).randbytes(320 * 240 * 3)
    good = encode(Image.frombytes("RGB", (320, 240), noise), 30)
    with Image.open(io.BytesIO(good)) as image:
        image.load()
    size = (320, 240)
    assert run(good, 1024, size).done
    chance = random.Random(1)
    caught = {"truncated": 0, "second start": 0, "header bit": 0}
    for _ in range(100):
        at = chance.randrange(HEADER_B, len(good) - 2)
        caught["truncated"] += run(good[:at] + bytes(100), 1024, size).error != 0
        caught["second start"] += run(good[:at] + good, 1024, size).error != 0
        flipped = bytearray(good)
        flipped[chance.randrange(HEADER_B)] ^= 0x20
        caught["header bit"] += run(bytes(flipped), 1024, size).error != 0
    assert caught["truncated"] == caught["second start"] == 100
    assert caught["header bit"] < 20  # tables are not compared: the second reading's CRC does that


def test_the_header_of_a_real_sensor() -> None:
    if not SAMPLE.exists():
        pytest.skip("the sample of a real sensor is not part of the project: ../shared/data is absent")
    import json

    head = bytes.fromhex(json.loads(SAMPLE.read_text())["header_hex"])
    assert run(head + b"\x55" * 9000 + b"\xff\xd9", 1024, (800, 600)).done
