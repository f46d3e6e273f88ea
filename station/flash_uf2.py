"""UF2 by drive: into the bootloader, the file onto its drive, and the wait for the board to come back."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from station.detect import Found, Mode, same_board
from station.detect_choice import listed
from station.detect_ports import closed
from station.errors import Exit, StationError
from station.flash_image import Image

Detect = Callable[[], list[Found]]
Watch = Callable[[int, int], None]
_CHUNK = 64 << 10
_AGAIN_s = 0.25
#: The speed at which a board takes an opened and closed port as "into your bootloader".
TOUCH_BAUD = 1200


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait, in seconds: for the bootloader's drive, for the board with its new firmware, and for
    one with an ESP chip's own USB, which as a rule must be reset by hand; `settle` from port to drive."""

    bootloader: float = 20.0
    back: float = 60.0
    native: float = 20.0
    settle: float = 10.0


def into_bootloader(board: Found, detect: Detect, wait_s: float) -> Found:
    """Bring a running board into its UF2 bootloader; that board's bootloader.

    Raises
    ------
    StationError : it has no port, or no (or more than one) bootloader came in time.
    """
    if not board.port:
        raise StationError(
            f"The board at {board.drive or board.host} shows no serial port to ask it by; press RESET "
            "twice, or hold BOOT (BOOTSEL) while plugging it in.",
            Exit.NO_BOARD,
        )
    before = [one for one in detect() if one.mode is Mode.UF2]
    _touch(board.port)
    return _new_bootloader(before, detect, wait_s)


def _touch(port: str) -> None:
    """Open at 1200 baud and close. The board may be gone before the port is closed: that is the point."""
    import serial

    try:
        serial.Serial(port, TOUCH_BAUD).close()
    except (OSError, serial.SerialException) as problem:
        if not Path(port).exists() and os.name == "posix":
            return
        raise closed(port, str(problem)) from None


def _new_bootloader(before: Sequence[Found], detect: Detect, wait_s: float) -> Found:
    """The one that comes, when its drive is mounted: a desktop does that by itself, a second later."""
    known = {(one.drive, one.serial) for one in before}
    deadline = time.monotonic() + wait_s
    while True:
        new = [one for one in detect() if one.mode is Mode.UF2 and (one.drive, one.serial) not in known]
        mounted = [one for one in new if one.drive is not None]
        if len(mounted) > 1:
            raise StationError(f"Two bootloaders came up at once. {listed(mounted)}", Exit.USAGE)
        if mounted:
            return mounted[0]
        if time.monotonic() >= deadline:
            break
        time.sleep(_AGAIN_s)
    advice = [note for one in new for note in one.notes] or [
        "Hold BOOT (BOOTSEL) while plugging the board in."
    ]
    raise StationError(f"No bootloader's drive came within {wait_s:g} s. {' '.join(advice)}", Exit.NO_BOARD)


def copy(image: Image, drive: Path, watch: Watch) -> None:
    """Copy the file onto the bootloader's drive and have it on the way.

    The board restarts with the last block: a drive that vanishes when all was handed over is success.

    Raises
    ------
    StationError : the drive went away before that, or may not be written.
    """
    target = drive / "TORPOR.UF2"
    total = len(image.content)
    done = 0
    try:
        with target.open("wb", buffering=0) as file:
            for at in range(0, total, _CHUNK):
                done += file.write(image.content[at : at + _CHUNK])
                watch(done, total)
            os.fsync(file.fileno())
    except OSError as problem:
        if done == total and _gone(drive):
            return
        raise _cut(problem, drive, done, total) from None


def _gone(drive: Path) -> bool:
    """Whether the bootloader's drive is no longer there (its folder may still be)."""
    try:
        return not (drive / "INFO_UF2.TXT").is_file()
    except OSError:
        return True


def _cut(problem: OSError, drive: Path, done: int, total: int) -> StationError:
    if _gone(drive):
        return StationError(
            f"{drive} went away after {done:,} of {total:,} bytes; the board has no whole firmware now. "
            "Hold BOOT (BOOTSEL) while plugging it in, and flash it again.",
            Exit.NO_BOARD,
        )
    reason = problem.strerror or type(problem).__name__
    code = Exit.NO_SPACE if problem.errno == errno.ENOSPC else Exit.READ_ONLY
    return StationError(f"{drive} could not be written ({reason}); flash it again.", code)


def wait_back(
    image: Image, board: Found, before: Sequence[Found], detect: Detect, wait_s: float, waits: Waits
) -> Found | None:
    """The board when it runs again; None if it did not show within `wait_s`.

    It is the one with the number it had, or else the one that was not there before. A drive that does not
    show, or shows an old version still, has `waits.settle` more to do so.

    Raises
    ------
    StationError : it is back with another version than the image's.
    """
    old = {one.serial for one in before if one.mode is Mode.RUNNING}
    deadline = time.monotonic() + wait_s
    back = None
    while time.monotonic() < deadline:
        seen = [one for one in detect() if _is_it(one, board, old, image)]
        if seen and image.claims.version in (seen[0].version, ""):
            return seen[0]
        if seen and back is None:
            deadline = min(deadline, time.monotonic() + waits.settle)
        back = seen[0] if seen else back
        time.sleep(_AGAIN_s)
    if back:
        _check_version(back, image)
    return back


def _is_it(one: Found, board: Found, old: set[str], image: Image) -> bool:
    if one.mode is not Mode.RUNNING and (one.mode is not Mode.OTHER or image.claims.version):
        return False
    if board.mode is Mode.RUNNING and board.serial:
        return same_board(one.serial, board.serial)
    return one.serial not in old


def _check_version(one: Found, image: Image) -> None:
    wanted = image.claims.version
    if one.version and wanted and one.version != wanted:
        raise StationError(
            f"The board is back with CircuitPython {one.version}, not {wanted}: it did not take the file.",
            Exit.MISMATCH,
        )
