"""What the station lets a stranger take of it: time, connections, memory, disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Attributes
    ----------
    head_s : from a connection's first byte (or its opening) to the end of a request's head.
    idle_s : longest pause inside a body. body_s, slowest_B_s : a whole body may take body_s and its length at
        this rate.
    keep_s : how long a connection may wait for its next request.
    per_address : open connections of one address.
    held_bytes : bodies in memory, all together.
    floor_bytes : what must stay free on the disk. quota_bytes : what a node's pictures may take, 0: no limit.
    """

    head_s: float = 10.0
    idle_s: float = 10.0
    body_s: float = 30.0
    slowest_B_s: float = 4096.0
    keep_s: float = 30.0
    per_address: int = 64
    held_bytes: int = 48_000_000
    floor_bytes: int = 200_000_000
    quota_bytes: int = 0

    def whole_s(self, length: int) -> float:
        """How long a body of this length may take."""
        return self.body_s + length / self.slowest_B_s
