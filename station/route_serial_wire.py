"""A serial port as a wire: opened without waking a reset line, and found again after it went away."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import serial

from station.deploy_route import RouteLost
from station.detect_ports import Port, Speaks, ports
from station.errors import Exit, StationError
from station.record_ports import Seen, again, seen

#: A closed handle is a TypeError; what the terminal says is an error of its own, which Windows has not.
_GONE: tuple[type[Exception], ...] = (OSError, TypeError)
with suppress(ImportError):
    import termios

    _GONE = (*_GONE, termios.error)

BAUD = 115200  # CircuitPython's console, on every board with an adapter
#: How long a port that went away is looked for, and how often, s.
AWAY_s, LOOK_s = 15.0, 0.2
#: How long the reset line is pulled, s.
PULL_s = 0.1
#: Most bytes taken in one go.
_PIECE = 4096


@dataclass(slots=True)
class SerialWire:
    """See `Wire` in raw_repl.py. `has_line` : an adapter is between, whose RTS may pull the board's reset;
    then both lines are let go before it is opened, or some boards would stand still as long as it is open."""

    name: str
    has_line: bool = False
    baud: int = BAUD
    away_s: float = AWAY_s
    _port: serial.Serial = field(init=False)
    _identity: Seen = field(init=False)

    def __post_init__(self) -> None:
        found = [one for one in seen() if one.device == self.name]
        self._identity = found[0] if found else Seen(self.name, "")
        try:
            self._port = self._opened(self.name)
        except serial.SerialException as error:
            raise _refused(self.name, error) from None

    def read(self, within_s: float) -> bytes:
        with _lost(self.name):
            self._port.timeout = max(0.0, within_s)
            first = self._port.read(1)
            return first + self._port.read(min(self._port.in_waiting, _PIECE)) if first else b""

    def write(self, data: bytes) -> None:
        with _lost(self.name):
            self._port.write(data)
            self._port.flush()

    def clock(self) -> float:
        return time.monotonic()

    def reopen(self) -> None:
        """Look for the same USB device, by its serial number, under whatever name it has now."""
        with suppress(OSError):
            self._port.close()
        ends = time.monotonic() + self.away_s
        while time.monotonic() < ends:
            device = again(self._identity, seen() if self._identity.usb else [])
            if device is not None:
                with suppress(OSError):  # there, but not ready yet
                    self._port = self._opened(device)
                    return
            time.sleep(LOOK_s)
        raise RouteLost(
            f"{self.name} went away and did not come back in {self.away_s:.0f} s: plug it in again."
        )

    def reset(self) -> bool:
        """Pull EN by RTS, as the boards with the usual two transistors (and most ESP32-CAM bases) have it."""
        if self.has_line:
            with suppress(OSError):
                self._port.rts = True
                time.sleep(PULL_s)
                self._port.rts = False
        return self.has_line

    def close(self) -> None:
        with suppress(OSError):
            self._port.close()

    def _opened(self, device: str) -> serial.Serial:
        port = serial.Serial(None, self.baud, timeout=0.1, write_timeout=5.0, exclusive=True)
        port.port = device
        if self.has_line:
            port.dtr = port.rts = False
        port.open()
        with suppress(OSError, NotImplementedError, AttributeError, ValueError):
            port.set_low_latency_mode(True)  # or some adapters keep each answer for 16 ms
        return port


@contextmanager
def _lost(name: str) -> Iterator[None]:
    """Whatever a port that goes away gives, as an OSError."""
    try:
        yield
    except _GONE as error:
        raise OSError(f"{name} is gone ({error})") from None


def find_serial() -> list[Port]:
    """The ports at which a board may answer: CircuitPython's own, and adapters."""
    return [port for port in ports() if port.speaks in (Speaks.CIRCUITPYTHON, Speaks.ADAPTER, Speaks.ESP)]


def choose_port(wanted: str | None, there: list[Port]) -> SerialWire:
    """Open the port that was named (its path, or a part of what only one says of itself), else the only one.

    Raises
    ------
    StationError : none is there (exit 3), or several are meant (exit 2); the sentence lists them.
    """
    if wanted and Path(wanted).exists() and all(port.device != wanted for port in there):
        return SerialWire(wanted)
    exact = [port for port in there if port.device == wanted]
    meant = exact or [port for port in there if wanted is None or wanted.lower() in _line(port).lower()]
    if len(meant) == 1:
        return SerialWire(meant[0].device, meant[0].speaks is Speaks.ADAPTER)
    if not meant:
        what = f"There is no port '{wanted}'." if wanted else "No board is at a serial port."
        seen_now = (
            f" There is {'; '.join(map(_line, there))}."
            if there
            else " Is it plugged in, by a cable for data?"
        )
        raise StationError(what + seen_now, Exit.NO_BOARD)
    named = "; ".join(map(_line, meant))
    raise StationError(f"Several ports may be meant: {named}. Name one with --port.", Exit.USAGE)


def _line(port: Port) -> str:
    words = [port.device, port.title, str(port.speaks), port.serial]
    return " ".join(word for word in words if word)


def _refused(name: str, error: serial.SerialException) -> StationError:
    said = str(error)
    if "lock" in said or "Busy" in said or "busy" in said or "Access is denied" in said:
        return StationError(f"{name} is in use by another program (a terminal, an editor).", Exit.READ_ONLY)
    if "Permission" in said:
        return StationError(
            f"You may not open {name}: on Linux, join its group (sudo usermod -aG dialout $USER), then log in"
            " again.",
            Exit.READ_ONLY,
        )
    told = re.findall(r"\[Errno \d+\] ([^:\]]+)", said)  # the library's own words come first
    return StationError(f"{name} cannot be opened: {told[-1] if told else said}.", Exit.NO_BOARD)
