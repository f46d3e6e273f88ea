"""Boards out of what each system says of its volumes and ports, joined by number, chosen by name."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from station import cli, detect_mounts
from station.detect import Found, Mode, detect, join, same_board
from station.detect_choice import choose, designs_for
from station.detect_drives import chip_of, drives
from station.detect_mounts import Mount, letters_of, linux_mounts, mac_mounts, unmounted
from station.detect_ports import Speaks, ports
from station.detect_web import ask, browse
from station.errors import Exit, StationError

UID = "E6614C311B4C4A2F"
BOOT_OUT = (
    "Adafruit CircuitPython 10.2.1 on 2026-05-12; Raspberry Pi Pico W with rp2040\r\n"
    f"Board ID:raspberry_pi_pico_w\r\nUID:{UID}\r\nboot.py output:\r\nTorpor\r\n"
)
RP2 = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"
#: As the MEMENTO's bootloader has it (adafruit/tinyuf2, adafruit_camera_esp32s3/board.h).
TINY = "TinyUF2 Bootloader 0.20.1\r\nModel: Adafruit Camera\r\nBoard-ID: ESP32S3-Camera-revC\r\n"

#: /proc/self/mounts of a Linux desktop with two boards and a name with a space (written from knowledge).
LINUX = """\
sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0
/dev/nvme0n1p2 / ext4 rw,relatime 0 0
/dev/nvme0n1p1 /boot/efi vfat rw,relatime,umask=0077 0 0
//nas/share /mnt/nas cifs rw 0 0
/dev/sdb1 /media/me/CIRCUITPY vfat rw,nosuid,nodev,relatime,uid=1000,errors=remount-ro 0 0
/dev/sdc1 /run/media/me/GARDEN\\040CAM\\0401 vfat ro,nosuid,nodev,relatime,uid=1000 0 0
"""
#: `mount` on macOS 14 (written from knowledge).
MAC = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
/dev/disk4s1 on /Volumes/CIRCUITPY (msdos, local, nodev, nosuid, noowners, noasync)
/dev/disk5s1 on /Volumes/GARDEN CAM (2) (msdos, local, nodev, nosuid, read-only, noowners)
"""


def test_linux_mounts() -> None:
    assert linux_mounts(LINUX, Path("/nowhere")) == [
        Mount(Path("/media/me/CIRCUITPY"), "/dev/sdb1"),
        Mount(Path("/run/media/me/GARDEN CAM 1"), "/dev/sdc1", read_only=True),
    ]


def test_mac_mounts() -> None:
    assert mac_mounts(MAC) == [
        Mount(Path("/Volumes/CIRCUITPY"), "/dev/disk4s1"),
        Mount(Path("/Volumes/GARDEN CAM (2)"), "/dev/disk5s1", read_only=True),
    ]


def test_windows_letters() -> None:
    assert letters_of(0b1_0010_1111) == ["C:\\", "D:\\", "F:\\", "I:\\"]


def sysfs(root: Path, *blocks: tuple[str, ...]) -> Path:
    """A tree as the kernel shows it: class/block/NAME is a link into the USB device's folder."""
    for number, (name, serial, *_) in enumerate(blocks, 1):
        usb = root / f"devices/pci0000:00/usb1/1-{number}"
        disk = usb / f"1-{number}:1.2/host0/target0/block" / name.rstrip("1234567890") / name
        disk.mkdir(parents=True)
        (disk / "partition").write_text("1\n")
        vendor, _, product = (blocks[number - 1][2:] or ("239a:8120",))[0].partition(":")
        (usb / "idVendor").write_text(vendor + "\n")
        (usb / "idProduct").write_text(product + "\n")
        (usb / "serial").write_text(serial + "\n")
        folder = root / "class/block"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(disk)
    return root


def test_a_linux_volume_has_its_usb_device_s_number(tmp_path: Path) -> None:
    tree = sysfs(tmp_path, ("sdb1", UID), ("sdc1", "OTHER"), ("sdd1", "THIRD"))
    found = linux_mounts(LINUX, tree)
    assert [one.serial for one in found] == [UID, "OTHER"]
    assert [(one.device, one.serial) for one in unmounted(found, tree)] == [("/dev/sdd1", "THIRD")]


def usb_port(device: str, vid: int, pid: int, serial: str | None, **more: str) -> SimpleNamespace:
    """What pyserial lists: product, interface and location differ by system."""
    given = {"product": None, "interface": None, "location": None, "description": "n/a", "manufacturer": None}
    return SimpleNamespace(device=device, vid=vid, pid=pid, serial_number=serial, **{**given, **more})


