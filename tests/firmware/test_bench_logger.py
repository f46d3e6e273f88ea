"""The bench logger's own modules, and what it sends on a board of the twin."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest

from sim.bench_load import BenchLoad
from sim.bench_logger import BenchLogger
from sim.devices.ina219 import MeterFaults
from station.record_frames import MOST, Decoder, Frame, frame_of

STEADY = BenchLoad([(1.0, 12.34, 3.9)])
PERFECT = MeterFaults(offset_uV=0.0)


def run(seconds: float = 6.0, load: BenchLoad = STEADY, **options: Any) -> tuple[BenchLogger, list[Frame]]:
    """What arrives while it runs."""
    arrived = bytearray()
    logger = BenchLogger(load, arrived.extend, seconds, **{"meter_faults": PERFECT, **options})
    logger.run()
    return logger, Decoder().feed(bytes(arrived))


def module(name: str) -> ModuleType:
    """A module of the logger that needs nothing of a board."""
    found = ModuleType(name)
    exec(BenchLogger(STEADY, lambda data: None, 1.0)._modules[name].text, found.__dict__)
    return found


@pytest.mark.parametrize(
    ("hz", "power", "round_us"),
    [(1, 7, 68180), (14, 7, 68180), (15, 6, 34132), (58, 5, 17108), (59, 4, 8596), (100, 4, 8596),
     (116, 4, 8596), (117, 3, 4340), (230, 3, 4340), (231, 2, 2212), (450, 2, 2212)],
)  # fmt: skip
def test_as_much_averaging_as_the_rate_allows(hz: int, power: int, round_us: int) -> None:
    """Data sheet SBOS448G, table 7.5: 532 us for 12 bits, times the samples, and 84 us for the bus."""
    chip = module("chip")
    assert (chip.averages(hz), chip.round_us(power)) == (power, round_us)


@pytest.mark.parametrize(("range_mV", "bits"), [(40, 0x2067), (80, 0x2867), (160, 0x3067), (320, 0x3867)])
def test_the_configuration_register(range_mV: int, bits: int) -> None:
    assert module("chip").config(range_mV, 4) == bits


def test_a_frame_by_the_letter() -> None:
    frames = module("frames")
    frame = frames.Frame(3)
    frame.put(b"\x00\x7b\x1e\x7a", 40)
    frame.put(b"\xff\xff\x1f\x42", 41)
    sealed = bytes(frame.seal(7, 3, 5000, 100, -50, 0x3867, 2))
    body = bytes.fromhex("01 02 0700 0300 28000000 88130000 64000000 ceff 6738 0200 007b1e7a ffff1f42")
    assert sealed == b"\xa5\x5a" + body + struct.pack("<I", zlib.crc32(body))
    assert frame.count == 0
    read = frame_of(sealed)
    assert read is not None
    assert [(one.mA, one.V, one.marker) for one in read.readings] == [(12.8, 3.9, 1), (0.4, 4.0, 1)]


def test_no_frame_is_larger_than_the_other_end_takes() -> None:
    assert MOST == 64
    assert {len(one.readings) for one in run(settings={"BENCH_HZ": 450})[1]} == {64}


@pytest.mark.parametrize(("hz", "round_s"), [(10, 0.06818), (50, 0.017108), (100, 0.008596), (200, 0.00434),
                                             (450, 0.002212)])  # fmt: skip
def test_an_rp2040_keeps_up(hz: int, round_s: float) -> None:
    """No round is missed at any rate that may be set, with the cost of the interpreter in the twin."""
    logger, frames = run(10.0, settings={"BENCH_HZ": hz})
    assert logger.console == []
    assert [one.sequence for one in frames] == list(range(len(frames)))
    count = 0
    for one in frames:
        assert one.first == count
        count += len(one.readings)
    assert count * round_s == pytest.approx(10.0 - logger.boots[0], abs=0.5)


def test_what_it_reads() -> None:
    """12.34 mA in steps of 0.1, with the chip's noise and gain; the voltage in steps of 4 mV."""
    _, frames = run()
    readings = [reading for one in frames for reading in one.readings]
    assert sum(one.mA for one in readings) / len(readings) == pytest.approx(12.34, rel=0.005)
    assert {one.V for one in readings} == {3.9}


def test_range_shunt_and_zero_by_the_settings() -> None:
    """400 mA end the smallest range at 0.1 ohm; the same chip on 1 ohm ends at 40."""
    _, frames = run(load=BenchLoad([(1.0, 500.0, 3.9)]), settings={"BENCH_RANGE_MV": 40, "BENCH_ZERO_UV": 30})
    assert {reading.mA for one in frames for reading in one.readings} <= {399.6, 399.7}
    assert {one.full_scale_mA for one in frames} == {400.0}
    _, frames = run(settings={"BENCH_SHUNT_MOHM": 1000, "BENCH_RANGE_MV": 40})
    assert {one.full_scale_mA for one in frames} == {40.0}


def test_markers_are_logged_with_the_reading_they_belong_to() -> None:
    arrived = bytearray()
    logger = BenchLogger(STEADY, arrived.extend, 4.3, {"BENCH_MARKERS": "GP14 GP15"}, PERFECT)
    world = logger.world
    logger.hardware.lines["GP14"] = lambda: int(world.now) % 2 == 1
    logger.hardware.lines["GP15"] = lambda: world.now > 3.5
    logger.run()
    found = [reading.marker for one in Decoder().feed(bytes(arrived)) for reading in one.readings]
    changes = [
        found[0],
        *(later for earlier, later in pairwise(found) if later != earlier),
    ]
    assert changes == [1, 0, 1, 3, 2]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"BENCH_HZ": 451}, "BENCH_HZ is 451, expected a whole number from 1 to 450."),
        ({"BENCH_HZ": 0}, "BENCH_HZ is 0, expected a whole number from 1 to 450."),
        ({"BENCH_SHUNT_MOHM": "R100"}, "BENCH_SHUNT_MOHM is R100, expected a whole number from 1 to 100000."),
        ({"BENCH_RANGE_MV": 100}, "BENCH_RANGE_MV is 100, expected 40, 80, 160 or 320."),
        ({"BENCH_SCL": "GP99"}, "This board has no pin GP99."),
        ({"BENCH_MARKERS": "GP1 GP2 GP3"}, "BENCH_MARKERS names more than 2 pins."),
        ({"BENCH_MARKERS": "GP77"}, "This board has no pin GP77."),
    ],
)
def test_a_setting_that_makes_no_sense_is_one_sentence(settings: dict[str, str | int], sentence: str) -> None:
    logger, frames = run(settings=settings)
    assert (logger.console, frames) == ([f"bench_logger: {sentence}\n"], [])


def test_without_an_answer_it_says_so_once_a_second() -> None:
    logger, frames = run(5.3, meter_faults=MeterFaults(absent=True))
    assert [(one.silent, one.readings) for one in frames] == [(True, ())] * 5
    assert logger.console == []


def test_a_new_start_has_another_mark_and_begins_at_nothing() -> None:
    _, frames = run(12.0, unplugged=((6.0, 1.0),))
    marks = list(dict.fromkeys(one.boot for one in frames))
    assert len(marks) == 2
    assert [one.sequence for one in frames if one.boot == marks[1]][:3] == [0, 1, 2]
