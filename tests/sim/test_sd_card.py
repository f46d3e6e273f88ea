"""The card as firmware sees it: sdcardio, VfsFat, mount points, errors by number, times and currents."""

from __future__ import annotations

from math import inf

import pytest

from sim.devices.sdcard import CardFaults, SdCard
from sim.errors import BoardOSError, PowerLost

OPEN = """
import board, busio, digitalio, os, sdcardio, storage, time
power = digitalio.DigitalInOut(board.GP16)
power.switch_to_output(value=True)
time.sleep(0.02)
spi = busio.SPI(board.GP10, board.GP11, board.GP12)
"""
MOUNT = OPEN + "card = sdcardio.SDCard(spi, board.GP15)\nvolume = storage.VfsFat(card)\n"


@pytest.fixture
def node(make_machine):
    """A machine of the design with a card, its drive ours, the mount point there."""
    machine = make_machine(design="pico-w-sd")
    machine.hardware.fittings.card.power(False)
    machine.hardware.files.readonly = False
    machine.hardware.files.folders.add("/sd")
    return machine


def told(run_text, machine, setup: str, line: str) -> tuple[str, int | None, str]:
    """(type, errno, message) of what a line raises."""
    text = setup + f"try:\n  {line}\n  found = None\nexcept Exception as error:\n  found = error"
    found = run_text(machine, text).found
    return type(found).__name__, getattr(found, "errno", None), str(found)


def test_files_on_both_volumes(node, run_text) -> None:
    text = MOUNT + (
        "storage.mount(volume, '/sd')\n"
        "os.mkdir('/sd/spool')\nos.mkdir('/spool')\n"
        "for path in ('/sd/spool/a', '/spool/b'):\n"
        "  with open(path, 'wb') as file:\n    file.write(b'12345')\n"
        "os.rename('/sd/spool/a', '/sd/spool/c')\n"
        "seen = os.listdir('/sd/spool'), os.listdir('/spool'), os.stat('/sd/spool/c')[6], os.listdir('/sd')\n"
        "blocks = os.statvfs('/sd')[0], os.statvfs('/')[0]\n"
        "try:\n  os.rename('/sd/spool/c', '/spool/c')\nexcept OSError as error:\n  across = error.errno\n"
        "same = storage.getmount('/sd') is volume\n"
        "storage.umount('/sd')\nafter = os.listdir('/sd')\n"
    )
    found = run_text(node, text)
    assert found.seen == (["c"], ["b"], 5, ["spool"])
    assert found.blocks == (32_768, 512)
    assert (found.across, found.same, found.after) == (1, True, [])
    assert node.hardware.fittings.card.files.files == {"/spool/c": b"12345"}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("storage.mount(volume, '/card')", ("RuntimeError", None, "Mount point directory missing")),
        ("storage.umount('/sd')", ("OSError", 22, "[Errno 22] Invalid argument")),
        ("storage.getmount('/sd')", ("OSError", 22, "[Errno 22] Invalid argument")),
        (
            "[storage.mount(volume, '/sd') for _ in range(2)]",
            ("OSError", 1, "[Errno 1] Operation not permitted"),
        ),
        ("sdcardio.SDCard(spi, board.GP15)", ("ValueError", None, "GP15 in use")),
        ("storage.VfsFat(spi)", ("AttributeError", None, "'SPI' object has no attribute 'readblocks'")),
    ],
)
def test_what_it_refuses(node, run_text, line: str, error: tuple[str, int | None, str]) -> None:
    assert told(run_text, node, MOUNT, line) == error


NO_CARD = ("OSError", None, "no SD card")


def test_no_card_takes_its_time(make_machine, run_text) -> None:
    """Five commands of half a second each; the chip select is free again."""
    machine = make_machine(design="pico-w-sd")
    machine.hardware.fittings.card._faults = CardFaults(away=((0.0, inf),))
    machine.hardware.fittings.card.power(False)
    before = machine.world.now
    assert told(run_text, machine, OPEN, "sdcardio.SDCard(spi, board.GP15)") == NO_CARD
    assert machine.world.now - before == pytest.approx(2.52, abs=0.02)
    assert "GP15" not in machine.hardware.in_use


