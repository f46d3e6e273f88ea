"""`torpor analyse` from the command line, on logs with literal figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from analysis.errors import LogError
from sim.log import LogRow, write_log
from station.analyse_command import command
from station.cli import main
from station.errors import StationError
from tests.analysis.made_logs import csv_of, duty

Write = Callable[..., Path]


def run(*args: object) -> Result:
    return CliRunner().invoke(command, [str(arg) for arg in args], catch_exceptions=False)


def test_the_report_answers_in_order(write: Write) -> None:
    done = run(
        write(csv_of(duty(long=12))), "--battery", "2600mAh", "--every", "15min", "--sleep-current", "1mA"
    )
    said = done.output
    assert done.exit_code == 0
    assert said.startswith("log.csv\n20,700 rows over 3.45 min, one each 10 ms\n")
    heads = ["A wake, the mean of 20, costs 640", "What it costs", "Cycle by cycle", "The sleep floor",
             "The battery",
             "Where to work first", "What was read, and what this log cannot tell"]  # fmt: skip
    places = [said.index(head) for head in heads]
    assert places == sorted(places)
    assert "- Cycle 13, at 2.08 min, stands out: 350 mC, usual 150; 4 s, usual 2 s." in said
    pace = "With a wake every 15 min that is 1.175 ± 0.023 mA on average, 85 % of it at rest."
    assert pace in " ".join(said.split())
    assert "A battery of 2.6 Ah then lasts 2.6 months" in " ".join(said.split())


def test_json_has_literal_figures(write: Write) -> None:
    read = json.loads(run(write(csv_of(duty())), "--json", "--battery", "2.6").output)
    assert (read["version"], read["rows"], read["spread"]["awake_s"]["median"]) == (1, 20_500, 2.0)
    assert read["spread"]["charge_mC"]["mean"] == pytest.approx(150.0, abs=0.1)
    assert read["duty"]["period_s"] == pytest.approx(10.25) and read["duty"]["mean_mA"] == pytest.approx(
        15.44, abs=0.05
    )
    assert read["life"]["days"] == pytest.approx(2600 * 0.9 * 0.974 / 15.44 / 24, rel=0.01)
    assert len(read["cycles"]) == 20 and read["stands_out"] == [] and read["limits"] == []


def test_the_folder_holds_report_json_and_pictures(write: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(write(csv_of(duty())), "--out", out, "--dark")
    names = {"report.txt", "analysis.json", "log.png", "cycles.png", "histogram.png", "page.html"}
    assert {path.name for path in out.iterdir()} >= names
    assert (out / "report.txt").read_text("utf-8") == done.output
    files = json.loads((out / "analysis.json").read_text("utf-8"))["files"]
    assert {Path(name).name for name in files} >= names


def test_limits_decide_the_exit_code(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    path = str(write(csv_of(duty())))
    assert main(["analyse", path, "--limit", "wake_mJ=610", "--limit", "cycles=20"]) == 0
    assert "kept" in capfd.readouterr().out
    assert main(["analyse", path, "--limit", "wake_mJ=590", "--limit", "cycles=21"]) == 1
    said = capfd.readouterr()
    assert (
        "torpor: wake_mJ is 600.0, not at most 590. " in said.err
        and "cycles is 20.0, not at least 21." in said.err
    )
    assert said.out.count("BROKEN") == 2


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--limit", "naps=3"], "--limit naps: this log has no such figure; it has peak_mA, mean_mA,"),
        (["--limit", "wake"], "--limit wake: expected NAME=NUMBER, such as wake_mJ=3500 or sleep_uA=50."),
        (["--battery", "some"], "expected a number with a unit of Ah, mAh, such as 2.6Ah."),
        (["--every", "3 apples"], "expected a number with a unit of s, ms, us, min, h, d, such as 15min."),
        (["--battery", "2", "--cell", "potato"], "--cell potato: expected one of nmc-18650-3000, "),
        (["--design", "no-such"], "no-such"),
        (["--battery", "0"], "expected more than nothing, such as 2.6Ah."),
        (["--every", "0s"], "expected more than nothing, such as 15min."),
        (["--states", "boot,,wifi"], "--states boot,,wifi: a name is missing, expected boot,camera,wifi."),
        (["--wake-above", "1", "--sleep-below", "5mA"], "expected at least what --sleep-below says, 5 mA."),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(
    args: list[str], sentence: str, write: Write, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(write(csv_of(duty(cycles=2)))), *args]) in (1, 2)
    said = capfd.readouterr().err
    assert sentence in said and "Traceback" not in said


def test_a_file_in_the_folders_place_is_refused(write: Write) -> None:
    path = write(csv_of(duty(cycles=2)))
    with pytest.raises(StationError, match="is a file, expected a folder"):
        run(path, "--out", path)


@pytest.mark.parametrize("V", [4.0, None])
def test_odd_logs_are_analysed_too(V: float | None, write: Write) -> None:
    flat = run(write(csv_of(np.full(200, 5.0), V=V)), "--battery", "1")
    assert "The log has no wake: it draws 5.00 mA all the time." in flat.output
    charging = run(write(csv_of(np.full(200, -50.0), V=V)), "--battery", "1")
    assert "it draws -50.0 mA all the time" in charging.output
    one = run(write(csv_of(np.array([3.0]), V=V)), "--rate", "100")
    assert "it draws 3.00 mA all the time" in one.output


def test_the_real_capture(real_logs: Path) -> None:
    done = run(real_logs / "xifi_wifi_1024B.csv")
    assert "Its one wake costs 1.28 J" in done.output and "13 samples sit at 400.00 mA" in done.output


def test_what_a_meter_cannot_tell_no_limit_keeps(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    """The zero of an INA219 on 0.1 ohm is sure to 2 mA; the owner's word or a zero recording decides."""
    path = str(write(csv_of(duty())))
    assert main(["analyse", path, "--limit", "sleep_uA=1500"]) == 1
    said = capfd.readouterr()
    assert "the meter cannot tell at most 1500." in said.err and "NOT TOLD" in said.out
    assert "Measure the sleep current first" not in said.out  # at this pace it does not matter
    zero = str(
        write(csv_of(np.round(0.4 + 0.1 * np.random.default_rng(3).standard_normal(3000), 1)), "zero.csv")
    )
    assert main(["analyse", path, "--zero", zero, "--limit", "sleep_uA=1500", "--json"]) == 0
    read = json.loads(capfd.readouterr().out)
    assert read["floor"]["value_mA"] == pytest.approx(0.6, abs=0.02) and read["floor"]["known"] is True
    assert read["duty"]["awake_mC"] == pytest.approx(150 - 2 * 0.4, abs=0.2)
    assert main(["analyse", path, "--sleep-current", "22uA", "--limit", "sleep_uA=50", "--every", "1h"]) == 0
    assert "as you said" in capfd.readouterr().out


