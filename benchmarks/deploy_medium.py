"""A drive's sectors behind a computer's write cache, and what is left of it when the cable is pulled.

Between two barriers the system writes sectors back when and in which order it likes. So after a cut every
sector that was written since the last barrier holds its old content or any of those it was given since. A
sector itself is written whole or not at all: that is how USB hands it over.
"""

from __future__ import annotations

import random

SECTOR = 512


class CableCut(Exception):
    """The drive is gone in the midst."""


class Medium:
    """Sectors by number.

    Attributes
    ----------
    content : what lies on the medium. steps : writes and barriers so far.
    cut_at : the step at which the cable is pulled, None: never.
    """

    def __init__(self, content: bytes, seed: str = "", cut_at: int | None = None) -> None:
        self.content = bytearray(content)
        self.steps = 0
        self.cut_at = cut_at
        self._random = random.Random(f"medium {seed}")
        self._unsaved: dict[int, list[bytes]] = {}

    def read(self, sector: int) -> bytes:
        """As the computer sees it: what it has just written, else what lies there."""
        if sector in self._unsaved:
            return self._unsaved[sector][-1]
        return bytes(self.content[sector * SECTOR : (sector + 1) * SECTOR])

    def write(self, sector: int, content: bytes) -> None:
        assert len(content) == SECTOR
        if content != self.read(sector):
            self._unsaved.setdefault(sector, []).append(content)
            self._step()

    def barrier(self) -> None:
        """Everything written is on the medium when this returns."""
        self._step()
        for sector, versions in self._unsaved.items():
            self._store(sector, versions[-1])
        self._unsaved.clear()

    def _step(self) -> None:
        self.steps += 1
        if self.cut_at is not None and self.steps >= self.cut_at:
            for sector, versions in self._unsaved.items():
                kept = self._random.randrange(len(versions) + 1)
                if kept:
                    self._store(sector, versions[kept - 1])
            self._unsaved.clear()
            raise CableCut

    def _store(self, sector: int, content: bytes) -> None:
        self.content[sector * SECTOR : (sector + 1) * SECTOR] = content
