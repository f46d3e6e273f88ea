"""The home station as the node sees it: checks every byte before it acknowledges one.

It is written from the protocol's description and shares no code with the firmware.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

_FOOTER = 40
_LONGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture that the home station has acknowledged."""

    key: str
    t_s: float
    size: int
    crc32: int


class Home:
    """Takes requests of one node; `on_picture(key, jpeg)` sees each new picture once."""

    def __init__(self, node: str, key: bytes, epoch_s: int, on_picture: Callable[[str, bytes], None]) -> None:
        self._node = node
        self._key = key
        self._epoch_s = epoch_s
        self._on_picture = on_picture
        self.pictures: dict[str, Stored] = {}
        self.logs: list[tuple[float, bytes]] = []
        self.refused: dict[int, int] = {}
        self.requests = 0

    def answer(self, head: bytes, body: bytes, now_s: float) -> bytes:
        """The signed answer to one whole request."""
        self.requests += 1
        status, crc, digest = self._judge(head, body, now_s)
        if status >= 400:
            self.refused[status] = self.refused.get(status, 0) + 1
        text = json.dumps({"t": self._epoch_s + int(now_s), "crc": crc}).encode()
        sign = hmac.new(self._key, digest + b"%d" % status + text, hashlib.sha256).hexdigest()
        return b"HTTP/1.1 %d %s\r\nContent-Length: %d\r\nX-Torpor-Sign: %s\r\n\r\n%s" % (
            status,
            b"OK" if status < 400 else b"No",
            len(text),
            sign.encode(),
            text,
        )

    def _judge(self, head: bytes, body: bytes, now_s: float) -> tuple[int, int, bytes]:
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        content, footer = body[:-_FOOTER], body[-_FOOTER:]
        crc = zlib.crc32(content)
        signed = f"{method}\n{path}\n{fields.get('X-Torpor', '')}\n{len(content)}\n".encode() + content
        digest = hmac.new(self._key, signed, hashlib.sha256).digest()
        prefix = f"/v1/nodes/{self._node}/"
        if method != "PUT" or not path.startswith(prefix):
            return 404, crc, digest
        if len(footer) < _FOOTER or footer[:4] != b"TPF1":
            return 400, crc, digest
        if not hmac.compare_digest(footer[8:], digest):
            return 401, crc, digest
        if struct.unpack("<I", footer[4:8])[0] != crc:
            return 422, crc, digest
        return self._take(path[len(prefix) :], content, crc, now_s), crc, digest

    def _take(self, name: str, content: bytes, crc: int, now_s: float) -> int:
        kind, _, key = name.partition("/")
        if kind == "log":
            self.logs.append((now_s, content))
            return 201
        if kind != "images":
            return 404
        known = self.pictures.get(key)
        if known is not None:
            return 200 if (known.size, known.crc32) == (len(content), crc) else 409
        self.pictures[key] = Stored(key, now_s, len(content), crc)
        self._on_picture(key, content)
        return 201


class Inbox:
    """One TCP connection's stream, cut into requests."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._raw = bytearray()
        self._need: int | None = None

    def feed(self, data: bytes, now_s: float) -> bytes | None:
        """Take bytes as they come; returns an answer when a request is whole."""
        self._raw += data
        if self._need is None:
            end = self._raw.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = bytes(self._raw[:end])
            at = head.find(b"Content-Length: ")
            length = int(head[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if not 0 < length <= _LONGEST:
                return b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"
            self._head_end = end
            self._need = end + 4 + length
        if len(self._raw) < self._need:
            return None
        head = bytes(self._raw[: self._head_end])
        body = bytes(self._raw[self._head_end + 4 : self._need])
        del self._raw[: self._need]
        self._need = None
        return self._home.answer(head, body, now_s)
