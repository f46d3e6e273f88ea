"""Logs from the wild, where the folder beside the project has them: what each holds, read by its traps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.errors import LogError
from analysis.read import ReadOptions, read_log
from analysis.write_csv import write_csv


def test_xifi_wifi(real_logs: Path) -> None:
    log = read_log(real_logs / "xifi_wifi_1024B.csv")
    assert len(log.mA) == 1488 and log.rate_hz == pytest.approx(100, rel=0.02)
    assert log.mA.max() == 400.0 and log.has_marker and log.power_mW is not None


def test_iot_lab_oml(real_logs: Path) -> None:
    log = read_log(real_logs / "iotlab_m3_consumption.oml")
    assert len(log.mA) == 4170 and log.step_s == pytest.approx(16.83, abs=0.01)
    assert (log.V.max(), log.V.min()) == (4.18875, 0.03125)
    assert log.charge_mC.sum() / 3600 == pytest.approx(624.8, rel=0.01)  # mAh


def test_water_tank_feed(real_logs: Path) -> None:
    said = ReadOptions(needs_current=False, voltage_column="field3", voltage_unit="V")
    log = read_log(real_logs / "watertank_thingspeak_1year.csv", said)
    assert len(log.V) == 2132 and log.V[:5].tolist() == [4.123, 4.125, 4.123, 4.126, 4.123]
    assert log.duration_s / 86400 == pytest.approx(384, abs=1)


@pytest.mark.parametrize(("channel", "most_mA"), [("PV", 2500), ("battery", 3260), ("load", 400)])
def test_solar_charger(real_logs: Path, channel: str, most_mA: float) -> None:
    said = ReadOptions(current_column=f"{channel} current", current_unit="A", voltage_unit="V")
    log = read_log(real_logs / "solarprotocol_epever_4days_20210111-14.csv", said)
    assert len(log.mA) == 2628 and log.step_s == pytest.approx(120.24, abs=0.02)
    assert 0.8 * most_mA < log.mA.max() <= most_mA
    assert log.start is not None and log.start.isoformat() == "2021-01-11T08:17:16.706363"


def test_joulescope_statistics(real_logs: Path) -> None:
    said = ReadOptions(time_unit="s", current_unit="A", voltage_unit="V")
    path = real_logs / "joulescope_js110_20250827_165538.csv"
    log = read_log(path, said)
    coulombs = float(path.read_text().splitlines()[-1].split(",")[4])
    assert log.charge_mC.sum() / 1000 == pytest.approx(coulombs, rel=3e-4)


def test_raw_counts(real_logs: Path) -> None:
    said = ReadOptions(current_unit="0.1 mA", rate_hz=100)
    log = read_log(real_logs / "currentsense_ina219_led_on2.log", said)
    assert len(log.mA) == 5476 * 16 and np.median(log.mA) == pytest.approx(16.3)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("corrupt_sdcard_battery_log.csv", "line 3: a NUL byte; the file is damaged "
         "or is not text; --salvage reads the rest."),
        ("solarprotocol_ccData_dictcells.csv", "line 1: a printed list or "
         "dictionary stands in a cell ('{'datetime': 'PV-current'},PV-'); write one row per sample instead."),
        ("watertank_thingspeak_1year.csv", "line 1: no column holds a current, "
         "unless it is one of 'entry_id', 'field1', 'field2', 'field3', 'field4', 'latitude', 'longitude', "
         "'elevation', 'status': say --current-column."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_one_sentence(real_logs: Path, name: str, sentence: str) -> None:
    with pytest.raises(LogError) as error:
        read_log(real_logs / name)
    assert str(error.value) == f"{name} {sentence}"


def test_a_capture_goes_round_as_csv(real_logs: Path, tmp_path: Path) -> None:
    log = read_log(real_logs / "xifi_wifi_1024B.csv")
    again = read_log(write_csv(log, tmp_path / "again.csv"))
    np.testing.assert_array_equal(again.mA, log.mA)
    np.testing.assert_array_equal(again.marker, log.marker)
    assert again.charge_mC.sum() == pytest.approx(log.charge_mC.sum())
