"""A board's console over the web workflow: a websocket as a wire for the raw REPL."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from station.deploy_route import RouteLost
from station.errors import Exit
from station.route_web_http import STEP_s, WebClient

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection


class ConsoleWire:
    """See `Wire` in raw_repl.py."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._open = ExitStack()
        self._socket = self._connected()

    @property
    def name(self) -> str:
        return f"the console of {self._client.host}"

    def read(self, within_s: float) -> bytes:
        from websockets.exceptions import ConnectionClosed

        try:
            piece = self._socket.recv(timeout=max(0.0, within_s), decode=False)
        except TimeoutError:
            return b""
        except ConnectionClosed:
            raise OSError(f"{self.name} was closed") from None
        return piece if isinstance(piece, bytes) else piece.encode()

    def write(self, data: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            self._socket.send(data.decode("ascii"))
        except ConnectionClosed:
            raise OSError(f"{self.name} was closed") from None

    def clock(self) -> float:
        return time.monotonic()

    def reopen(self) -> None:
        self.close()
        self._socket = self._connected()

    def reset(self) -> bool:
        return False

    def close(self) -> None:
        from websockets.exceptions import WebSocketException

        with suppress(OSError, WebSocketException):
            self._open.close()

    def _connected(self) -> ClientConnection:
        """The board serves one console at a time."""
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        try:
            return self._open.enter_context(
                connect(
                    f"ws://{self._client.host}/cp/serial/",
                    additional_headers={"Authorization": self._client.authorization},
                    compression=None, ping_interval=None, proxy=None, user_agent_header=None,
                    open_timeout=STEP_s, close_timeout=0.5,
                )
            )  # fmt: skip
        except (OSError, WebSocketException) as problem:  # also one that is cut while it opens
            raise RouteLost(
                f"{self.name} is not to be had ({problem}): is another page or program open on it?",
                Exit.NETWORK,
            ) from None
