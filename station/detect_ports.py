"""Which serial ports may be a board: by what their USB device says of itself. None is opened here.

USB ids: CircuitPython's boards (main/boards/*/mpconfigboard.mk), Espressif's usb-pids, the adapters' makers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from station.errors import Exit, StationError


class Speaks(StrEnum):
    """Who answers on a port, as far as USB tells."""

    CIRCUITPYTHON = "CircuitPython"
    ADAPTER = "adapter"  # a chip between USB and a UART: what hangs on it does not show
    ESP = "ESP"  # an ESP chip's own USB, in its ROM or under a program that is not CircuitPython
    OTHER = "other"  # MicroPython and the like
    UNKNOWN = "unknown"  # a board only if its drive is here too: most are modems, meters, printers


#: Chips between USB and a UART, by vendor; a development board with an ESP32 has one of them.
ADAPTERS: Mapping[int, str] = MappingProxyType(
    {0x10C4: "CP210x", 0x1A86: "CH340", 0x0403: "FTDI", 0x067B: "PL2303"}
)
ESPRESSIF = 0x303A
#: What an ESP chip's ROM shows by itself.
ESP_OWN: Mapping[int, str] = MappingProxyType({0x0002: "ESP32-S2", 0x0009: "ESP32-S3", 0x1001: "ESP chip"})
_BOARDS = frozenset({0x239A, 0x2886, 0x1209, 0x2E8A, 0x1B4F, 0x054C})
_CDC2 = "CDC2"


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port with a USB device behind it."""

    device: str
    vid: int
    pid: int
    serial: str
    title: str
    interface: str
    location: str
    speaks: Speaks

    @property
    def usb(self) -> str:
        return f"{self.vid:04x}:{self.pid:04x}"


def ports(listed: Iterable[Any] | None = None) -> list[Port]:
    """The ports that may be a board's, by name; `listed` are pyserial's, by default those that are there.

    A second port of the same board, which carries its data, is left out.
    """
    if listed is None:
        from serial.tools import list_ports

        listed = list_ports.comports()
    seen = [_port(one) for one in listed if one.vid is not None]
    return _consoles(sorted(seen, key=lambda one: (one.location, len(one.device), one.device)))


def _port(one: Any) -> Port:
    interface = str(one.interface or "")
    title = str(one.product or one.description or "")
    return Port(
        str(one.device), one.vid, one.pid, str(one.serial_number or ""), title, interface,
        str(one.location or ""), _speaks(one.vid, one.pid, f"{interface} {title} {one.manufacturer or ''}"),
    )  # fmt: skip


def _speaks(vid: int, pid: int, words: str) -> Speaks:
    if "CircuitPython" in words:
        return Speaks.CIRCUITPYTHON
    if vid in ADAPTERS:
        return Speaks.ADAPTER
    if vid == ESPRESSIF and pid in ESP_OWN:
        return Speaks.ESP
    if "MicroPython" in words or "Board in FS mode" in words:
        return Speaks.OTHER
    return Speaks.CIRCUITPYTHON if vid in _BOARDS or vid == ESPRESSIF else Speaks.UNKNOWN


def _consoles(seen: list[Port]) -> list[Port]:
    """One port a device: the one that is not named as data, else the first."""
    kept: dict[tuple[int, int, str, str], Port] = {}
    for port in seen:
        if _CDC2 not in port.interface:
            kept.setdefault((port.vid, port.pid, port.serial, _place(port)), port)
    return sorted(kept.values(), key=lambda one: one.device)


def _place(port: Port) -> str:
    """Where its USB device is plugged in. The number alone will not do: most CP2102 have the number 0001."""
    own_number = port.serial and port.speaks is Speaks.CIRCUITPYTHON
    return port.location.partition(":")[0] or ("" if own_number else port.device)


def closed(port: str, said: str) -> StationError:
    """Why a port cannot be opened, in a sentence; `said` is what the system said."""
    if re.search(r"Errno 2\b|FileNotFound", said):
        return StationError(f"There is no port {port}; `torpor detect` lists what is there.", Exit.NO_BOARD)
    if re.search(r"Errno 13\b|Permission denied", said):
        return StationError(
            f"{port} may not be opened: on Linux its users are in the group dialout (uucp on Arch); "
            "elsewhere another program has it.",
            Exit.READ_ONLY,
        )
    return StationError(
        f"{port} cannot be opened: does another program have it (a serial monitor)?", Exit.READ_ONLY
    )
