"""The HTTP server, with what uvicorn leaves open.

A deadline and a limit for heads, a cap on the connections of one address, and names of fields in the
spelling that a node looks for.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sim.protocol import LONGEST_HEAD
from station.limits import Limits

#: Files of a certificate and its key.
Tls = tuple[Path, Path]

_REFUSAL = b"HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Spelt:
    """A transport that spells the fields of a signed answer, and of one to HEAD, as a node looks for them
    (uvicorn: small).

    The node compares bytes (firmware/lib/torpor/upload.py); names of fields have no case in HTTP. Head and
    body of a signed answer leave in one piece.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Pass on what is no head of a signed answer as it is."""
        if data.startswith(b"HTTP/1.1 ") and b"\r\nx-torpor-sign: " in data:
            data = data.replace(b"\r\nx-torpor-sign: ", b"\r\nX-Torpor-Sign: ", 1)
            self._head = data.replace(b"\r\ncontent-length: ", b"\r\nContent-Length: ", 1)
            return
        if data.startswith(b"HTTP/1.1 ") and b"\r\nupload-offset: " in data:
            data = data.replace(b"\r\nupload-offset: ", b"\r\nUpload-Offset: ", 1)
            data = data.replace(b"\r\ncontent-length: ", b"\r\nContent-Length: ", 1)
        self._transport.write(self._head + data)
        self._head = b""


def whose(address: str) -> str:
    """Whom an address counts for: one of IPv4 for itself, one of IPv6 for its network of 64 bits: that is
    one customer's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Address(int(found) >> 64 << 64)) + "/64"


class Guarded(HttpToolsProtocol):
    """One connection."""

    limits: Limits
    open_from: Counter[str]

    _from = ""
    _deadline: asyncio.TimerHandle | None = None
    _in_request = False  # head read, body not yet
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it; one too many is told so and closed."""
        super().connection_made(cast(asyncio.Transport, Spelt(transport)))
        self._from = whose(self.client[0]) if self.client else ""
        self.open_from[self._from] += 1
        if self.open_from[self._from] > self.limits.per_address:
            self._refuse(503, b"Service Unavailable")
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._head_came()
        self.open_from[self._from] -= 1
        if self.open_from[self._from] <= 0:
            del self.open_from[self._from]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Whatever comes between requests is the beginning of a head."""
        if not self._in_request:
            self._expect_head()
            self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._head_bytes > LONGEST_HEAD:
            self._refuse(431, b"Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """The first byte of a request, perhaps right behind the one before."""
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole: from here on the body's deadlines count."""
        self._head_came()
        self._in_request = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole as well."""
        self._in_request = False
        super().on_message_complete()

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.limits.head_s, self._too_slow)

    def _head_came(self) -> None:
        self._head_bytes = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._refuse(408, b"Request Timeout")

    def _refuse(self, status: int, reason: bytes) -> None:
        self._head_came()
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL % (status, reason))
            self.transport.close()


class Server(uvicorn.Server):
    """A server that ends in peace: a signal drains it, and `serve` returns."""

    signals: tuple[int, ...] = ()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do not raise the signal again afterwards: there is a store to close."""
        wanted = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.signals = tuple(self._captured_signals)


def server(app: ASGIApp, limits: Limits, tls: Tls | None = None, drain_s: int = 30) -> Server:
    """A server for an application; hand it listening sockets."""
    cert, key = tls or (None, None)
    protocol = type("Connection", (Guarded,), {"limits": limits, "open_from": Counter()})
    return Server(
        uvicorn.Config(
            app, http=protocol, ws="none", log_config=None, log_level="error", access_log=False,
            server_header=False, date_header=False, proxy_headers=False,
            ssl_certfile=cert, ssl_keyfile=key,
            timeout_keep_alive=int(limits.keep_s), timeout_graceful_shutdown=drain_s,
        )
    )  # fmt: skip
