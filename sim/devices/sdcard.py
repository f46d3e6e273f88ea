"""An SD card on SPI: there or not, powered or not, and a FAT volume whose every access takes time and charge.

Below the level of files nothing is modelled: `sdcardio` and FatFs are the board's own native code.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from boards import Part
from sim.drivefs import DriveFiles
from sim.errors import BoardOSError
from sim.volume import Volume
from sim.world import World

_EIO = 5
#: Block of an SD card, B.
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class CardFaults:
    """What goes wrong, drawn from `seed`.

    Attributes
    ----------
    away : (from_s, until_s) in which no card is in the holder.
    mount_fails, write_fails, read_fails : chance that one identification, one write, one access for reading
        fails (bad contacts, a card that dies).
    """

    seed: int = 0
    away: tuple[tuple[float, float], ...] = ()
    mount_fails: float = 0.0
    write_fails: float = 0.0
    read_fails: float = 0.0


class SdCard:
    """One card in its holder.

    Parameters
    ----------
    draw : told the name of the current row that now holds ("off", "idle", "read", "write").
    """

    def __init__(
        self, part: Part, world: World, draw: Callable[[str], None], faults: CardFaults | None = None
    ) -> None:
        self._part = part
        self._world = world
        self._draw = draw
        self._faults = faults or CardFaults()
        self._random = random.Random(f"SD card {self._faults.seed}")
        self._powered = False
        self._ready_s = inf  # since when it has been in SPI mode
        self._linked: Callable[[], bool] = lambda: False
        self.files = CardFiles(self, part)

    # -- supply and holder -----------------------------------------------------------------------

    def power(self, on: bool) -> None:
        """Its switch closes or opens; off, it forgets that it was identified."""
        self._powered, self._ready_s = on, inf
        self._power_s = self._world.now
        self.files.power_lost()
        self.rest()

    def rest(self) -> None:
        """Nothing on the bus."""
        self._draw("idle" if self._powered and self.inserted() else "off")

    def inserted(self) -> bool:
        """Whether a card is in the holder now."""
        return not any(start <= self._world.now < end for start, end in self._faults.away)

    # -- what sdcardio does ----------------------------------------------------------------------

    def identify(self, linked: Callable[[], bool]) -> None:
        """SDCard(): OSError without a card that answers. `linked`: whether the bus is still ours."""
        early = not self._powered or self._world.now < self._power_s + self._part.v("power_up") / 2
        if early or not self.inserted() or self.hits(self._faults.mount_fails):
            self._world.spend(self._part.v("absent"))
            raise BoardOSError("no SD card")
        self.work("read", self._part.v("mount"))
        self._ready_s, self._linked = self._world.now, linked

    def answers(self) -> None:
        """OSError unless the card that was identified is still there, powered and on a bus."""
        pulled = any(end > self._ready_s and start <= self._world.now for start, end in self._faults.away)
        if not self._powered or self._ready_s == inf or pulled or not self._linked():
            self._ready_s = inf
            raise BoardOSError(_EIO, "Input/output error")

    def work(self, row: str, seconds: float) -> None:
        """Time at the current of a row. A power cut in it leaves the currents to whoever switches off."""
        self._draw(row)
        self._world.spend(seconds)
        self.rest()

    def access(self, row: str, seconds: float) -> None:
        """One read or write; pulled on the way, it fails."""
        self.answers()
        self.work(row, seconds)
        self.answers()
        if self.hits(self._faults.write_fails if row == "write" else self._faults.read_fails):
            raise BoardOSError(_EIO, "Input/output error")

    def hits(self, chance: float) -> bool:
        return chance > 0.0 and self._random.random() < chance


class CardFiles(DriveFiles):
    """The card's FAT volume; it tears as the drive does."""

    def __init__(self, card: SdCard, part: Part) -> None:
        volume = Volume(
            size=int(part.v("size") * 1024),
            cluster=int(part.v("cluster")),
            sector=_BLOCK,
            sector_s=_BLOCK * part.v("write_time") * 1e-6,
            open_s=part.v("file_open") / 1000.0,
            read_s=part.v("read_time") * 1e-6,
        )
        self._card = card
        super().__init__(volume, lambda seconds: card.access("write", seconds))
        self._update_s = part.v("update") / 1000.0
        self.readonly = False

    def opening(self) -> None:
        self._card.access("read", self._open_s)

    def reading(self, length: int) -> None:
        self._card.access("read", length * self._read_s)

    def program_entry(self) -> None:
        self.sector_writes += 1
        self._card.access("write", self._update_s)

    def statvfs(self) -> tuple[int, ...]:
        self._card.answers()
        return super().statvfs()
