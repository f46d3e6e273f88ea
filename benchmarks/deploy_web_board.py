"""A board on the network: CircuitPython's web workflow with all that is known of its ways, over real sockets.

What it does stands in CircuitPython's supervisor/shared/web_workflow/web_workflow.c: one connection at a time
and one request on it; exact headers; 64 bytes at a time; a PUT that extends the file first and fills it in
place; no replacing by MOVE; a program that starts again after every change. Its console is the embedded
interpreter's.
"""

from __future__ import annotations

import base64
import json
import select
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from benchmarks.deploy_board import EmbeddedBoard
from benchmarks.deploy_web_drive import delete, entry, make_folder
from benchmarks.deploy_web_wire import Request, accepted, frame, read_frame, read_head
from station.deploy_route import read_boot_out

_PIECE, _KEPT = 64, 64
_STATUS = {
    100: "Continue", 200: "OK", 201: "Created", 204: "No Content", 307: "Temporary Redirect",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    412: "Precondition Failed", 413: "Payload Too Large", 417: "Expectation Failed",
    500: "Internal Server Error", 501: "Not Implemented",
}  # fmt: skip


@dataclass(slots=True)
class WebFaults:
    """What goes wrong.

    Attributes
    ----------
    cut_put : bytes of bodies after which the link breaks, each once. no_reply : numbers of requests (from 1)
        that are carried out and never answered. refused : how many connections nobody takes after a reset.
    rotten : how many PUTs store a wrong byte. unsure : how many PUTs are answered 500. dies_at : the step
        (a request, or 64 bytes of a body) at which the board loses its supply for good.
    """

    cut_put: list[int] = field(default_factory=list)
    no_reply: frozenset[int] = frozenset()
    refused: int = 0
    rotten: int = 0
    unsure: int = 0
    dies_at: int | None = None


