"""`torpor new`: at a real terminal, from a file, again, and with everything that may be wrong."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
import tomllib
from codecs import getincrementaldecoder
from pathlib import Path
from typing import Any

import pytest

from boards import load_design
from station import cli
from station.deploy_settings import check
from station.errors import StationError
from station.new_answers import BY_KEY
from station.own_address import own_address
from station.store import Store

SECRET = "correct horse battery"
ANSWERS: dict[str, str | float] = {
    "name": "garden", "wifi": "home net", "wifi_password": SECRET, "host": "192.168.1.10",
    "latitude": 51.3, "longitude": -0.1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own; nothing of this computer's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("TORPOR_WIFI_PASSWORD", "TORPOR_DATA"):
        monkeypatch.delenv(name, raising=False)


def written(path: Path, **more: str | float | None) -> Path:
    """A file of answers; None takes one out."""
    answers = {key: value for key, value in {**ANSWERS, **more}.items() if value is not None}
    path.write_text("\n".join(f"{key} = {json.dumps(value)}" for key, value in answers.items()), "utf-8")
    return path


def new(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(["new", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def made(capsys: pytest.CaptureFixture[str], **more: str | float | None) -> dict[str, Any]:
    code, out, err = new(capsys, "--from", str(written(Path("a.toml"), **more)), "--no-viability", "--json")
    assert (code, err) == (0, "")
    assert SECRET not in out
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_a_file_becomes_a_folder_that_the_node_would_start_with(capsys, tmp_path: Path) -> None:
    Store(Path("torpor-data")).close()
    found = made(capsys, panel="3", battery="2600 mAh", cells=2)
    folder = tmp_path / "garden"
    assert sorted(path.name for path in folder.iterdir()) == [
        "answers.toml", "design.toml", "settings.toml", "wiring.md", "wiring.svg",
    ]  # fmt: skip
    assert stat.S_IMODE((folder / "settings.toml").stat().st_mode) == 0o600
    text = (folder / "settings.toml").read_text("utf-8")
    settings = tomllib.loads(text)
    with Store(Path("torpor-data")) as store:
        (node,) = store.nodes()
    assert (node.name, node.design) == ("garden", str(folder / "design.toml"))
    assert (node.latitude, node.longitude) == (51.3, -0.1)
    assert {key: settings[key] for key in list(settings)[:5]} == {
        "TORPOR_NODE": "garden", "TORPOR_KEY": node.key.hex(), "TORPOR_WIFI_SSID": "home net",
        "TORPOR_WIFI_PASSWORD": SECRET, "TORPOR_HOST": "192.168.1.10",
    }  # fmt: skip
    assert (settings["TORPOR_LATITUDE"], settings["TORPOR_LONGITUDE"]) == (51, 0)
    design = load_design(folder / "design.toml")
    check(text, design, (10, 2, 1), has_certificate=False)
    assert (design.panel.v("rated"), design.cell.v("capacity")) == (3.0, 2.6)
    assert design.panel.v("i_mp") == pytest.approx(3.0 * 0.583 / 3.5, abs=1e-3)
    assert design.options["cells_parallel"] == 2
    assert found["at_station"] is True
    assert found["next"] == ["torpor deploy --board garden/design.toml --settings garden/settings.toml"]


def test_what_comes_next_is_said_from_here_to_the_garden(capsys) -> None:
    source = str(written(Path("a.toml"), port=8090))
    _, out, _ = new(capsys, "--from", source, "--no-viability")
    assert out.partition("answers.toml: new\n")[2].partition("\n\n")[2] == (
        "First, where the home station runs (there is none in torpor-data yet; --data names its folder):\n"
        "  python3 run.py torpor node add garden --design pico-w-arducam-2mp\n"
        "  python3 run.py torpor receive --host 0.0.0.0 --port 8090\n"
        "Then, with the board at USB, its bench switch closed:\n"
        "  python3 run.py torpor deploy --board pico-w-arducam-2mp --settings garden/settings.toml"
        " --node garden\n"
        "Then on its battery, without USB: http://192.168.1.10:8090/nodes/garden/install shows what it sees"
        " (docs/installing.md).\n"
    )
    Store(Path("torpor-data")).close()
    source = str(written(Path("a.toml"), design="pico-w-soil", name="pot"))
    _, out, _ = new(capsys, "--from", source, "--no-viability")
    assert out.endswith(
        "Next, with the board at USB, its bench switch closed:\n"
        "  python3 run.py torpor deploy --board pico-w-soil --settings pot/settings.toml\n"
        "Then on its battery, without USB: http://192.168.1.10:8080/nodes/pot shows what it says.\n"
    )


@pytest.mark.parametrize(("said", "meant"), [("51,3", 51.3), ("-0,25", -0.25), ("+7,5", 7.5), ("51", 51.0)])
def test_a_decimal_comma_is_a_point(said: str, meant: float) -> None:
    assert float(BY_KEY["latitude"].check(said, {})) == meant


@pytest.mark.parametrize("said", ["51,3,1", "51,3.5", "1.234,5", ",5", "51,3 0,1"])
def test_but_not_where_it_may_be_something_else(said: str) -> None:
    with pytest.raises(StationError, match="expected a number"):
        BY_KEY["latitude"].check(said, {})


def test_no_secret_is_anywhere_but_in_the_settings(capsys, tmp_path: Path) -> None:
    Store(Path("torpor-data")).close()
    code, out, err = new(capsys, "--from", str(written(Path("a.toml"))), "--no-viability")
    assert code == 0
    key = tomllib.loads(Path("garden/settings.toml").read_text())["TORPOR_KEY"]
    assert len(key) == 64
    others = [path for path in (tmp_path / "garden").iterdir() if path.name != "settings.toml"]
    for text in (out, err, *(path.read_text("utf-8") for path in others)):
        assert SECRET not in text
        assert key not in text


def test_a_shipped_design_is_named_and_without_a_station_its_command_is_told(capsys) -> None:
    found = made(capsys, clock="ds3231")
    assert found["design"] == "pico-w-rtc"
    assert "design.toml" not in found["files"]
    assert found["next"] == [
        "torpor node add garden --design pico-w-rtc",
        "torpor deploy --board pico-w-rtc --settings garden/settings.toml --node garden",
    ]
    assert not Path("torpor-data").exists()


def test_the_same_again_changes_nothing_and_one_answer_changes_what_it_concerns(capsys) -> None:
    Store(Path("torpor-data")).close()
    first = made(capsys)
    assert set(first["files"].values()) == {"new"}
    settings = Path("garden/settings.toml")
    settings.write_text(settings.read_text("utf-8").replace("_BATCH = 1 ", "_BATCH = 4 "), "utf-8")
    again = made(capsys)
    assert set(again["files"].values()) == {"as it was"}
    other = made(capsys, host="10.0.0.7")
    assert {name for name, fate in other["files"].items() if fate == "changed"} == {
        "answers.toml", "settings.toml",
    }  # fmt: skip
    values = tomllib.loads(settings.read_text("utf-8"))
    assert (values["TORPOR_BATCH"], values["TORPOR_HOST"]) == (4, "10.0.0.7")
    assert "# pictures worth one Wi-Fi session" in settings.read_text("utf-8")
    panel = made(capsys, panel="panel-6w")
    assert (panel["files"]["design.toml"], panel["files"]["wiring.svg"]) == ("new", "changed")
    assert not Path("garden/design.toml").read_text().startswith("[")
    back = made(capsys, panel="panel-2w")
    assert not Path("garden/design.toml").exists()
    assert "design.toml" not in back["files"]


def test_a_design_changed_by_hand_is_never_lost_and_may_be_the_design(capsys) -> None:
    made(capsys, panel="3")
    path = Path("garden/design.toml")
    own = path.read_text("utf-8").replace('"GP14"', '"GP15"')
    path.write_text(own, "utf-8")
    source = str(written(Path("a.toml"), panel="6", host="10.0.0.9"))
    code, _, err = new(capsys, "--from", source, "--no-viability")
    assert (code, err) == (2, "torpor: garden/design.toml was changed by hand. To change it by hand, give it"
                              " another name and name that as the design.\n")  # fmt: skip
    assert path.read_text("utf-8") == own
    assert "10.0.0.9" not in Path("garden/settings.toml").read_text("utf-8")
    path.rename("mine.toml")
    found = made(capsys, design="mine.toml")
    assert found["design"] == str(Path("mine.toml").resolve())
    assert {"from": "camera switch ON", "to": "board GP15"}.items() <= found["wires"][7].items()
    assert "design.toml" not in found["files"]


@pytest.mark.parametrize(
    ("cell", "charger", "protection"),
    [("lfp-18650-1500", "cn3158", "lfp-protection"), ("nimh-3xaa", "nimh-regulator", "dw01")],
)
def test_another_kind_of_cell_brings_a_charger_that_fits(capsys, cell, charger, protection) -> None:
    made(capsys, battery=cell)
    design = load_design(Path("garden/design.toml"))
    assert (design.cell.name, design.charger.name, design.protection.name) == (cell, charger, protection)


def test_south_of_the_equator_the_panel_looks_north(capsys) -> None:
    made(capsys, latitude=-33.9, longitude=151.2)
    assert load_design(Path("garden/design.toml")).options["azimuth_deg"] == 0.0


def test_the_odds_of_this_node_come_with_it(capsys) -> None:
    source = str(written(Path("a.toml"), panel="0.5", battery="900"))
    code, out, _ = new(capsys, "--from", source, "--years", "16")
    assert code == 0
    assert re.search(r"It [a-zA-Z ]+: in [\d.]+ %", out)
    found = json.loads(Path("garden/viability/viability.json").read_text("utf-8"))
    assert found["weather_years"] == 16
    assert Path("garden/viability/viability.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"name": "My Garden"}, "name is 'My Garden': expected 1 to 32 of a-z, 0-9, - and _, beginning with"),
        ({"board": "arduino"}, "board is 'arduino': expected one of raspberry-pi-pico-w, esp32-cam,"),
        ({"design": "pico"}, "design is 'pico': expected one of pico-w-arducam-2mp, esp32-cam,"),
        (
            {"board": "esp32-cam", "design": "memento"},
            "design is 'memento': expected one on esp32-cam: esp32-",
        ),
        ({"panel": "big"}, "panel is 'big': expected its label's W, 0.1 to 100, or one of panel-0.5w,"),
        ({"panel": "200"}, "panel is '200': expected its label's W, 0.1 to 100"),
        ({"battery": "3 W"}, "battery is '3 W': expected its label's mAh, 100 to 100000, or one of nmc-"),
        ({"cells": 0.5}, "cells is '0.5': expected a whole number from 1 to 16."),
        ({"cells": 17}, "cells is '17': expected a whole number from 1 to 16."),
        ({"wifi": "x" * 33}, "wifi is 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx': expected 1 to 32 characters"),
        ({"wifi": None}, "wifi is missing: name of the Wi-Fi network."),
        ({"wifi_password": "short"}, "wifi_password is not as it must be: expected 8 to 64 characters"),
        ({"wifi_password": None}, "wifi_password is missing: put it into TORPOR_WIFI_PASSWORD or the file"),
        ({"host": None}, "host is missing: address of the home station."),
        ({"host": "Localhost"}, "host is 'Localhost', which is the node itself."),
        ({"host": "localhost"}, "host is 'localhost', which is the node itself. Take the station's address"),
        ({"host": "http://10.0.0.1:8080"}, "Without http://, port and path; the port goes into port."),
        ({"port": 70000}, "port is '70000': expected a whole number from 1 to 65535."),
        ({"latitude": 91}, "latitude is '91': expected a number from -90 to 90."),
        ({"longitude": "nan"}, "longitude is 'nan': expected a number from -180 to 180."),
        ({"tilt": 95}, "tilt is '95': expected a number from 0 to 90."),
        ({"azimuth": -1}, "azimuth is '-1': expected a number from 0 to 360."),
        ({"colour": "red"}, "colour is nothing that is asked: there is name, board, design, panel,"),
        ({"clock": "sundial"}, "clock is 'sundial': expected one of ds3231."),
        ({"wifi_password_file": "none.txt"}, "wifi_password and wifi_password_file: expected one of them."),
        ({"design": "esp32-cam", "battery": "nmc-18650-3000"}, "design.toml: parts."),
        ({"design": "none.toml"}, "none.toml: no such file, a design is a .toml file or"),
    ],
)
def test_an_answer_that_will_not_do_is_one_sentence_and_nothing_is_written(capsys, more, sentence) -> None:
    before = set(Path().iterdir())
    code, out, err = new(capsys, "--from", str(written(Path("a.toml"), **more)), "--no-viability")
    assert code != 0
    assert out == ""
    assert sentence in err
    assert err.startswith("torpor: ")
    assert err.count("\n") == 1
    assert SECRET not in err
    assert set(Path().iterdir()) - before == {Path("a.toml")}


def test_without_a_terminal_and_a_file_it_says_what_it_wants(capsys) -> None:
    code, _, err = new(capsys, "garden")
    assert code == 2
    assert err == (
        "torpor: There is no terminal to ask at: put the answers into a TOML file and name it with --from.\n"
    )


def test_a_name_that_many_boards_do_not_find_is_left_to_deploy(capsys) -> None:
    made(capsys, host="raspberrypi.local")
    assert tomllib.loads(Path("garden/settings.toml").read_text())["TORPOR_HOST"] == "raspberrypi.local"


def test_the_password_from_a_file_or_the_environment(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret.txt").write_text(SECRET + "\n")
    made(capsys, wifi_password=None, wifi_password_file="secret.txt")
    assert tomllib.loads(Path("garden/settings.toml").read_text())["TORPOR_WIFI_PASSWORD"] == SECRET
    monkeypatch.setenv("TORPOR_WIFI_PASSWORD", "another password")
    made(capsys, wifi_password=None)
    assert (
        tomllib.loads(Path("garden/settings.toml").read_text())["TORPOR_WIFI_PASSWORD"] == "another password"
    )
    monkeypatch.delenv("TORPOR_WIFI_PASSWORD")
    again = made(capsys, wifi_password=None)  # the folder has it
    assert again["files"]["settings.toml"] == "as it was"


def test_a_broken_file_is_named_with_its_line_and_not_repeated(capsys) -> None:
    Path("a.toml").write_text(f'name = "garden"\nwifi_password = "{SECRET}\n')
    code, _, err = new(capsys, "--from", "a.toml")
    assert code == 2
    assert re.fullmatch(r"torpor: a\.toml: is no TOML \(at line 2, column \d+\)\.\n", err)


class Terminal:
    """`torpor new` at a real pseudo-terminal."""

    def __init__(self, *words: str) -> None:
        self.mine, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "station", "new", *words], stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True, env={**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "100"},
            preexec_fn=_controlling,
        )  # fmt: skip
        os.close(theirs)
        self.said = ""
        self._letters = getincrementaldecoder("utf-8")()  # a read may end within a letter

    def _hear(self) -> None:
        self.said += self._letters.decode(os.read(self.mine, 65536))

    def until(self, text: str, seconds: float = 60.0) -> str:
        """What came since, up to the text."""
        end = time.monotonic() + seconds
        while text not in self.said:
            if not select.select([self.mine], [], [], max(0.0, end - time.monotonic()))[0]:
                pytest.fail(f"{text!r} did not come, but: {self.said}")
            try:
                self._hear()
            except OSError:
                pytest.fail(f"it ended before {text!r}: {self.said}")
        before, _, self.said = self.said.partition(text)
        return before

    def answer(self, question: str, word: str) -> str:
        before = self.until(question) + self.until(": ")
        os.write(self.mine, word.encode() + b"\n")
        return before

    def interrupt(self) -> int:
        """Ctrl-C at a prompt, as often as it takes: a signal that comes between a prompt and its read
        only sets a flag of the interpreter, and the read goes on."""
        for _ in range(10):
            os.write(self.mine, b"\x03")
            if self._ends_within(5.0):
                return self.process.wait(60)
        return self.end()

    def end(self) -> int:
        if not self._ends_within(60.0):
            self.process.kill()
            pytest.fail(f"it did not end: {self.said}")
        return self.process.wait(60)

    def _ends_within(self, quiet_s: float) -> bool:
        """True: it has closed the terminal; False: for so long nothing came of it."""
        while select.select([self.mine], [], [], quiet_s)[0]:
            try:
                self._hear()
            except OSError:
                os.close(self.mine)
                return True
        return False


def _controlling() -> None:
    import fcntl
    import signal
    import termios

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_guided_with_help_a_slip_and_a_step_back() -> None:
    Store(Path("torpor-data")).close()
    terminal = Terminal("--no-viability")
    terminal.answer("Name of the node", "Wrong Name")
    assert "expected 1 to 32 of a-z" in terminal.answer("Name of the node", "pond")
    assert " * 1  raspberry-pi-pico-w" in terminal.answer("Which board do you have", "?")
    assert "The one that is nearest to yours." in terminal.answer("Which board", "xiao-esp32-s3-sense")
    terminal.answer("Which design", "<")
    terminal.answer("Which board", "1")
    terminal.answer("Which design", "pico-w-rtc")
    terminal.answer("Panel", "3")  # the third of the list, which it repeats
    assert "  panel-2w: Generic 2 W, 5.5 V-class panel" in terminal.answer("Battery", "")
    terminal.answer("How many such cells", "")
    terminal.answer("Name of the Wi-Fi", "home net")
    hidden = terminal.answer("Its password", SECRET)
    shown = terminal.answer("Address of the home", "192.168.1.10")
    assert SECRET not in hidden + shown
    assert own_address() is None or f" station [{own_address()}]" in shown
    terminal.answer("Its port", "")
    terminal.answer("Latitude", "95")
    assert "expected a number from -90 to 90" in terminal.answer("Latitude", "-33.90000, 151.20000")
    assert "[151.2]" in terminal.answer("Longitude", "")  # as a map gives both
    terminal.answer("Tilt", "60,5")
    assert "[0]" in terminal.answer("Where the panel looks", "")
    assert terminal.end() == 0
    assert SECRET not in terminal.said
    assert "torpor deploy --board pond/design.toml --settings pond/settings.toml" in terminal.said
    design = load_design(Path("pond/design.toml"))
    assert design.part("clock").name == "ds3231"
    assert (design.panel.name, design.options["azimuth_deg"]) == ("panel-2w", 0.0)
    assert design.options["tilt_deg"] == 60.5
    answers = tomllib.loads(Path("pond/answers.toml").read_text())
    assert (answers["latitude"], answers["longitude"]) == (-33.9, 151.2)


def test_ctrl_c_keeps_what_was_answered_and_the_next_start_offers_it() -> None:
    first = Terminal("pond", "--no-viability")
    assert "[pond]" in first.answer("Name of the node", "")
    first.answer("Which board", "esp32-cam")
    first.answer("Panel", "6")
    first.until("Battery")
    first.until(": ")
    assert first.interrupt() == 130
    assert "Interrupted." in first.said
    kept = tomllib.loads(Path("pond/answers.toml").read_text())
    assert kept == {"name": "pond", "board": "esp32-cam", "design": "esp32-cam", "panel": "panel-6w-diode"}
    assert not Path("pond/settings.toml").exists()
    second = Terminal("pond", "--no-viability")
    second.answer("Name of the node", "")
    assert "[esp32-cam]" in second.answer("Which board", "")
    assert "[panel-6w-diode]" in second.answer("Panel", "")
    second.until("Battery")
    second.until(": ")
    assert second.interrupt() == 130
