"""`torpor convert` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.errors import LogError
from analysis.read import read_log
from station.convert_command import command
from station.errors import StationError


@pytest.fixture()
def log(tmp_path: Path) -> Path:
    """A small log whose units its titles do not tell, with a spoilt line."""
    path = tmp_path / "log.csv"
    path.write_text("date,battery voltage,battery current,load current\n"
                    "05/11/2025 17:00:00,4.1,0.02,0.01\n?\n05/11/2025 17:00:01,4.0,-0.03,0.01\n")  # fmt: skip
    return path


SAID = ["--current-column", "battery current", "--current-unit", "A", "--voltage-unit", "V",
        "--time-format", "%d/%m/%Y %H:%M:%S",
        "--timezone", "Europe/Berlin", "--invert", "--salvage"]  # fmt: skip


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_log_is_converted_with_everything_said(log: Path, tmp_path: Path, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="the library pyarrow is not installed")
    out = tmp_path / f"out.{form}"
    done = CliRunner().invoke(command, [str(log), str(out), *SAID], catch_exceptions=False)
    assert done.exit_code == 0
    assert "- Line 3 could not be read and was left out" in done.output and "2 rows" in done.output
    again = read_log(out)
    assert (again.t_s.tolist(), again.V.tolist(), again.mA.tolist()) == ([0, 1], [4.1, 4.0], [-20, 30])


def test_what_is_refused(log: Path, tmp_path: Path) -> None:
    for out, sentence in ((tmp_path / "x.xls", "a log is written as .parquet or .csv"),
                          (log, "a log is not written over itself")):  # fmt: skip
        with pytest.raises(StationError, match=sentence):
            CliRunner().invoke(command, [str(log), str(out)], catch_exceptions=False)
    with pytest.raises(LogError, match="line 3: 1 cells where the header has 4; --salvage reads the rest"):
        said = [word for word in SAID if word != "--salvage"]
        CliRunner().invoke(command, [str(log), str(tmp_path / "y.csv"), *said], catch_exceptions=False)
    assert not (tmp_path / "y.csv").exists()


def test_voltages_alone_and_a_file_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "b.txt"
    path.write_text("0 4.1\n60 4.0\n")
    out = tmp_path / "b.csv"
    said = ["--no-current", "--columns", "t_s,V"]
    done = CliRunner().invoke(command, [str(path), str(out), *said], catch_exceptions=False)
    assert done.exit_code == 0 and "0.0,60.0,4.1,," in out.read_text()
