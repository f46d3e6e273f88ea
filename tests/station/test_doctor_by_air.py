"""`torpor doctor --host`: over the web workflow's console, a websocket in front of a twin."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.deploy_web_board import WebBoard
from benchmarks.doctor_wire import TwinWire
from sim.devices.ina219 import MeterFaults
from sim.doctor import NOON_s, patient
from station import cli
from station.errors import Exit
from tests.station.test_doctor_command import SCENARIO

BOOT_OUT = "Adafruit CircuitPython 10.2.1 on 2026-05-12; Pico W\r\nBoard ID:raspberry_pi_pico_w\r\n"
PASSWORD = "winter garden"
JOIN = "import wifi\nwifi.radio.connect('home', 'twelve words')\n"


class Fed:
    """A twin at its prompt, as the web board feeds it."""

    def __init__(self, wire: TwinWire, root: Path) -> None:
        self.wire, self.root = wire, root
        (root / "boot_out.txt").write_text(BOOT_OUT, "utf-8")

    def feed(self, data: bytes) -> bytes:
        self.wire.write(data)
        return self.wire.read(0.0) if self.wire._said else b""


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A node that has joined before its own code ran, as CIRCUITPY_WIFI_SSID has it."""
    monkeypatch.setenv("CIRCUITPY_WEB_API_PASSWORD", PASSWORD)
    monkeypatch.chdir(tmp_path)
    wire = TwinWire(patient(SCENARIO))
    epoch_s = wire.prompt.twin.home.epoch_s + NOON_s
    monkeypatch.setattr(time, "time", lambda: epoch_s)
    assert wire.prompt.run(JOIN)[1] == ""
    (tmp_path / "drive").mkdir()
    with WebBoard(Fed(wire, tmp_path / "drive"), PASSWORD) as web:  # type: ignore[arg-type]
        yield SimpleNamespace(web=web, wire=wire, twin=wire.prompt.twin)


def asked(board: SimpleNamespace, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict, str]:
    words = ("doctor", "--host", board.web.host, "--design", "pico-w-arducam-2mp", "--json", *more)
    code = cli.main(words)
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else {}, said.err


def test_a_healthy_node(board: SimpleNamespace, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """All that needs neither a new join nor a sleep; its current is held against a radio that is on."""
    code, told, err = asked(board, capsys)
    assert code == Exit.OK, err
    assert [one["code"] for one in told["findings"]] == ["wifi.already", "console.by_air"]
    codes = {one["code"] for one in told["told"]}
    assert {"meter.reads", "pir.seen", "camera.picture", "wifi.heard", "home.took"} <= codes
    assert not codes & {"wifi.joined", "sleep.usb", "sleep.clock"}
    assert (tmp_path / "doctor.jpg").stat().st_size > 10_000
    assert board.wire.left


def test_a_node_that_takes_too_much_is_seen_beside_its_radio(
    board: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    board.twin.world.draw("a LED", 0.6)
    _, told, _ = asked(board, capsys, "--check", "meter")
    assert [one["code"] for one in told["findings"]] == ["meter.dear", "console.by_air"]


def test_a_fault_is_found_as_at_a_cable(board: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    board.twin.hardware.meter._faults = MeterFaults(absent=True)
    code, told, _ = asked(board, capsys, "--check", "meter", "--check", "wifi")
    assert code == Exit.FAILED
    assert [one["code"] for one in told["findings"]] == ["meter.absent", "wifi.already", "console.by_air"]
    heard = next(one for one in told["told"] if one["code"] == "wifi.heard")
    assert heard["dBm"] is None  # a Pico W does not tell how strong it is


@pytest.mark.parametrize("more", [("--check", "sleep"), ("--logger", "/dev/ttyACM9")])
def test_a_sleep_is_refused(
    board: SimpleNamespace, capsys: pytest.CaptureFixture[str], more: tuple[str, str]
) -> None:
    code, _, err = asked(board, capsys, *more)
    assert code == Exit.USAGE
    assert err.startswith("torpor: A sleep cuts the network's console off: plug the board in for that.")


def test_a_wrong_password_and_a_console_that_is_taken(
    board: SimpleNamespace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIRCUITPY_WEB_API_PASSWORD", "summer")
    code, _, err = asked(board, capsys)
    host = board.web.host
    said = f"torpor: {host} refuses the password: it is CIRCUITPY_WEB_API_PASSWORD in its settings.toml.\n"
    assert (code, err) == (Exit.NETWORK, said)

    monkeypatch.setenv("CIRCUITPY_WEB_API_PASSWORD", PASSWORD)
    board.web.has_console = False
    code, _, err = asked(board, capsys)
    assert code == Exit.NETWORK
    assert err.startswith(f"torpor: the console of {host} is not to be had")
