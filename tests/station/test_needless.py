"""An option that says nothing beside the others is refused with its name, in every command that has such."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import cli
from station.errors import Exit
from tests.station.firmware_files import strings, uf2


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one file of each kind that the commands are told of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text('TORPOR_NODE = "garden"\n', "utf-8")
    (tmp_path / "doctor.txt").write_text("", "utf-8")
    (tmp_path / "volts.csv").write_text("time_s,voltage_V\n0,4.1\n3600,4.0\n7200,3.9\n", "utf-8")
    (tmp_path / "nodes.csv").write_text("name\ngarden\n", "utf-8")
    (tmp_path / "firmware.uf2").write_bytes(uf2(bytes(70_000) + strings()))
    (tmp_path / "drive").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("doctor --settings settings.toml --logger X", "--logger says nothing beside --settings"),
        ("doctor --settings settings.toml --port X", "--port says nothing beside --settings"),
        ("doctor --settings settings.toml --kept doctor.txt", "--kept says nothing beside --settings"),
        ("doctor --settings settings.toml --check wifi", "--check says nothing beside --settings"),
        ("doctor --kept doctor.txt --open", "--open says nothing beside --kept"),
        ("doctor --kept doctor.txt --host 192.168.1.5", "--host says nothing beside --kept"),
        ("deploy --drive drive --web-password doctor.txt", "--web-password says nothing where the board"),
        ("deploy --drive drive --app bench_logger --py", "--py says nothing beside --app bench_logger"),
        ("deploy --drive drive --app bench_logger --any-board", "--any-board says nothing beside --app"),
        ("deploy --drive drive --py --mpy-cross doctor.txt", "--mpy-cross says nothing beside --py"),
        ("deploy --drive drive --data drive", "--data says nothing without --node"),
        ("flash --check --erase doctor.txt", "--erase says nothing beside --check"),
        ("flash --check --yes doctor.txt", "--yes says nothing beside --check"),
        ("flash --check 4A2F doctor.txt", "--check wants the image alone, without a board ('4A2F')"),
        ("flash --erase --yes firmware.uf2", "--erase says nothing of a .uf2"),
        ("flash --baud 9600 --yes firmware.uf2", "--baud says nothing of a .uf2"),
        ("simulate --to 9", "--to says nothing without --samples"),
        ("simulate --as garden", "--as says nothing without --into"),
        ("receive --after-export", "--after-export says nothing without --keep-days or --keep-gb"),
        ("receive --mqtt-password-file doctor.txt", "--mqtt-password-file says nothing without --mqtt"),
        ("new x --yes --no-viability --years 9", "--years says nothing beside --no-viability"),
        ("provision nodes.csv --years 9", "--years says nothing without --odds"),
        ("analyse volts.csv --no-current --json", "--json says nothing beside --no-current"),
        ("analyse volts.csv --no-current --limit wake_mJ=1", "--limit says nothing beside --no-current"),
        ("plot volts.csv --no-markers --inside-markers", "--inside-markers says nothing beside --no-markers"),
        ("plot volts.csv --no-current --html", "--html says nothing beside --no-current"),
    ],
)
def test_it_is_refused(files: Path, capsys: pytest.CaptureFixture[str], line: str, said: str) -> None:
    there = sorted(files.rglob("*"))
    assert cli.main(line.split()) == Exit.USAGE
    told = capsys.readouterr()
    assert (told.out, said in told.err, told.err.count("\n")) == ("", True, 1), told.err
    assert sorted(files.rglob("*")) == there


def test_what_stands_there_by_default_is_not_typed(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--settings", "settings.toml", "--json"]) == Exit.FAILED
    assert "says nothing" not in capsys.readouterr().err
