"""Flashing an ESP: esptool's real code against the chip's side of the protocol, good and broken."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from station import cli
from station.detect_mounts import Mount
from station.errors import Exit, StationError
from station.esp_boot_log import troubles
from station.esp_image import EspImage, read_esp_image
from station.esp_loader import Asked, ChipSeen, ask_chip, write
from station.esp_words import LinkNoise, sentence_of
from station.flash_words import Start, causes_after, start_of
from tests.station.esp_rom import GOOD_START, READ_ERROR, EspRom, Faults
from tests.station.firmware_files import CAM, esp_file

JOINED, BOOT_FIRST = esp_file(), esp_file(first=0x1000)
SEEN = ChipSeen("ESP32", "e8:f1:a1:b2:c3:d4", 4.0)
ERASE_ALL, DEFLATED, PLAIN, RAM = 0xD0, 0x11, 0x03, 0x07


def image(content: bytes = JOINED) -> EspImage:
    return read_esp_image(content, "a.bin")


def quiet(done: int, total: int) -> None:
    del done, total


def go(rom: EspRom, content: bytes = JOINED, **asked: object) -> tuple[ChipSeen, str]:
    options = Asked(attempts=1 if rom.faults.mute else 3, listen_s=5, **asked)  # type: ignore[arg-type]
    return write(rom.port, content, image(content), options, quiet)


@pytest.mark.parametrize("content", [JOINED, BOOT_FIRST], ids=["joined", "bootloader-first"])
@pytest.mark.parametrize("stub", [True, False], ids=["stub", "rom"])
def test_the_flash_is_what_the_file_says(content: bytes, stub: bool) -> None:
    with EspRom() as rom:
        seen, log = go(rom, content, stub=stub)
        assert seen == SEEN and log.endswith(GOOD_START)
        assert rom.flash[0x1000:0x10000] == JOINED[0x1000:0x10000]
        assert rom.flash[0x10000 : len(JOINED)] == JOINED[0x10000:]
        assert rom.flash[-4096:] == bytes(4096)  # the board's files, at the end, stay
        assert (DEFLATED in rom.commands, PLAIN in rom.commands, RAM in rom.commands) == (
            stub,
            not stub,
            stub,
        )


@pytest.mark.parametrize("stub", [True, False], ids=["stub", "rom"])
def test_an_s3_says_its_chip_itself_and_starts_at_zero(stub: bool) -> None:
    content = esp_file(9, 0)
    with EspRom(Faults(chip_id=9)) as rom:
        seen, _ = go(rom, content, stub=stub)
        assert (seen.name, seen.mac) == ("ESP32-S3", "e8:f1:a1:b2:c3:d4")
        assert rom.flash[: len(content)] == content


def test_erase_takes_all_of_the_flash() -> None:
    with EspRom() as rom:
        go(rom, erase=True)
        assert ERASE_ALL in rom.commands and rom.flash[-4096:] == b"\xff" * 4096


STRAPS, FUSES, VOLTAGE = 0x3FF44038, 0x3FF5A000, 0x3FF5A010


@pytest.mark.parametrize(
    ("registers", "clues"),
    [
        ({STRAPS: 0x33}, ["GPIO12 (MTDI) was high at its reset"]),
        ({STRAPS: 0x13}, []),
        ({STRAPS: 0x33, VOLTAGE: 1 << 16}, []),  # a fuse says the voltage
        ({FUSES: 0x7 << 20}, ["its flash is encrypted for good"]),
        ({FUSES: 0x3 << 20}, []),  # switched on, and off again
    ],
)
def test_straps_and_fuses_tell_of_hidden_causes(registers: dict[int, int], clues: list[str]) -> None:
    faults = Faults(registers=registers, bad_flash=0x10500)
    with EspRom(faults) as rom, pytest.raises(StationError) as problem:
        go(rom)
    assert problem.value.exit_code is Exit.MISMATCH
    assert str(problem.value).count("The chip says") == len(clues)
    assert all(clue in str(problem.value) for clue in clues)


def test_a_clue_stands_behind_the_causes_of_a_bad_start(
    tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with EspRom(Faults(registers={STRAPS: 0x33}, says=READ_ERROR * 4)) as rom:
        assert cli.main(["flash", rom.port, put(tmp_path), "--yes"]) == 1
    assert "  6. The flash is encrypted" in (said := capsys.readouterr().err) and "GPIO12 (MTDI) was" in said


def test_progress_comes_to_its_end() -> None:
    told: list[tuple[int, int]] = []
    with EspRom() as rom:
        asked = Asked(attempts=1, stub=False)
        write(rom.port, JOINED, image(), asked, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(JOINED) + -len(JOINED) % 4,) * 2 and len(told) > 50


def test_lost_bytes_are_met_with_a_slower_line() -> None:
    with EspRom(Faults(noisy=True)) as rom:
        assert go(rom)[0] == SEEN
        assert rom.flash[0x10000 : len(JOINED)] == JOINED[0x10000:]
        assert rom.commands.count(0x0F) == 1  # the second time the speed was left alone


@pytest.mark.parametrize(
    ("faults", "asked", "code", "words"),
    [
        (Faults(mute=True), {}, Exit.NO_BOARD, "No ESP chip answers on"),
        (Faults(chip_id=9), {}, Exit.FAILED, "for ESP32 and the chip on this port is ESP32-S3; nothing was"),
        (Faults(flash_size_id=0x15), {}, Exit.NO_SPACE, "needs 4 MiB of flash and this board has 2 MiB"),
        (Faults(bad_flash=0x10500), {}, Exit.MISMATCH, "What was written reads back differently"),
        (
            Faults(cut_after=20),
            {"stub": False},
            Exit.NO_BOARD,
            "went away in the midst; the board's flash may",
        ),
    ],
    ids=["mute", "other chip", "small flash", "worn flash", "unplugged"],
)
def test_what_fails_is_one_sentence(faults: Faults, asked: dict[str, object], code: Exit, words: str) -> None:
    with EspRom(faults) as rom, pytest.raises(StationError) as problem:
        go(rom, **asked)
    assert words in str(problem.value) and problem.value.exit_code is code
    untouched = "nothing was written" in str(problem.value)
    assert (rom.flash == bytes(4 << 20)) == (untouched or faults.mute)


def test_a_port_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="There is no port /dev/ttyNONE") as problem:
        ask_chip("/dev/ttyNONE")
    assert problem.value.exit_code is Exit.NO_BOARD


def test_a_chip_behind_an_adapter_is_asked() -> None:
    with EspRom() as rom:
        assert ask_chip(rom.port, 1) == ChipSeen("ESP32", "e8:f1:a1:b2:c3:d4")


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (
            "Failed to connect to ESP32: Wrong boot mode detected (0x13)! The chip",
            Exit.NO_BOARD,
            "not into its",
        ),
        (
            "Could not open COM5, the port is busy\n(Access is denied.)",
            Exit.READ_ONLY,
            "does another program have it",
        ),
        ("Could not open COM5\n(Permission denied)", Exit.READ_ONLY, "group dialout"),
        ("Write failed, the written flash region is empty.", Exit.MISMATCH, "reads back differently"),
        ("Secure Boot V1 detected, writing to flash\nmore", Exit.FAILED, "COM5: Secure Boot V1 detected"),
    ],
)
def test_words_of_esptool(said: str, code: Exit, words: str) -> None:
    problem = sentence_of(said, "COM5")
    assert words in str(problem) and problem.exit_code is code and not isinstance(problem, LinkNoise)


@pytest.mark.parametrize("said", ["Timed out waiting for packet", "Invalid head of packet (0x08)"])
def test_noise_is_known_as_such(said: str) -> None:
    assert isinstance(sentence_of(said, "COM5"), LinkNoise)


@pytest.mark.parametrize(
    ("log", "meaning"),
    [
        (READ_ERROR * 3, "The chip's ROM finds no bootloader in the flash."),
        ("invalid header: 0xffffffff\r\n" * 5, "The chip's ROM finds no bootloader in the flash."),
        ("rst:0x1,boot:0x3 (DOWNLOAD_BOOT(UART0/UART1))\r\nwaiting for download", "The chip waits for"),
        ("Brownout detector was triggered\r\n", "The supply sagged"),
        ("rst:0xf (RTCWDT_BROWN_OUT_RESET)", "The supply sagged"),
        ("E (95) boot: Image hash failed - image is corrupt", "The application in the flash is damaged"),
        ("E (86) boot: No bootable app partitions in the partition table", "finds no application"),
        ("Detected size(2048k) smaller than the size in the binary image header(4096k)", "flash is smaller"),
    ],
)  # fmt: skip
def test_a_boot_log_in_words(log: str, meaning: str) -> None:
    (found,) = troubles(log)
    assert meaning in found.meaning and found.todo and found.seen in log


def test_one_stutter_before_a_good_start_is_harmless() -> None:
    assert troubles(READ_ERROR + GOOD_START) == []
    assert start_of(READ_ERROR + GOOD_START, image()) == Start(("It starts.",))
    assert len(troubles(GOOD_START + READ_ERROR)) == 1
    assert len(troubles(READ_ERROR * 2 + GOOD_START)) == 1
    assert start_of("", image()).lines[0].startswith("It was reset; its console says nothing")


ORDER = ["  1. Wrong offset", "  2. The flash was erased and then only", "  3. A wrong or partial image",
         "  4. GPIO12 (MTDI) was high", "  5. The 3.3 V sag", "  6. The flash is encrypted"]  # fmt: skip


def test_the_six_causes_come_in_order() -> None:
    start = start_of(READ_ERROR * 4, image(), ("A clue.",))
    assert (
        start.lines[0] == "It says 'flash read err, 1000'. The chip's ROM finds no bootloader in the flash."
    )
    assert [line[: len(words)] for line, words in zip(start.lines[1:7], ORDER, strict=True)] == ORDER
    assert "joined, written at 0x0" in start.lines[1] and start.lines[7:] == ("A clue.",)
    assert start.wrong.endswith("Causes 1 to 3 are ruled out, so begin with 4.")
    assert len(causes_after(StationError("It broke."), image())) == 7
    assert causes_after(StationError("Gone.", Exit.NO_BOARD), image()) == ()
    assert causes_after(StationError("Wrong chip; nothing was written."), image()) == ()


def test_another_trouble_has_its_own_advice() -> None:
    start = start_of("Brownout detector was triggered\r\n" * 3, image())
    assert start.wrong.endswith("does not start: 'Brownout detector was triggered'.")
    assert start.lines[1].startswith("  1. Give it 5 V")


@pytest.fixture
def no_boards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    monkeypatch.setattr("station.detect.mounts", list)
    return


def put(folder: Path, content: bytes = JOINED) -> str:
    path = folder / "cam.bin"
    path.write_bytes(content)
    return str(path)


def test_the_command(tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str]) -> None:
    with EspRom() as rom:
        assert cli.main(["flash", rom.port, put(tmp_path), "--yes", "--json"]) == 0
        assert rom.flash[0x10000 : len(JOINED)] == JOINED[0x10000:]
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["version"], told["written"]["chip"], told["board"]["chip"]) == (1, "ESP32", "ESP32")
    assert err == "It starts.\n"


def test_a_chip_with_its_own_usb_comes_back_as_a_drive(
    tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = tmp_path / "CIRCUITPY"
    drive.mkdir()
    (drive / "boot_out.txt").write_bytes(CAM + b"\nBoard ID:ai-thinker-esp32-cam\nUID:E8F1A1B2C3D4\n")
    with EspRom(Faults(says="")) as rom:
        own = SimpleNamespace(
            device=rom.port, vid=0x303A, pid=0x1001, serial_number="E8:F1:A1:B2:C3:D4", product="USB JTAG",
            interface=None, location="1-1", description="", manufacturer="Espressif",
        )  # fmt: skip
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [] if 0x13 in rom.commands else [own])
        mounts = [Mount(drive, "/dev/sdb1")]
        monkeypatch.setattr("station.detect.mounts", lambda: mounts if 0x13 in rom.commands else [])
        assert cli.main(["flash", put(tmp_path), "--yes"]) == 0
    assert "Done: Ai Thinker ESP32-CAM (CircuitPython 10.2.1, E8F1A1B2C3D4) at" in capsys.readouterr().out


def test_ctrl_c_says_what_it_leaves_behind(
    tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The chip's answer to the tenth block is the owner's Ctrl-C."""

    class Impatient(EspRom):
        def data(self, command: int, body: bytes) -> None:
            if self.commands.count(command) == 10:
                signal.raise_signal(signal.SIGINT)
            super().data(command, body)

    with Impatient() as rom:
        assert cli.main(["flash", rom.port, put(tmp_path), "--yes", "--no-stub", "--baud", "115200"]) == 130
    assert "half written now; flash it again" in capsys.readouterr().err


