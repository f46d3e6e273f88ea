"""How long the shutter waits for the firmware, measured as `run.py bench shutter` does: no regression."""

from __future__ import annotations

import pytest

from benchmarks.shutter import _measure


@pytest.fixture(scope="module")
def source() -> dict[str, object]:
    return _measure("pico-w-arducam-2mp", compiled=False)


def test_the_shutter_waits_for_at_most_20_kB_of_source(source) -> None:
    assert source["py_bytes_before_shutter"] <= 20_000


def test_the_sensor_settles_half_a_second_after_the_first_line(source) -> None:
    assert source["code_to_settle_ms"] <= 500


def test_what_is_imported_meanwhile_does_not_outlast_the_settle_time(source) -> None:
    assert source["py_bytes_while_settling"] > 5_000
    assert 300 <= source["settle_ms"] <= 310


def test_the_lines_add_up(source) -> None:
    lines = ("boot_ms", "triage_ms", "camera_ms", "settle_ms", "frame_ms")
    assert sum(source[line] for line in lines) == pytest.approx(source["pir_to_frame_ms"], abs=2)


def test_compiled_files_make_it_sooner(source) -> None:
    compiled = _measure("pico-w-arducam-2mp", compiled=True)
    assert compiled["code_to_settle_ms"] < 0.5 * source["code_to_settle_ms"]
    assert compiled["pir_to_frame_ms"] < source["pir_to_frame_ms"]
    assert compiled["py_bytes_before_shutter"] == source["py_bytes_before_shutter"]
