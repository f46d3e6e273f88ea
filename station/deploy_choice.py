"""Which way to which board: the one that was named, else the only one that there is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from station.deploy_route import Route
from station.detect_completion import complete_boards
from station.errors import Exit, StationError
from station.needless import needless

if TYPE_CHECKING:
    from station.detect import Found
    from station.route_web import WebRoute

#: Where the web workflow's password may stand, by the name that it has on the board.
PASSWORD = "CIRCUITPY_WEB_API_PASSWORD"
#: The application that is no node: firmware/bench_logger.
LOGGER = "bench_logger"
#: The one that lies beside a node's own: firmware/doctor.
DOCTOR = "doctor"
#: The parameters of `route_options`.
ROUTE = ("to", "drive", "port", "host", "web_password", "wait_s")
#: How long after its port a board's drive may come, s.
SETTLE_s = 2.0


def route_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which board, and by which way."""
    for option in reversed((
        click.option(
            "--to", shell_complete=complete_boards, metavar="BOARD",
            help="Serial number, drive or port, as torpor detect tells.  [default: the only board]",
        ),
        click.option("--drive", type=click.Path(path_type=Path, file_okay=False), help="By its drive, here."),
        click.option("--port", shell_complete=complete_boards, help="By its console, at this serial port."),
        click.option("--host", help=f"By its web workflow, at this address; the password is in {PASSWORD}."),
        click.option(
            "--web-password", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
            help="A file whose first line is that password.",
        ),
        click.option(
            "--wait", "wait_s", type=click.FloatRange(0), default=0.0, metavar="SECONDS",
            help="Wait for a board that sleeps, or is not plugged in yet.",
        ),
    )):  # fmt: skip
        function = option(function)
    return function


@contextmanager
def chosen_route(
    to: str | None,
    drive: Path | None,
    port: str | None,
    host: str | None,
    wait_s: float,
    web_password: Path | None = None,
) -> Iterator[Route]:
    """The way to the board; given back in the end.

    Raises
    ------
    StationError : none is there (exit 3), several are and none was named, or two ways were (exit 2).
    """
    if sum(word is not None for word in (to, drive, port, host)) > 1:
        raise StationError("Name the board once: --to, --drive, --port or --host.", Exit.USAGE)
    if drive is not None or port is not None:
        needless(["web_password"], "where the board is reached by a drive or a port")
    route = _route(to, drive, port, host, wait_s, web_password)
    try:
        yield route
    finally:
        route.close()
        for note in route.notes:  # some come up on the way
            click.echo(f"torpor: {note}", err=True)


def _route(
    to: str | None, drive: Path | None, port: str | None, host: str | None, wait_s: float, secret: Path | None
) -> Route:
    from station.detect_choice import patiently
    from station.drive_route import DriveRoute

    if drive is not None:
        return patiently(lambda: DriveRoute(drive), wait_s)
    if port is not None:
        return _by_console(port, wait_s)
    if host is not None:
        return by_web(host, wait_s, secret)
    return route_to(_awaited(to, wait_s), wait_s, secret)


def _awaited(to: str | None, wait_s: float) -> Found:
    """The board that is meant, once it is there; one that has only just come has a moment for its drive."""
    from station.detect import detect
    from station.detect_choice import patiently

    looks = 0

    def look() -> Found:
        nonlocal looks
        looks += 1
        return pick(to, detect())

    found = patiently(look, wait_s)
    if looks > 1 and found.drive is None:
        time.sleep(SETTLE_s)
        return look()
    return found


def pick(to: str | None, found: Sequence[Found]) -> Found:
    """The board that is meant, of those that run CircuitPython (or may, behind an adapter)."""
    from station.detect import Mode
    from station.detect_choice import choose, listed

    may = [one for one in found if one.mode in (Mode.RUNNING, Mode.WEB, Mode.ADAPTER)]
    if found and not may:
        raise StationError(
            f"No board here runs CircuitPython: torpor flash puts it there. {listed(found)}", Exit.NO_BOARD
        )
    one = choose(to, may if to is None else found)
    if one not in may:
        raise StationError(f"{one.line} runs no CircuitPython: torpor flash puts it there.", Exit.NO_BOARD)
    return one


def route_to(found: Found, wait_s: float = 0.0, secret: Path | None = None) -> Route:
    """The quickest way to a board: its drive; its console if the node has the drive; the network."""
    from station.drive_route import DriveRoute

    if found.drive is not None and (found.writable or not found.port):
        console = (lambda: _by_console(found.port, 0.0)) if found.port else None
        return DriveRoute(found.drive, console)
    if found.port:
        return _by_console(found.port, wait_s)
    return by_web(found.host, wait_s, secret)


def _by_console(port: str, wait_s: float) -> Route:
    from station.detect_choice import patiently
    from station.route_serial import PATIENCE_s, SerialRoute
    from station.route_serial_wire import choose_port, find_serial

    wire = patiently(lambda: choose_port(port, find_serial()), wait_s)
    return SerialRoute(wire, patience_s=max(wait_s, PATIENCE_s))


def by_web(host: str, wait_s: float, secret: Path | None) -> WebRoute:
    """By the web workflow; its password is that of the file, of the environment, or asked for."""
    from station.route_web import web_route

    password = _first_line(secret) if secret else os.environ.get(PASSWORD, "")
    if secret and not password:
        raise StationError(f"{secret}: its first line is empty, expected the password.", Exit.USAGE)
    if not password and sys.stdin.isatty() and sys.stderr.isatty():
        password = click.prompt(f"Password of {host}", hide_input=True, err=True)
    return web_route(host, password, wait_s)


def _first_line(path: Path) -> str:
    from station.deploy_settings import text_of

    return text_of(path.read_bytes(), str(path)).partition("\n")[0].rstrip("\r")