PICO = usb_port(
    "/dev/ttyACM0", 0x239A, 0x8120, UID, product="Pico W", interface="CircuitPython CDC control",
    location="1-1:1.0",
)  # fmt: skip
PICO_DATA = usb_port(
    "/dev/ttyACM1", 0x239A, 0x8120, UID, product="Pico W", interface="CircuitPython CDC2 control",
    location="1-1:1.3",
)  # fmt: skip


def test_the_console_is_the_port_and_not_the_data() -> None:
    assert [one.device for one in ports([PICO_DATA, PICO])] == ["/dev/ttyACM0"]
    swapped = [
        usb_port("/dev/ttyACM0", 0x239A, 0x8120, UID, interface="CircuitPython CDC2", location="1-1:1.0"),
        usb_port("/dev/ttyACM1", 0x239A, 0x8120, UID, interface="CircuitPython CDC", location="1-1:1.2"),
    ]
    assert [one.device for one in ports(swapped)] == ["/dev/ttyACM1"]
    windows = [
        usb_port("COM10", 0x239A, 0x8120, UID, description="USB Serial Device (COM10)", location="1-1:x.3"),
        usb_port("COM9", 0x239A, 0x8120, UID, description="USB Serial Device (COM9)", location="1-1:x.0"),
    ]
    assert [one.device for one in ports(windows)] == ["COM9"]


def test_two_adapters_of_the_same_number_are_two() -> None:
    twins = [
        usb_port("/dev/ttyUSB0", 0x10C4, 0xEA60, "0001", location="1-2"),
        usb_port("/dev/ttyUSB1", 0x10C4, 0xEA60, "0001", location="1-3"),
    ]
    found = join(ports(twins), [], [])
    assert [(one.mode, one.port, one.name) for one in found] == [
        (Mode.ADAPTER, "/dev/ttyUSB0", "CP210x"),
        (Mode.ADAPTER, "/dev/ttyUSB1", "CP210x"),
    ]
    with pytest.raises(StationError, match="'0001' can mean 2 boards"):
        choose("0001", found)


@pytest.mark.parametrize(
    ("vid", "pid", "product", "speaks"),
    [
        (0x239A, 0x8120, "Pico W", Speaks.CIRCUITPYTHON),
        (0x303A, 0x1001, "USB JTAG/serial debug unit", Speaks.ESP),
        (0x303A, 0x0002, "ESP32-S2", Speaks.ESP),
        (0x303A, 0x811B, "XIAO", Speaks.CIRCUITPYTHON),
        (0x2E8A, 0x0005, "Board in FS mode", Speaks.OTHER),
        (0x1A86, 0x7523, "USB Serial", Speaks.ADAPTER),
        (0x0403, 0x6001, "FT232R", Speaks.ADAPTER),
        (0x046D, 0xC52B, "Receiver", Speaks.UNKNOWN),
    ],
)
def test_who_speaks(vid: int, pid: int, product: str, speaks: Speaks) -> None:
    (port,) = ports([usb_port("COM1", vid, pid, None, product=product)])
    assert port.speaks is speaks


def test_ports_without_usb_are_none() -> None:
    assert ports([SimpleNamespace(device="/dev/ttyS0", vid=None)]) == []


def board_drive(folder: Path, name: str, text: str = BOOT_OUT, file: str = "boot_out.txt") -> Mount:
    root = folder / name
    root.mkdir()
    (root / file).write_bytes(text.encode())
    return Mount(root, f"/dev/{name}")


def test_a_board_is_its_port_and_its_drive(tmp_path: Path) -> None:
    running, bootloaders = drives([
        board_drive(tmp_path, "CIRCUITPY"),
        board_drive(tmp_path, "stick", "shopping", "list.txt"),
        board_drive(tmp_path, "other", "no board", "boot_out.txt"),
        board_drive(tmp_path, "RPI-RP2", RP2, "INFO_UF2.TXT"),
        Mount(tmp_path / "gone", "/dev/gone"),
    ])  # fmt: skip
    found = join(ports([PICO, PICO_DATA]), running, bootloaders)
    assert found == [
        Found(
            Mode.RUNNING, UID, "/dev/ttyACM0", tmp_path / "CIRCUITPY", version="10.2.1",
            board_id="raspberry_pi_pico_w", name="Raspberry Pi Pico W", usb="239a:8120", writable=True,
        ),
        Found(Mode.UF2, drive=tmp_path / "RPI-RP2", name="Raspberry Pi RP2", chip="RP2040", writable=True),
    ]  # fmt: skip


def test_a_port_of_an_unknown_maker_is_a_board_where_its_drive_is(tmp_path: Path) -> None:
    windows = usb_port("COM9", 0x1354, 0x0001, UID, description="USB Serial Device (COM9)")
    assert join(ports([windows]), [], []) == []
    running, _ = drives([board_drive(tmp_path, "F")])
    (one,) = join(ports([windows]), running, [])
    assert (one.mode, one.port, one.drive) == (Mode.RUNNING, "COM9", tmp_path / "F")


