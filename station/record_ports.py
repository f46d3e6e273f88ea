"""Which serial port: the one that was named, and the same again after it was unplugged. Never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from station.errors import Exit, StationError


@dataclass(frozen=True, slots=True)
class Seen:
    """A port that the system has. `device` is what one opens, `title` what it says of itself; `usb` (vendor,
    product, serial number, place of the port in the device) finds it again under another name."""

    device: str
    title: str
    usb: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        return f"{self.device}  {self.title}".rstrip()


def seen() -> list[Seen]:
    """Every port that is there now, by name."""
    found = []
    for port in sorted(list_ports.comports(), key=lambda one: one.device):
        told = [port.description, port.manufacturer, port.interface, port.serial_number]
        words = dict.fromkeys(str(word) for word in told if word and word != "n/a")
        usb: tuple[str, ...] = ()
        if port.vid is not None:
            at = str(port.location or "").rpartition(":")[2] if port.serial_number else str(port.location)
            usb = (f"{port.vid:04x}", f"{port.pid:04x}", str(port.serial_number), at)
        found.append(Seen(port.device, ", ".join(words), usb))
    return found


def choose(wanted: str | None, ports: list[Seen]) -> Seen:
    """The port that `wanted` names: a path, or a part of what exactly one port says of itself.

    Raises
    ------
    StationError : none was named, none is meant, or several are; the sentence lists what there is.
    """
    if wanted is None:
        raise StationError(f"Say which port. {_listed(ports)}", Exit.USAGE if ports else Exit.NO_BOARD)
    exact = [port for port in ports if port.device == wanted]
    if exact:
        return exact[0]
    if Path(wanted).exists():
        return Seen(wanted, "")
    meant = [port for port in ports if wanted.lower() in port.line.lower()]
    if len(meant) > 1:
        raise StationError(f"'{wanted}' can mean {len(meant)} ports. {_listed(meant)}", Exit.USAGE)
    if not meant:
        raise StationError(f"There is no port '{wanted}'. {_listed(ports)}", Exit.NO_BOARD)
    return meant[0]


def again(port: Seen, ports: list[Seen]) -> str | None:
    """Where the same port is now: by its USB identity, else by its name. None while it is away."""
    if port.usb:
        found = [one.device for one in ports if one.usb == port.usb]
        return found[0] if len(found) == 1 else port.device if port.device in found else None
    return port.device if Path(port.device).exists() else None


def _listed(ports: list[Seen]) -> str:
    if not ports:
        return "No serial port is there: is the logger plugged in, by a cable that carries data?"
    return "There " + ("is " if len(ports) == 1 else "are ") + "; ".join(port.line for port in ports) + "."