class WebBoard:
    """Serves a folder until `stop`.

    Attributes
    ----------
    usb : whether USB holds the drive. old_500 : as up to 10.2.1, that is answered 500 and not 409.
    room : bytes on the drive. alias : the name from which it sends requests on to its own.
    reloads : how often the program was started again by a change. boots : resets. requests, steps : so far.
    """

    def __init__(
        self, board: EmbeddedBoard, password: str = "winter garden", faults: WebFaults | None = None,
        usb: bool = False, old_500: bool = True, room: int = 1 << 20, alias: str = "", console: bool = True,
    ) -> None:  # fmt: skip
        self.board, self.root = board, board.root
        self.password, self.usb, self.old_500, self.room, self.alias = password, usb, old_500, room, alias
        self.faults = faults or WebFaults()
        self.has_console = console
        self.reloads = self.boots = self.requests = self.steps = 0
        self._received = 0
        self._away = 0
        self._at_prompt = False
        self._console: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._stop, self._stopped = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> WebBoard:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopped.send(b"x")
        self._thread.join()
        for one in (self._listener, self._stop, self._stopped, self._console):
            if one is not None:
                one.close()

    def _serve(self) -> None:
        while True:
            sources = [self._listener, self._stop, *([self._console] if self._console else [])]
            ready, _, _ = select.select(sources, [], [])
            if self._stop in ready:
                return
            if self._console in ready:
                self._hear()
            if self._listener in ready:
                link, _ = self._listener.accept()
                link.settimeout(5)
                try:
                    self._one(link)
                except OSError:
                    link.close()

    # -- one request on one connection -------------------------------------------------------------

    def _one(self, link: socket.socket) -> None:
        if self._away or self._step():
            self._away -= bool(self._away)
            link.close()
            return
        request = read_head(link)
        self.requests += 1
        number = self.requests
        if request.broken:
            self._reply(link, 501)
        elif request.fields.get("Host", "").startswith(self.alias or "\0"):
            where = f"http://{self.host}{request.target}"
            self._reply(link, 307, Location=where)
        elif request.target == "/cp/serial/" and "Sec-WebSocket-Key" in request.fields:
            self._upgrade(link, request)
            return
        else:
            self._answer(link, request, silent=number in self.faults.no_reply)
        link.close()

    def _step(self) -> bool:
        """Count one; whether the board is dead."""
        self.steps += 1
        return self.faults.dies_at is not None and self.steps >= self.faults.dies_at

    def _reply(self, link: socket.socket, status: int, body: bytes = b"", **fields: str) -> None:
        lines = [f"HTTP/1.1 {status} {_STATUS[status]}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        data = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        for at in range(0, len(data), _PIECE):
            link.sendall(data[at : at + _PIECE])

    def _let_in(self, request: Request) -> bool:
        kept = base64.b64encode(b":" + self.password.encode())[: _KEPT - 1].decode()
        return request.fields.get("Authorization") == f"Basic {kept}"

    def _answer(self, link: socket.socket, request: Request, silent: bool) -> None:
        status, body = self._result(link, request)
        if status and not silent:
            self._reply(link, status, body)
        changed = request.method in ("PUT", "DELETE", "MOVE") and status in (201, 204)
        if changed and not self._at_prompt:
            self.reloads += 1

    def _result(self, link: socket.socket, request: Request) -> tuple[int, bytes]:
        if request.target == "/cp/version.json":
            return 200, json.dumps(self._version()).encode()
        if not request.target.startswith("/fs/"):
            return 404, b""
        if not self.password:
            return 403, b""
        if not self._let_in(request):
            return 401, b""
        path = unquote(request.target[4:])
        where = self.root / path
        if request.method == "GET":
            return self._get(where, path, request)
        if self.usb:
            return (500 if self.old_500 and request.method == "PUT" else 409), b""
        if request.method == "PUT" and (path.endswith("/") or not path):
            return make_folder(where)
        if request.method == "PUT":
            return self._put(link, where, request), b""
        if request.method == "MOVE":
            return self._move(where, request), b""
        if request.method == "DELETE":
            return delete(where), b""
        return 405, b""

    def _version(self) -> dict[str, object]:
        boot = read_boot_out((self.root / "boot_out.txt").read_text("utf-8"))
        return {
            "web_api_version": 4, "version": boot.text, "build_date": "2026-05-12", "board_name": "Node",
            "mcu_name": "ESP32", "board_id": boot.board_id, "creator_id": 1, "creation_id": 2,
            "hostname": "cpy-4a0f31", "port": self.port, "UID": boot.uid, "ip": "127.0.0.1",
        }  # fmt: skip

    def _get(self, where: Path, path: str, request: Request) -> tuple[int, bytes]:
        if path and not path.endswith("/"):
            return (200, where.read_bytes()) if where.is_file() else (404, b"")
        if not where.is_dir():
            return 404, b""
        if request.fields.get("Accept") != "application/json":
            return 200, b"<html>a page for people</html>"
        files = [entry(one) for one in where.iterdir()]
        told = {
            "free": self._left() // 512, "total": self.room // 512, "block_size": 512,
            "writable": not self.usb, "files": files,
        }  # fmt: skip
        return 200, json.dumps(told).encode()

    def _left(self) -> int:
        return self.room - sum(one.stat().st_size for one in self.root.rglob("*") if one.is_file())

    def _put(self, link: socket.socket, where: Path, request: Request) -> int:
        size = int(request.fields.get("Content-Length", "0"))
        expects = request.fields.get("Expect") == "100-continue"
        if self.faults.unsure:
            self.faults.unsure -= 1
            return 500
        if not where.parent.is_dir():
            return 404
        new = not where.exists()
        if size > self._left():
            return 417 if expects else 413
        if expects:
            link.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        with open(where, "wb" if new else "r+b") as file:
            file.write(b"\xa5" * size)  # the size first: whatever lay on the flash there
            file.truncate(size)
            file.seek(0)
            done = 0
            while done < size:
                piece = link.recv(min(_PIECE, size - done))
                if self._step():
                    return 0
                self._received += len(piece)
                if not piece or (self.faults.cut_put and self._received >= self.faults.cut_put[0]):
                    self.faults.cut_put = self.faults.cut_put[1:]
                    return 0
                file.write(piece)
                done += len(piece)
            if self.faults.rotten:
                self.faults.rotten -= 1
                file.seek(0)
                file.write(b"\x00")
        return 201 if new else 204

    def _move(self, where: Path, request: Request) -> int:
        destination = unquote(request.fields.get("X-Destination", ""))
        new = self.root / destination.removeprefix("/fs/")
        if not where.exists() or not new.parent.is_dir():
            return 404
        if new.exists():
            return 412
        where.rename(new)
        return 201

    # -- the console -------------------------------------------------------------------------------

    def _upgrade(self, link: socket.socket, request: Request) -> None:
        if not self._let_in(request) or not self.has_console or self._console is not None:
            self._reply(link, 401 if not self._let_in(request) else 409 if self._console else 404)
            link.close()
            return
        link.sendall(accepted(request))
        self._console = link

    def _hear(self) -> None:
        assert self._console is not None
        try:
            kind, text = read_frame(self._console)
        except OSError:
            kind, text = 8, b""
        if kind == 8:
            self._console.close()
            self._console = None
            return
        said = self.board.feed(text)
        if b"rst:0x" in said:
            self._reset()
            return
        self._at_prompt = b"code.py output" not in said and (self._at_prompt or b">>> " in said)
        if said:
            self._console.sendall(frame(said))

    def _reset(self) -> None:
        assert self._console is not None
        self.boots += 1
        self._at_prompt = False
        self._away = self.faults.refused
        self._console.close()
        self._console = None
