"""PUT /v1/nodes/NODE/KIND/KEY: from a request's head to its signed answer (docs/protocol.md).

A node that nobody knows takes the same way as one that signs with a wrong key: its request is read whole,
checked against a key drawn at random, and refused with the same answer.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import sqlite3
import time
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from sim.protocol import (
    FOOTER,
    KEY_BYTES,
    LONGEST_HEAD,
    Sum,
    Target,
    answer_sign,
    answer_text,
    length_refusal,
    offset_of,
    target_of,
    telemetry_of,
    wants_settings,
)
from station.begun import Begun
from station.body import Body, Gone, Held, Refused
from station.keeping import NoRoom
from station.limits import Limits
from station.previews import Previews
from station.records import Kept, Node, Upload
from station.store import Store
from station.tally import Tally

#: What another command changes (a node, a key, settings) counts so soon, s.
GLANCE_s = 1.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_START = b"\xff\xd8"  # of a JPEG
_DOUBTED = (400, 401, 409, 413, 422)


@dataclass(frozen=True, slots=True)
class Opened:
    """A request whose head makes sense. `node` is None if nobody knows it; `key` is then a random one."""

    target: Target
    node: Node | None
    key: bytes
    path: str
    telemetry: str
    length: int  # of the whole body, `before` and all
    before: bytes = b""


class Glance:
    """The nodes, and the room on the disk, as they were not more than GLANCE_s ago."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at_s = -GLANCE_s
        self._nodes: dict[str, Node] = {}
        self._free_bytes = 0

    @property
    def nodes(self) -> dict[str, Node]:
        """By name."""
        self._look()
        return self._nodes

    @property
    def free_bytes(self) -> int:
        """On the disk."""
        self._look()
        return self._free_bytes

    def _look(self) -> None:
        if time.monotonic() - self._at_s >= GLANCE_s:
            self._nodes = {node.name: node for node in self._store.nodes()}
            self._free_bytes = self._store.files.free_bytes()
            self._at_s = time.monotonic()


class Receiver:
    """The ASGI application behind /v1/nodes. `arrived` is set when there is a picture to look at."""

    def __init__(
        self, store: Store, limits: Limits, tally: Tally, arrived: asyncio.Event, previews: Previews
    ) -> None:
        self._previews = previews
        self._store = store
        self._limits = limits
        self._tally = tally
        self._arrived = arrived
        self._held = Held(limits.held_bytes)
        self._glance = Glance(store)
        self._begun = Begun()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "HEAD":
                await _tell(send, self._begun.length(_path(scope)))
                return
            opened = self._open(scope)
            await self._serve(opened, receive, send)
        except Refused as refused:
            self._tally.refused(refused.status)
            await _send(send, refused.status, b"", "")
        except Gone:
            self._tally.refused(0)
        except sqlite3.Error as error:  # before there was anything to answer
            self._tally.trouble(f"The station's database does not answer: {error}.")
            await _send(send, 503, b"", "")

    def _open(self, scope: Scope) -> Opened:
        fields = _fields(scope)
        if scope["method"] not in ("PUT", "PATCH"):
            raise Refused(404)
        path = _path(scope)
        target = target_of(path)
        if target is None:
            raise Refused(404)
        length = fields.get("content-length", "")
        if refused := length_refusal(length):
            raise Refused(refused)
        before = self._before(path, fields) if scope["method"] == "PATCH" else b""
        node = self._glance.nodes.get(target.node)
        key = node.key if node else secrets.token_bytes(KEY_BYTES)
        whole = len(before) + int(length)
        return Opened(target, node, key, path, fields.get("x-torpor", ""), whole, before)

    def _before(self, path: str, fields: dict[str, str]) -> bytes:
        """The beginning that a PATCH goes on from; Refused (409) where it is not here."""
        offset = offset_of(fields)
        before = self._begun.take(path)[: max(0, offset)]
        if not 0 < offset == len(before):
            raise Refused(409)
        return before

    async def _serve(self, opened: Opened, receive: Receive, send: Send) -> None:
        made = Sum(opened.key, "PUT", opened.path, opened.telemetry, max(0, opened.length - FOOTER))
        body = Body(opened.length, made, self._held, opened.before)  # Refused where the memory is full
        try:
            await body.read(receive, self._limits)
            status, more = await self._judge(opened, body, made)
        except (Gone, Refused):
            if opened.target.kind == "images" and body.begun[:2] == _START:  # whoever it is from
                self._begun.keep(opened.path, body.begun)
            raise
        finally:
            body.close()
        if opened.before and status in _DOUBTED:
            raise Refused(409)  # perhaps the beginning was another's: then the picture must not be refused
        text = answer_text(int(time.time()), made.crc32, more)
        await _send(send, status, text, answer_sign(opened.key, made.digest, status, text))

    async def _judge(self, opened: Opened, body: Body, made: Sum) -> tuple[int, dict[str, object]]:
        status = made.refusal(body.footer) or (401 if opened.node is None else opened.target.refusal)
        if not status and opened.target.kind == "images" and bytes(body.content[:2]) != _START:
            status = 422
        if status or opened.node is None:
            self._tally.refused(status)
            return status, {}
        if opened.target.kind == "previews":
            name, key, content = opened.node.name, opened.target.key, bytes(body.content)
            return self._previews.take(name, key, content, opened.telemetry, time.time()), {}
        upload = _upload(opened, opened.node, body, made)
        kept = await self._keep(upload)
        self._tally.answered(upload, kept.status)
        if kept.status == 201 and upload.kind == "images":
            self._arrived.set()
        return kept.status, _settings(upload, kept)

    async def _keep(self, upload: Upload) -> Kept:
        """Make it durable; 507 where there is no room, 503 where it cannot be written for another reason."""
        try:
            if self._glance.free_bytes < self._limits.floor_bytes + upload.size:
                raise NoRoom("The disk is as full as it may become.")
            return await asyncio.wrap_future(self._store.keep(upload))
        except NoRoom as full:
            self._tally.trouble(str(full))
            return Kept(507, False)
        except (OSError, sqlite3.Error) as error:
            self._tally.trouble(f"{upload.node.name}/{upload.key} cannot be kept: {error}.")
            is_full = getattr(error, "errno", 0) in _FULL or "full" in str(error)
            return Kept(507 if is_full else 503, False)


