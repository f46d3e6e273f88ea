"""A serial link in virtual time between a route and a board: a rate, a delay, and faults drawn from a seed.

Nobody waits here: bytes take the time that they need at the link's rate, a silence takes the time that the
other end would have waited. So a fault costs no real time, and the same seed is the same run.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from benchmarks.deploy_board import EmbeddedBoard


@dataclass(frozen=True, slots=True)
class LinkFaults:
    """How likely each is, per byte. `reset_at` : the board's watchdog bites when so many bytes were sent.
    `vanish_at` : the port goes away then. `cut_at` : the cable is pulled for good. `cut_by_reset` : so it is
    when the board starts anew."""

    flipped: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    reset_at: tuple[int, ...] = ()
    vanish_at: tuple[int, ...] = ()
    cut_at: int | None = None
    cut_by_reset: bool = False
    seven_bits: bool = False


#: Bytes that an adapter hands over at once.
PIECE = 32


class Cut(OSError):
    """The cable is pulled."""


@dataclass(slots=True)
class SimulatedLink:
    """A wire (see station/raw_repl.py) to an embedded board.

    Attributes
    ----------
    baud : bits a second, ten a byte. delay_s : of the adapter, each way.
    clock_s : virtual time so far. sent, received : bytes on the wire, from the route's side.
    away_s : how long a port that vanished stays away.
    """

    board: EmbeddedBoard
    baud: int = 115200
    delay_s: float = 0.001
    faults: LinkFaults = LinkFaults()
    seed: int = 0
    name: str = "simulated"
    has_reset: bool = False
    clock_s: float = 0.0
    sent: int = 0
    received: int = 0
    resets: int = 0
    closed: bool = False
    _coming: list[tuple[float, bytes]] = field(default_factory=list)
    _due_s: float = 0.0
    _gone: bool = False
    _pulled: bool = False
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def clock(self) -> float:
        return self.clock_s

    def write(self, data: bytes) -> None:
        self._there()
        began, ends = self.sent, self.sent + len(data)
        self.clock_s += len(data) * 10 / self.baud
        self.sent = ends
        for at in sorted(one for one in self._events() if began <= one < ends):
            self._arrive(data[: at - began])
            data, began = data[at - began :], at
            if at in self.faults.reset_at:
                self._come(self.board.reset())
            if at in self.faults.vanish_at or at == self.faults.cut_at:
                self.sent, self._gone, self._pulled = at + 1, True, at == self.faults.cut_at
                self._there()
        self._arrive(data)

    def read(self, within_s: float) -> bytes:
        """All that is there by then, without waiting for more than the first."""
        self._there()
        if not self._coming or self._coming[0][0] > self.clock_s + within_s:
            self.clock_s += within_s
            return b""
        self.clock_s = max(self.clock_s, self._coming[0][0])
        there = b""
        while self._coming and self._coming[0][0] <= self.clock_s:
            there += self._coming.pop(0)[1]
        self.received += len(there)
        return there

    def reopen(self) -> None:
        from station.deploy_route import RouteLost

        if self._pulled:
            raise RouteLost(f"{self.name} is gone: was the cable pulled?")
        self.clock_s += 1.5
        self._gone = False

    def reset(self) -> bool:
        if self.has_reset:
            self._come(self.board.reset())
        return self.has_reset

    def close(self) -> None:
        self.closed = True

    def _there(self) -> None:
        if self._gone:
            self._coming.clear()
            raise Cut(f"{self.name} is gone")

    def _events(self) -> set[int]:
        cut = () if self.faults.cut_at is None else (self.faults.cut_at,)
        return {*self.faults.reset_at, *self.faults.vanish_at, *cut}

    def _arrive(self, data: bytes) -> None:
        if data := self._spoilt(data):
            said = self.board.feed(data)
            if self.faults.cut_by_reset and b"rst:0x" in said:
                self._gone = self._pulled = True
                self._there()
            self._come(said)

    def _come(self, said: bytes) -> None:
        self._due_s = max(self._due_s, self.clock_s + 2 * self.delay_s)
        said = self._spoilt(said)
        for at in range(0, len(said), PIECE):
            piece = said[at : at + PIECE]
            self._due_s += len(piece) * 10 / self.baud
            self._coming.append((self._due_s, piece))

    def _spoilt(self, data: bytes) -> bytes:
        faults = self.faults
        if faults.seven_bits:
            data = bytes(byte & 0x7F for byte in data)
        if not (faults.flipped or faults.lost or faults.doubled):
            return data
        return b"".join(self._drawn(byte) for byte in data)

    def _drawn(self, byte: int) -> bytes:
        faults, draw = self.faults, self._random.random()
        if draw < faults.lost:
            return b""
        if draw < faults.lost + faults.doubled:
            return bytes((byte, byte))
        if draw < faults.lost + faults.doubled + faults.flipped:
            return bytes((byte ^ 1 << self._random.randrange(8),))
        return bytes((byte,))
