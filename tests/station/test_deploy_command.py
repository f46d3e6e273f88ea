"""`torpor deploy` and `torpor rollback` from the command line, onto a folder that is a board's drive."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from boards import load_design
from sim.drive import assemble
from station import cli, nodes
from station.deploy_image import Image
from station.deploy_store import Versions
from station.store import Store

BOOT_OUT = (
    "Adafruit CircuitPython {version} on 2026-05-12; Raspberry Pi Pico W with rp2040\r\n"
    "Board ID:raspberry_pi_pico_w\r\nUID:E66118604B5F2B21\r\nboot.py output:\r\n"
)
KEY = "5a" * 32
SECRETS = {"TORPOR_KEY": KEY, "TORPOR_WIFI_PASSWORD": "twelve words of it"}
NEW = ("--board", "pico-w-arducam-2mp", "--set", "TORPOR_NODE=garden", "--set", "TORPOR_WIFI_SSID=home",
       "--set", "TORPOR_HOST=192.168.1.9")  # fmt: skip


def drive_at(folder: Path, version: str = "10.2.1") -> Path:
    folder.mkdir(parents=True)
    (folder / "boot_out.txt").write_bytes(BOOT_OUT.format(version=version).encode())
    (folder / "code.py").write_text('print("Hello World!")\n')
    return folder


@pytest.fixture()
def drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board as it comes, on a path with a space in it."""
    monkeypatch.setenv("TORPOR_VERSIONS", str(tmp_path / "kept"))
    for key, value in SECRETS.items():
        monkeypatch.setenv(key, value)
    return drive_at(tmp_path / "media" / "MY BOARD")


