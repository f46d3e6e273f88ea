"""A board's drive over the web workflow: for boards in reach of the network whose drive USB does not hold.

A PUT is written in place, and a cut one leaves a file of full length and any content: so every file is read
back and compared. The program is stopped first, through the console, or every write would start it again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from station.deploy_route import BootOut, NoRoom, ReadOnly, RouteError, RouteLost, Space, read_boot_out
from station.errors import Exit
from station.raw_repl import Garbled, RawRepl
from station.route_web_console import ConsoleWire
from station.route_web_http import Reply, WebClient

#: More is cut off on the board: the longest path with "/fs/", and a password in base64 with its colon.
LONGEST_PATH, LONGEST_PASSWORD = 255, 44
#: The oldest API that lists folders with the room that is left.
OLDEST_API = 4
#: How often a file is written before the flash or the network counts as bad.
TRIES = 5
#: How long the board is waited for after a reset, s.
BOOT_s = 40.0
#: How long the prompt is waited for, s.
PROMPT_s = 15.0


@dataclass(slots=True)
class WebRoute:
    """One board on the network. `patience_s` : how long it is waited for at the beginning."""

    client: WebClient
    patience_s: float = 0.0
    notes: tuple[str, ...] = ()
    _boot: BootOut | None = None
    _repl: RawRepl | None = None

    @property
    def name(self) -> str:
        return f"web {self.client.host}"

    def boot(self) -> BootOut:
        if self._boot is None:
            self._boot = self._version()
        return self._boot

    def files(self) -> dict[str, int]:
        found: dict[str, int] = {}
        folders = [""]
        while folders:
            folder = folders.pop()
            for entry in self._listed(folder)["files"]:
                path = folder + str(entry["name"])
                if entry["directory"]:
                    folders.append(path + "/")
                else:
                    found[path] = int(entry["file_size"])
        return found

    def space(self) -> Space:
        told = self._listed("")
        block = int(told["block_size"])
        return Space(int(told["total"]) * block, int(told["free"]) * block, block)

    def read(self, path: str) -> bytes:
        reply = self.client.ask("GET", self._target(path))
        if reply.status == 404:
            raise RouteError(f"{path} on {self.name}: it is not there.")
        return self._good(reply, path, 200).body

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        found = {}
        for path in paths:
            reply = self.client.ask("GET", self._target(path))
            if reply.status == 200:
                found[path] = hashlib.sha256(reply.body).hexdigest()
        return found

    def write(self, path: str, content: bytes) -> None:
        for _ in range(TRIES):
            reply = self._put(path, content)
            if reply.status == 404:
                self._make_parents(path)
            elif (
                reply.status == 500
            ):  # other causes exist, so it is asked whose the drive is, and tried again
                self._check_writable(path)
            elif reply.status in (413, 417):
                raise NoRoom(f"{path} on {self.name}: the drive is full.")
            else:
                self._good(reply, path, 201, 204)
                if self._there(path) == content:
                    return
        raise RouteError(
            f"{path} reads back differently from {self.name}, {TRIES} times: look at the Wi-Fi signal there.",
            Exit.MISMATCH,
        )

    def rename(self, old: str, new: str) -> None:
        destination = self._target(new)
        for _ in range(TRIES):
            reply = self.client.ask("MOVE", self._target(old), b"", X_Destination=destination)
            if reply.status == 412:
                raise RouteError(f"{new} on {self.name}: something of that name is there already.")
            if reply.status == 404 and self._has(new):  # done before: only the reply was lost
                return
            if reply.status == 404:
                raise RouteError(f"{old} on {self.name}: it is not there.")
            if reply.status != 500:
                self._good(reply, old, 201, 204)
                return
            self._check_writable(old)
        raise RouteError(f"{old} on {self.name}: the board cannot rename it (500).")

    def delete(self, path: str) -> None:
        """The board would delete a folder with all that is in it: so it is looked at first."""
        reply = self.client.ask("GET", self._target(path) + "/", Accept="application/json")
        if reply.status == 200 and self._json(reply)["files"]:
            raise RouteError(f"{path} on {self.name}: the folder is not empty.")
        for _ in range(TRIES):
            reply = self.client.ask("DELETE", self._target(path))
            if reply.status != 500:
                self._good(reply, path, 204, 404)
                return
            self._check_writable(path)
        raise RouteError(f"{path} on {self.name}: the board cannot delete it (500).")

    @contextmanager
    def quiet(self) -> Iterator[None]:
        self._check_writable("the drive")
        self._stop()
        yield

    def restart(self) -> str | None:
        """A hard reset through the console; then until the board is back. What it says meanwhile is lost."""
        if self._repl is None:
            self._stop()
        if self._repl is None:
            return None
        with suppress(OSError, Garbled):
            self._repl.send(b"import microcontroller\nmicrocontroller.reset()")
            self._repl.listen(2.0)
        self._leave()
        self._boot = None
        self._wait(BOOT_s)
        return ""

    def close(self) -> None:
        """Give the board back: a program that was stopped starts again."""
        if self._repl is not None:
            with suppress(OSError):
                self._repl.leave()
        self._leave()

    # -- how -------------------------------------------------------------------------------------

    def _version(self) -> BootOut:
        """What the board says of itself, to anybody. It is waited for, if somebody said how long."""
        if self.patience_s:
            self._wait(self.patience_s)
        told = self._json(self._good(self.client.ask("GET", "/cp/version.json"), "version.json", 200))
        if int(told.get("web_api_version", 0)) < OLDEST_API:
            raise RouteError(f"{self.name}: its CircuitPython {told.get('version', '')} is too old for this.")
        return read_boot_out(
            f"CircuitPython {told.get('version', '')}\nBoard ID:{told.get('board_id', '')}\n"
            f"UID:{told.get('UID', '')}"
        )

    def _wait(self, for_s: float) -> None:
        """Until the board answers. RouteLost if it does not in time."""
        ends, tries = time.monotonic() + for_s, self.client.tries
        self.client.tries = 1
        try:
            while True:
                try:
                    self.client.ask("GET", "/cp/version.json")
                    return
                except RouteLost:
                    if time.monotonic() > ends:
                        raise
        finally:
            self.client.tries = tries

    def _target(self, path: str) -> str:
        target = "/fs/" + quote(path)
        if len(target) > LONGEST_PATH:
            raise RouteError(
                f"{path}: the path is longer than the {LONGEST_PATH - 4} bytes that a board reads."
            )
        return target

    def _listed(self, folder: str) -> dict[str, Any]:
        reply = self.client.ask("GET", self._target(folder), Accept="application/json")
        told = self._json(self._good(reply, folder or "the drive", 200))
        if not isinstance(told.get("files"), list):
            raise RouteError(f"{self.name}: its CircuitPython is too old to list a folder.")
        return told

    def _json(self, reply: Reply) -> dict[str, Any]:
        try:
            told = json.loads(reply.body)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise RouteError(f"{self.name} answers, but not as a CircuitPython board does.", Exit.NETWORK)
        return told

    def _good(self, reply: Reply, what: str, *wanted: int) -> Reply:
        if reply.status in wanted:
            return reply
        if reply.status == 409:
            raise ReadOnly(self._held(what))
        raise RouteError(f"{what} on {self.name}: the board answers {reply.status}.", Exit.NETWORK)

    def _held(self, what: str) -> str:
        return (
            f"{what} on {self.name}: USB holds the drive, so only the computer at its cable may write: "
            "deploy to the drive, or take the cable off (some boards count a plain charger as a computer)."
        )

    def _check_writable(self, what: str) -> None:
        """The methods that a board offers do not tell; what it says of its drive does."""
        if not self._listed("").get("writable", True):
            raise ReadOnly(self._held(what))

    def _put(self, path: str, content: bytes) -> Reply:
        return self.client.ask("PUT", self._target(path), content)

    def _make_parents(self, path: str) -> None:
        parts = path.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count]) + "/"
            self._good(self.client.ask("PUT", self._target(folder), b""), folder, 201, 204)

    def _there(self, path: str) -> bytes:
        return self._good(self.client.ask("GET", self._target(path)), path, 200).body

    def _has(self, path: str) -> bool:
        return self.client.ask("GET", self._target(path)).status == 200

    def _stop(self) -> None:
        """Get the prompt, where no program runs and no write starts one."""
        if self._repl is not None:
            return
        try:
            repl = RawRepl(ConsoleWire(self.client))
            repl.enter(PROMPT_s)
        except RouteError as problem:
            self.notes += (f"{problem} So the program may start again with every file that is written.",)
            return
        self._repl = repl

    def _leave(self) -> None:
        if self._repl is not None:
            self._repl.wire.close()
            self._repl = None


def console_of(route: WebRoute) -> ConsoleWire:
    """Its console, once the board is there and its password is right.

    Raises
    ------
    RouteError : no board answers, it lets nobody in, or its console is taken.
    """
    route.boot()
    route.space()
    return ConsoleWire(route.client)


def web_route(host: str, password: str, wait_s: float = 0.0) -> WebRoute:
    """The way to the board at a host.

    Raises
    ------
    RouteError : a password that no board can take.
    """
    if not password:
        raise RouteError(
            f"{host}: its CIRCUITPY_WEB_API_PASSWORD is needed: in the environment, or in a file for"
            " --web-password.",
            Exit.USAGE,
        )
    size = len(password.encode())
    if size > LONGEST_PASSWORD:
        raise RouteError(
            f"{host}: the password has {size} bytes; of more than {LONGEST_PASSWORD} a board keeps only a"
            " part and then lets nobody in.",
            Exit.USAGE,
        )
    return WebRoute(WebClient(host, password), wait_s)
