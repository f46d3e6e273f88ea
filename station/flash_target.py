"""Which board an image goes to: of those that can take it the one that is named, or the only one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from station.detect import Found, Mode, of_bootloader
from station.detect_choice import choose
from station.detect_drives import drives
from station.detect_mounts import Mount
from station.errors import Exit, StationError
from station.flash_image import Image


def target(wanted: str | None, found: Sequence[Found], image: Image) -> Found:
    """The board to write `image` onto. Pure but for a look at a path that `wanted` may be.

    Raises
    ------
    StationError : none, several, or one that does not take this kind of file; with what to do.
    """
    if wanted is not None:
        board = _by_path(wanted, found) or choose(wanted, found)
    else:
        board = choose(None, [one for one in found if one.mode in image.fits], _kind(image))
    if board.mode is Mode.OTHER and image.uf2:
        board = replace(board, mode=Mode.RUNNING)  # MicroPython on a Pico knows the 1200 baud too
    if board.mode not in image.fits:
        raise StationError(_unfit(board, image), Exit.USAGE)
    return board


def _kind(image: Image) -> str:
    return "board with a UF2 bootloader" if image.uf2 else "board with an ESP chip"


def _by_path(wanted: str, found: Sequence[Found]) -> Found | None:
    """A port or a bootloader's drive that the system does not list, but that is there."""
    path = Path(wanted)
    if any(wanted in (one.port, str(one.drive)) for one in found):
        return None
    if path.is_char_device():
        return Found(Mode.ADAPTER, port=wanted)
    if (path / "INFO_UF2.TXT").is_file():
        (bootloader,) = drives([Mount(path, "")])[1]
        return of_bootloader(bootloader)
    return None


def _unfit(board: Found, image: Image) -> str:
    if image.esp and board.mode is Mode.RUNNING:
        return (
            f"{image.path.name} goes in by the chip's own loader, and {board.line} runs: hold BOOT, press "
            "and let go RESET, and look again with `torpor detect`. Or take the .uf2 for this board."
        )
    if image.uf2 and board.mode in (Mode.ADAPTER, Mode.ESP):
        return f"{image.path.name} is a UF2 file, and {board.line} has no UF2 drive; take its .bin."
    if board.mode is Mode.WEB:
        return f"{board.line} is on the network only; firmware needs a cable."
    return f"{board.line} does not take {image.path.name}."
