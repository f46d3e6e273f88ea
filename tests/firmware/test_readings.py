"""Readings on the node: appended to nvm, moved to files, never half, never twice, lost only with a word."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from sim.readings import entries

START, END = 3088, 4096
PLACES = 100  # of 10 bytes: time, moisture, temperature, check


@pytest.fixture
def wake(soil: Any) -> Any:
    return soil.task_wake()


def in_nvm(bench: Any) -> list[tuple[int, tuple[int, ...]]]:
    return list(entries(bytes(bench.nvm[START:END]), 2))


def files(bench: Any) -> dict[str, bytes]:
    return {path: bytes(data) for path, data in bench.files.files.items() if path.endswith(".rdg")}


def test_one_reading_byte_by_byte(soil: Any, wake: Any) -> None:
    before = wake.record.waiting
    wake.keep(1234, -567)
    now_s = soil.load("torpor.timekeeping").now(wake)
    raw = bytes(soil.nvm[START : START + 10])
    assert struct.unpack("<Ihh", raw[:8]) == (pytest.approx(now_s, abs=1), 1234, -567)
    assert struct.unpack("<H", raw[8:])[0] == zlib.crc32(raw[:8]) & 0xFFFF
    assert bytes(soil.nvm[START + 10 : END]) == b"\xff" * (END - START - 10)
    assert wake.record.waiting == before + 1


def test_appending_erases_nothing(soil: Any, wake: Any) -> None:
    nvm = soil.machine.cores["microcontroller"].nvm
    before = nvm.rewrites
    for number in range(PLACES):
        wake.keep(number, 0)
        assert [values[0] for _, values in in_nvm(soil)] == list(range(number + 1))
    assert nvm.rewrites == before


@pytest.mark.parametrize("values", [(), (1,), (1, 2, 3)])
def test_another_number_of_values_is_refused(soil: Any, wake: Any, values: Any) -> None:
    with pytest.raises(ValueError, match="the node declares moisture centi_C"):
        wake.keep(*values)
    assert in_nvm(soil) == []


@pytest.mark.parametrize("value", [-32769, 32768])
def test_a_value_that_is_too_large_is_refused(soil: Any, wake: Any, value: int) -> None:
    with pytest.raises((struct.error, ValueError)):
        wake.keep(value, 0)
    assert in_nvm(soil) == []


@pytest.mark.parametrize("values", [(-1, -1), (32767, -32768), (0, 0)])
def test_values_that_look_erased_are_kept(soil: Any, wake: Any, values: Any) -> None:
    for _ in range(3):
        wake.keep(*values)
    assert [found for _, found in in_nvm(soil)] == [values] * 3


@pytest.mark.parametrize(("kept", "in_files"), [(99, 0), (100, 0), (101, 100), (200, 100), (201, 200)])
def test_a_full_region_goes_to_a_file(soil: Any, wake: Any, kept: int, in_files: int) -> None:
    soil.load("torpor.battery").measure(wake)
    for number in range(kept):
        wake.keep(number, 0)
    there = [values[0] for raw in files(soil).values() for _, values in entries(raw, 2)]
    assert len(there) == in_files
    assert sorted(there + [values[0] for _, values in in_nvm(soil)]) == list(range(kept))
    assert len(files(soil)) == in_files // 100


def fill(bench: Any, wake: Any) -> None:
    bench.load("torpor.battery").measure(wake)
    for number in range(PLACES):
        wake.keep(number, 0)


def lost(bench: Any, wake: Any) -> None:
    """One more finds no room: it is lost with a word, and all others stay."""
    from sim.watching import reason_names

    wake.keep(1000, 0)
    assert [values[0] for _, values in in_nvm(bench)] == list(range(PLACES))
    reasons = [reason_names()[code] for code, _ in bench.events(wake.journal.entries)]
    assert reasons[-1] == "READING_LOST"


def test_a_drive_that_is_a_computers_takes_no_file(soil: Any, wake: Any) -> None:
    fill(soil, wake)
    soil.files.readonly = True
    lost(soil, wake)
    assert files(soil) == {}


def test_a_battery_that_is_too_low_rewrites_nothing(soil: Any, wake: Any) -> None:
    fill(soil, wake)
    wake.record.mV = soil.load("rows").BURST_mV - 1
    lost(soil, wake)
    assert files(soil) == {}


def test_the_owners_limit_of_the_spool_holds(soil: Any, wake: Any) -> None:
    fill(soil, wake)
    wake.settings["spool_kib"] = 1
    wake.keep(1000, 0)  # 1000 bytes fit into 1 KiB
    assert len(files(soil)) == 1
    for number in range(1001, 1100):
        wake.keep(number, 0)
    wake.keep(2000, 0)
    assert len(files(soil)) == 1
    assert len(in_nvm(soil)) == PLACES


def test_a_cut_between_file_and_rewrite_doubles_nothing(soil: Any, wake: Any) -> None:
    """The file is there, the region is not yet cleared: the next try does not write it again."""
    readings = soil.load("torpor.readings")
    fill(soil, wake)
    clear, readings.clear = readings.clear, lambda: None
    readings._to_file(wake, 10)
    written = files(soil)
    assert len(written) == 1
    readings.clear = clear
    wake.keep(1000, 0)
    assert files(soil) == written
    assert [values[0] for _, values in in_nvm(soil)] == [1000]


@pytest.mark.parametrize("written", range(1, 10))
def test_a_torn_entry_is_passed_over(soil: Any, wake: Any, written: int) -> None:
    """The supply went after some bytes of an entry: the next one goes behind it, and home reads the rest."""
    wake.keep(1, 0)
    whole = bytes(soil.nvm[START : START + 10])
    soil.nvm[START + 10 : START + 10 + written] = whole[:written]
    wake.keep(3, 0)
    found = [values[0] for _, values in in_nvm(soil)]
    assert found in ([1, 3], [1, 1, 3])  # nine bytes and an erased tenth may be whole
    assert found == [1, 3] or whole[9] == 0xFF
