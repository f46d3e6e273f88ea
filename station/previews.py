"""What a node in install mode shows: its last picture and how it stands, in memory only.

A preview is no visitor's picture: it is in no count, no export, and gone when the station restarts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from sim.protocol import numbers_of, telemetry_of

#: A preview that is so young is of a node that is being hung up now, s.
LIVE_s = 60.0
#: More than any small picture has, bytes; lives of a node that are remembered, against what is sent again.
LARGEST, LIVES = 400_000, 16
_START = b"\xff\xd8"


@dataclass(frozen=True, slots=True)
class Preview:
    """The last of one node. `told` : whole numbers of its telemetry; `jpeg` : empty if it has no picture."""

    key: str
    received_s: float
    jpeg: bytes
    told: Mapping[str, int]

    def is_live(self, now_s: float) -> bool:
        """Whether the node is being hung up now."""
        return now_s - self.received_s < LIVE_s and self.told.get("left", 0) > 0


class Previews:
    """The last preview of each node; with its picture the last that had one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: dict[str, tuple[int, Preview]] = {}
        self._lives: dict[str, deque[str]] = {}

    def of(self, node: str) -> Preview | None:
        """Of this node; None if it has sent none since the station's start."""
        with self._lock:
            found = self._last.get(node)
        return found[1] if found else None

    def take(self, node: str, key: str, content: bytes, telemetry: str, now_s: float) -> int:
        """Keep one that is signed; returns the answer's status. What comes a second time is not new."""
        boot, _, text = key.partition("-")
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            return 400
        if content[:2] not in (b"", _START) or len(content) > LARGEST:
            return 422
        with self._lock:
            lives = self._lives.setdefault(node, deque(maxlen=LIVES))
            before = self._last.get(node)
            is_same = bool(lives) and lives[-1] == boot
            if boot in lives and not is_same:
                return 409
            if is_same and before and int(text) <= before[0]:
                return 200
            if not is_same:
                lives.append(boot)
            told = numbers_of(telemetry_of(telemetry))
            self._last[node] = int(text), Preview(key, now_s, content, told)
        return 201
