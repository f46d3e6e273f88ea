"""What an observer beside the node would note: wakes, frames, reasons; raw material of every report."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

_REASONS = Path(__file__).resolve().parent.parent / "firmware" / "lib" / "torpor" / "reasons.py"


def reason_names() -> dict[int, str]:
    """Reason codes by number, read from the firmware's own list: 4 -> "CRASH"."""
    names: dict[int, str] = {}
    for line in _REASONS.read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(" = const(")
        if rest and name.isupper():
            names[int(rest.partition(")")[0])] = name
    return names


@dataclass(slots=True)
class Frame:
    """One exposure: when it began, what was in view, what the picture became; `lit` by the node's light."""

    t_s: float
    size: int
    crc32: int
    light: float
    visitors: list[int]
    key: str = ""
    lit: bool = False


@dataclass(slots=True)
class WakeNote:
    """One wake from reset to sleep.

    `rose_s` : when the PIR rose that woke it (nan: not woken by it). `by_timer` : the sleep after
    it was armed without the PIR; `off_s` : when the latch opened in that sleep; `fell_s` :
    until when the PIR was still high in a sleep that waits for its next rise. `load_J` : taken from reset
    to true sleep. `task` : by a node that waits for no motion.
    """

    number: int
    booted_s: float
    cause: str
    rose_s: float
    frames: list[Frame] = field(default_factory=list)
    reasons: set[int] = field(default_factory=set)
    asleep_s: float = float("inf")
    by_timer: bool = False
    off_s: float = float("inf")
    fell_s: float = 0.0
    load_J: float = 0.0
    task: bool = False

    def returned(self) -> None:
        """A frame went back to the camera's driver: unless it had become a picture, it never counted."""
        if self.frames and not self.frames[-1].key:
            self.frames.pop()

    def stored(self, key: str) -> None:
        """The picture of this wake's last exposure got a name."""
        if self.frames:
            self.frames[-1].key = key

    def arrived(self, key: str, crc32: int) -> None:
        """A picture came home; one that never lay on the drive gets its name here."""
        for frame in self.frames:
            if not frame.key and frame.crc32 == crc32:
                frame.key = key


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event of the node's journal as it reached the home station."""

    t_s: float
    wake: int
    reason: str
    argument: int


ROW, INFERRED, LONG, PARTLY = 0x80, 0x40, 0x20, 0x10


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One state visit as the node booked it: duration in s, energy in J, volts at its meter. `inferred`:
    priced from rows alone; `partly`: read, but not wholly, or more flowed than the meter shows."""

    state: int
    wake: int
    dt_s: float
    J: float
    V: float
    inferred: bool
    partly: bool = False


def unpack_entry(entry: bytes) -> tuple[int, int, int, int] | NodeRow:
    """An 8-byte entry: (reason, argument, wake, ms since reset) or a row."""
    if not entry[0] & ROW:
        reason, argument, wake, ms = struct.unpack("<BBHI", entry)
        return reason, argument, wake, ms
    head, volts, wake, duration, energy = struct.unpack("<BBHHH", entry)
    long = bool(head & LONG)
    return NodeRow(
        state=head & 0x0F,
        wake=wake,
        dt_s=duration * (10.0 if long else 0.01),
        J=energy * (1.0 if long else 0.001),
        V=volts * 0.02,
        inferred=bool(head & INFERRED),
        partly=bool(head & PARTLY),
    )
