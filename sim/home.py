"""The home station as the node sees it: checks every byte before it acknowledges one.

It is written from the protocol's description and shares no code with the firmware.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from sim import protocol
from sim.protocol import FOOTER, LONGEST_HEAD, Sum, Target
from sim.readings import Batch


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture that the home station has acknowledged.

    Attributes
    ----------
    dark, gain, lines : as the node's telemetry says: taken in the dark; sensor gain in sixteenths and
        exposure in lines where the node still knew them (0: not told).
    """

    key: str
    t_s: float
    size: int
    crc32: int
    dark: bool = False
    gain: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What a node in install mode has sent: its picture (or nothing), and what it told of itself."""

    t_s: float
    jpeg: bytes
    told: dict[str, int]


class Home:
    """Takes requests of one node; `on_picture(key, jpeg)` sees each new picture once.

    Attributes
    ----------
    epoch_s : t_s = 0, since 1970.
    on_kept : on_kept(target, telemetry, content, now_s) sees every request that was taken, but previews.
    offers : (time, s, settings by their short names), oldest first: sets of settings for the node, of which
        the first has number 1, and from when on home offers each.
    said : the last telemetry, signed.
    """

    def __init__(self, node: str, key: bytes, epoch_s: int, on_picture: Callable[[str, bytes], None]) -> None:
        self._node = node
        self._key = key
        self.epoch_s = epoch_s
        self._on_picture = on_picture
        self.on_kept: Callable[[Target, str, bytes, float], None] | None = None
        self.pictures: dict[str, Stored] = {}
        self.logs: list[tuple[float, bytes]] = []
        self.readings: dict[str, Batch] = {}
        self.previews: list[Preview] = []
        self.refused: dict[int, int] = {}
        self.requests = 0
        self.offers: list[tuple[float, dict[str, int | str]]] = []
        self.said: dict[str, object] = {}
        self.begun: dict[str, bytes] = {}  # by path: what came of a request that broke off

    def answer(self, head: bytes, body: bytes, now_s: float) -> bytes:
        """The signed answer to one whole request."""
        self.requests += 1
        status, crc, digest = self._judge(head, body, now_s)
        if status >= 400:
            self.refused[status] = self.refused.get(status, 0) + 1
        more = self._offer(now_s) if status < 400 else {}
        text = protocol.answer_text(self.epoch_s + int(now_s), crc, more)
        sign = protocol.answer_sign(self._key, digest, status, text)
        return b"HTTP/1.1 %d %s\r\nContent-Length: %d\r\nX-Torpor-Sign: %s\r\n\r\n%s" % (
            status,
            b"OK" if status < 400 else b"No",
            len(text),
            sign.encode(),
            text,
        )

    def _judge(self, head: bytes, body: bytes, now_s: float) -> tuple[int, int, bytes]:
        (method, path), fields = _parsed(head)
        content, footer = body[:-FOOTER], body[-FOOTER:]
        line = fields.get("x-torpor", "")
        made = Sum(self._key, "PUT" if method == "PATCH" else method, path, line, len(content))
        made.update(content)
        target = protocol.target_of(path)
        if not method:
            status = 400
        elif method not in ("PUT", "PATCH") or target is None or target.node != self._node:
            status = 404
        else:
            status = made.refusal(footer) or target.refusal or self._take(target, line, content, now_s)
            if status < 400 and self.on_kept and target.kind != "previews":
                self.on_kept(target, line, content, now_s)
        return status, made.crc32, made.digest

    def _offer(self, now_s: float) -> dict[str, object]:
        """The newest settings, if the node wants them."""
        number = sum(from_s <= now_s for from_s, _ in self.offers)
        wanted = protocol.wants_settings(self.said, number)
        return {"cfg": number, "set": self.offers[number - 1][1]} if wanted else {}

    def _take(self, target: Target, line: str, content: bytes, now_s: float) -> int:
        told = protocol.telemetry_of(line)
        if target.kind != "previews":
            self.said = told
        if target.kind == "log" and not content:
            return 200
        if target.kind == "log":
            self.logs.append((now_s, content))
            return 201
        if target.kind == "previews":
            self.previews.append(Preview(now_s, content, protocol.numbers_of(told)))
            return 201
        if target.kind == "readings":
            return self._take_readings(target.key, told, content, now_s)
        return self._take_picture(target.key, told, content, now_s)

    def _take_picture(self, key: str, told: dict[str, object], content: bytes, now_s: float) -> int:
        crc = zlib.crc32(content)
        known = self.pictures.get(key)
        if known is not None:
            return 200 if (known.size, known.crc32) == (len(content), crc) else 409
        said = protocol.numbers_of(told)
        self.pictures[key] = Stored(
            key, now_s, len(content), crc, bool(said.get("dark")), said.get("gain", 0), said.get("lines", 0)
        )
        self._on_picture(key, content)
        return 201

    def _take_readings(self, key: str, told: dict[str, object], content: bytes, now_s: float) -> int:
        known = self.readings.get(key)
        if known is not None:
            return 200 if known.content == content else 409
        unix_s, of = self.epoch_s + int(now_s), tuple(str(told.get("of", "")).split())
        node_s = protocol.numbers_of(told).get("now", 0)
        self.readings[key] = Batch(now_s, unix_s, content, of, node_s)
        return 201


def _parsed(head: bytes) -> tuple[tuple[str, str], dict[str, str]]:
    """Method and path (empty if the first line is no request), and the header fields in small letters."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    whole = len(words) == 3 and words[1] and words[2].startswith("HTTP/1.")
    request = (words[0], words[1]) if whole else ("", "")
    pairs = (line.partition(":") for line in lines)
    return request, {name.strip().lower(): value.strip() for name, _, value in pairs}


