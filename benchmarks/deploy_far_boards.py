"""Boards that deploy reaches by a wire or a network, as things to interrupt (the benchmark's other routes).

A step of the serial route is a byte on the wire: there the cable is pulled, or the board loses its supply. A
step of the web route is a request or 64 bytes of a body: there the board loses its supply, and a file that
was being written keeps its full length and what came so far.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_link import LinkFaults, SimulatedLink
from benchmarks.deploy_web_board import WebBoard, WebFaults
from station.route_serial import SerialRoute
from station.route_web import WebRoute, web_route

PASSWORD = "winter garden"
#: Bytes on the wire per write to the drive, about.
_BYTES_A_WRITE = 1500


class _Folder:
    """A drive in a folder."""

    def __init__(self, board: EmbeddedBoard, root: Path, files: Mapping[str, bytes]) -> None:
        self._board, self._root = board, root
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)

    def files(self) -> dict[str, bytes]:
        there = (path for path in self._root.rglob("*") if path.is_file())
        return {path.relative_to(self._root).as_posix(): path.read_bytes() for path in there}

    def repair(self) -> None:
        """Nothing: the node's own file system writes in order."""


class SerialBoard(_Folder):
    """A board at the end of a serial cable."""

    _link: SimulatedLink | None = None

    def plugged(self, seed: str, cut_at: int | None) -> SerialRoute:
        dice = random.Random(f"serial {seed}")
        supply = cut_at is not None and dice.random() < 0.5
        nth = 1 + (cut_at or 0) // _BYTES_A_WRITE
        self._board.insert(self._root, **({"cutWrite": nth} if supply else {}))
        faults = LinkFaults(cut_at=cut_at, cut_by_reset=supply)
        self._link = SimulatedLink(self._board, faults=faults)
        return SerialRoute(self._link)

    @property
    def steps(self) -> int:
        return self._link.sent if self._link is not None else 0

    @property
    def serial_s(self) -> float:
        """What the last route took, at 115200 baud."""
        return self._link.clock_s if self._link is not None else 0.0


class NetworkBoard(_Folder):
    """A board on the network. `close` ends its server."""

    _web: WebBoard | None = None
    _route: WebRoute | None = None

    def plugged(self, seed: str, cut_at: int | None) -> WebRoute:
        del seed
        self.close()
        self._board.insert(self._root)
        self._web = WebBoard(self._board, PASSWORD, WebFaults(dies_at=cut_at))
        self._route = web_route(self._web.host, PASSWORD)
        self._route.client.pause = lambda seconds: None
        return self._route

    @property
    def steps(self) -> int:
        return self._web.steps if self._web is not None else 0

    def close(self) -> None:
        if self._route is not None:
            self._route.close()
        if self._web is not None:
            self._web.stop()
        self._web = self._route = None


@contextmanager
def makers(
    folder: Path | None = None,
) -> Iterator[dict[str, Callable[[Mapping[str, bytes]], SerialBoard | NetworkBoard]]]:
    """For each route, what makes a new board with these files on it; the one before is gone then."""
    with EmbeddedBoard() as board, TemporaryDirectory(dir=folder) as name:
        made: list[SerialBoard | NetworkBoard] = []

        def new(
            kind: type[SerialBoard] | type[NetworkBoard], files: Mapping[str, bytes]
        ) -> SerialBoard | NetworkBoard:
            root = Path(name, "drive")
            while made:
                one = made.pop()
                if isinstance(one, NetworkBoard):
                    one.close()
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            made.append(kind(board, root, files))
            return made[-1]

        yield {"serial": lambda files: new(SerialBoard, files), "web": lambda files: new(NetworkBoard, files)}
        while made:
            one = made.pop()
            if isinstance(one, NetworkBoard):
                one.close()
