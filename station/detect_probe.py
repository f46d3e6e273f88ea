"""What answers behind a port that does not show it: CircuitPython's console, else the chip's loader."""

from __future__ import annotations

from dataclasses import replace

from station.deploy_route import BootOut
from station.detect import Found, Mode
from station.errors import Exit, StationError
from station.esp_loader import ask_chip
from station.flash_claims import too_old
from station.route_serial import SerialRoute
from station.route_serial_wire import SerialWire

#: How long a console is waited for, s; a node that sleeps is woken by the reset line in that time.
CONSOLE_s = 4.0
#: How often the chip's loader is knocked at.
KNOCKS = 3


def probed(one: Found, console_s: float = CONSOLE_s, knocks: int = KNOCKS) -> Found:
    """The board with what it says of itself, where nothing did before; else a sentence in `notes`.

    Its program is stopped for that and starts again. The loader is asked only if no console answers.
    """
    if one.version or not one.port or one.mode in (Mode.UF2, Mode.WEB):
        return one
    try:
        return _running(one, _console(one, console_s))
    except StationError as problem:
        if one.mode not in (Mode.ADAPTER, Mode.ESP):
            return replace(one, notes=(*one.notes, str(problem)))
    return _in_its_loader(one, knocks)


def _console(one: Found, console_s: float) -> BootOut:
    route = SerialRoute(SerialWire(one.port, has_line=one.mode is Mode.ADAPTER), patience_s=console_s)
    try:
        return route.boot()
    finally:
        route.close()


def _running(one: Found, boot: BootOut) -> Found:
    old = too_old(boot.text)
    return replace(
        one,
        version=boot.text,
        board_id=boot.board_id,
        name=f"{boot.board_id} by {one.name}" if one.mode is Mode.ADAPTER else one.name,
        notes=(old,) if old else (),
    )


def _in_its_loader(one: Found, knocks: int) -> Found:
    try:
        seen = ask_chip(one.port, knocks)
    except StationError as problem:
        if problem.exit_code is Exit.USAGE:  # esptool is missing
            raise
        return replace(one, notes=(str(problem),))
    note = f"No CircuitPython answers there; `torpor flash` puts it on. Its MAC is {seen.mac}."
    return replace(one, chip=seen.name, name=f"{seen.name} by {one.name}", notes=(note,))
