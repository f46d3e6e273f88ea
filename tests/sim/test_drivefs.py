"""The node's drive: clusters, a full one, a cut in the middle of a file, names, and who may write."""

from __future__ import annotations

import pytest

from boards import load_design
from sim.drivefs import DriveFiles
from sim.errors import PowerLost
from sim.volume import CLUSTER

WRITE_s, OPEN_s = 0.052, 0.005


class Time:
    def __init__(self) -> None:
        self.now, self.cut = 0.0, float("inf")

    def spend(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self.cut:
            raise PowerLost


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def drive(clock):
    files = DriveFiles(load_design("pico-w-arducam-2mp").board, clock.spend)
    files.readonly = False
    files.mkdir("/spool")
    clock.now = 0.0
    return files


def put(drive: DriveFiles, path: str, data: bytes, mode: str = "wb") -> None:
    with drive.open(path, mode) as file:
        file.write(data)


@pytest.mark.parametrize(("length", "used"), [(0, 0), (1, 1), (511, 1), (512, 1), (513, 2), (5000, 10)])
def test_files_take_whole_clusters(drive, length: int, used: int) -> None:
    before = drive.statvfs()[3]
    put(drive, "/spool/a", bytes(length))
    assert before - drive.statvfs()[3] == used
    assert drive.stat("/spool/a")[6] == length
    drive.remove("/spool/a")
    assert drive.statvfs()[3] == before


@pytest.mark.parametrize(("spare", "fits"), [(-1, False), (0, True), (1, True)])
def test_a_full_drive(drive, spare: int, fits: bool) -> None:
    room = 4 * CLUSTER
    put(drive, "/fill", bytes(drive.free() - room))
    file = drive.open("/spool/a", "wb")
    file.write(bytes(room // 2))
    if fits:
        file.write(bytes(room // 2 - spare))
    else:
        with pytest.raises(OSError) as error:
            file.write(bytes(room // 2 - spare))
        assert error.value.errno == 28
    file.close()
    assert drive.stat("/spool/a")[6] == (room - spare if fits else room // 2)


def test_writing_takes_sectors_and_wears_them(drive, clock) -> None:
    put(drive, "/a", bytes(10_000))
    # 10,000 bytes are two sectors and the rest at closing, which adds the directory's
    assert drive.sector_writes == 1 + 3 + 1
    assert clock.now == pytest.approx(OPEN_s + 4 * WRITE_s)
    before = drive.sector_writes
    file = drive.open("/b", "wb")
    for _ in range(10):
        file.write(bytes(1000))
    file.close()
    file.close()
    assert drive.sector_writes - before == 3 + 1  # the same in small pieces


def test_a_cut_in_the_middle_of_a_file(drive, clock) -> None:
    put(drive, "/spool/whole", b"w" * 5000)
    clock.cut = clock.now + OPEN_s + 2.5 * WRITE_s
    with pytest.raises(PowerLost), drive.open("/spool/part", "wb") as file:
        for _ in range(20):
            file.write(b"p" * 4096)
    drive.power_lost()
    clock.cut = float("inf")
    assert drive.files["/spool/whole"] == b"w" * 5000
    assert drive.files["/spool/part"] == b""  # a name without content, as FAT leaves it
    assert drive.listdir("/spool") == ["whole", "part"]


def test_what_was_flushed_survives_the_cut(drive, clock) -> None:
    file = drive.open("/log", "wb")
    file.write(b"one")
    file.flush()
    file.write(b"two")
    clock.cut = clock.now
    with pytest.raises(PowerLost):
        file.close()
    drive.power_lost()
    assert drive.files["/log"] == b"one"


def test_rename(drive) -> None:
    seen = []
    drive.on_stored = seen.append
    put(drive, "/spool/a.jpg.tmp", b"picture")
    put(drive, "/spool/b", b"other")
    drive.rename("/spool/a.jpg.tmp", "/spool/a.jpg")
    assert (seen, drive.listdir("/spool")) == (["a"], ["b", "a.jpg"])
    for old, new, errno in (("/spool/x", "/spool/y", 2), ("/spool/b", "/spool/a.jpg", 17)):
        with pytest.raises(OSError) as error:
            drive.rename(old, new)
        assert error.value.errno == errno


def test_read_only(drive) -> None:
    put(drive, "/a", b"abc")
    drive.readonly = True
    for change in (
        lambda: drive.open("/a", "w"), lambda: drive.open("/a", "ab"), lambda: drive.open("/a", "r+b"),
        lambda: drive.remove("/a"), lambda: drive.rename("/a", "/b"), lambda: drive.mkdir("/c"),
    ):  # fmt: skip
        with pytest.raises(OSError) as error:
            change()
        assert error.value.errno == 30
    assert drive.open("/a").read() == "abc"


def test_modes(drive) -> None:
    put(drive, "/a", b"one")
    put(drive, "/a", b" two", "ab")
    with drive.open("/a", "r+b") as file:
        file.seek(1)
        file.write(b"X")
        assert (file.tell(), file.read(3)) == (2, b"e t")
    with drive.open("/a", "rb") as file:
        buffer = bytearray(5)
        assert (file.readinto(buffer), bytes(buffer)) == (5, b"oXe t")
        assert (file.readinto(buffer), file.readinto(buffer)) == (2, 0)
        assert file.seek(-2, 2) == 5
        with pytest.raises(OSError):
            file.write(b"x")
    with pytest.raises(OSError) as error:
        drive.open("/a", "x")
    assert error.value.errno == 17
    for path, mode in (("/none", "rb"), ("/none", "r+b"), ("/none/a", "wb")):
        with pytest.raises(OSError) as error:
            drive.open(path, mode)
        assert error.value.errno == 2


def test_folders(drive) -> None:
    drive.install({"/code.py": b"1", "/lib/torpor/machine.py": bytes(600), "/settings.toml": b"a = 1\n"})
    put(drive, "/spool/a", b"")
    assert sorted(drive.listdir("/")) == ["code.py", "lib", "settings.toml", "spool"]
    assert drive.listdir("/lib") == ["torpor"]
    assert drive.listdir("lib/torpor") == ["machine.py"]
    assert drive.stat("/lib/torpor")[0] == 0x4000
    assert (drive.stat("/settings.toml")[0], drive.stat("/settings.toml")[6]) == (0x8000, 6)
    assert drive.used() == 4 * CLUSTER
    for call, errno in (
        (lambda: drive.mkdir("/lib"), 17),
        (lambda: drive.mkdir("/x/y"), 2),
        (lambda: drive.listdir("/x"), 2),
        (lambda: drive.stat("/x"), 2),
        (lambda: drive.remove("/x"), 2),
    ):
        with pytest.raises(OSError) as error:
            call()
        assert error.value.errno == errno
