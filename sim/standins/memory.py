"""nvm and sleep memory, byte by byte."""

from __future__ import annotations

from typing import Any

from sim.errors import PowerLost, Reset
from sim.machine import Machine

_PAGE = 256


class SleepBytes:
    """alarm.sleep_memory: plain RAM of fixed size."""

    def __init__(self, machine: Machine) -> None:
        self._bytes = machine.hardware.sleep_memory

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, at: Any) -> Any:
        return self._bytes[at]

    def __setitem__(self, at: Any, value: Any) -> None:
        _put(self._bytes, at, value)


class FlashBytes:
    """microcontroller.nvm: writing erased bytes programs a page, anything else rewrites the sector.

    Whatever ends the node meanwhile leaves what the flash had done by then: some of the bytes
    programmed; or a sector in the middle of its erase, or erased, or with its first pages only.

    On a board with the cap `nvm_blob` (ESP-IDF's NVS) every assignment writes the whole blob into a free
    place and then lets it count: there is no cheap append, and whatever ends the node leaves the old blob.

    Attributes
    ----------
    rewrites : assignments that wore flash; `erases` : sectors worn by them.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._bytes = machine.hardware.nvm
        board = machine.hardware.design.board
        self._append_s = board.v("nvm_append") / 1000.0
        self._rewrite_s = board.v("nvm_rewrite") / 1000.0
        self._blob = bool(board.caps["nvm_blob"])
        self._sectors = max(1.0, len(self._bytes) / board.v("flash_sector_size"))
        self.rewrites = 0

    @property
    def erases(self) -> int:
        """Sectors erased since the start of the run, for the row `flash_wear`."""
        return round(self.rewrites * self._sectors)

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, at: Any) -> Any:
        return self._bytes[at]

    def __setitem__(self, at: Any, value: Any) -> None:
        old = self._bytes[at]
        raw = bytes(old) if isinstance(at, slice) else bytes([old])
        erased = raw.count(0xFF) == len(raw) and not self._blob
        new = bytearray(self._bytes)
        _put(new, at, value)
        world = self._machine.world
        world.sync()
        self.rewrites += not erased
        start_s = world.now
        try:
            world.spend(self._append_s if erased else self._rewrite_s)
        except (PowerLost, Reset):
            if self._blob:
                pass
            elif erased:
                self._half_programmed(new, range(len(new))[at], (world.now - start_s) / self._append_s)
            else:
                self._half_rewritten(new, world.now - start_s)
            raise
        self._bytes[:] = new

    def _half_programmed(self, new: bytearray, where: range | int, done: float) -> None:
        first, count = (where, 1) if isinstance(where, int) else (where.start, len(where))
        whole = min(int(done * count), count)
        self._bytes[first : first + whole] = new[first : first + whole]
        if whole < count:  # programming clears bits: some are done
            self._bytes[first + whole] = new[first + whole] | self._machine.hardware.random.getrandbits(8)

    def _half_rewritten(self, new: bytearray, passed_s: float) -> None:
        size, chance = len(new), self._machine.hardware.random
        erase_s = self._rewrite_s - size // _PAGE * self._append_s
        if passed_s < erase_s:  # erasing sets bits, everywhere at once
            for at in range(size):
                set_ = 0xFF if chance.random() < passed_s / erase_s else chance.getrandbits(8)
                self._bytes[at] |= set_
            return
        whole = min(int((passed_s - erase_s) / self._append_s) * _PAGE, size)
        self._bytes[:] = new[:whole] + b"\xff" * (size - whole)


def _put(memory: bytearray, at: Any, value: Any) -> None:
    if isinstance(at, slice):
        if len(memory[at]) != len(value):
            raise ValueError("Slice and value different lengths.")
        memory[at] = bytes(value)
    else:
        memory[at] = value
