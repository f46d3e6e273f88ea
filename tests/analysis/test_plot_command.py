"""`torpor plot` from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.errors import LogError
from sim.log import LogRow, write_log
from station.errors import StationError
from station.plot_command import command
from tests.analysis.made_logs import csv_of, duty, four_days

Write = Callable[..., Path]


def test_tables_notes_and_picture(tmp_path: Path) -> None:
    rows = [LogRow(0, 2, 4, 50, "BOOT", 1, "measured"), LogRow(2, 98, 4, 1, "SLEEP", 1, "inferred")]
    write_log(tmp_path / "node_log.csv", rows)
    done = CliRunner().invoke(command, [str(tmp_path / "node_log.csv")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "BOOT" in done.output and "100.0" in done.output and "1 cycle" in done.output
    assert "- Of the charge, 49 % inferred: priced by the node, not read from its meter." in done.output
    assert (tmp_path / "node_log.png").stat().st_size > 10_000


def test_json_has_null_where_the_log_cannot_tell(write: Write, tmp_path: Path) -> None:
    path = write("timestamp_ms,current_mA,marker\n0,400,0\n10,400,1\n20,10,0\n")
    out = tmp_path / "picture.png"
    done = CliRunner().invoke(command, [str(path), "--json", "--out", str(out)], catch_exceptions=False)
    read = json.loads(done.output)
    assert read["version"] == 1 and read["at_least"] is True and read["picture"] == str(out)
    assert [row["state"] for row in read["states"]] == ["marker 0", "marker 1"]
    assert read["total"]["charge_mC"] == pytest.approx(8.1) and read["total"]["energy_mJ"] is None
    assert out.is_file()


def test_a_unit_is_asked_for_and_taken(write: Write) -> None:
    path = write("time,current\n0,0.01\n1,0.02\n")
    with pytest.raises(LogError, match="say --current-unit"):
        CliRunner().invoke(command, [str(path)], catch_exceptions=False)
    said = ["--current-unit", "A", "--time-unit", "s", "--voltage", "4", "--json"]
    done = CliRunner().invoke(command, [str(path), *said], catch_exceptions=False)
    assert json.loads(done.output)["total"]["energy_mJ"] == pytest.approx(120.0)


def test_real_capture(real_logs: Path, tmp_path: Path) -> None:
    args = [str(real_logs / "xifi_wifi_1024B.csv"), "--out", str(tmp_path / "x.png")]
    done = CliRunner().invoke(command, args, catch_exceptions=False)
    assert "13 samples sit at 400.00 mA" in done.output
    assert "at least" in done.output
    assert (tmp_path / "x.png").is_file()


def test_every_view_and_the_page(write: Write, tmp_path: Path) -> None:
    path = write(csv_of(duty(cycles=6)))
    args = [
        str(path),
        "--view",
        "all",
        "--html",
        "--dark",
        "--states",
        "boot,wifi",
        "--out",
        str(tmp_path / "a.png"),
    ]
    done = CliRunner().invoke(command, args, catch_exceptions=False)
    assert {item.name for item in tmp_path.iterdir()} == {
        "log.csv", "a.png", "a-cycles.png", "a-histogram.png", "a.html",
    }  # fmt: skip
    assert "boot" in done.output and "wifi" in done.output and f"Page: {tmp_path / 'a.html'}" in done.output


def test_a_view_that_the_log_cannot_fill(write: Write) -> None:
    path = write(csv_of(duty(cycles=1)))
    with pytest.raises(StationError, match="has nothing for a picture of its cycles, days"):
        CliRunner().invoke(command, [str(path), "--view", "cycles", "--view", "days"], catch_exceptions=False)


def test_days_with_the_panel_beside_and_nights(write: Write, tmp_path: Path) -> None:
    path = write(four_days())
    args = [str(path), "--view", "days", "--current-column", "Load_mA", "--voltage-column", "Load_V",
            "--panel-current", "Solar_mA", "--out", str(tmp_path / "d.png"),
            "--place", "47.4,8.5"]  # fmt: skip
    done = CliRunner().invoke(command, args, catch_exceptions=False)
    assert done.exit_code == 0 and (tmp_path / "d.png").stat().st_size > 30_000
    with pytest.raises(StationError, match="--place here: expected LATITUDE,LONGITUDE, such as"):
        CliRunner().invoke(command, [*args[:-1], "here"], catch_exceptions=False)
