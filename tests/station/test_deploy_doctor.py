"""`torpor deploy --app doctor`: the doctor beside a node's files, for a node without a console; and back."""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

import pytest

from boards import load_design
from sim.drive import assemble
from station import cli
from station.errors import Exit

DESIGN = "pico-w-arducam-2mp"
BOOT_OUT = (
    "Adafruit CircuitPython 10.2.1 on 2026-05-12; Raspberry Pi Pico W with rp2040\r\n"
    "Board ID:raspberry_pi_pico_w\r\nUID:E66118604B5F2B21\r\nboot.py output:\r\n"
)
NEW = ["--board", DESIGN, "--py", "--set", "TORPOR_NODE=garden", "--set", "TORPOR_WIFI_SSID=home",
       "--set", "TORPOR_HOST=192.168.1.9"]  # fmt: skip


@pytest.fixture()
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node as it was deployed."""
    monkeypatch.setenv("TORPOR_VERSIONS", str(tmp_path / "kept"))
    monkeypatch.setenv("TORPOR_KEY", "5a" * 32)
    monkeypatch.setenv("TORPOR_WIFI_PASSWORD", "twelve words of it")
    folder = tmp_path / "CIRCUITPY"
    folder.mkdir()
    (folder / "boot_out.txt").write_bytes(BOOT_OUT.encode())
    assert cli.main(["deploy", "--drive", str(folder), *NEW]) == Exit.OK
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_doctor_lies_there_as_the_twin_boots_it_and_goes_again(drive: Path) -> None:
    node = contents(drive)
    (drive / "doctor.txt").write_text(">board\n<board\n")
    assert cli.main(["deploy", "--drive", str(drive), "--app", "doctor", "--py"]) == Exit.OK
    found = contents(drive)
    boots = assemble(load_design(DESIGN), beside="doctor")
    modules = {file.path: file.text.encode() for file in boots.modules.values() if not file.native}
    scripts = {name: file.text.encode() for name, file in boots.scripts.items()}
    assert {path: found.get(path) for path in modules} == modules
    assert {path: found.get(path) for path in scripts} == scripts
    assert b"examining.main()" in found["code.py"]
    assert found["settings.toml"] == node["settings.toml"]
    assert "doctor.txt" not in found, "it would go on with an examination that has ended"
    assert json.loads(found["torpor.json"])["design"] == DESIGN

    (drive / "doctor.txt").write_text("what it kept\n")
    assert cli.main(["deploy", "--drive", str(drive), "--py"]) == Exit.OK
    assert contents(drive) == {**node, "doctor.txt": b"what it kept\n"}


def test_rollback_takes_it_away_too(drive: Path) -> None:
    node = contents(drive)
    assert cli.main(["deploy", "--drive", str(drive), "--app", "doctor"]) == Exit.OK
    assert cli.main(["rollback", "--drive", str(drive)]) == Exit.OK
    assert contents(drive) == node


def test_beside_a_logger_there_is_no_node(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deploy", "--drive", str(drive), "--app", "bench_logger"]) == Exit.OK
    capsys.readouterr()
    assert cli.main(["deploy", "--drive", str(drive), "--app", "doctor"]) == Exit.USAGE
    assert "Say with --board which design this is." in capsys.readouterr().err


def line(told: str) -> str:
    """A line of firmware/doctor, with its sum."""
    return f"={crc32(told.encode()):08x}{told}"


HUNG = line('{"code": "check.hung", "check": "pir", "reset": "WATCHDOG"}')
ENDS = line('{"code": "doctor.ends"}')
PIR = "The check of pir did not come to its end; the others went on."
PART = "The examination is not whole: it did not come to its end, or lines of it are spoilt."


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([">pir", HUNG, "<pir", ENDS], [PIR]),
        ([">pir", HUNG, "<pir"], [PIR, PART]),
        ([">pir", HUNG, "<pir", line('{"code": "meter.no"}').replace("no", "on"), ENDS], [PIR, PART]),
    ],
)
def test_what_it_kept_is_read(
    lines: list[str], says: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "doctor.txt"
    kept.write_text("\n".join(lines) + "\n")
    assert cli.main(["doctor", "--kept", str(kept), "--design", DESIGN, "--json"]) == Exit.FAILED
    found = json.loads(capsys.readouterr().out)
    assert [one["what"] for one in found["findings"]] == says
    assert found["where"] == str(kept)


def test_another_file_is_no_healthy_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "notes.txt"
    kept.write_text("buy a battery\n")
    assert cli.main(["doctor", "--kept", str(kept), "--design", DESIGN]) == Exit.FAILED
    assert capsys.readouterr().err == f"torpor: {kept}: no line of it is the doctor's.\n"
