"""`torpor deploy --app bench_logger`: a logger's files and settings onto a board, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.bench_logger import FOLDER
from station import cli
from station.deploy_bench import check
from station.errors import StationError

BOOT_OUT = (
    "Adafruit CircuitPython 9.2.8 on 2025-05-28; Raspberry Pi Pico with rp2040\r\n"
    "Board ID:raspberry_pi_pico\r\nUID:E66118604B5F2B21\r\n"
)


@pytest.fixture()
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board that no node is made for, with settings of its owner's."""
    monkeypatch.setenv("TORPOR_VERSIONS", str(tmp_path / "kept"))
    monkeypatch.setenv("TORPOR_KEY", "5a" * 32)
    folder = tmp_path / "CIRCUITPY"
    folder.mkdir()
    (folder / "boot_out.txt").write_text(BOOT_OUT)
    (folder / "code.py").write_text("print('mine')\n")
    (folder / "settings.toml").write_text('MINE = "stays"\n')
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_logger_is_put_on_and_taken_off(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(drive)
    arguments = ["deploy", "--drive", str(drive), "--app", "bench_logger"]
    assert cli.main([*arguments, "--set", "BENCH_HZ=50"]) == 0
    assert "All of it is there and was read back." in capsys.readouterr().err
    found = contents(drive)
    assert found.pop("settings.toml") == b'MINE = "stays"\nBENCH_HZ = 50\n'
    assert json.loads(found.pop("torpor.json"))["design"] == "bench_logger"
    assert found.pop("boot_out.txt") == before["boot_out.txt"]
    assert found == {path.name: path.read_bytes() for path in FOLDER.glob("*.py")}, "what the twin boots"

    assert cli.main(["deploy", "--drive", str(drive)]) == 0, "what it is, is known from the board"
    assert capsys.readouterr().err == "Everything is there already.\n"
    assert cli.main(["rollback", "--drive", str(drive)]) == 0
    assert contents(drive) == before


def test_what_a_logger_does_not_take(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(drive)
    arguments = ["deploy", "--drive", str(drive), "--app", "bench_logger"]
    for more, sentence in (
        (["--set", "BENCH_HZ=500"], "BENCH_HZ is 500, expected a whole number from 1 to 450."),
        (["--set", "BENCH_HERTZ=5"], "BENCH_HERTZ is no setting of the logger; there is: BENCH_ADDRESS, "),
        (["--board", "pico-w-rtc"], "--app is in place of a node: it cannot go with --board or --node."),
        (["--node", "garden"], "--app is in place of a node"),
    ):
        assert cli.main([*arguments, *more]) == 2
        assert capsys.readouterr().err.startswith(f"torpor: {sentence}")
    assert contents(drive) == before


def test_its_settings_are_held_against_its_own_rules() -> None:
    check({"BENCH_RANGE_MV": 40, "BENCH_MARKERS": "GP14 GP15", "TORPOR_BATCH": 0})
    for values, words in (
        ({"BENCH_RANGE_MV": 41}, "BENCH_RANGE_MV is 41, expected 40, 80, 160 or 320"),
        ({"BENCH_MARKERS": "GP1 GP2 GP3"}, "BENCH_MARKERS names more than 2 pins"),
        ({"BENCH_ADDRESS": "0x40"}, "BENCH_ADDRESS is 0x40, expected a whole number from 64 to 79"),
    ):
        with pytest.raises(StationError, match=words):
            check(values)
