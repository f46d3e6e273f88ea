"""The route by the drive, on what the system really mounts: full, read-only, pulled out, with a space in its
path. Where nothing may be mounted here those tests are skipped."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_link import SimulatedLink
from station import cli
from station.deploy_choice import chosen_route, pick, route_to
from station.deploy_route import NoRoom, ReadOnly, RouteError, RouteLost
from station.detect import Found, Mode
from station.drive_route import DriveRoute
from station.errors import StationError
from station.route_serial import SerialRoute

BOOT_OUT = (
    "Adafruit CircuitPython 10.3.0-alpha.4-185-gcd3da4a5d8 on 2026-08-21; Seeed XIAO ESP32-S3 Sense with S3\n"
    "Board ID:seeed_xiao_esp32_s3_sense\nUID:b81c5a0f2d77\nMAC:b8:1c:5a:0f:2d:77\nboot.py output:\n"
)  # fmt: skip


def mount(*arguments: str) -> bool:
    try:
        return subprocess.run(arguments, capture_output=True, timeout=10, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a drive").mkdir()
    (tmp_path / "a drive/boot_out.txt").write_text(BOOT_OUT)
    return tmp_path / "a drive"


@pytest.fixture()
def small(tmp_path: Path) -> Iterator[Path]:
    """A volume of 508 KiB that the system has really mounted."""
    place = tmp_path / "CIRCUITPY 1"
    place.mkdir()
    if sys.platform != "linux" or not mount("mount", "-t", "tmpfs", "-o", "size=508k", "tmpfs", str(place)):
        pytest.skip("nothing may be mounted here")
    (place / "boot_out.txt").write_text(BOOT_OUT)
    yield place
    mount("umount", "-l", str(place))


def test_what_the_board_says_of_itself(folder: Path) -> None:
    boot = DriveRoute(folder).boot()
    assert (boot.version, boot.text) == ((10, 3, 0), "10.3.0-alpha.4-185-gcd3da4a5d8")
    assert (boot.board_id, boot.uid) == ("seeed_xiao_esp32_s3_sense", "B81C5A0F2D77")


def test_a_folder_that_is_no_boards_drive(tmp_path: Path) -> None:
    with pytest.raises(RouteLost, match=r"there is no boot_out\.txt"):
        DriveRoute(tmp_path)
    (tmp_path / "boot_out.txt").write_text("my notes on booting")
    with pytest.raises(RouteError, match="is this a CircuitPython board"):
        DriveRoute(tmp_path)


def test_files_come_go_and_change_their_names(folder: Path) -> None:
    route = DriveRoute(folder)
    route.write("lib/torpor/policy.mpy", b"C\x06" + bytes(5000))
    route.write("code.py.new", b"print(1)\n")
    route.rename("code.py.new", "code.py")
    route.write("code.py", b"")
    assert route.files() == {"boot_out.txt": len(BOOT_OUT), "lib/torpor/policy.mpy": 5002, "code.py": 0}
    assert (route.read("code.py"), set(route.digests(["code.py", "nothing.py"]))) == (b"", {"code.py"})
    with pytest.raises(RouteError, match="File exists"):
        route.rename("code.py", "boot_out.txt")
    for path in ("lib/torpor/policy.mpy", "lib/torpor", "lib", "code.py", "never/there.py"):
        route.delete(path)
    assert sorted(path.name for path in folder.rglob("*")) == ["boot_out.txt"]
    with pytest.raises(RouteError, match="No such file"):
        route.read("code.py")


def test_a_volume_that_is_full(small: Path) -> None:
    route = DriveRoute(small)
    assert route.space().total == 508 * 1024
    with pytest.raises(NoRoom, match="the drive is full"):
        route.write("lib/big.mpy", bytes(600_000))


def test_a_volume_that_may_not_be_written(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mount("mount", "-o", "remount,ro", str(small))
    route = DriveRoute(small)
    with pytest.raises(ReadOnly, match="the system mounted it read-only"), route.quiet():
        pass
    assert mount("mount", "-o", "remount,rw", str(small))
    (small / "boot.py").write_text("import storage\n")
    assert mount("mount", "-o", "remount,ro", str(small))
    with pytest.raises(ReadOnly, match="the node has the drive") as error:
        route.write("code.py", b"")
    assert error.value.exit_code == 4


def test_a_volume_that_is_pulled_out(small: Path) -> None:
    route = DriveRoute(small)
    assert mount("umount", "-l", str(small))
    for work in (lambda: route.write("code.py", b""), lambda: route.read("boot_out.txt"), route.files):
        with pytest.raises(RouteLost, match="the drive is gone"):
            work()
    assert list(small.iterdir()) == []


def drive(name: str, serial: str, mode: Mode = Mode.RUNNING, folder: Path | None = None) -> Found:
    return Found(mode, serial, drive=folder or Path("/media", name), version="10.2.1", board_id="a_board")


def test_two_boards_are_listed_and_none_is_chosen() -> None:
    boards = [drive("CIRCUITPY", "E6611860"), drive("CIRCUITPY1", "E6614242")]
    with pytest.raises(
        StationError, match=r"There are 2 boards; say which. Here: .*CIRCUITPY; .*CIRCUITPY1"
    ) as error:
        pick(None, boards)
    assert error.value.exit_code == 2
    assert pick("4242", boards) == boards[1]


def test_no_board_and_one_without_circuitpython() -> None:
    with pytest.raises(StationError, match="No board is here") as error:
        pick(None, [])
    assert error.value.exit_code == 3
    with pytest.raises(StationError, match="No board here runs CircuitPython: torpor flash") as error:
        pick(None, [drive("RPI-RP2", "E6611860", Mode.UF2)])
    assert error.value.exit_code == 3


def test_a_board_is_reached_by_its_drive(folder: Path) -> None:
    assert route_to(drive("", "B81C", folder=folder)).name == f"drive {folder}"


def test_a_drive_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rollback", "--drive", str(tmp_path / "gone")]) == 3
    assert (
        capsys.readouterr().err
        == f"torpor: {tmp_path / 'gone'}: there is no boot_out.txt, so this is no board's drive.\n"
    )


def test_a_board_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deploy", "--drive", str(tmp_path), "--port", "COM3"]) == 2
    said = capsys.readouterr().err
    assert said == "torpor: Name the board once: --to, --drive, --port or --host.\n"


def test_a_board_that_is_named_and_runs_something_else() -> None:
    boards = [drive("CIRCUITPY", "E6611860"), drive("RPI-RP2", "E6614242", Mode.UF2)]
    assert pick(None, boards) == boards[0]
    with pytest.raises(StationError, match=r"/media/RPI-RP2 runs no CircuitPython: torpor flash") as error:
        pick("4242", boards)
    assert error.value.exit_code == 3


def test_a_board_is_waited_for(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """First nothing, then its port, a moment later its drive."""
    port = replace(drive("", "B81C"), drive=None, port="/dev/ttyACM0")
    seen = [[], [], [port], [drive("", "B81C", folder=folder)]]
    waited: list[float] = []
    monkeypatch.setattr("station.detect.detect", lambda: seen.pop(0))
    monkeypatch.setattr("time.sleep", waited.append)
    with chosen_route(None, None, None, None, wait_s=60.0) as route:
        assert route.name == f"drive {folder}"
    assert waited == [0.5, 0.5, 2.0]

    seen = [[]]
    with pytest.raises(StationError, match="No board is here"), chosen_route(None, None, None, None, 0.0):
        pass


def test_the_password_of_the_web_workflow_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "station.route_web.web_route", lambda host, password, wait_s: DriveRoute(Path(password))
    )
    board = tmp_path / "as a password"
    board.mkdir()
    (board / "boot_out.txt").write_text("Adafruit CircuitPython 10.2.1 on 2026-05-12; A with b\n")
    file = tmp_path / "password.txt"
    file.write_bytes(f"{board}\r\nanother line\n".encode())
    with chosen_route(None, None, None, "192.0.2.1", 0.0, file) as route:
        assert route.name == f"drive {board}"
    assert cli.main(["rollback", "--host", "192.0.2.1", "--web-password", str(tmp_path / "none")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_a_way_by_the_network_needs_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CIRCUITPY_WEB_API_PASSWORD", raising=False)
    assert cli.main(["rollback", "--host", "192.0.2.1"]) == 2
    assert "its CIRCUITPY_WEB_API_PASSWORD is needed" in capsys.readouterr().err


def test_a_drive_that_the_node_has_is_reached_by_its_console(folder: Path, tmp_path: Path) -> None:
    found = replace(drive("", "B81C", folder=folder), writable=False, port=str(tmp_path / "no port"))
    with pytest.raises(StationError, match="no port"):
        route_to(found)


def test_the_console_holds_the_program_still_while_files_change(folder: Path) -> None:
    with EmbeddedBoard() as board:
        board.insert(folder, chatter="dark, 12 lux\r\n")
        route = DriveRoute(folder, lambda: SerialRoute(SimulatedLink(board)))
        with route.quiet():
            assert b"42" in board.feed(b"print(6*7)\x04"), "its prompt answers, not its program"
        assert b"42" not in board.feed(b"print(6*7)\x04"), "its program runs again"


def test_a_console_that_is_in_use_is_done_without(folder: Path) -> None:
    def busy() -> SerialRoute:
        raise StationError("COM3 is in use by another program.")

    route = DriveRoute(folder, busy)
    with route.quiet():
        route.write("code.py", b"")
    assert "code.py" in route.files()


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.EIO, RouteError, "the drive was pulled out, or is damaged"),
        (errno.ENODEV, RouteLost, "the drive is gone"),
        (errno.ENOSPC, NoRoom, "the drive is full"),
        (errno.EACCES, ReadOnly, "you may not write there"),
        (errno.ENAMETOOLONG, RouteError, "code.py"),
    ],
)
def test_each_error_of_the_system_in_words(folder: Path, number: int, kind: type, words: str) -> None:
    told = DriveRoute(folder)._verdict(OSError(number, "as the system says"), folder / "code.py")
    assert type(told) is kind and words in str(told)
