"""The wire format between node and home: request, footer, digest, signed answer; see docs/protocol.md.

The twin's home and the station are built on this; the firmware's side is code of its own, so that each checks
the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

MAGIC = b"TPF1"
#: Bytes after the content: magic, CRC-32 (little endian), HMAC-SHA256.
FOOTER = 40
#: The longest body that home reads, footer and all; the longest head (request line and fields); the longest
#: answer that a node has room for, head and all.
LONGEST, LONGEST_HEAD, LONGEST_ANSWER = 2_000_000, 8192, 1024
ROOT = "/v1/nodes/"
KINDS = ("images", "log", "readings", "previews")
KEY_BYTES = 32
#: Added to the number of a set of settings with which the node has not yet heard from home.
TRIAL = 0x10000

_NODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BIRTH = re.compile(r"([0-9a-f]{8})-([0-9a-f]{1,16})")


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names: /v1/nodes/NODE/KIND/KEY. Nothing is checked yet."""

    node: str
    kind: str
    key: str

    @property
    def refusal(self) -> int:
        """404 where home keeps no such thing, 400 where the key is none, else 0."""
        if self.kind not in KINDS:
            return 404
        return 0 if _KEY.fullmatch(self.key) else 400

    @property
    def boot(self) -> str:
        """The node's life in which the key was made (8 hex digits); empty if the key does not tell."""
        found = _BIRTH.fullmatch(self.key)
        return found[1] if found else ""


def target_of(path: str) -> Target | None:
    """Split a path; None if it is none of ours. The key is whatever stands behind the kind."""
    node, _, rest = path.removeprefix(ROOT).partition("/")
    kind, _, key = rest.partition("/")
    return Target(node, kind, key) if path.startswith(ROOT) and node else None


def is_node_name(name: str) -> bool:
    """Whether a node may be called so: 1 to 32 of a-z, 0-9, "-" and "_"."""
    return _NODE.fullmatch(name) is not None


def telemetry_of(text: str) -> dict[str, object]:
    """A telemetry line; nothing of one that is no JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def numbers_of(telemetry: Mapping[str, object]) -> dict[str, int]:
    """The whole numbers in it: all that a node says of itself but names."""
    return {name: value for name, value in telemetry.items() if type(value) is int and abs(value) < 2**53}


class Sum:
    """CRC and HMAC of one request, in one pass over its content.

    Method, path and telemetry are the bytes of the wire, as text in Latin-1; `length` is the content's.
    """

    def __init__(self, key: bytes, method: str, path: str, telemetry: str, length: int) -> None:
        head = f"{method}\n{path}\n{telemetry}\n{length}\n".encode("latin-1")
        self._mac = hmac.new(key, head, hashlib.sha256)
        self.crc32 = 0

    def update(self, content: bytes | memoryview) -> None:
        """Take the next piece of the content."""
        self._mac.update(content)
        self.crc32 = zlib.crc32(content, self.crc32)

    @property
    def digest(self) -> bytes:
        """The HMAC of what was taken so far."""
        return self._mac.digest()

    def footer(self) -> bytes:
        """What the node sends behind the content."""
        return MAGIC + struct.pack("<I", self.crc32) + self.digest

    def refusal(self, footer: bytes) -> int:
        """400 if these 40 bytes are no footer, 401 if it is not signed by the key, 422 if the CRC differs."""
        if len(footer) != FOOTER or footer[:4] != MAGIC:
            return 400
        if not hmac.compare_digest(footer[8:], self.digest):
            return 401
        return 0 if footer[4:8] == struct.pack("<I", self.crc32) else 422


def wants_settings(telemetry: Mapping[str, object], number: int) -> bool:
    """Whether a node should be sent home's set of settings with this number (1, 2, ...; 0: home has none).

    A node says in "cfg" the number of the set in force (0: none), TRIAL more in the first session with it, or
    below zero that of one it has refused or taken back. One that says nothing takes none.
    """
    has = numbers_of(telemetry).get("cfg")
    return bool(number) and has is not None and abs(has) % TRIAL != number


def answer_text(now_s: int, crc32: int, more: Mapping[str, object] | None = None) -> bytes:
    """An answer's body: the time (s since 1970), the CRC of what home has read, and settings to take."""
    return json.dumps({"t": now_s, "crc": crc32, **(more or {})}).encode()


def answer_sign(key: bytes, digest: bytes, status: int, text: bytes) -> str:
    """The answer's own HMAC, in hex. It binds the request (by its HMAC), the status and the body."""
    return hmac.new(key, digest + b"%d" % status + text, hashlib.sha256).hexdigest()


def offset_of(fields: Mapping[str, str]) -> int:
    """Where the body of a PATCH goes on, by "upload-offset" (names in small letters); -1 if that is none."""
    text = fields.get("upload-offset", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def offset_answer(offset: int) -> bytes:
    """The answer to HEAD: how much home has of what broke off."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nUpload-Offset: %d\r\n\r\n" % offset


def length_refusal(length: str) -> int:
    """What is wrong with a Content-Length: 400 if it is no number, 413 if home reads none so long, else 0."""
    if not length.isascii() or not length.isdigit():
        return 400
    return 0 if 0 < int(length[:12]) <= LONGEST else 413


def request(
    key: bytes, path: str, content: bytes, telemetry: str = "{}", method: str = "PUT", host: str = "home"
) -> bytes:
    """One whole request as a node sends it."""
    made = Sum(key, method, path, telemetry, len(content))
    made.update(content)
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(content) + FOOTER}\r\n"
    return f"{head}X-Torpor: {telemetry}\r\n\r\n".encode("latin-1") + content + made.footer()