@pytest.mark.parametrize(
    "wrong",
    [("value=True", "value=False"), ("board.GP15", "board.GP9"), ("GP10, board.GP11, board.GP12", "GP2")],
    ids=["unpowered", "another chip select", "another bus"],
)
def test_lines_that_lead_nowhere(node, run_text, wrong: tuple[str, str]) -> None:
    line = "sdcardio.SDCard(spi, board.GP15)"
    assert told(run_text, node, OPEN.replace(*wrong), line.replace(*wrong)) == NO_CARD


@pytest.mark.parametrize("line", ["os.listdir('/sd')", "os.statvfs('/sd')", "open('/sd/a', 'wb').close()"])
@pytest.mark.parametrize("how", ["pulled", "unpowered", "bus let go"])
def test_gone_after_it_was_mounted(node, run_text, how: str, line: str) -> None:
    setup = MOUNT + "storage.mount(volume, '/sd')\n"
    if how == "pulled":
        node.hardware.fittings.card._faults = CardFaults(away=((1.0, 2.0),))
        setup += "time.sleep(4)\n"  # back in the holder, but nobody has identified it
    else:
        setup += "power.value = False\n" if how == "unpowered" else "spi.deinit()\n"
    assert told(run_text, node, setup, line)[:2] == ("OSError", 5)


def test_times_and_currents(make_machine, run_text) -> None:
    """Mounting 150 ms at 30 mA; a file of 51200 B: 102.4 ms at 40 mA and three entries of 12 ms."""
    node = make_machine(design="pico-w-sd")
    node.hardware.fittings.card.power(False)
    node.hardware.files.folders.add("/sd")
    world, part = node.world, node.hardware.design.sd
    text = MOUNT + "storage.mount(volume, '/sd')\nstart = time.monotonic()\n"
    run_text(node, text)
    mounted_s = world.now
    assert mounted_s == pytest.approx(0.02 + part.v("mount") + part.v("file_open") / 1000, abs=0.002)
    files = node.hardware.fittings.card.files
    before = world.part_J.get("SD card", 0.0)
    world._book_part("SD card")
    before = world.part_J["SD card"]
    with files.open("/a.tmp", "wb") as file:
        for _ in range(50):
            file.write(bytes(1024))
    files.rename("/a.tmp", "/a")
    world._book_part("SD card")
    write_s = 51_200 * 2e-6 + 2 * 0.012
    assert world.now - mounted_s == pytest.approx(write_s + 0.004)
    joules = (0.040 * write_s + 0.030 * 0.004) * 3.3 / 0.85
    assert world.part_J["SD card"] - before == pytest.approx(joules, rel=1e-6)
    assert files.sector_writes == 100 + 2


def test_it_tears_as_the_drive_does(node) -> None:
    """Cut while the second half is written: a name without content, nothing else touched."""
    card, world = node.hardware.fittings.card, node.world
    node.hardware.drive_pin("GP16", True)
    world.now += 0.1
    card.identify(lambda: True)
    with card.files.open("/old", "wb") as file:
        file.write(b"old" * 1000)
    world.cuts = [world.now + 0.05]
    with pytest.raises(PowerLost), card.files.open("/new", "wb") as file:
        for _ in range(100):
            file.write(bytes(1024))
    assert card.files.files == {"/old": b"old" * 1000, "/new": b""}


@pytest.mark.parametrize(("kind", "line"), [("write_fails", "wb"), ("read_fails", "rb"), ("mount_fails", "")])
def test_faults_come_from_their_seed(make_world, kind: str, line: str) -> None:
    from boards import load_design

    part = load_design("pico-w-sd").sd

    def failures(seed: int) -> list[int]:
        world = make_world()
        card = SdCard(part, world, lambda row: None, CardFaults(seed=seed, **{kind: 0.1}))
        card.power(True)
        world.now += 1.0
        found = []
        for number in range(60):
            try:
                if number == 0 or kind == "mount_fails":
                    card.identify(lambda: True)
                card.access("write" if line == "wb" else "read", 0.001)
            except BoardOSError:
                found.append(number)
        return found

    assert failures(1) == failures(1) != failures(2)
    assert 1 <= len(failures(1)) <= 15


def test_a_virtual_machine_that_ends_leaves_nothing_mounted(node, run_text) -> None:
    run_text(node, MOUNT + "storage.mount(volume, '/sd')\n")
    assert list(node.hardware.mounts.table) == ["/sd"]
    node.hardware.release_pins()
    assert node.hardware.mounts.table == {}
    with pytest.raises(BoardOSError):
        node.hardware.fittings.card.answers()
