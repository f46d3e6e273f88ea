"""What a web workflow reads from a socket: the head of a request, and frames of its console."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
from dataclasses import dataclass, field

#: More of a target or a field is cut off.
LONGEST = 255
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass(slots=True)
class Request:
    method: str = ""
    target: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    broken: bool = False


def read_head(link: socket.socket) -> Request:
    """As the board reads it: what is too long is cut off, what is not exact is refused."""
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        seen = link.recv(2048, socket.MSG_PEEK)
        piece = link.recv(max(1, seen.find(b"\r\n\r\n") + 4 if b"\r\n\r\n" in seen else 1))
        if not piece:
            raise OSError("closed within the head")
        raw += piece
    first, *lines = raw.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, _, rest = first.partition(" ")
    target, _, version = rest.partition(" ")
    request = Request(method, target[:LONGEST], broken=version != "HTTP/1.1")
    for line in lines:
        name, colon, value = line.partition(":")
        request.broken = request.broken or not colon or not value.startswith(" ")
        request.fields[name] = value[1 : 1 + LONGEST]
    return request


def accepted(request: Request) -> bytes:
    """What makes a console of the connection."""
    key = request.fields["Sec-WebSocket-Key"].encode()
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest()).decode()
    lines = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
    return "\r\n".join((*lines, f"Sec-WebSocket-Accept: {accept}", "", "")).encode()


def frame(said: bytes) -> bytes:
    """As the board sends it: one frame of text."""
    head = struct.pack("!BBH", 0x81, 126, len(said)) if len(said) > 125 else bytes((0x81, len(said)))
    return head + said


def read_frame(link: socket.socket) -> tuple[int, bytes]:
    """One frame of a client: they are masked."""
    first, second = _exactly(link, 2)
    size = second & 0x7F
    if size == 126:
        size = struct.unpack("!H", _exactly(link, 2))[0]
    mask = _exactly(link, 4)
    return first & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(_exactly(link, size)))


def _exactly(link: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = link.recv(count - len(data))
        if not piece:
            raise OSError("closed within a frame")
        data += piece
    return data