def test_numbers_with_swapped_halves_are_one_board() -> None:
    assert same_board(UID, UID.lower()) and same_board(UID, "6E16C413B1C4A4F2")
    assert not same_board("", "") and not same_board(UID, "E6614C311B4C4A2E")


def test_an_old_version_and_a_drive_that_is_not_mounted_are_said(tmp_path: Path) -> None:
    old, _ = drives([board_drive(tmp_path, "OLD", BOOT_OUT.replace("10.2.1", "9.2.8"))])
    (found,) = join([], old, [])
    assert found.notes[0].startswith("CircuitPython 9.2.8 is older than 10.1")
    hidden = unmounted([], sysfs(tmp_path / "sys", ("sdb1", UID)))
    (found,) = join(ports([PICO]), [], [], hidden)
    assert found.notes == ("Its drive is not mounted: udisksctl mount -b /dev/sdb1",)


def test_a_bootloader_that_nobody_mounted_is_a_board_and_a_stick_is_none(tmp_path: Path) -> None:
    tree = sysfs(tmp_path, ("sdb1", "E0C9125B0D9B", "2e8a:0003"), ("sdc1", "4C530001", "0781:5581"))
    (one,) = join([], [], [], unmounted([], tree))
    assert (one.mode, one.chip, one.drive) == (Mode.UF2, "RP2040", None)
    assert one.notes == ("Its drive is not mounted: udisksctl mount -b /dev/sdb1",)


@pytest.mark.parametrize(
    ("info", "chip"),
    [
        (RP2, "RP2040"),
        ("UF2 Bootloader v1.0\nModel: Raspberry Pi RP2350\nBoard-ID: RP2350\n", "RP2350"),
        (TINY, "ESP32-S3"),
        ("Model: Metro M4\nBoard-ID: SAMD51J19A-Metro-v0\n", "SAMD51"),
        ("nothing\n", ""),
    ],
)
def test_the_chip_of_a_bootloader(info: str, chip: str) -> None:
    assert chip_of(info) == chip


BOTH = [
    Found(Mode.RUNNING, UID, "/dev/ttyACM0", Path("/media/me/CIRCUITPY"), board_id="raspberry_pi_pico_w"),
    Found(Mode.RUNNING, "DE62A8B4C1093F35", "COM9", host="10.0.0.7", board_id="raspberry_pi_pico_w"),
]


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        (UID, 0), (UID.lower(), 0), ("4A2F", 0), ("E661", 0), ("/dev/ttyACM0", 0),
        ("/media/me/CIRCUITPY/", 0),
        ("com9", 1), ("10.0.0.7", 1), ("3F35", 1),
    ],
)  # fmt: skip
def test_a_board_by_its_handles(wanted: str, which: int) -> None:
    assert choose(wanted, BOTH) is BOTH[which]


@pytest.mark.parametrize(
    ("wanted", "found", "code", "words"),
    [
        (None, [], Exit.NO_BOARD, "No board is here"),
        (UID, [], Exit.NO_BOARD, "No board is here"),
        (None, BOTH, Exit.USAGE, f"2 boards; say which. Here: raspberry_pi_pico_w (running, {UID})"),
        ("raspberry_pi_pico_w", BOTH, Exit.USAGE, "'raspberry_pi_pico_w' can mean 2 boards"),
        ("A2F", BOTH, Exit.NO_BOARD, "There is no board 'A2F'"),
        ("COM1", BOTH, Exit.NO_BOARD, "There is no board 'COM1'. Here: "),
    ],
)  # fmt: skip
def test_never_a_guess(wanted: str | None, found: list[Found], code: Exit, words: str) -> None:
    with pytest.raises(StationError) as problem:
        choose(wanted, found)
    assert words in str(problem.value) and problem.value.exit_code is code


def test_the_only_board_needs_no_name() -> None:
    assert choose(None, BOTH[:1]) is BOTH[0]


def test_designs_of_a_board() -> None:
    assert designs_for("ai-thinker-esp32-cam") == ("esp32-cam",)
    assert designs_for("raspberry_pi_pico_w")[0] == "pico-w-arducam-2mp"
    assert designs_for("") == () == designs_for("metro_m4_express")


VERSION = {
    "web_api_version": 4, "version": "10.2.1", "board_name": "Garden", "mcu_name": "rp2040",
    "board_id": "raspberry_pi_pico_w", "hostname": "cpy-a1b2c3", "port": 80, "UID": UID, "ip": "127.0.0.1",
}  # fmt: skip


