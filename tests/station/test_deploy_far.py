"""`torpor deploy` over a serial line and over the web workflow, and what lives from what lies there then."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_cuts import Count, interrupt, known
from benchmarks.deploy_far_boards import makers
from benchmarks.deploy_link import SimulatedLink
from benchmarks.deploy_terminal import Terminal
from benchmarks.deploy_web_board import WebBoard
from boards import load_design
from sim.run import build
from sim.scenario import Scenario
from station import cli
from station.deploy_run import Wanted, carry, prepare
from station.deploy_store import Versions
from station.route_serial import SerialRoute
from tests.station.deployed import drive_of

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a thing of Unix", allow_module_level=True)

DESIGN = "pico-w-arducam-2mp"
BOOT_OUT = (
    b"Adafruit CircuitPython 10.2.1 on 2026-05-12; Raspberry Pi Pico W with rp2040\r\n"
    b"Board ID:raspberry_pi_pico_w\r\nUID:E66118604B5F2B21\r\n"
)
SECRETS = {
    "TORPOR_KEY": "5a" * 32,
    "TORPOR_WIFI_PASSWORD": "twelve words of it",
    "CIRCUITPY_WEB_API_PASSWORD": "winter garden",
}
NEW = (
    *("--board", DESIGN, "--set", "TORPOR_NODE=garden"),
    *("--set", "TORPOR_WIFI_SSID=home", "--set", "TORPOR_HOST=192.168.1.10"),
)
Deploy = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kept() -> Iterator[Path]:
    """Where versions are kept: in memory where there is some, as each file is made durable there."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "drive"
    folder.mkdir()
    (folder / "boot_out.txt").write_bytes(BOOT_OUT)
    return folder


@pytest.fixture
def board(root: Path) -> Iterator[EmbeddedBoard]:
    with EmbeddedBoard() as one:
        one.insert(root)
        yield one


@pytest.fixture
def deploy(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Deploy]:
    """The command; nothing that it says may hold a secret."""
    monkeypatch.setenv("TORPOR_VERSIONS", str(kept))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["deploy", *arguments])
        said = capsys.readouterr()
        assert not any(secret in said.out + said.err for secret in SECRETS.values())
        return code, said.out, said.err

    yield call


@pytest.fixture
def port(board: EmbeddedBoard, tmp_path: Path) -> Iterator[str]:
    terminal = Terminal(board, tmp_path)
    yield str(terminal.name)
    terminal.unplug()


@pytest.fixture
def host(board: EmbeddedBoard) -> Iterator[str]:
    with WebBoard(board, SECRETS["CIRCUITPY_WEB_API_PASSWORD"]) as one:
        yield one.host


def lies(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def lives(files: dict[str, bytes]) -> None:
    """A night in the twin with these files and nothing else: pictures come home, nothing crashes."""
    drive = drive_of(files, load_design(DESIGN))
    visits = ((21_000.0, 30.0), (25_000.0, 30.0))
    twin = build(Scenario(days=0.32, start_day=170, quiet=True, visits=visits), drive=drive)
    twin.live()
    assert twin.life.crashes == []
    assert len(twin.home.pictures) >= 2


def test_over_the_web_and_then_by_a_serial_terminal(
    deploy: Deploy, board: EmbeddedBoard, host: str, port: str, root: Path
) -> None:
    code, out, _ = deploy("--host", host, *NEW, "--py")
    assert code == 0
    assert f"web {host}: raspberry_pi_pico_w, CircuitPython 10.2.1" in out
    lives(lies(root))
    assert deploy("--host", host, "--py")[::2] == (0, "Everything is there already.\n")

    was = lies(root)
    board.insert(root)
    code, out, _ = deploy("--port", port, "--set", "TORPOR_BATCH=3", "--py")
    assert code == 0
    assert f"serial {port}: raspberry_pi_pico_w, CircuitPython 10.2.1" in out
    changed = {path for path, content in lies(root).items() if content != was.get(path)}
    assert changed == {"settings.toml"}
    assert b"TORPOR_BATCH = 3" in lies(root)["settings.toml"]


def test_everything_over_the_wire_in_less_than_20_s(board: EmbeddedBoard, root: Path, kept: Path) -> None:
    """At 115200 baud, of virtual time; what the board's own flash takes comes to it."""
    link = SimulatedLink(board)
    route = SerialRoute(link)
    secrets = {name: SECRETS[name] for name in ("TORPOR_KEY", "TORPOR_WIFI_PASSWORD")}
    settings = {"TORPOR_NODE": "garden", "TORPOR_WIFI_SSID": "home", "TORPOR_HOST": "192.168.1.10", **secrets}
    found = prepare(Wanted(load_design(DESIGN), settings), route, Versions("x", kept))
    carry(found, route)
    assert {path: what for path, what in lies(root).items() if path != "boot_out.txt"} == found.image.files
    print(f"{link.clock_s:.1f} s, {link.sent} bytes for {sum(map(len, found.image.files.values()))}")
    assert 4 < link.clock_s < 20


def test_what_the_route_has_to_say_is_told(
    deploy: Deploy, board: EmbeddedBoard, root: Path, port: str
) -> None:
    board.insert(root, safe="You are in safe mode because:\r\nThe power dipped.\r\n")
    code, _, err = deploy("--port", port, *NEW, "--dry-run")
    assert code == 0
    assert err.endswith("torpor: The board was in safe mode: The power dipped.\n")


def test_nobody_is_there(deploy: Deploy) -> None:
    found, _, err = deploy("--port", "/dev/nowhere", *NEW)
    assert found == 3
    assert err.startswith("torpor: There is no port '/dev/nowhere'.")


@pytest.mark.parametrize("route", ["serial", "web"])
def test_interrupted_anywhere_a_second_run_completes(route: str, kept: Path) -> None:
    """As `bench deploy` does it a thousand times."""
    with makers(kept) as far:
        tale = known(2, far[route], kept)  # new settings on a board that has everything
        count = Count()
        for seed in range(4):
            interrupt(seed, tale, far[route], kept, count)
    print(f"seeds 0 to 3: {count}")
    assert count.interruptions >= 4
    assert (count.half_states, count.lost_settings, count.not_completed) == ([], [], [])