def spoken(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert not any(secret in captured.out + captured.err for secret in SECRETS.values())
    return code, captured.out, captured.err


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_deploy_and_what_lies_there_then(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(drive)
    code, out, _ = spoken(capsys, "deploy", "--drive", drive, *NEW, "--py")
    assert (code, "of others, kept" in out) == (0, True)
    meant = {path.lstrip("/") for path in assemble(load_design("pico-w-arducam-2mp")).files}
    found = contents(drive)
    assert set(found) == meant | {"boot_out.txt", "torpor.json", "lib/licences.txt"}
    assert f'TORPOR_KEY = "{KEY}"' in found["settings.toml"].decode()
    assert KEY not in found["torpor.json"].decode()

    assert spoken(capsys, "deploy", "--drive", drive, "--py")[::2] == (0, "Everything is there already.\n")

    code, out, err = spoken(capsys, "rollback", "--drive", drive)
    assert (code, contents(drive)) == (0, before)
    assert err.startswith("The board is as it was before the last deploy. Eject the drive, open the bench")
    assert spoken(capsys, "rollback", "--drive", drive)[0] == 0
    assert contents(drive) == found


def test_only_what_differs_is_written(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert spoken(capsys, "deploy", "--drive", drive, *NEW)[0] == 0
    (drive / "settings.toml").write_text(
        "# mine\n" + (drive / "settings.toml").read_text() + 'MY_OWN = "stays"  # so does this\n'
    )
    (drive / "waking.mpy").write_bytes(b"C\x06")
    (drive / "notes.txt").write_text("mine")
    (drive / "._code.py").write_text("of macOS")
    (drive / "lib" / "torpor" / "policy.py").write_text("old, and imported before policy.mpy")
    code, out, _ = spoken(capsys, "deploy", "--drive", drive, "--set", "TORPOR_BATCH=3", "--json")
    told = json.loads(out)
    files = {row["path"]: row["fate"] for row in told["files"] if row["fate"] != "same"}
    assert code == 0 and files == {
        "boot_out.txt": "foreign", "notes.txt": "foreign", "._code.py": "litter", "settings.toml": "changed",
        "waking.mpy": "changed", "lib/torpor/policy.py": "obsolete",
    }  # fmt: skip
    text = (drive / "settings.toml").read_text()
    assert text.startswith("# mine\n") and 'MY_OWN = "stays"  # so does this\n' in text
    assert "TORPOR_BATCH = 3 " in text and "# pictures worth one Wi-Fi session" in text
    assert not (drive / "lib/torpor/policy.py").exists() and (drive / "notes.txt").read_text() == "mine"


def test_a_dry_run_changes_nothing(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(drive)
    code, out, _ = spoken(capsys, "deploy", "--drive", drive, "--board", "pico-w-rtc", "--dry-run")
    assert code == 0 and "lib/torpor/ds3231.mpy" in out and "code.py" in out
    assert contents(drive) == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--board", "pico-w-rtc"], 2, "no TORPOR_NODE and no TORPOR_WIFI_SSID and no TORPOR_HOST yet"),
        ([], 2, "Say with --board which design this is. For a raspberry_pi_pico_w there is: pico-w-arducam"),
        (["--board", "esp32-cam"], 2, "raspberry_pi_pico_w, and esp32-cam is made for ai-thinker-esp32-cam"),
        ([*NEW, "--set", "TORPOR_KEY=1"], 2, "TORPOR_KEY is a secret"),
        (
            [*NEW, "--set", "TORPOR_HOST=http://192.168.1.9/"],
            2,
            "TORPOR_HOST is 'http://192.168.1.9/', expected",
        ),
        (
            [*NEW, "--set", "TORPOR_HOST=localhost"],
            2,
            "TORPOR_HOST is 'localhost', which is the node itself.",
        ),
        ([*NEW, "--set", "TORPOR_BACTH=2"], 2, "No node reads TORPOR_BACTH. Is TORPOR_BATCH meant?"),
        ([*NEW, "--set", "TORPOR_KEY:5a5a"], 2, "'TORPOR_KEY' is no setting: expected KEY=VALUE.\n"),
        ([*NEW, "--set", "TORPOR_BATCH=0"], 2, "TORPOR_BATCH is 0, expected a whole number 1 to 20"),
        ([*NEW, "--set", "TORPOR_TLS=1"], 2, "TORPOR_TLS is 1, expected a whole number 0.\n"),
    ],
)
def test_what_cannot_be_deployed(
    drive: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    before = contents(drive)
    found, _, said = spoken(capsys, "deploy", "--drive", drive, *arguments)
    assert (found, said.count("\n")) == (code, 1)
    assert words in said
    assert contents(drive) == before


def test_a_board_that_no_design_is_for(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Pico without Wi-Fi, say."""
    boot_out = drive / "boot_out.txt"
    boot_out.write_text(boot_out.read_text().replace("raspberry_pi_pico_w", "raspberry_pi_pico"))
    assert spoken(capsys, "deploy", "--drive", drive) == (
        2, "", "torpor: Say with --board which design this is. For a raspberry_pi_pico there is none yet:"
        " docs/adding-a-board.md says how to make one.\n",
    )  # fmt: skip


def test_a_board_that_is_too_old(drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = drive_at(tmp_path / "OLD", "10.0.3")
    code, _, said = spoken(capsys, "deploy", "--drive", old, *NEW)
    assert (code, said) == (1, "torpor: CircuitPython 10.0.3 has no SHA-256, so nothing could be signed:"
                               " torpor flash puts 10.2.1 (or any from 10.1 on) there.\n")  # fmt: skip


def test_what_is_kept_here_is_the_owners_alone(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spoken(capsys, "deploy", "--drive", drive, *NEW)[0] == 0
    assert spoken(capsys, "deploy", "--drive", drive, "--set", "TORPOR_BATCH=2")[0] == 0
    kept = list((tmp_path / "kept").rglob("*"))
    assert any(KEY.encode() in path.read_bytes() for path in kept if path.is_file())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "kept", *kept)}
    assert modes == {0o700, 0o600}


def test_name_key_and_design_come_from_the_station(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORPOR_KEY")
    with Store(tmp_path / "data") as store:
        key = nodes.add(store, "pear-tree", "pico-w-rtc").key.hex()
    from_there = ("--node", "pear-tree", "--data", tmp_path / "data")
    code, out, err = spoken(capsys, "deploy", "--drive", drive, *from_there, *NEW[4:])
    assert code == 0 and key not in out + err
    settings = (drive / "settings.toml").read_text()
    assert 'TORPOR_NODE = "pear-tree"' in settings and f'TORPOR_KEY = "{key}"' in settings
    assert json.loads((drive / "torpor.json").read_text())["design"] == "pico-w-rtc"
    code, _, err = spoken(capsys, "deploy", "--drive", drive, "--node", "plum", "--data", tmp_path / "data")
    assert (code, err) == (2, "torpor: There is no node 'plum'; there is: pear-tree.\n")


def test_settings_that_nobody_can_read_stop_it(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drive / "settings.toml").write_text('MINE = "no end\nTORPOR_KEY = "' + KEY + '"\n')
    before = contents(drive)
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert (code, err) == (2, "torpor: settings.toml is no TOML at line 1.\n")
    assert contents(drive) == before


def test_a_drive_that_was_cut_off_should_be_checked(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Versions("E66118604B5F2B21", tmp_path / "kept").begin(Image("", {}), [])
    code, out, err = spoken(capsys, "deploy", "--drive", drive, *NEW, "--json")
    assert code == 0 and "have the system check the drive once" in err
    assert "was cut off" in json.loads(out)["warnings"][-1]
    assert spoken(capsys, "deploy", "--drive", drive)[2] == "Everything is there already.\n"


def test_a_program_that_would_run_instead_stops_it(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drive / "code.txt").write_text("print('mine')")
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert code == 1 and "code.txt on the drive, which CircuitPython runs instead of code.py" in err


def test_what_stands_in_the_way_of_a_folder_stops_it(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drive / "lib").write_text("a file")
    before = contents(drive)
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert (code, err) == (1, "torpor: lib on the drive is a file, and a folder of that name is needed:"
                              " rename it, then deploy again.\n")  # fmt: skip
    assert contents(drive) == before
    (drive / "lib").unlink()
    (drive / "waking.mpy").mkdir()
    (drive / "waking.mpy" / "mine.txt").write_text("a folder")
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert code == 1 and err.startswith("torpor: waking.mpy on the drive is a folder, and is to be a file")
    assert (drive / "code.py").read_text() == 'print("Hello World!")\n'


def test_settings_in_an_old_code_page_are_not_given_up(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (drive / "settings.toml").write_bytes(b'A = "x"\nOWN = "Zuhause \xfc"\n')
    before = contents(drive)
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert (code, err) == (
        2, "torpor: settings.toml, line 2: a letter there is not UTF-8: save the file as UTF-8.\n"
    )  # fmt: skip
    assert contents(drive) == before

    (drive / "settings.toml").write_bytes(b'\xef\xbb\xbfOWN = "of an editor that marks UTF-8"\n')
    mine = tmp_path / "mine.toml"
    mine.write_bytes(b"\xef\xbb\xbfTORPOR_BATCH = 4\n")
    assert spoken(capsys, "deploy", "--drive", drive, *NEW, "--settings", mine)[0] == 0
    text = (drive / "settings.toml").read_text()
    assert text.startswith('OWN = "of an') and "TORPOR_BATCH = 4\n" in text
    mine.write_bytes(b'TORPOR_WIFI_SSID = "\xfcber"\n')
    code, _, err = spoken(capsys, "deploy", "--drive", drive, "--settings", mine)
    assert code == 2 and err.startswith(f"torpor: {mine}, line 1: a letter there is not UTF-8")


def test_a_new_board_has_every_setting_explained(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drive / "settings.toml").write_text("")  # as CircuitPython makes it
    assert spoken(capsys, "deploy", "--drive", drive, *NEW)[0] == 0
    assert "TORPOR_BATCH = 1                  # pictures worth" in (drive / "settings.toml").read_text()


def test_a_setting_that_no_node_reads_is_warned_of(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drive / "settings.toml").write_text('TORPOR_LATITUD = 52\nOTHER = "x"\n')
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert code == 0
    assert err.startswith(
        "torpor: settings.toml: No node reads TORPOR_LATITUD. Is TORPOR_LATITUDE meant?\nAll of it"
    )


def test_the_same_command_again_needs_no_more_words(
    drive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert spoken(capsys, "deploy", "--drive", drive, *NEW)[0] == 0
    (drive / "waking.mpy").write_bytes(b"C\x06")
    (drive / "torpor.json").write_text((drive / "torpor.json").read_text().replace("0.", "0.0", 1))

    def interrupted(where: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("station.drive_medium.write_through", interrupted)
        code, _, err = spoken(capsys, "deploy", "--drive", drive)
    assert code == 130
    assert err.split("\n")[0] == "torpor: The board runs nothing until the same command has run to its end."
    assert not (drive / "torpor.json").exists() and not (drive / "code.py").exists()
    assert spoken(capsys, "deploy", "--drive", drive)[0] == 0
    assert json.loads((drive / "torpor.json").read_text())["design"] == "pico-w-arducam-2mp"
    assert len((drive / "waking.mpy").read_bytes()) > 700


def test_what_an_earlier_deploy_brought_and_nobody_needs_goes(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of ours that is empty then goes too; the station's certificate stays, and what is not ours."""
    pem = tmp_path / "station.pem"
    pem.write_text("of the station")
    assert spoken(capsys, "deploy", "--drive", drive, *NEW, "--certificate", pem)[0] == 0
    for path in ("lib/gone/deep/er.py", "lib/mixed/ours.py", "lib/mixed/mine.py"):
        (drive / path).parent.mkdir(parents=True, exist_ok=True)
        (drive / path).write_text("A = 1")
    manifest = json.loads((drive / "torpor.json").read_text())
    manifest["files"] |= {"lib/gone/deep/er.py": "", "lib/mixed/ours.py": ""}
    (drive / "torpor.json").write_text(json.dumps(manifest))
    assert spoken(capsys, "deploy", "--drive", drive)[0] == 0
    assert not (drive / "lib/gone/deep").exists()
    assert [path.name for path in (drive / "lib/mixed").iterdir()] == ["mine.py"]
    assert (drive / "home.pem").read_text() == "of the station"


def test_a_root_folder_that_is_full_is_refused(drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each name here takes five entries of a FAT's 512."""
    for number in range(110):
        (drive / f"{number:03}-a-rather-long-name-of-somebody-elses.txt").write_text("")
    code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert (code, err) == (
        5, "torpor: The drive's root would hold more than 512 entries: delete files there.\n"
    )  # fmt: skip


def test_two_deploys_at_once_are_one(drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(drive)
    versions = Versions("E66118604B5F2B21", tmp_path / "kept")
    with versions.held():
        code, _, err = spoken(capsys, "deploy", "--drive", drive, *NEW)
    assert (code, err) == (
        4, f"torpor: {versions.folder}: another torpor deploy or rollback is using this folder.\n"
    )  # fmt: skip
    assert contents(drive) == before
    assert spoken(capsys, "deploy", "--drive", drive, *NEW)[0] == 0