def test_the_command_tells_why_the_board_does_not_start(
    tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with EspRom(Faults(says=READ_ERROR * 4)) as rom:
        assert cli.main(["flash", rom.port, put(tmp_path), "--yes"]) == 1
    said = capsys.readouterr().err
    places = [said.index(words) for words in ORDER]
    assert places == sorted(places) and max(map(len, said.splitlines()[:-1])) <= 110
    assert said.splitlines()[-1].startswith("torpor: The firmware was read back as it should be, but")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["IMAGE"], 3, "No board with an ESP chip is here"),
        (["COM99", "IMAGE"], 3, "No board is here"),
        (["a", "b", "IMAGE"], 2, "these are 3 words"),
        (["nothing.bin"], 2, "There is no file 'nothing.bin'"),
        (["IMAGE", "--erase", "--no-stub"], 2, "cannot go with --no-stub"),
        (["PORT", "IMAGE"], 2, "There is no terminal to ask on: --yes says so"),
        (["PORT", "IMAGE", "--design", "pico-w-arducam-2mp", "--yes"], 1, "the board is raspberry_pi_pico_w"),
        (["PORT", "IMAGE", "--design", "nothing", "--yes"], 2, "nothing"),
    ],
)  # fmt: skip
def test_nothing_is_written_by_a_wrong_command(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    no_boards: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with EspRom() as rom:
        meant = {"IMAGE": put(tmp_path), "PORT": rom.port}
        assert cli.main(["flash", *(meant.get(word, word) for word in words)]) == code
        assert rom.commands == []
    assert said in capsys.readouterr().err


def test_without_esptool_it_says_how_to_get_it(
    tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.esp_loader.find_spec", lambda name: None)
    with EspRom() as rom:
        assert cli.main(["flash", rom.port, put(tmp_path)]) == 2
        assert rom.commands == []
    assert "need the library esptool: .venv/bin/python -m pip install esptool" in capsys.readouterr().err
    assert cli.main(["flash", "--check", put(tmp_path)]) == 0


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_on_a_terminal_it_asks(
    answer: str, code: int, tmp_path: Path, no_boards: None, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    keys, screen = os.openpty()
    os.write(keys, answer.encode())
    with EspRom() as rom, os.fdopen(screen) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert cli.main(["flash", rom.port, put(tmp_path), "--erase"]) == code
        assert (ERASE_ALL in rom.commands) == (code == 0)
    os.close(keys)
    asked = capsys.readouterr().err
    assert "The firmware there is replaced; everything on it is erased. [y/N]" in asked
    assert ("torpor: Nothing was written." in asked) == (code == 1)


def test_check_needs_no_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["flash", "--check", put(tmp_path, BOOT_FIRST)]) == 0
    assert "image for ESP32, bootloader-first, written at 0x1000, whole" in capsys.readouterr().out
    assert cli.main(["flash", "--check", "--json", put(tmp_path, JOINED)]) == 0
    assert json.loads(capsys.readouterr().out)["offset"] == 0
    assert cli.main(["flash", "--check", put(tmp_path, JOINED[:-100])]) == 1
    assert "cam.bin" in capsys.readouterr().err
