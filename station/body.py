"""Reading a request's body: in pieces, hashed as they come, never more than was announced, never for ever.

It stays in memory until its signature holds: what a stranger sends does not reach the disk.
"""

from __future__ import annotations

import asyncio
import hashlib

from starlette.types import Message, Receive

from sim.protocol import FOOTER, Sum
from station.limits import Limits

#: What a body gets at once, bytes, and what is hashed at once: most pictures fit.
FIRST = 65_536


class Refused(Exception):
    """A request that is ended at once, without a signature: nobody has proved who it is."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


class Gone(Exception):
    """The other side hung up."""


class Held:
    """How many bytes of bodies are in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.bytes = 0

    def take(self, count: int) -> None:
        """Refused (503) if there would be too many."""
        if self.bytes + count > self._most:
            raise Refused(503)
        self.bytes += count

    def give_back(self, count: int) -> None:
        """They are not in memory any more."""
        self.bytes -= count


class Body:
    """One body: content and footer. `sha256` is the content's. `before`: what came of it on a connection that
    broke off; `length` counts it."""

    def __init__(self, length: int, made: Sum, held: Held, before: bytes = b"") -> None:
        room = max(len(before), min(length, FIRST))
        held.take(room)
        self._length = length
        self._made = made
        self._held = held
        self._raw = bytearray(before) + bytes(room - len(before))
        self._filled = len(before)
        self._hashed = 0
        self._sha256 = hashlib.sha256()

    async def read(self, receive: Receive, limits: Limits) -> None:
        """Read it whole; Refused (408 too slow, 503 no memory), Gone."""
        try:
            async with asyncio.timeout(limits.whole_s(self._length)):
                while self._filled < self._length:
                    async with asyncio.timeout(limits.idle_s):
                        message = await receive()
                    self._take(message)
        except TimeoutError:
            raise Refused(408) from None

    def _take(self, message: Message) -> None:
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        end = self._filled + len(piece)
        if end > self._length or (end < self._length and not message.get("more_body")):
            raise Refused(400)
        self._make_room(end)
        self._raw[self._filled : end] = piece
        self._filled = end
        if end == self._length or end - self._hashed >= FIRST:
            self._hash()

    def _make_room(self, end: int) -> None:
        """A stranger gets memory as he sends, not as he announces."""
        if end > len(self._raw):
            more = min(self._length, max(end, 2 * len(self._raw))) - len(self._raw)
            self._held.take(more)
            self._raw += bytes(more)

    def _hash(self) -> None:
        """All that came and cannot be footer."""
        until = max(self._hashed, min(self._filled, self._length - FOOTER))
        with memoryview(self._raw) as view, view[self._hashed : until] as new:
            self._made.update(new)
            self._sha256.update(new)
        self._hashed = until

    @property
    def content(self) -> memoryview:
        """What the node sent, without the footer."""
        return memoryview(self._raw)[: self._hashed]

    @property
    def begun(self) -> bytes:
        """What came of the content, as far as it came."""
        return bytes(self._raw[: min(self._filled, self._length - FOOTER)])

    @property
    def footer(self) -> bytes:
        """The last 40 bytes (fewer: there is no footer)."""
        return bytes(self._raw[self._hashed : self._filled])

    @property
    def sha256(self) -> bytes:
        """Of the content."""
        return self._sha256.digest()

    def close(self) -> None:
        """It leaves the memory."""
        self._held.give_back(len(self._raw))
