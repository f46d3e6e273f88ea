"""What a volume is like, and what paths and names on it mean."""

from __future__ import annotations

from dataclasses import dataclass

from boards import Part

#: Ends the name of a picture that was taken in the dark.
NIGHT = "n"

#: FAT12/16 of a small CIRCUITPY drive: one sector per cluster.
CLUSTER = 512


@dataclass(frozen=True, slots=True)
class Volume:
    """What a volume is like: sizes in B, times in s (`sector_s` to write one sector, `read_s` per byte)."""

    size: int
    cluster: int
    sector: int
    sector_s: float
    open_s: float
    read_s: float

    @classmethod
    def of_board(cls, board: Part) -> Volume:
        """CIRCUITPY on the board's flash."""
        return cls(
            size=int(board.v("drive") * 1024),
            cluster=CLUSTER,
            sector=int(board.v("flash_sector_size")),
            sector_s=board.v("flash_sector_write") / 1000.0,
            open_s=board.v("file_open") / 1000.0,
            read_s=board.v("file_read") * 1e-6,
        )


def absolute(path: str) -> str:
    return path if path.startswith("/") else "/" + path


def picture_key(path: str) -> str:
    """The upload key of a waiting picture: its name without ending, and without the letter of the dark."""
    return path.rpartition("/")[2].removesuffix(".jpg").removesuffix(NIGHT)


def writes(mode: str) -> bool:
    return not set(mode).isdisjoint("wax+")
