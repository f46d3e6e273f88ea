"""The meter's own traps: full scale, the power column, the rate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.clipping import find_clipping, meter_notes
from analysis.log import Log
from analysis.read import ReadOptions, read_log

Write = Callable[..., Path]


def log_of(write: Write, values: list[float], **options: float) -> Log:
    rows = "".join(f"{10 * n},3.3,{value}\n" for n, value in enumerate(values))
    return read_log(write("timestamp_ms,voltage_V,current_mA\n" + rows), ReadOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("top", "found"), [(399.94, False), (399.95, True), (400.0, True), (400.05, True), (400.06, False)]
)
def test_within_half_a_step_of_full_scale(write: Write, top: float, found: bool) -> None:
    assert (find_clipping(log_of(write, [10, top, 20, top])) is not None) is found


@pytest.mark.parametrize(("count", "found"), [(0, False), (1, False), (2, True), (3, True)])
def test_two_samples_are_a_pile_up(write: Write, count: int, found: bool) -> None:
    assert (find_clipping(log_of(write, [10, 20, *[400.0] * count])) is not None) is found


@pytest.mark.parametrize(
    ("top", "shunt_ohm", "full_mV"),
    [(800, 0.1, 80), (1600, 0.1, 160), (3200, 0.1, 320), (40, 1.0, 40), (-400, 0.1, 40)],
)
def test_every_full_scale(write: Write, top: float, shunt_ohm: float, full_mV: float) -> None:
    clipping = find_clipping(log_of(write, [1, top, top, 2], shunt_ohm=shunt_ohm))
    assert clipping is not None
    assert (clipping.count, clipping.at_mA, clipping.full_scale_mV) == (2, top, full_mV)


def test_a_scale_that_samples_exceed_is_no_ceiling(write: Write) -> None:
    assert find_clipping(log_of(write, [1, 400, 400, 512])) is None


def test_sentences(write: Write) -> None:
    log = read_log(write(
        "timestamp_ms,voltage_V,current_mA,power_mW\n0,3,100,300\n10,3,400,1200\n20,3,400,300\n30,3,100,300\n"
    ))  # fmt: skip
    assert meter_notes(log, stated_hz=20) == (
        "2 samples sit at 400.00 mA, the full scale of a 0.1 ohm shunt at +40 mV: the true current was "
        "higher, so charge and energy are at least what is given here (80.0 % of the charge is in them).",
        "The power column is more than 5 % away from V x I in 1 of 4 rows (over the whole log -30.00 %); "
        "energy here is V x I.",
        "One row is 10 ms (100 per second), not the 20 per second that were stated; nothing shorter than two "
        "rows can be told apart.",
    )


@pytest.mark.parametrize(("low_mA", "charged"), [(-2.4, False), (-2.6, True)])
def test_what_a_bad_zero_shows_is_no_charge(write: Write, low_mA: float, charged: bool) -> None:
    log = log_of(write, [low_mA, 50, 60, low_mA] * 20)
    assert any("something charges through this meter" in note for note in meter_notes(log)) is charged


def test_real_capture_clips_at_400_mA(real_logs: Path) -> None:
    """XiFi, ESP32-C5 with an INA219 at 16V_400mA: shared/data/logs/SOURCES.md."""
    log = read_log(real_logs / "xifi_wifi_1024B.csv")
    assert (len(log.t_s), log.rate_hz) == (1488, pytest.approx(100))
    notes = meter_notes(log)
    assert notes[0].startswith("13 samples sit at 400.00 mA, the full scale of a 0.1 ohm shunt at +40 mV:")
    assert "5.2 % of the charge" in notes[0]
    assert "43 of 1488 rows" in notes[1]


def test_real_joulescope_agrees_with_its_own_charge(real_logs: Path) -> None:
    """The instrument's cumulative charge column ends at 1.97001 C."""
    options = ReadOptions(time_unit="s", current_unit="A", voltage_unit="V")
    log = read_log(real_logs / "joulescope_js110_20250827_165538.csv", options)
    assert log.charge_mC.sum() == pytest.approx(1970.01, rel=3e-4)
    assert log.energy_mJ.sum() == pytest.approx(5831.21, rel=1.5e-3)
