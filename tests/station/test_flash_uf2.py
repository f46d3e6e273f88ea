"""UF2 by drive: a board that runs is brought into its bootloader, takes the file, and comes back."""

from __future__ import annotations

import errno
import json
import os
import shutil
import termios
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from station import cli, detect_mounts, flash_uf2
from station.detect import Found, Mode
from station.detect_mounts import unmounted
from station.errors import Exit, StationError
from station.flash_image import read_image
from station.flash_uf2 import Waits, copy, into_bootloader
from station.uf2_blocks import read_uf2
from tests.station.firmware_files import PICO_W, RP2040, RP2350, strings, uf2
from tests.station.test_detect import sysfs

UID = "E6614C311B4C4A2F"
INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"
OLD = PICO_W.replace(b"10.2.1", b"10.1.4")
FILE = uf2(bytes(70_000) + strings())


@dataclass
class Board:
    """A Pico W at a computer whose mounts and ports are a test's: its console is a pseudo-terminal, it enters
    its bootloader when that is opened at 1200 baud, and starts what it is given, if it takes it."""

    home: Path
    running: bytes = OLD
    takes: bool = True
    deaf: bool = False
    mounts: bool = True
    shows: bool = True
    board_id: str = "raspberry_pi_pico_w"
    events: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._closing = threading.Event()
        self.drive, self.loader = self.home / "CIRCUITPY", self.home / "RPI RP2"
        self.plugged = False
        self._table = self.home / "proc/self/mounts"
        self._table.parent.mkdir(parents=True)
        self._thread = threading.Thread(target=self._live, daemon=True)

    def start(self) -> None:
        """CircuitPython runs: drive and port are there."""
        shutil.rmtree(self.loader, ignore_errors=True)
        self.drive.mkdir(exist_ok=True)
        told = self.running.decode() + f"\r\nBoard ID:{self.board_id}\r\nUID:{UID}\r\n"
        (self.drive / "boot_out.txt").write_text(told)
        self.plugged = True
        self._mount(*[self.drive] * (self.shows and not self.other))

    def bootloader(self) -> None:
        shutil.rmtree(self.drive, ignore_errors=True)
        self.loader.mkdir()
        (self.loader / "INFO_UF2.TXT").write_bytes(INFO.encode())
        self.plugged = False
        self._mount(*[self.loader] * self.mounts)

    @property
    def other(self) -> bool:
        return b"MicroPython" in self.running

    def ports(self) -> list[SimpleNamespace]:
        pico = SimpleNamespace(
            device=self.port, vid=0x239A, pid=0x8120, serial_number=UID, product="Pico W",
            interface="Board in FS mode" if self.other else "CircuitPython CDC control",
            location="1-1:1.0", description="", manufacturer="",
        )  # fmt: skip
        return [pico] if self.plugged else []

    def _mount(self, *roots: Path) -> None:
        lines = (f"/dev/sdb1 {str(root).replace(' ', chr(92) + '040')} vfat rw 0 0\n" for root in roots)
        new = self._table.with_suffix(".new")
        new.write_text("".join(lines))
        new.replace(self._table)

    def _live(self) -> None:
        while not self._closing.wait(0.01):
            if self.plugged and termios.tcgetattr(self._slave)[5] == termios.B1200 and not self.deaf:
                self.events.append("1200 baud")
                termios.tcsetattr(self._slave, termios.TCSANOW, self._speed(termios.B115200))
                self.bootloader()
            elif self._whole():
                self.events.append("written")
                if self.takes:
                    memory = read_uf2((self.loader / "TORPOR.UF2").read_bytes(), "").memory
                    self.running = memory[memory.index(b"code\x00") + 5 :].split(b"\x00")[0]
                self.start()

    def _speed(self, speed: int) -> list[object]:
        now: list[object] = list(termios.tcgetattr(self._slave))
        now[4] = now[5] = speed
        return now

    def _whole(self) -> bool:
        """The bootloader restarts when the last block is there."""
        path = self.loader / "TORPOR.UF2"
        return path.exists() and path.stat().st_size >= len(FILE)

    def __enter__(self) -> Board:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._closing.set()
        self._thread.join(5)
        os.close(self._master)
        os.close(self._slave)


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    if not os.path.isdir("/proc/self"):
        pytest.skip("mounts are read as Linux has them")
    with Board(tmp_path) as made:
        monkeypatch.setattr(detect_mounts, "PROC", tmp_path / "proc")
        monkeypatch.setattr(detect_mounts, "SYS", tmp_path / "sys")
        monkeypatch.setattr("serial.tools.list_ports.comports", made.ports)
        yield made


