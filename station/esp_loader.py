"""An ESP chip's own loader over its serial port: which chip, erase, write, verify. The work is esptool's.

Every wait is esptool's, bounded; its errors become one sentence here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from station.errors import Exit, StationError
from station.esp_boot_log import booted, troubles
from station.esp_clues import also, clues_of
from station.esp_image import EspImage, flash_needed_MiB
from station.esp_words import GONE, LinkNoise, in_words

ROM_BAUD = 115200
_SIZE = re.compile(r"(\d+)(KB|MB)")
Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """How to go about it. `attempts` to reach the loader; `listen_s` is how long the board is heard after
    its reset, at most; `stub` False keeps to the loader in the chip's ROM, which is slower."""

    baud: int = 460800
    erase: bool = False
    stub: bool = True
    attempts: int = 7
    listen_s: float = 6.0


@dataclass(frozen=True, slots=True)
class ChipSeen:
    """The chip that answered; `flash_MiB` None where its flash does not tell its size. `clues` are sentences:
    what its straps and fuses say that may keep it from starting."""

    name: str
    mac: str
    flash_MiB: float | None = None
    clues: tuple[str, ...] = ()


def ask_chip(port: str, attempts: int = 3) -> ChipSeen:
    """Which chip hangs on a port. Resets it into its loader and out again.

    Raises
    ------
    StationError : esptool is missing, the port cannot be opened, no chip answers.
    """
    with _loader(port, attempts) as esp, in_words(port):
        seen = ChipSeen(str(esp.CHIP_NAME), _mac(esp))
        esp.hard_reset()
        return seen


def write(port: str, content: bytes, image: EspImage, asked: Asked, watch: Watch) -> tuple[ChipSeen, str]:
    """Write a checked image, verify it, start the board; the chip, and what it said as it started.

    After lost bytes it is done again at 115200 baud, once.

    Raises
    ------
    StationError : nothing was written if chip or flash do not fit; else the sentence says how far it came.
    """
    try:
        return _write(port, content, image, asked, watch)
    except LinkNoise:
        if asked.baud <= ROM_BAUD:
            raise
        return _write(port, content, image, replace(asked, baud=ROM_BAUD), watch)


def _write(port: str, content: bytes, image: EspImage, asked: Asked, watch: Watch) -> tuple[ChipSeen, str]:
    from esptool.cmds import run_stub, write_flash

    with _loader(port, asked.attempts, watch) as rom:
        with in_words(port):
            check_chip(str(rom.CHIP_NAME), image)
            clues = clues_of(rom)
        with also(clues), in_words(port):
            esp = run_stub(rom) if asked.stub else rom
            seen = _ready(esp, asked.baud, image, clues)
            write_flash(esp, [(image.offset, content)], erase_all=asked.erase)
            return seen, _start(esp, asked.listen_s)


def _ready(esp: Any, baud: int, image: EspImage, clues: tuple[str, ...]) -> ChipSeen:
    """The line at its speed, the flash at hand and large enough."""
    from esptool.cmds import attach_flash, detect_flash_size

    if baud > ROM_BAUD:
        esp.change_baud(baud)
    attach_flash(esp)
    seen = ChipSeen(str(esp.CHIP_NAME), _mac(esp), _MiB(detect_flash_size(esp)), clues)
    check_flash(seen.flash_MiB, image)
    esp.WRITE_FLASH_ATTEMPTS = 1  # a board that was unplugged is asked for again by whoever runs this
    return seen


def check_chip(found: str, image: EspImage) -> None:
    """StationError unless the image is for the chip that was found ("ESP32-D0WD" is not its name here)."""
    if found != image.chip.name:
        raise StationError(
            f"The image is for {image.chip.name} and the chip on this port is {found}; nothing was written."
        )


def check_flash(found_MiB: float | None, image: EspImage) -> None:
    """StationError if the image needs more flash than the board has; unknown is let pass."""
    needed = flash_needed_MiB(image)
    if found_MiB is not None and found_MiB < needed:
        raise StationError(
            f"The image needs {needed} MiB of flash and this board has {found_MiB:g} MiB; nothing was "
            "written. Take the image of this very board.",
            Exit.NO_SPACE,
        )


def _MiB(size: str | None) -> float | None:
    found = _SIZE.fullmatch(size or "")
    return None if found is None else int(found[1]) / (1024 if found[2] == "KB" else 1)


def _mac(esp: Any) -> str:
    mac = esp.read_mac("BASE_MAC")
    return ":".join(f"{byte:02x}" for byte in mac) if mac else ""


def _start(esp: Any, listen_s: float) -> str:
    """Reset the board and hear what it says. A port that goes away with the reset says nothing."""
    heard = bytearray()
    try:
        esp._port.baudrate = ROM_BAUD
        esp._port.reset_input_buffer()
        esp.hard_reset()
        esp._port.timeout = 0.1
        deadline = time.monotonic() + listen_s
        while time.monotonic() < deadline and not _enough(heard):
            heard += esp._port.read(4096)
    except GONE:
        pass
    return heard.decode("utf-8", "replace")


def _enough(heard: bytearray) -> bool:
    """A good start, or the same trouble three times: a board that resets in a loop says nothing new."""
    text = heard.decode("utf-8", "replace")
    found = troubles(text)
    return booted(text) or bool(found and text.count(found[0].seen) > 2)


def need_esptool() -> None:
    """StationError if it is not installed: it is large, and only bare ESP boards need it."""
    if find_spec("esptool") is None:
        raise StationError(
            "ESP32 boards need the library esptool: .venv/bin/python -m pip install esptool", Exit.USAGE
        )


@contextmanager
def _loader(port: str, attempts: int, watch: Watch | None = None) -> Iterator[Any]:
    """A connection to the loader; the port is closed on every way out."""
    need_esptool()
    from esptool.cmds import detect_chip

    from station.esp_silence import silenced

    with silenced(watch):
        with in_words(port):
            esp = detect_chip(port, ROM_BAUD, connect_attempts=attempts)
        try:
            yield esp
        finally:
            esp._port.close()
