"""HTTP as CircuitPython's web workflow wants it: one connection, one request, one reply, then anew.

A body is announced first (Expect), so that a refusal comes before it is sent. Whoever hears nothing, or only
a part, asks again: the server is a microcontroller that does other things as well.
"""

from __future__ import annotations

import socket
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from station.deploy_route import RouteError, RouteLost
from station.errors import Exit

#: How long one step may take, s: to connect, or to hear the next piece.
STEP_s = 8.0
#: How long a whole reply may take, s.
WHOLE_s = 60.0
#: How long a board may take to say that it will take a body, s; one that does not say it gets it then.
CONTINUE_s = 2.0
#: How often a request is sent before the board counts as lost, and the first pause between, s.
TRIES, PAUSE_s = 6, 0.15
REDIRECTS = frozenset((301, 302, 307, 308))
#: Bytes of a body in one go: what a board's buffer holds.
PIECE = 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What the board answered."""

    status: int
    fields: dict[str, str]
    body: bytes


@dataclass(slots=True)
class WebClient:
    """Requests to one board.

    Attributes
    ----------
    host : name or address, with ":port" where it is not 80. It changes when the board names another (who asks
        circuitpython.local is sent to the board's own name). password : never shown, not even by repr.
    """

    host: str
    password: str = field(repr=False)
    pause: Callable[[float], None] = time.sleep
    tries: int = TRIES

    @property
    def authorization(self) -> str:
        """For the header: an empty user."""
        return "Basic " + b64encode(b":" + self.password.encode()).decode()

    def ask(self, method: str, target: str, body: bytes | None = None, **fields: str) -> Reply:
        """One request until it has a whole reply; redirected, it goes there with its password.

        Raises
        ------
        RouteLost : no reply, several times. RouteError : the password is wrong, or it is sent in circles.
        """
        for _ in range(3):
            reply = self._answered(method, target, body, fields)
            if reply.status not in REDIRECTS:
                return self._let_in(reply)
            self.host = urlsplit(reply.fields.get("location", "")).netloc or self.host
        raise RouteError(f"{self.host} sends every request elsewhere: is this a board?", Exit.NETWORK)

    def address(self) -> tuple[str, int]:
        parts = urlsplit(f"//{self.host}")
        try:
            (parts.hostname or "").encode("idna")  # as the socket will: ".." and labels over 63 letters
            return parts.hostname or "", parts.port or 80
        except ValueError:
            raise RouteError(f"{self.host} is no host and port.", Exit.USAGE) from None

    def _answered(self, method: str, target: str, body: bytes | None, fields: dict[str, str]) -> Reply:
        problem: Exception = OSError()
        for attempt in range(self.tries):
            try:
                return self._once(method, target, body, fields)
            except (OSError, h11.RemoteProtocolError) as error:
                problem = error
                self.pause(PAUSE_s * 2**attempt)
        raise RouteLost(f"{self.host} does not answer: {_why(problem)}", Exit.NETWORK)

    def _let_in(self, reply: Reply) -> Reply:
        if reply.status == 401:
            raise RouteError(
                f"{self.host} refuses the password: it is CIRCUITPY_WEB_API_PASSWORD in its settings.toml.",
                Exit.NETWORK,
            )
        if reply.status == 403:
            raise RouteError(
                f"{self.host} lets nobody in: set CIRCUITPY_WEB_API_PASSWORD in its settings.toml first.",
                Exit.NETWORK,
            )
        return reply

    def _once(self, method: str, target: str, body: bytes | None, fields: dict[str, str]) -> Reply:
        headers = [
            ("Host", self.host),
            ("Authorization", self.authorization),
            ("Connection", "close"),
            *((name.replace("_", "-"), value) for name, value in fields.items()),
        ]
        if body is not None:
            headers.append(("Content-Length", str(len(body))))
        if body:
            headers.append(("Expect", "100-continue"))
        with socket.create_connection(self.address(), timeout=STEP_s) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Exchange(link).carry(h11.Request(method=method, target=target, headers=headers), body)


class _Exchange:
    """One request and its reply on one connection."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._state = h11.Connection(h11.CLIENT)
        self._ends = time.monotonic() + WHOLE_s

    def carry(self, request: h11.Request, body: bytes | None) -> Reply:
        self._send(request)
        if not body or self._invited():
            self._send_body(body or b"")
        return self._reply()

    def _send(self, event: h11.Event) -> None:
        data = self._state.send(event)
        if data:
            self._link.sendall(data)

    def _invited(self) -> bool:
        """Whether the board wants the body; if it says nothing it gets it."""
        self._link.settimeout(CONTINUE_s)
        try:
            while (event := self._state.next_event()) is h11.NEED_DATA:
                self._state.receive_data(self._link.recv(4096))
        except TimeoutError:
            return True
        finally:
            self._link.settimeout(STEP_s)
        if isinstance(event, h11.Response):
            self._first = event
            return False
        return True

    def _send_body(self, body: bytes) -> None:
        for at in range(0, len(body), PIECE):
            self._send(h11.Data(data=body[at : at + PIECE]))
        self._send(h11.EndOfMessage())

    _first: h11.Response | None = None

    def _reply(self) -> Reply:
        head, body = self._first, bytearray()
        while True:
            event = self._next()
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                return Reply(head.status_code, fields, bytes(body))

    def _next(self) -> h11.Event:
        while (event := self._state.next_event()) is h11.NEED_DATA:
            if time.monotonic() > self._ends:
                raise TimeoutError("the reply took too long")
            self._state.receive_data(self._link.recv(4096))
        if not isinstance(event, h11.Event) or isinstance(event, h11.ConnectionClosed):
            raise h11.RemoteProtocolError("closed before the reply was whole")
        return event


def _why(problem: Exception) -> str:
    if isinstance(problem, socket.gaierror):
        return "this computer does not know the name; torpor detect --web finds addresses."
    if isinstance(problem, TimeoutError):
        return "is it awake and on this network? A node in the garden sleeps nearly always."
    if isinstance(problem, ConnectionRefusedError):
        return (
            "nobody listens there. After a brown-out or a watchdog reset CircuitPython starts no web server: "
            "press the reset button."
        )
    return f"the connection breaks off ({problem})."