@pytest.fixture
def hurried(board: Board, monkeypatch: pytest.MonkeyPatch) -> Board:
    """A board that is not waited for long: it comes at once, or never."""
    monkeypatch.setattr(flash_uf2, "Waits", lambda: Waits(bootloader=0.4, settle=0.2))
    return board


def put(folder: Path, content: bytes = FILE, name: str = "firmware.uf2") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_a_running_board_gets_the_new_version(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.start()
    assert cli.main(["flash", UID, put(tmp_path), "--yes"]) == 0
    assert board.events == ["1200 baud", "written"]
    out, _ = capsys.readouterr()
    assert f"Done: Raspberry Pi Pico W (CircuitPython 10.2.1, {UID}) at" in out
    assert "Next: `torpor deploy --board pico-w-arducam-2mp`." in out


def test_a_waiting_bootloader_needs_no_name(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.bootloader()
    assert cli.main(["flash", put(tmp_path), "--yes", "--json"]) == 0
    assert board.events == ["written"]
    told = json.loads(capsys.readouterr().out)
    assert (told["written"]["chip"], told["board"]["version"]) == ("RP2040", "10.2.1")


def test_a_bootloader_s_drive_by_its_path(board: Board, tmp_path: Path) -> None:
    board.bootloader()
    assert cli.main(["flash", str(board.loader), put(tmp_path), "--yes"]) == 0


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (uf2(strings(), RP2350), 1, "is for RP2350 and the bootloader at"),
        (FILE[:-512], 1, "1 of its 274 blocks are missing (273)"),
        (uf2(strings(OLD.replace(b"10.1.4", b"9.2.8"))), 1, "CircuitPython 9.2.8 is older than 10.1"),
        (uf2(b"blink"), 1, "is no CircuitPython; a node needs CircuitPython 10.1 or later"),
    ],
)  # fmt: skip
def test_nothing_is_copied_that_does_not_fit(
    content: bytes, code: int, words: str, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.bootloader()
    assert cli.main(["flash", put(tmp_path, content), "--yes"]) == code
    assert words in capsys.readouterr().err
    assert [path.name for path in board.loader.iterdir()] == ["INFO_UF2.TXT"]


def test_a_bootloader_that_nobody_mounted_is_named_with_its_device(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sysfs(tmp_path / "sys", ("sdb1", "E0C9125B0D9B", "2e8a:0003"))
    (tmp_path / "proc/self/mounts").write_text("")
    assert cli.main(["flash", put(tmp_path), "--yes"]) == 3
    assert "udisksctl mount -b /dev/sdb1" in capsys.readouterr().err


def test_anyway_is_for_versions_and_never_for_chips(board: Board, tmp_path: Path) -> None:
    board.bootloader()
    assert cli.main(["flash", put(tmp_path, uf2(strings(), RP2350)), "--yes", "--anyway"]) == 1
    old = uf2(bytes(70_000) + strings(OLD.replace(b"10.1.4", b"9.2.8"), b"raspberry_pi_pico_w"), RP2040)
    assert cli.main(["flash", put(tmp_path, old), "--yes", "--anyway"]) == 0


def test_another_board_s_image_is_refused_before_the_board_restarts(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.board_id, board.running = "raspberry_pi_pico", OLD.replace(b"Pico W", b"Pico")
    board.start()
    assert cli.main(["flash", put(tmp_path), "--yes"]) == 1
    assert (
        "is for Raspberry Pi Pico W, and the board is Raspberry Pi Pico. (--anyway" in capsys.readouterr().err
    )
    assert board.events == []


def test_the_family_is_checked_again_when_the_bootloader_has_come(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.start()
    assert cli.main(["flash", UID, put(tmp_path, uf2(strings(), RP2350)), "--yes"]) == 1
    assert "is for RP2350 and the bootloader at" in capsys.readouterr().err
    assert [path.name for path in board.loader.iterdir()] == ["INFO_UF2.TXT"]


def test_without_a_terminal_yes_must_be_said(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board.start()
    assert cli.main(["flash", put(tmp_path)]) == 2
    assert "--yes says so" in capsys.readouterr().err and board.events == []


@pytest.mark.parametrize(
    ("trait", "code", "words"),
    [
        ({"takes": False}, 6, "back with CircuitPython 10.1.4, not 10.2.1"),
        ({"shows": False}, 0, "Its drive does not show, so its version was not read."),
        ({"deaf": True}, 3, "No bootloader's drive came within 0.4 s"),
    ],
)
def test_a_board_that_is_not_as_others(
    trait: dict[str, bool], code: int, words: str, hurried: Board, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It does not take the file, keeps its drive to itself, does not hear the 1200 baud."""
    for name, value in trait.items():
        setattr(hurried, name, value)
    hurried.start()
    assert cli.main(["flash", put(tmp_path), "--yes"]) == code
    said = capsys.readouterr()
    assert words in said.out + said.err


def test_other_firmware_is_back_as_such(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = uf2(bytes(70_000) + strings(b"MicroPython v1.29.0 on 2026-01-01; Raspberry Pi Pico W"))
    board.bootloader()
    assert cli.main(["flash", put(tmp_path, other), "--yes", "--anyway"]) == 0
    assert "(other firmware, E6614C311B4C4A2F)" in capsys.readouterr().out


def test_where_nothing_mounts_by_itself_the_device_is_named(
    hurried: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried.start()
    hurried.mounts = False
    sysfs(tmp_path / "sys", ("sdc1", "E0C9125B0D9B", "2e8a:0003"))
    monkeypatch.setattr(
        "station.detect.unmounted", lambda mounted: [] if hurried.plugged else unmounted(mounted)
    )
    assert cli.main(["flash", UID, put(tmp_path), "--yes"]) == 3
    said = capsys.readouterr().err
    assert "came within 0.4 s. Its drive is not mounted: udisksctl mount -b /dev/sdc1" in said


def test_a_board_without_a_port_is_told_of_its_button(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="press RESET twice"):
        into_bootloader(Found(Mode.RUNNING, UID, drive=tmp_path), list, 0.1)


def quiet(done: int, total: int) -> None:
    del done, total


def loader_drive(tmp_path: Path) -> Path:
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_bytes(INFO.encode())
    return drive


@pytest.mark.parametrize("gone", [True, False])
def test_a_drive_that_vanishes_in_the_sync_has_taken_all(
    gone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel says EIO when the stick is pulled with the last block; so it is here, said by hand."""
    drive = loader_drive(tmp_path)

    def sync(handle: int) -> None:
        if gone:
            shutil.rmtree(drive)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    image = read_image(Path(put(tmp_path)))
    monkeypatch.setattr(os, "fsync", sync)
    if gone:
        copy(image, drive, quiet)
        return
    with pytest.raises(StationError, match="could not be written") as problem:
        copy(image, drive, quiet)
    assert problem.value.exit_code is Exit.READ_ONLY


def test_a_drive_that_vanishes_before_is_a_board_without_firmware(tmp_path: Path) -> None:
    drive = loader_drive(tmp_path)
    (drive / "TORPOR.UF2").symlink_to("/dev/full")
    image = read_image(Path(put(tmp_path)))
    with pytest.raises(StationError, match="No space left") as problem:
        copy(image, drive, quiet)
    assert problem.value.exit_code is Exit.NO_SPACE
    (drive / "INFO_UF2.TXT").unlink()
    with pytest.raises(StationError, match=r"went away after 0 of 140,288 bytes") as problem:
        copy(image, drive, quiet)
    assert problem.value.exit_code is Exit.NO_BOARD


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    copy(read_image(Path(put(tmp_path))), loader_drive(tmp_path), lambda *seen: told.append(seen))
    assert told == [(65536, 140288), (131072, 140288), (140288, 140288)]
    assert (tmp_path / "RPI-RP2/TORPOR.UF2").read_bytes() == FILE
