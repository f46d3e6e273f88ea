"""The serial route on real terminals, and which port is meant."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_terminal import Terminal
from station.deploy_route import RouteLost
from station.detect_ports import Port, Speaks
from station.errors import Exit, StationError
from station.route_serial import SerialRoute
from station.route_serial_wire import SerialWire, choose_port

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a thing of Unix", allow_module_level=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "drive").mkdir()
    with EmbeddedBoard() as board:
        board.insert(tmp_path / "drive")
        made = Terminal(board, tmp_path)
        yield made
        made.unplug()


def test_over_a_real_terminal(terminal: Terminal, tmp_path: Path) -> None:
    route = SerialRoute(choose_port(str(terminal.name), []))
    content = bytes(range(256)) * 40
    with route.quiet():
        route.write("lib/every.bin", content)
    assert route.name == f"serial {terminal.name}"
    assert route.read("lib/every.bin") == content
    assert (tmp_path / "drive/lib/every.bin").read_bytes() == content
    assert "code.py output:" in route.restart()
    route.close()


def test_unplugged_and_plugged_in_again(terminal: Terminal, tmp_path: Path) -> None:
    route = SerialRoute(SerialWire(str(terminal.name)))
    route.write("a.py", b"one")
    terminal.unplug()
    terminal.plug()
    route.write("b.py", b"two")
    assert (tmp_path / "drive/b.py").read_bytes() == b"two"
    route.close()


def test_a_port_that_does_not_come_back(terminal: Terminal) -> None:
    route = SerialRoute(SerialWire(str(terminal.name), away_s=0.1))
    route.files()
    terminal.unplug()
    with pytest.raises(RouteLost, match=r"port went away and did not come back in 0 s: plug it in again\.$"):
        route.files()
    terminal.plug()


def test_in_use_by_another_program(terminal: Terminal) -> None:
    first = SerialWire(str(terminal.name))
    with pytest.raises(StationError, match="is in use by another program") as caught:
        SerialWire(str(terminal.name))
    assert caught.value.exit_code == Exit.READ_ONLY
    first.close()


def port(device: str, speaks: Speaks, serial: str = "", title: str = "CP2102") -> Port:
    return Port(device, 0x10C4, 0xEA60, serial, title, "", "1-1", speaks)


@pytest.mark.parametrize(
    ("wanted", "there", "code", "says"),
    [
        (None, [], Exit.NO_BOARD, "No board is at a serial port. Is it plugged in, by a cable for data?"),
        (
            None,
            ["/dev/a", "/dev/b"],
            Exit.USAGE,
            "Several ports may be meant: /dev/a CP2102 adapter 01; /dev/b",
        ),
        ("CP21", ["/dev/a", "/dev/b"], Exit.USAGE, "Several ports may be meant"),
        ("/dev/c", ["/dev/a"], Exit.NO_BOARD, "There is no port '/dev/c'. There is /dev/a CP2102 adapter 01"),
        (
            "/dev/a",
            ["/dev/a", "/dev/ab"],
            Exit.NO_BOARD,
            "/dev/a cannot be opened: No such file or directory",
        ),
    ],
)
def test_which_port_is_never_guessed(wanted: str | None, there: list[str], code: Exit, says: str) -> None:
    with pytest.raises(StationError) as caught:
        choose_port(wanted, [port(device, Speaks.ADAPTER, "01") for device in there])
    assert str(caught.value).startswith(says)
    assert caught.value.exit_code == code
