"""Readings at home: taken once, checked, put on the calendar; and what became of each."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib

import pytest

from sim.home import Home
from sim.readings import Batch, entries, in_units, on_calendar, readings_of

KEY = bytes(range(32))
OF = ("moisture", "centi_C")
#: When the home station of these tests began.
EPOCH_s = 1_750_000_000


def entry(time_s: int, *values: int) -> bytes:
    raw = struct.pack(f"<I{len(values)}h", time_s, *values)
    return raw + struct.pack("<H", zlib.crc32(raw) & 0xFFFF)


def batch(content: bytes, node_s: int, arrived_s: float = 5000.0) -> Batch:
    return Batch(arrived_s, EPOCH_s + int(arrived_s), content, OF, node_s)


@pytest.fixture
def home() -> Home:
    return Home("garden", KEY, EPOCH_s, lambda key, jpeg: None)


def put(home: Home, name: str, content: bytes, telemetry: str, now_s: float = 60.0) -> int:
    path = f"/v1/nodes/garden/{name}"
    signed = f"PUT\n{path}\n{telemetry}\n{len(content)}\n".encode() + content
    footer = b"TPF1" + struct.pack("<I", zlib.crc32(content)) + hmac.new(KEY, signed, hashlib.sha256).digest()
    answer = home.answer(f"PUT {path} HTTP/1.1\r\nX-Torpor: {telemetry}".encode(), content + footer, now_s)
    return int(answer.split(b" ")[1])


def test_a_batch_is_taken_with_its_names_and_the_nodes_time(home: Home) -> None:
    content = entry(EPOCH_s, 417, -250)
    assert put(home, "readings/0a-1b", content, '{"mV":3700,"now":1750000042,"of":"moisture centi_C"}') == 201
    assert home.readings == {"0a-1b": Batch(60.0, EPOCH_s + 60, content, OF, 1_750_000_042)}


def test_the_same_batch_again_is_known_and_another_under_its_name_is_refused(home: Home) -> None:
    telemetry = '{"now":1,"of":"moisture centi_C"}'
    assert put(home, "readings/0a-1b", entry(5, 1, 2), telemetry) == 201
    assert put(home, "readings/0a-1b", entry(5, 1, 2), telemetry, 99.0) == 200
    assert put(home, "readings/0a-1b", entry(5, 1, 3), telemetry) == 409
    assert home.readings["0a-1b"].arrived_s == 60.0


@pytest.mark.parametrize("name", ["readings/", "readings/a b", "readings/" + "x" * 65])
def test_a_name_that_makes_no_sense_is_refused(home: Home, name: str) -> None:
    assert put(home, name, b"x", "{}") == 400
    assert home.readings == {}


@pytest.mark.parametrize("telemetry", ["", "no json", "[1]", '{"now":"x"}'])
def test_without_telemetry_it_is_kept_all_the_same(home: Home, telemetry: str) -> None:
    assert put(home, "readings/0a", entry(5, 1, 2), telemetry) == 201
    assert (home.readings["0a"].of, home.readings["0a"].node_s) == ((), 0)


def test_entries_of_any_number_of_values() -> None:
    for count in range(1, 5):
        raw = b"".join(entry(100 + n, *range(n, n + count)) for n in range(7))
        assert list(entries(raw, count)) == [(100 + n, tuple(range(n, n + count))) for n in range(7)]


@pytest.mark.parametrize("at", range(10))
def test_an_entry_with_a_wrong_byte_is_passed_over(at: int) -> None:
    raw = bytearray(entry(1, 10, 20) + entry(2, 11, 21) + entry(3, 12, 22))
    raw[10 + at] ^= 0x20
    assert [time_s for time_s, _ in entries(bytes(raw), 2)] == [1, 3]


@pytest.mark.parametrize("length", range(10, 20))
def test_half_an_entry_at_the_end_is_none(length: int) -> None:
    raw = (entry(1, 10, 20) + entry(2, 11, 21))[:length]
    assert [time_s for time_s, _ in entries(raw, 2)] == [1]


@pytest.mark.parametrize(
    ("time_s", "node_s", "unix_s"),
    [
        (EPOCH_s - 7, EPOCH_s, EPOCH_s - 7),  # it knew the time
        (1_560_000_000, 5, 1_560_000_000), (1_559_999_999, 1_559_999_999, EPOCH_s + 5000),
        (3605, 7205, EPOCH_s + 5000 - 3600),  # both count from the start
        (7205, 7205, EPOCH_s + 5000),
        (7206, 7205, None),  # of another life
        (3605, EPOCH_s, None),  # told the time since
    ],
)  # fmt: skip
def test_the_calendar(time_s: int, node_s: int, unix_s: int | None) -> None:
    assert on_calendar(time_s, batch(b"", node_s)) == unix_s


def test_each_reading_counts_once_however_often_it_came() -> None:
    first, second, third = entry(EPOCH_s, 1, 1), entry(EPOCH_s + 1, 2, 2), entry(EPOCH_s + 2, 3, 3)
    sent = [batch(first + second, EPOCH_s, 10.0), batch(first + second + third, EPOCH_s, 20.0)]
    found = readings_of(sent)
    assert [(one.values[0], one.arrived_s) for one in found] == [(1, 10.0), (2, 10.0), (3, 20.0)]


@pytest.mark.parametrize(
    ("name", "title", "size", "unit"),
    [
        ("moisture", "Moisture", 1.0, ""),
        ("centi_C", "Temperature", 0.01, "°C"),
        ("soil_centi_C", "Soil", 0.01, "°C"),
        ("milli_V", "V", 0.001, "V"),
        ("water_deci_mm", "Water", 0.1, "mm"),
        ("lid_open", "Lid open", 1.0, ""),
    ],
)
def test_a_name_tells_title_and_unit(name: str, title: str, size: float, unit: str) -> None:
    assert in_units(name) == (title, size, unit)
