"""The clocks of loggers: wraps, resets, clocks never set, midnight, summer time, shared and late stamps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import DamagedLog, LogError
from analysis.read import ReadOptions, read_log

Write = Callable[..., Path]
WEST = timezone(timedelta(hours=2))


def rows(title: str, times: list[object]) -> str:
    """A log of 1, 2, 3 ... mA at these times."""
    lines = [f"{time};3.3;{number}" for number, time in enumerate(times, 1)]
    return "\n".join([f"{title};V;mA", *lines]) + "\n"


@pytest.mark.parametrize(
    ("title", "times", "name"),
    [
        ("time_us", [2**32 - 2000, 2**32 - 1000, 0, 1000], "microseconds at 2^32"),
        ("time_ms", [4294966, 4294967, 0.704, 1.704], "microseconds at 2^32"),  # micros() / 1000
        ("time_us", [2**31 - 2000, 2**31 - 1000, -(2**31), -(2**31) + 1000], "microseconds at 2^32"),
        ("ticks_ms", [2**29 - 20, 2**29 - 10, 0, 10], "CircuitPython's milliseconds at 2^29"),
        ("millis", [2**32 - 20, 2**32 - 10, 0, 10], "milliseconds at 2^32"),
    ],
)
def test_counters_wrap(write: Write, title: str, times: list[object], name: str) -> None:
    text = rows(title.replace("ticks_ms", "time_ms"), times)
    log = read_log(write(text))
    assert log.dt_s == pytest.approx([log.dt_s[0]] * 4, rel=2e-3)
    assert log.notes == (f"The counter of {name} wrapped 1 time(s); the time is counted on.",)


def test_a_reset_is_no_wrap(write: Write) -> None:
    with pytest.raises(DamagedLog, match=r"log\.csv line 4: the time goes back from 4200\.001 s to 0\.000 s"):
        read_log(write(rows("time_us", [4.2e9, 4.2e9 + 1000, 0, 1000])))  # 95 seconds short of the wrap


def test_a_restart_is_counted_on_when_salvaged(write: Write) -> None:
    log = read_log(write(rows("time_ms", [0, 10, 20, 0, 10])), ReadOptions(salvage=True))
    assert log.t_s == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])
    assert log.notes == (
        "The clock begins anew 1 time(s); it is counted on, and how long the logger was away is not known.",
    )


def test_late_rows_go_when_salvaged(write: Write) -> None:
    text = rows("time_ms", [0, 10, 20, 15, 30, 40])
    with pytest.raises(DamagedLog, match="line 5: the time goes back"):
        read_log(write(text))
    log = read_log(write(text), ReadOptions(salvage=True))
    assert log.mA.tolist() == [1, 2, 3, 5, 6]
    assert log.notes == ("1 row(s) came later than their time says and were left out.",)


def test_rows_of_one_second_share_it(write: Write) -> None:
    stamps = ["2025-11-05 17:00:00"] * 4 + ["2025-11-05 17:00:01"] * 2 + ["2025-11-05 17:00:02"]
    log = read_log(write(rows("time", stamps)))
    assert log.t_s.tolist() == [0, 0.25, 0.5, 0.75, 1, 1.5, 2]
    assert log.charge_mC.sum() == pytest.approx(2.5 + 5.5 + 7 * 0.25)
    assert log.notes[-1] == (
        "4 row(s) repeat the time of the row before; rows of one stamp share its time evenly."
    )


def test_a_shared_stamp_before_a_gap_bridges_nothing(write: Write) -> None:
    log = read_log(write(rows("t_s", [0, 1, 2, 2, 100, 101])))
    assert log.t_s.tolist() == [0, 1, 2, 2.5, 100, 101]
    assert log.dt_s.tolist() == [1, 1, 0.5, 0.5, 1, 1] and log.missing_s == 97


def test_a_slow_second_between_shared_ones_is_no_gap(write: Write) -> None:
    log = read_log(write(rows("t_s", [0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2])))
    assert log.missing_s == 0 and log.dt_s == pytest.approx([0.2] * 5 + [1] + [0.2] * 5)


def test_a_clock_that_was_never_set(write: Write) -> None:
    log = read_log(write(rows("time", ["2000-01-01 00:00:10", "2000-01-01 00:00:11"])))
    assert log.t_s.tolist() == [0, 1] and log.start is None
    assert log.notes == (
        "The clock was not set (it begins at 2000-01-01); the log's times are only relative.",
    )
    epoch = read_log(write(rows("epoch", [946684810, 946684811])))
    assert (epoch.t_s.tolist(), epoch.start, epoch.notes) == ([0, 1], None, log.notes)


def test_a_clock_that_is_set_in_the_middle(write: Write) -> None:
    stamps = ["2000-01-01 00:00:10", "2000-01-01 00:00:11", "2025-11-05 17:00:00", "2025-11-05 17:00:01"]
    log = read_log(write(rows("time", stamps)))
    assert log.t_s.tolist() == [0, 1, 2, 3] and log.missing_s == 0
    assert log.start == datetime(2025, 11, 5, 16, 59, 58, tzinfo=UTC)
    assert "was set before row 3" in log.notes[0]


@pytest.mark.parametrize("day", ["23:59:58,500", "23:59:58.5"])
def test_midnight(write: Write, day: str) -> None:
    log = read_log(write(rows("time", [day, "00:00:00", "00:00:01.5"])))
    assert log.t_s.tolist() == [0, 1.5, 3]
    assert log.notes == ("The clock passes midnight 1 time(s); the days are counted on.",)


AUTUMN = ["2025-10-26 01:30", "2025-10-26 02:30", "2025-10-26 02:30", "2025-10-26 03:30"]
SPRING = ["2025-03-30 00:30", "2025-03-30 01:30", "2025-03-30 03:30", "2025-03-30 04:30"]


@pytest.mark.parametrize("stamps", [AUTUMN, SPRING])
def test_summer_time_by_the_zone(write: Write, stamps: list[object]) -> None:
    if stamps is AUTUMN:  # the hour that comes twice: a fall shows where the second one begins
        stamps = [*AUTUMN[:2], "2025-10-26 02:00", *AUTUMN[2:]]
    log = read_log(write(rows("time", stamps)), ReadOptions(timezone="Europe/Berlin"))
    expected = [0, 3600, 5400, 7200, 10800] if stamps[0] == AUTUMN[0] else [0, 3600, 7200, 10800]
    assert log.t_s.tolist() == expected
    assert log.start is not None and log.start.utcoffset() == timedelta(hours=2 if len(stamps) == 5 else 1)


def test_summer_time_is_asked_for_where_the_clock_falls(write: Write) -> None:
    stamps = ["2025-10-26 02:58", "2025-10-26 02:59", "2025-10-26 02:00"]
    with pytest.raises(DamagedLog, match=r"line 4: .* as where summer time ends; say --timezone"):
        read_log(write(rows("time", stamps)))
    with pytest.raises(LogError, match="'Mars' is no time zone; say one such as Europe/Berlin"):
        read_log(write(rows("time", stamps)), ReadOptions(timezone="Mars"))


def test_offsets_in_the_stamps_need_no_zone(write: Write) -> None:
    stamps = ["2025-10-26T02:30:00+02:00", "2025-10-26T02:30:00+01:00", "2025-10-26T03:30:00+01:00"]
    log = read_log(write(rows("created_at", stamps)))
    assert log.t_s.tolist() == [0, 3600, 7200]
    assert log.start == datetime(2025, 10, 26, 2, 30, tzinfo=WEST)


def test_day_and_month_are_asked_for(write: Write) -> None:
    path = write(rows("time", ["05/11/2025 17:00:00", "05/11/2025 17:00:02"]))
    with pytest.raises(LogError, match="does not tell day from month; say --time-format"):
        read_log(path)
    log = read_log(path, ReadOptions(time_format="%d/%m/%Y %H:%M:%S"))
    assert log.t_s.tolist() == [0, 2] and log.start == datetime(2025, 11, 5, 17)


def test_date_and_clock_in_two_columns(write: Write) -> None:
    text = "Date,Time,V,mA\n2025-11-05,23:59:59,3.3,1\n2025-11-06,00:00:01,3.3,2\n"
    log = read_log(write(text))
    assert log.t_s.tolist() == [0, 2] and log.start == datetime(2025, 11, 5, 23, 59, 59)


def test_stamps_of_a_logging_module(write: Write) -> None:
    log = read_log(write(rows("time", ["2025-11-05 17:00:00,250", "2025-11-05 17:00:00,750"])))
    assert log.t_s.tolist() == [0, 0.5]


def test_unix_time_in_milliseconds_is_not_taken_for_seconds(write: Write) -> None:
    path = write(rows("epoch", [1700000000000, 1700000000500]))
    with pytest.raises(LogError, match="is no Unix time in seconds; say --time-unit ms or us"):
        read_log(path)
    log = read_log(path, ReadOptions(time_unit="ms"))
    assert log.t_s == pytest.approx([0, 0.5])
    assert log.start == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_stamp_of_another_shape_is_named_by_its_line(write: Write) -> None:
    with pytest.raises(DamagedLog, match=r"^log\.csv line 3: time column: "):
        read_log(write(rows("time", ["2025-11-05 17:00:00", "yesterday", "2025-11-05 17:00:02"])))


def test_long_logs_keep_their_usual_step() -> None:
    from analysis.clock import intervals

    t_s = np.arange(3_000_000) * 0.001
    t_s[2_000_000:] += 5.0
    found = intervals(t_s, None)
    assert found.gaps == 1 and found.missing_s == pytest.approx(5.0)
    assert found.dt_s.sum() == pytest.approx(3000.0)