def _path(scope: Scope) -> str:
    """As it stands on the wire."""
    query = scope["query_string"].decode("latin-1")
    path: str = scope["raw_path"].decode("latin-1")
    return path + (f"?{query}" if query else "")


def _fields(scope: Scope) -> dict[str, str]:
    """The head's fields, by names in small letters. Refused where one of ours stands twice, or the head is
    too long, or the body would come in another way than at its announced length."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if sum(len(name) + len(value) + 4 for name, value in headers) > LONGEST_HEAD:
        raise Refused(431)
    names = [name for name, _ in headers]
    if b"transfer-encoding" in names or b"upgrade" in names:
        raise Refused(400)
    if names.count(b"x-torpor") > 1 or names.count(b"content-length") > 1:
        raise Refused(400)
    return {name.decode("latin-1"): value.decode("latin-1").strip(" \t") for name, value in headers}


def _upload(opened: Opened, node: Node, body: Body, made: Sum) -> Upload:
    return Upload(
        node=node,
        kind=opened.target.kind,
        key=opened.target.key,
        boot=opened.target.boot,
        content=body.content,
        size=len(body.content),
        crc32=made.crc32,
        sha256=body.sha256,
        received_s=time.time(),
        telemetry=opened.telemetry,
    )


def _settings(upload: Upload, kept: Kept) -> dict[str, object]:
    """What goes with the answer: settings, if the node takes any and has older ones."""
    number = upload.node.settings_number
    if not kept.in_order or not wants_settings(telemetry_of(upload.telemetry), number):
        return {}
    return {"cfg": number, "set": dict(upload.node.settings)}


async def _tell(send: Send, offset: int) -> None:
    """The answer to HEAD. It proves nothing and needs no proof: what follows is signed as a whole."""
    headers = [(b"content-length", b"0"), (b"upload-offset", b"%d" % offset)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _send(send: Send, status: int, text: bytes, sign: str) -> None:
    """An answer with a signature, or a refusal without one, after which the connection ends."""
    headers = [(b"content-length", b"%d" % len(text))]
    headers.append((b"x-torpor-sign", sign.encode()) if sign else (b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
