"""A log cut into days: midnights, charge by day, nights, the stack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.days import QUARTERS, days_of, has_days, nights, stacked
from analysis.plot_days import Beside, days_png
from analysis.read import read_log
from analysis.read_options import ReadOptions
from tests.analysis.made_logs import four_days, log_of

Write = Callable[..., Path]
LOAD = ReadOptions(current_column="Load_mA", voltage_column="Load_V")


def test_charge_by_calendar_day(write: Write) -> None:
    """10 mA day and night from the evening of 1 May on, 60 s to a row; +02:00."""
    log = read_log(write(four_days()), LOAD)
    days = days_of(log)
    assert days.first is not None and f"{days.first:%d %B %H:%M}" == "01 May 00:00"
    assert days.covered == pytest.approx([0.25, 1.0, 1.0, 1.0, 0.75], abs=1e-6)
    assert days.out_mAh == pytest.approx([60, 240, 240, 240, 180], abs=1e-3)
    assert days.in_mAh.tolist() == [0.0] * 5


def test_charging_is_kept_apart(write: Write) -> None:
    log = log_of(np.tile(np.r_[np.full(720, 20.0), np.full(720, -30.0)], 3), rate_hz=1 / 60)
    days = days_of(log)
    assert days.first is None and days.count == 3
    assert days.out_mAh == pytest.approx([240.0] * 3) and days.in_mAh == pytest.approx([360.0] * 3)


def test_the_stack_has_each_quarter_of_an_hour(write: Write) -> None:
    log = read_log(write(four_days()), ReadOptions(current_column="Solar_mA", voltage_column="Load_V"))
    grid = stacked(log, days_of(log), log.mA)
    assert grid.shape == (5, QUARTERS)
    assert np.isnan(grid[0, :72]).all() and not np.isnan(grid[1]).any()
    assert grid[1, 4 * 12] == pytest.approx(300.0) and grid[1, 4 * 3] == 0.0


def test_nights_are_the_suns(write: Write) -> None:
    """Zurich on 2 May: the sun sets at 20:39 and rises at 06:05 on the clock (+02:00)."""
    log = read_log(write(four_days()), LOAD)
    assert log.start is not None
    first = nights(log, 47.38, 8.54)[0]
    clock = [18.0 + at / 3600 for at in first]
    assert clock == pytest.approx([20 + 37 / 60, 24 + 6 + 5 / 60], abs=0.1)
    local = read_log(write(four_days(zone=""), "local.csv"), LOAD)
    assert nights(local, 47.38, 8.54) == []  # nobody knows when a clock without a zone was read


def test_a_day_and_a_half_is_the_least(tmp_path: Path) -> None:
    minute = 1 / 60
    short, long = (log_of(np.full(rows, 5.0), rate_hz=minute) for rows in (2159, 2161))
    assert not has_days(short) and has_days(long)
    assert days_png(short, tmp_path / "d.png") is None
    assert days_png(long, tmp_path / "d.png", dark=True) == tmp_path / "d.png"


def test_gaps_and_a_voltage_alone(write: Write, tmp_path: Path) -> None:
    rows = "".join(f"2023-05-{1 + h // 24:02d}T{h % 24:02d}:00:00+02:00,{4.2 - h / 1e3:.3f}\n"
                   for h in range(24 * 9) if not 60 < h < 100)  # fmt: skip
    log = read_log(write("created_at,volts\n" + rows), ReadOptions(needs_current=False))
    days = days_of(log)
    assert days.count == 9 and days.covered[3] < 0.1
    assert days_png(log, tmp_path / "v.png", Beside(place=(47.4, 8.5))) is not None


def test_the_real_solar_days(real_logs: Path, tmp_path: Path) -> None:
    base = {"current_unit": "A", "voltage_unit": "V", "timezone": "America/New_York"}
    path = real_logs / "solarprotocol_epever_4days_20210111-14.csv"
    load = read_log(
        path, ReadOptions(current_column="load current", voltage_column="battery voltage", **base)
    )
    panel = read_log(path, ReadOptions(current_column="PV current", voltage_column="PV voltage", **base))
    assert days_of(load).out_mAh[1:4] == pytest.approx([5430, 5390, 5120], rel=0.02)
    assert days_of(panel).out_mAh[1:4] == pytest.approx([6570, 4210, 4500], rel=0.02)
    assert days_png(load, tmp_path / "s.png", Beside(panel, (40.7, -74.0))) is not None
