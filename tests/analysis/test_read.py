"""Reading logs: every shape of header, units never guessed, errors by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import LogError
from analysis.headers import column
from analysis.read import ReadOptions, read_log
from analysis.read_csv import read_csv
from analysis.text import open_text
from sim.log import LogRow, write_log

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("title", "role", "unit"),
    [
        ("timestamp_ms", "time", "ms"), ("Timestamp[ms]", "time", "ms"), ("epoch", "time", "s"),
        ("Timestamp(ms)", "time", "ms"), ("#time", "time", None), ("t_s", "time", "s"),
        ("time_us", "time", "us"),
        ("voltage_V", "voltage", "v"), ("BusV[V]", "voltage", "v"), ("Voltage (V)", "voltage", "v"),
        ("Bus Voltage (Volts)", "voltage", "volts"), ("volts", "voltage", "volts"), ("V", "voltage", "v"),
        ("ShuntV[mV]", "shunt", "mv"), ("current_mA", "current", "ma"), ("Current(uA)", "current", "ua"),
        ("Current (\u00b5A)", "current", "ua"), ("amps", "current", "amps"), ("mA", "current", "ma"),
        ("Solar_mA", "current", "ma"), ("current", "current", None), ("battery current", "current", None),
        ("power_mW", "power", "mw"), ("watts", "power", "watts"), ("D0-D7", "bits", None),
        ("dt_s", "dt", "s"),
        ("marker", "marker", None), ("battery percentage", "", None), ("charge", "", None),
    ],
)  # fmt: skip
def test_titles(title: str, role: str, unit: str | None) -> None:
    found = column(0, title)
    assert (found.role, found.unit) == (role, unit)


@pytest.mark.parametrize(
    ("text", "t_s", "V", "mA"),
    [
        ("timestamp_ms,voltage_V,current_mA,power_mW,marker\n2,3.3,25.8,85,0\n12,3.2,25.7,82,1\n",
         [0.002, 0.012], [3.3, 3.2], [25.8, 25.7]),
        ("Timestamp[ms],BusV[V],ShuntV[mV],LoadV[V],Current[mA]\n0,3.9,0.5,4.0,5\n100,3.9,0.6,4.1,6\n",
         [0, 0.1], [4.0, 4.1], [5, 6]),
        ("epoch,iso,volts,amps,watts\n1700000000,2023-11-14T22:13:20,4,0.05,0.2\n"
         "1700000001,2023-11-14T22:13:21,4,0.06,0.24\n", [0, 1], [4, 4], [50, 60]),
        ("TimeStamp, Voltage (V), Current (mA), Power (mW)\n23:59:59.5, 3.3, 10, 33\n"
         "00:00:00.5, 3.3, 11, 36\n",
         [0, 1], [3.3, 3.3], [10, 11]),
        ("Time,Bus Voltage (Volts),Charge Current (mA)\nNov 05 2025 17:00:00,4.1,120\n"
         "Nov 05 2025 17:00:02,4.1,121\n", [0, 2], [4.1, 4.1], [120, 121]),
        ("key: value\nt_s;V;mA\n0;3.3;1\n1;3.3;2\n", [0, 1], [3.3, 3.3], [1, 2]),
        ("# a comment\n# t, with, commas\nt_s,V,mA\n0,3.3,1\n# in between\n1,3.3,2\n",
         [0, 1], [3.3, 3.3], [1, 2]),
    ],
)  # fmt: skip
def test_header_zoo(write: Write, text: str, t_s: list[float], V: list[float], mA: list[float]) -> None:
    log = read_log(write(text))
    assert log.t_s.tolist() == pytest.approx(t_s)
    assert log.V.tolist() == pytest.approx(V)
    assert log.mA.tolist() == pytest.approx(mA)


def test_ppk_csv_has_bits_and_no_voltage(write: Write) -> None:
    log = read_log(write("Timestamp(ms),Current(uA),D0-D7\n0,1500,00000000\n1,2500,00000101\n"))
    assert log.mA.tolist() == [1.5, 2.5]
    assert log.marker.tolist() == [0, 160]  # D5 and D7
    assert np.isnan(log.V).all()
    assert log.notes == (
        "The log has no voltage, so there is charge but no energy; say --voltage to get it.",
    )


def test_units_are_asked_for_one_by_one(write: Write) -> None:
    path = write("#time,current,voltage,power,charge,energy\n0,0.5,3,1.5,0,0\n1,0.6,3,1.8,0,0\n")
    asked = []
    for options in (
        ReadOptions(),
        ReadOptions(voltage_unit="V"),
        ReadOptions(voltage_unit="V", current_unit="A"),
        ReadOptions(voltage_unit="V", current_unit="Ohm", time_unit="s"),
    ):
        with pytest.raises(LogError) as error:
            read_log(path, options)
        asked.append(str(error.value))
    assert asked == [
        "log.csv line 1: columns 'voltage' and 'current' tell no unit; say --voltage-unit (V or mV) and "
        "--current-unit (A, mA or uA).",
        "log.csv line 1: column 'current' tells no unit; say --current-unit (A, mA or uA).",
        "log.csv line 1: column 'time' tells no unit; say --time-unit (s, ms, us, min or h).",
        "log.csv line 1: 'Ohm' is not a unit of current; say --current-unit (A, mA or uA).",
    ]
    log = read_log(path, ReadOptions(voltage_unit="V", current_unit="A", time_unit="s"))
    assert log.mA.tolist() == [500.0, 600.0]


#: What a sentence ends with where a part of the file is whole.
REST = "; --salvage reads the rest."
GOOD = "t_s,V,mA\n0,3.3,1\n1,3.3,2\n2,3.3,3\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "log.csv: the file is empty."),
        ("hello\nworld\n", "log.csv line 1: no header names a time and a current within 50 lines (line 1 is "
         "'hello'); a header like 't_s,V,mA' is needed, or say --columns t_s,V,mA."),
        ("t_s,V,mA\n", "log.csv: there is a header in line 1 but no row below it."),
        ("t_s,V,mA\n0,3.3,1\n1,3.3,nan\n", "log.csv line 3: mA is 'nan', not a number" + REST),
        ("t_s,V,mA\n0,3.3,1\n1,x,2\n2,3,3\n", "log.csv line 3: V is 'x', not a number" + REST),
        ("t_s,V,mA\n0,3.3,1\n1,3.3\n2,3,3\n", "log.csv line 3: 2 cells where the header has 3" + REST),
        ("t_s,V,mA\n0,3.3,1\n\n1,3.3,2,4\n2,3,3\n", "log.csv line 4: 4 cells where the header has 3" + REST),
        ("t_s,V,mA\n0,3.3,1\n5,3.3,2\n4,3,3\n", "log.csv line 4: the time goes back from 5.000 s to 4.000 s; "
         "cut the file into recordings there" + REST),
        ("t_s,V,mA\n0,3.3,1\n1,3.3\0,2\n", "log.csv line 3: a NUL byte; the file is damaged or is not text"
         + REST),
        ("V,mA\n3.3,1\n", "log.csv line 1: no column holds a time; say --rate in Hz."),
        ("t_s,V\n0,3.3\n", "log.csv line 1: no column holds a current."),
        ("t_s,Solar_mA,Batt_mA\n0,1,2\n", "log.csv line 1: 2 columns hold a current ('Solar_mA', 'Batt_mA'); "
         "say which with --current-column."),
        ("Time,mA\nNov 31 2025 17:00:00,1\n", None),
    ],
)  # fmt: skip
def test_one_sentence_with_line_and_reason(write: Write, text: str, sentence: str | None) -> None:
    with pytest.raises(LogError) as error:
        read_log(write(text))
    if sentence is not None:
        assert str(error.value) == sentence
    assert "\n" not in str(error.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"none\.csv: cannot be read \(No such file or directory\)\."):
        read_log(tmp_path / "none.csv")


def test_column_of_choice(write: Write) -> None:
    path = write("t_s,Solar_mA,Batt_mA\n0,1,2\n1,3,4\n")
    assert read_log(path, ReadOptions(current_column="batt_mA")).mA.tolist() == [2, 4]
    with pytest.raises(LogError, match="no column is titled 'x', only 't_s', 'Solar_mA', 'Batt_mA'"):
        read_log(path, ReadOptions(current_column="x"))


def test_torn_last_line_is_left_out_and_told(write: Write) -> None:
    log = read_log(write(GOOD + "3,3."))
    assert len(log.t_s) == 3
    assert log.notes == ("The last line is torn ('3,3.') and was left out.",)
    log = read_log(write(GOOD + "3,3.3,4"))
    assert len(log.t_s) == 4
    assert log.notes == ("The last line has no line end; it was taken as complete.",)


@pytest.mark.parametrize(
    ("last", "gaps", "missing_s"), [("5.99", 0, 0.0), ("6.0", 0, 0.0), ("6.01", 1, 2.01)]
)
def test_gap_from_just_over_three_steps(write: Write, last: str, gaps: int, missing_s: float) -> None:
    log = read_log(write(f"t_s,V,mA\n0,1,10\n1,1,10\n2,1,10\n3,1,10\n{last},1,10\n"))
    assert log.missing_s == pytest.approx(missing_s)
    assert sum("gap" in note for note in log.notes) == gaps
    counted = [1, 1, 1, 1 if gaps else float(last) - 3, 1]
    assert log.dt_s.tolist() == pytest.approx(counted)


def test_counter_wraps_are_undone(write: Write) -> None:
    log = read_log(write("time_us,V,mA\n4294967000,3,1\n4294967200,3,1\n104,3,1\n304,3,1\n"))
    assert np.diff(log.t_s) == pytest.approx([200e-6] * 3)
    assert log.notes == ("The counter of microseconds at 2^32 wrapped 1 time(s); the time is counted on.",)


def test_unix_time_gives_a_start(write: Write) -> None:
    log = read_log(write("epoch,volts,amps\n1700000000,4,1\n1700000001,4,1\n"))
    assert log.start == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_rate_for_a_log_without_time(write: Write) -> None:
    log = read_log(
        write("Shun[mV],Bus[V],Current[mA],Power[mW]\n1,4,10,40\n1,4,10,40\n"), ReadOptions(rate_hz=50)
    )
    assert log.t_s.tolist() == [0.0, 0.02]
    assert log.rate_hz == pytest.approx(50)


def test_our_own_node_log_goes_round(tmp_path: Path) -> None:
    rows = [
        LogRow(0.0, 1.5, 3.9, 41.0, "BOOT", 7, "measured"),
        LogRow(1.5, 60.0, 3.95, 1.4, "SLEEP", 7, "inferred"),
        LogRow(61.5, 2.0, 3.9, 40.0, "BOOT", 8, "measured"),
    ]
    path = tmp_path / "node_log.csv"
    write_log(path, rows, "node log of a test, with commas, and more")
    log = read_log(path)
    assert log.kind == "visits"
    assert log.rate_hz is None
    assert [log.states[code] for code in log.state] == ["BOOT", "SLEEP", "BOOT"]
    assert log.marker.tolist() == [7, 7, 8]
    assert [log.qualities[code] for code in log.quality] == ["measured", "inferred", "measured"]
    assert log.duration_s == 63.5
    assert log.notes == ()


def test_node_log_with_a_day_without_power(tmp_path: Path) -> None:
    rows = [LogRow(0, 2, 3.9, 41, "BOOT", 1, "exact"), LogRow(2, 10, 3.9, 1, "SLEEP", 1, "exact"),
            LogRow(86412, 2, 3.9, 41, "BOOT", 2, "exact")]  # fmt: skip
    write_log(tmp_path / "n.csv", rows)
    log = read_log(tmp_path / "n.csv")
    assert log.missing_s == 86400
    assert log.notes == ("1 gap in the log: 24 h missing and not counted.",)


@pytest.mark.parametrize("more", ["2,3.3,7\n", "2,3.3,7\n3,3."])
def test_a_log_that_grows_while_it_is_read(write: Write, more: str) -> None:
    path = write("t_s,V,mA\n0,3.3,5\n1,3.3,6\n")
    text = open_text(path, salvage=False)
    with path.open("a") as file:
        file.write(more)
    assert read_csv(text, ReadOptions()).mA.tolist() == [5, 6]
