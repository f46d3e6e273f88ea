"""Every board that this computer can reach: its port, its drive and its address, joined by its serial number.

Nothing is guessed: what cannot be joined by a number stays two lines, and whoever wants one board of several
says which (`choose`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from station.detect_drives import Bootloader, Running, drives
from station.detect_mounts import Unmounted, mounts, unmounted
from station.detect_ports import ADAPTERS, ESP_OWN, Port, Speaks, ports
from station.flash_claims import too_old

#: Bootloaders in a chip's ROM, by USB vendor and product (Raspberry Pi's usb-pid list).
UF2_BY_USB = {"2e8a:0003": "RP2040", "2e8a:000f": "RP2350"}


class Mode(StrEnum):
    """What a board is doing, as far as it shows."""

    RUNNING = "running"
    UF2 = "UF2 bootloader"
    ESP = "ESP ROM"
    ADAPTER = "adapter"
    OTHER = "other firmware"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Found:
    """One board. What is not known is "" (or None for the drive).

    serial : USB serial number (the UID of the chip on most boards). name : the board in its own words.
    chip : as UF2 files and ESP images name it, where it shows. notes : sentences for the owner.
    """

    mode: Mode
    serial: str = ""
    port: str = ""
    drive: Path | None = None
    host: str = ""
    version: str = ""
    board_id: str = ""
    name: str = ""
    chip: str = ""
    usb: str = ""
    writable: bool | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def handles(self) -> tuple[str, ...]:
        """The words by which an owner can name it."""
        drive = str(self.drive) if self.drive else ""
        return tuple(word for word in (self.serial, self.port, drive, self.host, self.board_id) if word)

    @property
    def title(self) -> str:
        """What it is, for people."""
        return self.name or self.board_id or self.chip or self.usb or "a board"

    @property
    def state(self) -> str:
        """What it is doing, for people."""
        return f"CircuitPython {self.version}" if self.version else str(self.mode)

    @property
    def line(self) -> str:
        """One line for a list: what it is, where it is."""
        places = " and ".join(word for word in (self.port, str(self.drive or ""), self.host) if word)
        number = f", {self.serial}" if self.serial else ""
        return f"{self.title} ({self.state}{number}) at {places or 'no port'}"


def detect(web: Iterable[Found] = ()) -> list[Found]:
    """Every board that is there now; `web` are those that the network told of."""
    mounted = mounts()
    running, bootloaders = drives(mounted)
    return join(ports(), running, bootloaders, unmounted(mounted), web)


def join(
    seen: Sequence[Port],
    running: Sequence[Running],
    bootloaders: Sequence[Bootloader],
    hidden: Sequence[Unmounted] = (),
    web: Iterable[Found] = (),
) -> list[Found]:
    """Put together what belongs to one board. Pure: the system has been asked before."""
    found = [_of_drive(one) for one in running] + [of_bootloader(one) for one in bootloaders]
    for port in seen:
        _merge(found, _of_port(port), alone=port.speaks is not Speaks.UNKNOWN)
    for one in web:
        _merge(found, one)
    for volume in hidden:
        _hide(found, volume)
    return sorted((_noted(one) for one in found), key=_order)


def _order(one: Found) -> tuple[int, str, str]:
    """Running boards first, as Mode lists them, then by their ports."""
    return list(Mode).index(one.mode), one.port, one.line


def same_board(one: str, other: str) -> bool:
    """Whether two serial numbers are of one board: alike, or with the two digits of each byte swapped.

    CircuitPython's USB layer writes the low half of each byte of the UID first (supervisor/shared/usb.c),
    boot_out.txt the high half; both readings are taken, since neither can be another board's by chance.
    """
    one, other = one.upper(), other.upper()
    return bool(one) and other in (one, _swapped(one))


def _swapped(digits: str) -> str:
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits) - 1, 2))


def _merge(found: list[Found], new: Found, alone: bool = True) -> None:
    """Add a board (if it is one `alone`), or what it tells of one that is there already."""
    for at, old in enumerate(found):
        if same_board(old.serial, new.serial) and not (old.port and new.port):  # two CP2102 are both 0001
            found[at] = _both(old, new)
            return
    if alone:
        found.append(new)


def _both(old: Found, new: Found) -> Found:
    """What two sightings of one board say together; the drive knows more than the port, the port its USB."""
    return replace(
        old,
        serial=new.serial if new.usb else old.serial,
        port=old.port or new.port,
        host=old.host or new.host,
        version=old.version or new.version,
        board_id=old.board_id or new.board_id,
        name=old.name or new.name,
        usb=old.usb or new.usb,
        mode=Mode.RUNNING if old.mode is Mode.OTHER and new.mode is Mode.WEB else old.mode,
    )


def _of_drive(one: Running) -> Found:
    return Found(
        Mode.RUNNING, one.serial, drive=one.root, version=one.boot.text, board_id=one.boot.board_id,
        name=one.name, writable=one.writable,
    )  # fmt: skip


def of_bootloader(one: Bootloader) -> Found:
    return Found(
        Mode.UF2, one.serial, drive=one.root, name=one.model or one.board_id, chip=one.chip, writable=True
    )


_OF_SPEAKER = {
    Speaks.CIRCUITPYTHON: Mode.RUNNING,
    Speaks.ADAPTER: Mode.ADAPTER,
    Speaks.ESP: Mode.ESP,
    Speaks.OTHER: Mode.OTHER,
    Speaks.UNKNOWN: Mode.OTHER,
}


def _of_port(port: Port) -> Found:
    named = ADAPTERS.get(port.vid, "") if port.speaks is Speaks.ADAPTER else ""
    chip = ESP_OWN.get(port.pid, "") if port.speaks is Speaks.ESP else ""
    named = named or (f"{chip} by its own USB" if chip else "")
    return Found(
        _OF_SPEAKER[port.speaks], port.serial, port.device, name=named or port.title, chip=chip, usb=port.usb
    )


def _hide(found: list[Found], volume: Unmounted) -> None:
    """A drive that nobody mounted: a note at its board, or a bootloader that only USB tells of."""
    for at, one in enumerate(found):
        if one.drive is None and same_board(volume.serial, one.serial):
            found[at] = replace(one, notes=(*one.notes, volume.advice))
            return
    if chip := UF2_BY_USB.get(volume.usb):
        name = f"{chip} in its bootloader"
        found.append(
            Found(Mode.UF2, volume.serial, name=name, chip=chip, usb=volume.usb, notes=(volume.advice,))
        )


def _noted(one: Found) -> Found:
    notes = list(one.notes)
    if one.version and (old := too_old(one.version)):
        notes.append(old)
    if one.mode is Mode.RUNNING and one.writable is False:
        notes.append(f"This computer may not write to {one.drive}.")
    if one.mode is Mode.ADAPTER:
        notes.append("What hangs on this adapter does not show; --probe asks it.")
    return replace(one, notes=tuple(notes))
