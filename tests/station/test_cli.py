"""The command line as a person meets it: help, completion, errors in one sentence, exit codes."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rich_click as click
from click.testing import CliRunner

from boards import BoardsError, list_designs
from sim.air import Link
from station import __version__, cli, errors
from station.errors import Exit, StationError, verdict

ROOT = Path(__file__).resolve().parents[2]


def spoken(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_help_names_every_command_and_exit_code() -> None:
    result = CliRunner().invoke(cli.group, ["--help"], prog_name="torpor", terminal_width=200)
    assert result.exit_code == 0
    names = cli.group.list_commands(click.Context(cli.group))
    assert {"boards", "completion"} <= set(names)
    missing = [name for name in names if name not in result.output]
    words = " ".join(result.output.split())
    missing += [str(code) for code in Exit if f"{code.value} {errors.MEANING[code].split()[0]}" not in words]
    assert missing == []


def test_version() -> None:
    result = CliRunner().invoke(cli.group, ["--version"], prog_name="torpor")
    assert (result.exit_code, result.output) == (0, f"torpor, version {__version__}\n")


def test_help_loads_nothing_heavy() -> None:
    look = (
        "import sys; from station.cli import main; main(['--help']); "
        "heavy = {'numpy', 'pandas', 'pvlib', 'matplotlib', 'PIL', 'boards', 'sim', 'analysis'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    code, out, err = spoken(capsys, "completion", shell)
    assert (code, err) == (0, "")
    assert f"_TORPOR_COMPLETE={shell}_complete" in out and "torpor" in out


def completed(monkeypatch: pytest.MonkeyPatch, words: str, position: int) -> list[str]:
    environment = {"_TORPOR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(position)}
    result = CliRunner().invoke(cli.group, [], prog_name="torpor", env=environment)
    return [line.partition(",")[2] for line in result.output.splitlines()]


def test_commands_and_designs_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert completed(monkeypatch, "torpor bo", 1) == ["boards"]
    assert completed(monkeypatch, "torpor boards pico-w-arducam-2", 2) == ["pico-w-arducam-2mp"]
    assert "--json" in completed(monkeypatch, "torpor boards --", 2)


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = spoken(capsys, "hibernate")
    assert (code, out) == (2, "")
    assert err == "torpor: No such command 'hibernate'. (torpor --help says what it takes)\n"


def test_the_signal_of_the_wifi_is_an_option(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from station.simulate_command import _scenario, command

    words = ["--rssi", "-80"]
    options = command.make_context("simulate", words).params
    assert _scenario(options).link == Link(rssi_dBm=-80.0)
    assert _scenario(command.make_context("simulate", []).params).link == Link()
    assert cli.main(["simulate", "--rssi", "-101", "--out", str(tmp_path)]) == 2
    assert "-101" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "name", "wanted"),
    [
        ("--install", "install", True),
        ("--compiled", "compiled", True),
        ("--tilt 45", "tilt_deg", 45.0),
        ("--days 2.5", "days", 2.5),
        ("--start-day 7", "start_day", 7),
        ("--seed 12", "seed", 12),
        ("pico-w-rtc", "design", "pico-w-rtc"),
    ],
)
def test_what_is_asked_of_simulate_is_the_scenario(words: str, name: str, wanted: object) -> None:
    from station.simulate_command import _scenario, command

    said = _scenario(command.make_context("simulate", words.split()).params)
    assert getattr(said, name) == wanted
    assert getattr(_scenario(command.make_context("simulate", []).params), name) != wanted


def test_where_nothing_can_be_written_is_said_before_the_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").write_text("mine")
    monkeypatch.setattr("sim.run.build", lambda *words: pytest.fail("it ran"))
    assert cli.main(["simulate", "--out", str(tmp_path / "out")]) == 2
    assert "out: is a file, expected a folder for the output." in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_said_before_the_run_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr("sim.run.Twin.live", lambda twin: pytest.fail("it ran"))
    assert cli.main(["simulate", "--out", str(tmp_path / "file" / "out")]) == 1
    said = capsys.readouterr().err
    assert "file" in said and said.count("\n") == 1


@pytest.mark.parametrize("slip", ["typo.toml", "pico-w-soil --weather typo.csv"])
def test_a_slip_of_the_pen_leaves_no_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slip: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["simulate", *slip.split()]) != 0
    assert "typo" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_horizon_is_an_option(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from station.simulate_command import _scenario, command

    path = tmp_path / "horizon.csv"
    path.write_text("5\n10\n", encoding="utf-8")
    options = command.make_context("simulate", ["--horizon", str(path)]).params
    assert _scenario(options).surroundings.horizon == ((0.0, 5.0), (180.0, 10.0))
    path.write_text("hills\n", encoding="utf-8")
    assert cli.main(["simulate", "--horizon", str(path), "--out", str(tmp_path)]) == 1
    assert f"{path}: no horizon in it" in capsys.readouterr().err


def test_an_unknown_option_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = spoken(capsys, "boards", "--jsno")
    assert code == 2
    assert err.startswith("torpor: No such option") and "torpor boards --help" in err


def test_boards_lists_every_design(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = spoken(capsys, "boards")
    assert (code, err) == (0, "")
    assert [name for name in list_designs() if name not in out] == []
    assert "standing" in out and "mW" in out


def test_boards_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = spoken(capsys, "boards", "--json")
    document = json.loads(out)
    assert (code, document["version"]) == (0, 1)
    assert [design["name"] for design in document["designs"]] == list(list_designs())
    default = document["designs"][0]
    assert (default["name"], default["firmware"]) == ("pico-w-arducam-2mp", "ready")
    assert (default["sleep_ways"][0]["name"], default["sleep_ways"][0]["wakes_by_clock"]) == (
        "deep by pin",
        False,
    )
    # 1.4 mA at 5 V for the board (deep sleep by pin, measured), and the PIR and the meter beside it.
    assert default["sleep_ways"][0]["board_mW"] == pytest.approx(7.0)
    assert 7.0 < default["standing_mW"] < 8.0
    assert [d["name"] for d in document["designs"] if d["standing_mW"] != d["sleep_ways"][0]["mW"]] == []


def test_one_board_shows_every_figure_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = spoken(capsys, "boards", "pico-w-arducam-2mp", "--json")
    document = json.loads(out)
    assert code == 0
    assert set(document["parts"]) >= {"board", "camera", "pir", "meter", "panel", "charger", "cell", "rail"}
    rows = [row for part in document["parts"].values() for row in part["rows"].values()]
    assert [row["name"] for row in rows if not row["source"] or not row["condition"]] == []
    assert document["pins"]["pir"].startswith("GP")

    code, shown, _ = spoken(capsys, "boards", "pico-w-arducam-2mp")
    assert code == 0
    names = [name for part in document["parts"].values() for name in part["rows"]]
    assert [name for name in names if name not in shown] == []
    words = " ".join(shown.split())
    assert [note for note in document["notes"] if " ".join(note.split()) not in words] == []


def test_every_design_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for name in list_designs():
        assert cli.main(["boards", name]) == 0
    assert capsys.readouterr().err == ""


def test_an_unknown_board_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = spoken(capsys, "boards", "pico-x")
    assert (code, out) == (2, "")
    assert err.startswith("torpor: ") and "pico-x" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "line",
    [
        "card {}", "simulate {} --days 1", "viability {}", "size {}", "compare {} pico-w-rtc",
        "deploy --board {}", "deploy --board {} --dry-run --host 127.0.0.1",
        "doctor --settings pyproject.toml --design {}", "flash --check pyproject.toml --design {}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["pico-x", "pico-x.toml"])
def test_a_design_that_is_not_there_is_wrong_usage_everywhere(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: str, name: str
) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = spoken(capsys, *line.format(name).split())
    assert (code, out) == (2, "")
    told = f'There is no design "{name}", ' if name == "pico-x" else f"{name}: no such file, a design is "
    assert err.startswith(f"torpor: {told}") and err.count("\n") == 1


def test_a_damaged_design_file_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "mine.toml"
    wrong.write_text("title = [")
    code, _, err = spoken(capsys, "boards", str(wrong))
    assert code == 1
    assert "mine.toml" in err and err.count("\n") == 1 and "Traceback" not in err


class OutOfSpace(StationError):
    """A subclass far from errors.py, as other modules will have them."""


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (BoardsError("x.toml: pir = 3, allowed is a name."), 1, "x.toml: pir = 3, allowed is a name."),
        (StationError("No board on USB.", Exit.NO_BOARD), 3, "No board on USB."),
        (OutOfSpace("Full."), 1, "Full."),
        (BoardsError("two\nlines"), 1, "two lines"),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), 1, "a.csv: No such file or directory."),
        (PermissionError(13, "Permission denied", "out"), 4, "out: Permission denied."),
        (OSError(28, "No space left on device", "out"), 5, "out: No space left on device."),
        (ConnectionRefusedError(111, "Connection refused"), 7, "Connection refused."),
        (TimeoutError("timed out"), 7, "timed out."),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), 1, "A file is not text: byte 0 is not utf-8."),
        (KeyError("soc"), 70, "A fault in Torpor itself: KeyError: 'soc'"),
    ],
)
def test_an_error_becomes_a_sentence_and_a_code(error: Exception, code: int, sentence: str) -> None:
    assert verdict(error) == (sentence, code)


def test_a_full_disk_is_one_whoever_words_it(tmp_path: Path) -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise StationError(f"{tmp_path}: cannot be written ({error.strerror}).") from None
    except StationError as worded:
        assert verdict(worded) == (f"{tmp_path}: cannot be written (No space left on device).", 5)


def broken_by(error: BaseException) -> Callable[[str], click.Command]:
    @click.command(name="boards")
    def command() -> None:
        raise error

    return lambda name: command


@pytest.mark.parametrize(
    ("error", "code", "start"),
    [
        (
            ZeroDivisionError("division by zero"),
            70,
            "torpor: A fault in Torpor itself: ZeroDivisionError at test_cli",
        ),
        (BoardsError("Wrong."), 1, "torpor: Wrong.\n"),
        (KeyboardInterrupt(), 130, "\ntorpor: Interrupted.\n"),
    ],
)
def test_a_command_never_ends_with_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    start: str,
) -> None:
    monkeypatch.setattr(cli, "load", broken_by(error))
    monkeypatch.delenv("TORPOR_TRACEBACK", raising=False)
    assert cli.main(["boards"]) == code
    assert capsys.readouterr().err.startswith(start)


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "load", broken_by(ZeroDivisionError()))
    monkeypatch.setenv("TORPOR_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["boards"])


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "station", "hibernate"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("torpor: No such command")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize("arguments", ["boards --json", "boards", "boards pico-w-rtc", "--help"])
def test_a_closed_pipe_is_no_error(arguments: str) -> None:
    told = f'"{sys.executable}" -m station {arguments}; echo $? >&2'
    command = f"({told}) | true"  # whoever reads is gone at once
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "0\n")


def test_simulate_with_a_measured_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """100 mW asleep instead of some 7: 2.4 Wh a day more, and the report says so."""
    profile = tmp_path / "p.toml"
    profile.write_text("[measured.SLEEP]\nmW = 100\n", "utf-8")
    asked = ["simulate", "--days", "0.3", "--out", str(tmp_path / "out"), "--profile"]
    assert cli.main([*asked, str(profile)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"\n  measured difference +0\.66 Wh +9\d %", said)
    assert "its states draw what was measured, in the books as measured difference: SLEEP" in said
    profile.write_text("[states]\nsleep_mW = 100\n", "utf-8")
    assert cli.main([*asked, str(profile)]) == 1
    assert "p.toml: has no [measured.STATE], which the twin goes by" in capsys.readouterr().err


def test_ctrl_c_while_it_is_loaded_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from station.__main__ import main

    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("station.cli.main", interrupted)
    assert (main(), capsys.readouterr().err) == (130, "torpor: Interrupted.\n")


def test_the_help_shows_every_command_in_one_group() -> None:
    grouped = [name for names in cli.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(cli.COMMANDS)
