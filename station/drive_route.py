"""The way to a board by its drive: a FAT volume that the computer has mounted."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from station import drive_medium
from station.deploy_image import digest
from station.deploy_route import BootOut, NoRoom, ReadOnly, Route, RouteError, RouteLost, Space, read_boot_out
from station.detect_mounts import readable
from station.errors import StationError

_GONE = frozenset((errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE))
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
#: What a Pico's drive has; asked of the system where it can tell.
_CLUSTER = 512

Given = TypeVar("Given")


class DriveRoute:
    """A board's drive. It cannot restart the board: that takes the reset button, or the cable.

    `console`: opens the way to the same board's console, where its program can be held still; else it starts
    anew 750 ms after each write, which has been seen to hang long copies (adafruit/circuitpython #3986).
    """

    def __init__(self, folder: Path, console: Callable[[], Route] | None = None) -> None:
        self.folder = folder
        self._console = console
        told = readable(folder / "boot_out.txt")
        if not told:
            raise RouteLost(f"{folder}: there is no boot_out.txt, so this is no board's drive.")
        self._boot = read_boot_out(told)
        self._device = folder.stat().st_dev

    @property
    def name(self) -> str:
        return f"drive {self.folder}"

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    def boot(self) -> BootOut:
        return self._boot

    def files(self) -> dict[str, int]:
        found: dict[str, int] = {}
        with self._told(self.folder):
            for folder, _, names in os.walk(self.folder, onerror=_raise):
                for name in names:
                    path = Path(folder, name)
                    found[path.relative_to(self.folder).as_posix()] = path.stat().st_size
        return found

    def space(self) -> Space:
        with self._told(self.folder):
            usage = shutil.disk_usage(self.folder)
            if hasattr(os, "statvfs"):
                return Space(usage.total, usage.free, os.statvfs(self.folder).f_frsize)
            return Space(usage.total, usage.free, _CLUSTER)

    def read(self, path: str) -> bytes:
        return self._do(path, drive_medium.read_from_medium)

    def digests(self, paths: Iterable[str]) -> dict[str, str]:
        found = {}
        for path in paths:
            try:
                found[path] = digest(self.read(path))
            except RouteLost:
                raise
            except RouteError:  # not there, or not to be read: as good as not there
                continue
        return found

    def write(self, path: str, content: bytes) -> None:
        self._do(path, lambda where: _write(where, content))

    def rename(self, old: str, new: str) -> None:
        self._do(old, lambda where: _rename(where, self.folder / new))

    def delete(self, path: str) -> None:
        self._do(path, _delete)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Refuses at once what cannot be written. Without a console the board goes on: as code.py is the
        first to go, what it starts again is nothing."""
        with self._told(self.folder):
            self._check_writable()
        with ExitStack() as stack:
            with suppress(StationError):  # in use, not ours to open, silent: it was only to help
                if self._console is not None:
                    console = self._console()
                    stack.callback(console.close)
                    stack.enter_context(console.quiet())
            yield

    def restart(self) -> None:
        return None

    def close(self) -> None:
        return None

    def _check_writable(self) -> None:
        if hasattr(os, "statvfs") and os.statvfs(self.folder).f_flag & getattr(os, "ST_RDONLY", 1):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self.folder))

    def _do(self, path: str, work: Callable[[Path], Given]) -> Given:
        where = self.folder / path
        with self._told(where):
            return work(where)

    @contextmanager
    def _told(self, where: Path) -> Iterator[None]:
        """An OSError as a RouteError that says what happened and what to do."""
        try:
            if self.folder.stat().st_dev != self._device:  # what is left is a folder of the computer's own
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            yield
        except OSError as error:
            raise self._verdict(error, where) from None

    def _verdict(self, error: OSError, where: Path) -> RouteError:
        if error.errno in _GONE or not (self.folder / "boot_out.txt").exists():
            return RouteLost(
                f"{self.folder}: the drive is gone ({error.strerror}): plug it in, let the system check it"
                " if it offers to, and deploy again."
            )
        if error.errno == errno.EIO:
            return RouteError(
                f"{where} cannot be read or written: the drive was pulled out, or is damaged; let the system"
                " check it (fsck, chkdsk), and deploy again."
            )
        if error.errno in _FULL:
            return NoRoom(f"{self.folder}: the drive is full: delete what is not needed there.")
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return ReadOnly(f"{self.folder}: {why_read_only(self.folder, error)}")
        return RouteError(f"{where}: {error.strerror or error}.")


def why_read_only(folder: Path, error: OSError) -> str:
    """In words, and what to do: the node has the drive, the system does not trust it, or it is not yours."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return "you may not write there: mount the drive as yourself, or say who you are to the system."
    text = ""
    with suppress(OSError):
        text = (folder / "boot_out.txt").read_text("utf-8", "replace")
    if "remount" in text.lower() or (folder / "boot.py").exists():
        return (
            "the node has the drive (its boot.py takes it): close the bench switch, press reset, and deploy"
            " again; if it is closed, the system found the drive damaged and mounted it read-only: eject it,"
            " check it (fsck, chkdsk), and plug it in again."
        )
    return (
        "the system mounted it read-only, as it does with a damaged drive: eject it, check it (fsck, chkdsk),"
        " plug it in again; if that does not help, storage.erase_filesystem() on the board makes it anew."
    )


def _write(where: Path, content: bytes) -> None:
    where.parent.mkdir(parents=True, exist_ok=True)
    drive_medium.write_through(where, content)


def _rename(old: Path, new: Path) -> None:
    if new.exists():
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
    os.rename(old, new)
    drive_medium.flush_folder(new.parent)


def _delete(where: Path) -> None:
    try:
        if where.is_dir():
            where.rmdir()
        else:
            where.unlink()
    except FileNotFoundError:
        return
    drive_medium.flush_folder(where.parent)


def _raise(error: OSError) -> None:
    raise error