@contextmanager
def web_board(answer: bytes = json.dumps(VERSION).encode(), status: int = 200) -> Iterator[str]:
    """A board's web workflow, as far as detect asks it; the address that it answers at."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/cp/version.json" else 404)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_board_on_the_network_is_joined_by_its_number(tmp_path: Path) -> None:
    running, _ = drives([board_drive(tmp_path, "CIRCUITPY")])
    with web_board() as host:
        asked = ask(host)
    assert (asked.mode, asked.version, asked.serial) == (Mode.WEB, "10.2.1", UID)
    (one,) = join(ports([PICO]), running, [], web=[asked])
    assert (one.mode, one.port, one.drive, one.host) == (
        Mode.RUNNING, "/dev/ttyACM0", tmp_path / "CIRCUITPY", host
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (b"<html>", 200, "not with the JSON of a CircuitPython board"),
        (b"[]", 200, "not as a CircuitPython board does"),
        (b"{}", 200, "not as a CircuitPython board does"),
        (b"no", 404, "it answers with 404"),
    ],
)
def test_who_is_no_board_is_said(answer: bytes, status: int, words: str) -> None:
    with web_board(answer, status) as host, pytest.raises(StationError, match=words) as problem:
        ask(host)
    assert problem.value.exit_code is Exit.NETWORK


def test_nobody_answers() -> None:
    with web_board() as host:
        pass
    with pytest.raises(StationError, match="no board answers there"):
        ask(host, timeout_s=1.0)


def test_boards_announce_themselves() -> None:
    """Real mDNS over loopback."""
    from zeroconf import ServiceInfo, Zeroconf

    info = ServiceInfo(
        "_circuitpython._tcp.local.", "cpy-a1b2c3._circuitpython._tcp.local.", port=8080,
        parsed_addresses=["127.0.0.1"], server="cpy-a1b2c3.local.",
    )  # fmt: skip
    with Zeroconf(interfaces=["127.0.0.1"]) as zeroconf:
        zeroconf.register_service(info, cooperating_responders=True)
        assert browse(0.6, ["127.0.0.1"]) == ["127.0.0.1:8080"]


def test_without_zeroconf_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    with pytest.raises(StationError, match="pip install zeroconf") as problem:
        browse(0.1)
    assert problem.value.exit_code is Exit.USAGE


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer whose /proc and /sys are folders, with one board's drive mounted, no ports."""
    mount = board_drive(tmp_path, "my board")
    table = tmp_path / "proc/self/mounts"
    table.parent.mkdir(parents=True)
    escaped = str(mount.root).replace(" ", "\\040")
    table.write_text(f"/dev/sdb1 {escaped} vfat rw,relatime 0 0\n")
    sysfs(tmp_path / "sys", ("sdb1", UID))
    monkeypatch.setattr(detect_mounts, "PROC", tmp_path / "proc")
    monkeypatch.setattr(detect_mounts, "SYS", tmp_path / "sys")
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    return mount.root


on_linux = pytest.mark.skipif(
    not os.path.isdir("/proc/self"), reason="reads /proc and /sys as Linux has them"
)


@on_linux
def test_detect_as_a_table_and_as_json(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["detect"]) == 0
    table = capsys.readouterr().out
    assert UID in table and "Raspberry Pi Pico W" in table and "10.2.1" in table
    assert cli.main(["detect", "--json", "4A2F"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == 1
    (board,) = told["boards"]
    assert (board["serial"], board["drive"], board["mode"]) == (UID, str(desk), "running")
    assert board["designs"][0] == "pico-w-arducam-2mp"


@on_linux
def test_nothing_is_there_or_comes(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "boot_out.txt").unlink()
    assert detect() == []
    assert cli.main(["detect", "--json"]) == 3
    out, err = capsys.readouterr()
    assert json.loads(out)["boards"] == [] and err.startswith("torpor: No board is here")
    threading.Timer(0.3, lambda: (desk / "boot_out.txt").write_text(BOOT_OUT)).start()
    assert cli.main(["detect", "--wait", "20", UID]) == 0


@on_linux
def test_two_with_one_id_are_refused_and_a_stranger_is_named(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with web_board(json.dumps({**VERSION, "UID": "AA"}).encode()) as host:
        assert cli.main(["detect", "--host", host, "raspberry_pi_pico_w"]) == 2
        assert "can mean 2 boards" in capsys.readouterr().err
    assert cli.main(["detect", "COM77"]) == 3
    assert "There is no board 'COM77'. Here: Raspberry Pi Pico W" in capsys.readouterr().err


@on_linux
def test_the_shell_is_told_of_live_boards(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_TORPOR_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "torpor detect E66")
    monkeypatch.setenv("COMP_CWORD", "2")
    with pytest.raises(SystemExit, match="0"):
        cli.main([])
    assert UID in capsys.readouterr().out
