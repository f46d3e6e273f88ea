"""An owner's own application onto a board: docs/own-application.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards import load_design
from sim.drive import assemble
from station.doctor_settings import examine_files
from tests.sim.own import nest_box
from tests.station.test_deploy_command import KEY, SECRETS, contents, drive_at, spoken

WHERE = ("--set", "TORPOR_WIFI_SSID=home", "--set", "TORPOR_HOST=192.168.1.9", "--set", "CLIMATE_LIMIT=5")


@pytest.fixture
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    nest_box(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORPOR_VERSIONS", str(tmp_path / "kept"))
    for key, value in SECRETS.items():
        monkeypatch.setenv(key, value)
    return drive_at(tmp_path / "CIRCUITPY")


def test_it_goes_there_whole_without_its_stand_ins(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = ("--set", "TORPOR_NODE=box")
    assert (
        spoken(capsys, "deploy", "--board", "nestbox.toml", "--drive", drive, *WHERE, *name, "--py")[0] == 0
    )
    found = contents(drive)
    meant = assemble(load_design("nestbox.toml")).files
    assert set(found) == {path.lstrip("/") for path in meant} | {
        "boot_out.txt", "torpor.json", "lib/licences.txt"
    }  # fmt: skip
    for path in ("climate/code.py", "climate/probe.py"):
        assert found[Path(path).name] == Path(path).read_bytes()
    settings = found["settings.toml"].decode()
    assert "CLIMATE_LIMIT = 5\n" in settings and f'TORPOR_KEY = "{KEY}"' in settings
    assert "TORPOR_FULL_PCT = 60              # above this charge every task runs" in settings
    node = load_design("nestbox.toml")
    assert "settings.unknown" not in {one.code for one in examine_files(settings, node)}
    strange = [
        one for one in examine_files(settings + "TORPOR_LATITUD = 52\n", node) if "LATITUD " in one.what
    ]
    assert [one.code for one in strange] == ["settings.unknown"]


def test_the_station_remembers_where_its_design_lies_and_the_board_its_name(
    drive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORPOR_KEY")
    assert spoken(capsys, "node", "add", "box", "--design", "nestbox.toml", "--data", "home")[0] == 0
    station = ("deploy", "--drive", drive, "--node", "box", "--data", "home")
    assert spoken(capsys, *station, *WHERE)[0] == 0
    assert (drive / "probe.mpy").is_file()

    code, _, err = spoken(capsys, "deploy", "--drive", drive)
    assert code == 2
    assert err.startswith(
        "torpor: This board was a nestbox, a design of your own: name its file with --board."
    )

    probe = Path("climate/probe.py")
    probe.write_text(probe.read_text("utf-8").replace("0.016", "0.020"), "utf-8")
    (drive / "probe.py").write_text("# tried on the board", "utf-8")
    code, out, _ = spoken(capsys, *station, "--dry-run")
    assert code == 0
    fates = [line.split()[:2] for line in out.splitlines() if line.startswith("probe")]
    assert fates == [["probe.mpy", "changed"], ["probe.py", "obsolete"]]
    assert spoken(capsys, *station)[0] == 0
    assert not (drive / "probe.py").exists()