def test_who_would_have_to_measure_first_is_told_so(write: Write) -> None:
    said = " ".join(run(write(csv_of(duty())), "--every", "1h").output.split())
    assert "Between wakes it draws less than" in said
    assert (
        "Measure the sleep current first: at this pace it may be what matters most. After it comes state 2"
        in said
    )


def test_a_design_and_its_profile(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A node log whose camera takes half as much again as its rows say."""
    from sim.odds.profile import read_profile

    rows = []
    for wake in range(40):
        rows.append(LogRow(600.0 * wake, 2.0, 3.9, 45.0, "BOOT", wake, "measured"))
        rows.append(LogRow(600.0 * wake + 2, 1.0, 3.9, 180.0, "CAMERA", wake, "measured"))
        rows.append(LogRow(600.0 * wake + 3, 597.0, 3.9, 1.9, "SLEEP", wake, "inferred"))
    write_log(tmp_path / "node_log.csv", rows)
    log, profile = str(tmp_path / "node_log.csv"), tmp_path / "p.toml"
    assert main(["analyse", log, "--design", "pico-w-arducam-2mp", "--profile-out", str(profile)]) == 0
    said = capfd.readouterr().out
    assert "Against the rows of pico-w-arducam-2mp" in said and "In CAMERA it takes" in said
    assert read_profile(profile).measured["CAMERA"].mW == pytest.approx(702.0, rel=0.02)
    assert "A battery of 3 Ah then lasts" in " ".join(said.split())  # the design's own
    assert main(["analyse", log, "--profile-out", str(profile)]) == 2
    assert "say --design" in capfd.readouterr().err
    assert main(["analyse", log, "--names", "x"]) == 2
    assert "--names x: expected STATE=NAME, such as wifi=UPLOAD." in capfd.readouterr().err


def voltages(days: int = 30) -> str:
    """A lithium-ion cell that falls from 4.0 to 3.75 V, one row an hour."""
    rows = "".join(f"{3600 * hour},{4.0 - 0.25 * hour / (24 * days):.4f}\n" for hour in range(24 * days))
    return "t_s,V\n" + rows


def test_a_log_of_voltages_alone(write: Write, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """By the curve of the usual cell 4.0 V is 75 % and 3.75 V is 50 %: 0.65 Ah of 2.6 in 30 days."""
    path = str(write(voltages()))
    out = ["--out", str(tmp_path / "out")]
    assert main(["analyse", path, "--no-current", "--battery", "2.6Ah", *out]) == 0
    said = " ".join(capfd.readouterr().out.split())
    assert "720 rows over 30 days, 3.75 to 4.00 V, no current" in said
    found = float(said.partition("The battery's voltage says ")[2].split()[0])
    assert found == pytest.approx(1000 * 0.65 / 0.72 - 20, rel=0.08)  # uA, self-discharge apart
    assert {item.name for item in (tmp_path / "out").iterdir()} == {"report.txt", "days.png"}
    assert main(["analyse", path, "--no-current"]) == 2
    assert "say --battery" in capfd.readouterr().err
    assert main(["plot", path, "--no-current", "--out", str(tmp_path / "v.png")]) == 0
    assert main(["plot", str(write(voltages(1), "short.csv")), "--no-current"]) == 1
    assert "voltages alone of less than a day and a half show nothing." in capfd.readouterr().err


def test_how_to_measure_the_sleep_after_all(write: Write) -> None:
    said = " ".join(run(write(csv_of(duty()))).output.split())
    assert "To measure it after all: - 0.1 ohm: steps of 100 uA, zero within 1.00 mA" in said
    known = run(write(csv_of(duty())), "--sleep-current", "22uA").output
    assert "To measure it after all" not in known


def test_a_battery_lasts_without_wakes_too(write: Write) -> None:
    said = " ".join(run(write(csv_of(np.full(3000, 5.0))), "--battery", "2.6Ah").output.split())
    assert (
        "The log has no wake: it draws 5.00 mA all the time. A battery of 2.6 Ah then lasts 19 days" in said
    )
    assert "Where to work first" not in said


def test_a_meter_the_other_way_round_is_noticed(write: Write, tmp_path: Path) -> None:
    said = " ".join(run(write(csv_of(-duty())), "--out", tmp_path / "o").output.split())
    assert "flows backwards (-15.4 mA): something charges, or the meter sits the other way round" in said
    assert "At rest the current flows backwards, -100.0 mA on average" in said
    assert "To measure it after all" not in said
    turned = " ".join(run(write(csv_of(-duty())), "--invert").output.split())
    assert "backwards" not in turned and "A wake, the mean of 20, costs 600" in turned


@pytest.mark.parametrize(("charged", "noticed"), [(0.0, False), (0.004, False), (0.006, True), (0.1, True)])
def test_a_charge_through_the_meter_is_noticed(
    write: Write, tmp_path: Path, charged: float, noticed: bool
) -> None:
    """120 mA of sun for part of the time: what the node takes can only be told without it."""
    mA = duty()
    mA[: round(charged * len(mA))] -= 120.0
    path = write(csv_of(mA))
    said = " ".join(run(path, "--battery", "2.6Ah").output.split())
    assert ("% of the time the current flows backwards: something charges" in said) is noticed
    assert ("how long it lasts without sun this log cannot tell" in said) is noticed
    assert ("A battery of 2.6 Ah then lasts" in said) is not noticed
    kept = (path, "--design", "xiao-s3-sense", "--voltage", "3.8", "--profile-out", tmp_path / "p.toml")
    with pytest.raises(StationError, match="a charge flows through its meter") if noticed else nullcontext():
        run(*kept)
    assert (tmp_path / "p.toml").exists() is not noticed


def test_one_row_lasts_no_time(write: Write) -> None:
    with pytest.raises(LogError, match="a single row; how long that lasted cannot be told"):
        run(write(csv_of(np.array([12.0]))))


def test_where_the_meter_clipped_nothing_is_said_too_surely(write: Write) -> None:
    mA = duty()
    said = " ".join(run(write(csv_of(np.where(mA > 75, 400.0, mA))), "--battery", "2.6Ah").output.split())
    assert "costs at least" in said and "that is at least" in said and "then lasts at most" in said
    assert "Between wakes it draws at least" not in said
