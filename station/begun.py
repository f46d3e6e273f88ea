"""Beginnings of pictures whose connection broke off, kept in memory until the node asks for them.

Nothing of them is proved: a beginning counts only once the whole, rest and footer, is signed.
"""

from __future__ import annotations

import time
from collections import OrderedDict

#: Beginnings in memory: of one path a single one, at most so many bytes together, for so long (s).
MOST_BYTES, KEPT_s = 4_000_000, 86_400.0
#: A shorter one is not worth the question.
LEAST_BYTES = 2048


class Begun:
    """By path; the oldest leave first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def keep(self, path: str, content: bytes) -> None:
        """Keep a beginning instead of what was there."""
        self.take(path)
        if LEAST_BYTES <= len(content) <= self._most:
            self._kept[path] = time.monotonic(), content
            self._bytes += len(content)
        while self._bytes > self._most:
            self.take(next(iter(self._kept)))

    def length(self, path: str) -> int:
        """Bytes of it that are here."""
        self._forget()
        return len(self._kept.get(path, (0.0, b""))[1])

    def take(self, path: str) -> bytes:
        """It leaves; empty if there is none."""
        _, content = self._kept.pop(path, (0.0, b""))
        self._bytes -= len(content)
        return content

    def _forget(self) -> None:
        ends = time.monotonic() - KEPT_s
        while self._kept and next(iter(self._kept.values()))[0] < ends:
            self.take(next(iter(self._kept)))
