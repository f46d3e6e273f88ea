"""Asked boards say what they are: a real interpreter's console, else the chip's loader, else nobody."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.deploy_board import EmbeddedBoard
from station.detect import Found, Mode
from station.detect_probe import probed
from tests.station.esp_rom import EspRom, Faults
from tests.station.test_route_serial_port import Terminal

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are a thing of Unix", allow_module_level=True)


def adapter(port: str, mode: Mode = Mode.ADAPTER) -> Found:
    return Found(mode, port=port, name="CH340", notes=("What hangs on this adapter does not show.",))


@pytest.fixture
def console(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "drive").mkdir()
    with EmbeddedBoard() as board:
        board.insert(tmp_path / "drive")
        made = Terminal(board, tmp_path)
        yield str(made.name)
        made.unplug()


@pytest.mark.parametrize("mode", [Mode.ADAPTER, Mode.RUNNING])
def test_circuitpython_says_its_version_and_board(console: str, mode: Mode) -> None:
    found = probed(adapter(console, mode))
    assert (found.version, found.board_id, found.mode) == ("10.2.1", "ai-thinker-esp32-cam", mode)
    assert found.title == ("ai-thinker-esp32-cam by CH340" if mode is Mode.ADAPTER else "CH340")
    assert found.notes == ()


def test_a_chip_without_circuitpython_says_its_name() -> None:
    with EspRom() as rom:
        found = probed(adapter(rom.port), console_s=0.3, knocks=1)
    assert (found.chip, found.title, found.version) == ("ESP32", "ESP32 by CH340", "")
    assert found.notes[0].endswith("Its MAC is e8:f1:a1:b2:c3:d4.")


@pytest.mark.parametrize(("mode", "words"), [(Mode.ADAPTER, "No ESP chip answers"), (Mode.RUNNING, "")])
def test_nobody_answers(mode: Mode, words: str) -> None:
    with EspRom(Faults(mute=True)) as rom:
        found = probed(adapter(rom.port, mode), console_s=0.2, knocks=1)
    assert words in found.notes[-1] and rom.port in found.notes[-1] and not found.version


def test_who_has_said_it_is_not_asked_again() -> None:
    known = Found(Mode.RUNNING, port=os.devnull, version="10.2.1")
    assert probed(known) is known
