"""A firmware file: which of the two kinds, for which chip, what it says of itself, whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.detect import Found, Mode
from station.detect_choice import designs_for, known_board_ids
from station.errors import StationError
from station.esp_image import EspImage, flash_needed_MiB, looks_like_esp, read_esp_image
from station.flash_claims import Claims, claims_of, too_old
from station.uf2_blocks import BLOCK, Uf2, read_uf2

#: No board has more flash; a larger file is something else.
_MOST = 64 << 20


@dataclass(frozen=True, slots=True)
class Image:
    """A checked firmware file: `uf2` or `esp` is what it is, `claims` what its strings say."""

    path: Path
    content: bytes
    claims: Claims
    uf2: Uf2 | None = None
    esp: EspImage | None = None

    @property
    def chip(self) -> str:
        return self.esp.chip.name if self.esp else self.uf2.chip if self.uf2 else ""

    @property
    def fits(self) -> tuple[Mode, ...]:
        """What a board must be doing to take it; a running one is first brought into its UF2 bootloader."""
        return (Mode.UF2, Mode.RUNNING) if self.uf2 else (Mode.ADAPTER, Mode.ESP)

    @property
    def designs(self) -> tuple[str, ...]:
        """Ours on the board that it is for."""
        return tuple(name for one in self.claims.board_ids for name in designs_for(one))

    @property
    def lines(self) -> tuple[str, ...]:
        """What --check tells, a line each."""
        told = [f"{self.path.name}: {self.claims.title}"]
        if self.uf2:
            chip = self.chip or "a chip that it does not name"
            told.append(f"UF2 for {chip}, {len(self.uf2.memory):,} bytes of flash, whole")
        if self.esp:
            needed = flash_needed_MiB(self.esp)
            told.append(f"image for {self.esp.chip.name}, {self.esp.way}, whole")
            told.append(f"needs {needed} MiB of flash, read as {self.esp.mode}")
        if self.designs:
            told.append(f"designs on this board: {', '.join(self.designs)}")
        return tuple(told)

    @property
    def document(self) -> dict[str, Any]:
        """The same for a machine."""
        told: dict[str, Any] = {
            "file": str(self.path), "kind": "uf2" if self.uf2 else "esp", "chip": self.chip,
            "circuitpython": self.claims.version, "board": self.claims.board,
            "board_ids": list(self.claims.board_ids),
        }  # fmt: skip
        if self.esp:
            told |= {"offset": self.esp.offset, "joined": self.esp.joined}
            told |= {"flash_MiB": flash_needed_MiB(self.esp)}
        return told


def read_image(path: Path, also: str = "") -> Image:
    """Read and check a firmware file; `also` is a board id to look for in it beside those of our designs.

    Raises
    ------
    StationError : neither kind, cut off, damaged. OSError : it cannot be read.
    """
    if path.stat().st_size > _MOST:
        raise StationError(f"{path.name} is {path.stat().st_size >> 20} MiB: no firmware for a board.")
    content = path.read_bytes()
    ids = tuple(sorted({*known_board_ids(), also} - {""}))
    if content[:4] == b"UF2\n" or (path.suffix.lower() == ".uf2" and len(content) >= BLOCK):
        uf2 = read_uf2(content, path.name)
        return Image(path, content, claims_of(uf2.memory, ids), uf2=uf2)
    if not looks_like_esp(content):
        raise StationError(
            f"{path.name} is neither a UF2 file nor an image for an ESP chip (it begins "
            f"{content[:4].hex(' ') or 'and ends at once'}). CircuitPython comes as .uf2 for a board with a "
            "UF2 drive, as .bin for a bare ESP."
        )
    return Image(path, content, claims_of(content, ids), esp=read_esp_image(content, path.name))


def doubts(image: Image, board_id: str, board_name: str = "") -> list[str]:
    """Why this image should not go onto this board, a sentence each; what is not known is no doubt."""
    told = []
    if not image.claims.version:
        told.append(f"{image.path.name} is {image.claims.title}; a node needs CircuitPython 10.1 or later.")
    elif old := too_old(image.claims.version):
        told.append(old)
    if image.claims.version and board_id and not _names(image.claims, board_id, board_name):
        told.append(
            f"{image.path.name} is for {image.claims.board}, and the board is {board_name or board_id}."
        )
    if image.uf2 and image.uf2.family is None:
        told.append(f"{image.path.name} does not say for which chip it is.")
    return told


def _names(claims: Claims, board_id: str, board_name: str) -> bool:
    return board_id in claims.board_ids or bool(board_name and claims.board == board_name)


def check_family(image: Image, board: Found) -> None:
    """StationError unless the image is for the chip whose bootloader waits; nothing was copied then.

    A bootloader that does not say its chip is refused too: the owner may name the design that it is for.
    """
    if not board.chip:
        raise StationError(
            f"The bootloader at {board.drive} does not say which chip it is ({board.name or 'no name'}); "
            "copy the file by hand if you know that it fits. Nothing was written."
        )
    if image.chip and image.chip.split(" (")[0] != board.chip:
        raise StationError(
            f"{image.path.name} is for {image.chip} and the bootloader at {board.drive} is a {board.chip}'s; "
            "nothing was written."
        )