class Inbox:
    """One TCP connection's stream, cut into requests."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._raw = bytearray()
        self._need: int | None = None
        self._closed = False
        self._before = b""  # of the body that comes: what came before it broke off

    def feed(self, data: bytes, now_s: float) -> bytes | None:
        """Take bytes as they come; returns an answer when a request is whole."""
        if self._closed:
            return None
        self._raw += data
        if self._need is None:
            if (asked := self._asked()) is not None:
                return asked
            if refused := self._start():
                return self._refuse(refused)
        if self._need is None or len(self._raw) < self._need:
            return None
        head = bytes(self._raw[: self._head_end])
        body = self._before + self._raw[self._head_end + 4 : self._need]
        del self._raw[: self._need]
        self._need = None
        answer = self._home.answer(head, body, now_s)
        if self._before and answer[9:10] == b"4":  # perhaps the beginning was another's
            return self._refuse(409)
        return answer

    def ended(self) -> None:
        """The connection died: what has come of a picture is kept until somebody asks."""
        if self._need is not None:
            content = self._before + self._raw[self._head_end + 4 : self._need - FOOTER]
            self._home.begun[self._path] = bytes(content)

    def _asked(self) -> bytes | None:
        """The answer to HEAD, which has no body; None if it is none."""
        end = self._raw.find(b"\r\n\r\n")
        if end < 0 or not self._raw.startswith(b"HEAD "):
            return None
        path = _parsed(bytes(self._raw[:end]))[0][1]
        del self._raw[: end + 4]
        return protocol.offset_answer(len(self._home.begun.get(path, b"")))

    def _refuse(self, status: int) -> bytes:
        """Without a signature; the stream has no more requests."""
        self._closed = True
        self._home.refused[status] = self._home.refused.get(status, 0) + 1
        return b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status

    def _start(self) -> int:
        """Look for the end of the head; the status of a refusal, or 0. After one nobody knows where the next
        request would begin."""
        end = self._raw.find(b"\r\n\r\n")
        if end < 0:
            return 431 if len(self._raw) > LONGEST_HEAD else 0
        (method, self._path), fields = _parsed(bytes(self._raw[:end]))
        length = fields.get("content-length", "")
        if refused := protocol.length_refusal(length):
            return refused
        offset = protocol.offset_of(fields) if method == "PATCH" else 0
        self._before = self._home.begun.pop(self._path, b"")[:offset] if offset > 0 else b""
        if len(self._before) != offset:
            return 409
        self._head_end = end
        self._need = end + 4 + int(length)
        return 0
