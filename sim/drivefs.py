"""The node's drive, or a card: a FAT volume whose writes take time and wear, and do not survive a power cut
half way."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

from boards import Part
from sim.errors import BoardOSError, PowerLost, Reset
from sim.volume import Volume, absolute, picture_key, writes

ENOENT, EBADF, EEXIST, ENOSPC, EROFS = 2, 9, 17, 28, 30


class DriveFiles:
    """Files by absolute path. A directory entry lies in one sector, which a power cut leaves old or new.

    Attributes
    ----------
    readonly : as the code sees it (boot.py's remount clears it; a computer on USB keeps it).
    sector_writes : 4 KiB flash sectors erased and programmed so far.
    entry_writes : of these, the one in which the folder's entries lie.
    """

    def __init__(self, kind: Part | Volume, spend: Callable[[float], None]) -> None:
        volume = kind if isinstance(kind, Volume) else Volume.of_board(kind)
        self._spend = spend
        self.size, self.cluster, self.sector = volume.size, volume.cluster, volume.sector
        self._sector_s, self._open_s, self._read_s = volume.sector_s, volume.open_s, volume.read_s
        self.files: dict[str, bytes] = {}
        self.folders = {"/"}
        self.readonly = True
        self.sector_writes = self.entry_writes = 0
        self.stamps: dict[str, int] = {}  # when a computer last wrote a file, if not in the beginning
        self._random = random.Random("drive")
        self._open: list[OpenFile] = []
        self._used: int | None = None
        self.on_stored: Callable[[str], None] = lambda key: None

    def install(self, files: Mapping[str, bytes]) -> None:
        """Put files there as a computer would, folders included; costs nothing."""
        for path, data in files.items():
            self.files[path] = data
            folder = path
            while folder := folder.rpartition("/")[0]:
                self.folders.add(folder)
        self.changed()

    def check_writable(self) -> None:
        if self.readonly:
            raise BoardOSError(EROFS, "Read-only filesystem")

    def used(self) -> int:
        if self._used is None:
            self._used = sum(self.taken(len(data)) for data in self.files.values())
        return self._used

    def taken(self, length: int) -> int:
        """Bytes that a file of `length` takes: whole clusters."""
        return math.ceil(length / self.cluster) * self.cluster

    def free(self) -> int:
        return max(0, self.size - self.used())

    def changed(self) -> None:
        self._used = None

    def program(self, length: int) -> None:
        """Write `length` bytes: whole sectors, each erased first."""
        sectors = max(1, math.ceil(length / self.sector))
        self.sector_writes += sectors
        self._spend(sectors * self._sector_s)

    def program_entry(self) -> None:
        """Write the sector in which a directory entry lies."""
        self.entry_writes += 1
        self.program(1)

    def entry(self, apply: Callable[[], None]) -> None:
        """Write one directory entry; cut off on the way, it is done or not."""
        try:
            self.program_entry()
        except (PowerLost, Reset):
            if self._random.random() < 0.5:
                apply()
            raise
        apply()

    def opening(self) -> None:
        self._spend(self._open_s)

    def reading(self, length: int) -> None:
        self._spend(length * self._read_s)

    def open(self, path: str, mode: str = "r") -> OpenFile:
        self.opening()
        path = absolute(path)
        writing = writes(mode)
        if writing:
            self.check_writable()
        if (path not in self.files and "r" in mode) or (path.rpartition("/")[0] or "/") not in self.folders:
            raise BoardOSError(ENOENT, "No such file/directory")
        if path in self.folders or ("x" in mode and path in self.files):
            raise BoardOSError(EEXIST, "File exists")
        file = OpenFile(self, path, mode)
        if writing:
            self._open.append(file)
        return file

    def closed(self, file: OpenFile) -> None:
        if file in self._open:
            self._open.remove(file)

    def power_lost(self) -> None:
        """What was not flushed is gone; a file being written keeps what had reached the flash."""
        self._open.clear()
        self.changed()

    def remove(self, path: str) -> None:
        self.check_writable()
        path = absolute(path)
        if path not in self.files:
            raise BoardOSError(ENOENT, "No such file/directory")
        self.entry(lambda: self._remove(path))

    def _remove(self, path: str) -> None:
        del self.files[path]
        self.changed()

    def rename(self, old: str, new: str) -> None:
        self.check_writable()
        old, new = absolute(old), absolute(new)
        if old not in self.files:
            raise BoardOSError(ENOENT, "No such file/directory")
        if new in self.files:
            raise BoardOSError(EEXIST, "File exists")
        self.entry(lambda: self._rename(old, new))

    def _rename(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)
        if new.endswith(".jpg"):
            self.on_stored(picture_key(new))

    def mkdir(self, path: str) -> None:
        self.check_writable()
        path = absolute(path)
        if path in self.folders or path in self.files:
            raise BoardOSError(EEXIST, "File exists")
        if (path.rpartition("/")[0] or "/") not in self.folders:
            raise BoardOSError(ENOENT, "No such file/directory")
        self.entry(lambda: self.folders.add(path))

    def listdir(self, path: str) -> list[str]:
        self.opening()
        path = absolute(path)
        if path not in self.folders:
            raise BoardOSError(ENOENT, "No such file/directory")
        inside = path.rstrip("/") + "/"
        at = len(inside)
        return [
            name[at:]
            for names in (sorted(self.folders), self.files)
            for name in names
            if name.startswith(inside) and name != "/" and "/" not in name[at:]
        ]

    def stat(self, path: str) -> tuple[int, ...]:
        self.opening()
        path = absolute(path)
        if path in self.folders:
            return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        if path not in self.files:
            raise BoardOSError(ENOENT, "No such file/directory")
        return (0x8000, 0, 0, 0, 0, 0, len(self.files[path]), *[self.stamps.get(path, 946684800)] * 3)

    def statvfs(self) -> tuple[int, ...]:
        size, free = self.cluster, self.free() // self.cluster
        return (size, size, self.size // size, free, free, 0, 0, 0, 0, 255)


class OpenFile:
    """One open file; buffered sector by sector, as FatFs does."""

    def __init__(self, drive: DriveFiles, path: str, mode: str) -> None:
        self._drive = drive
        self._path = path
        self._text = "b" not in mode
        self._writing = writes(mode)
        self._closed = False
        self._at = 0
        self._pending = 0
        self._data = bytearray() if "w" in mode else bytearray(drive.files.get(path, b""))
        if "a" in mode:
            self._at = len(self._data)
        if self._writing:
            drive.files[path] = bytes(self._data)
            drive.changed()

    def readinto(self, buffer: memoryview | bytearray) -> int:
        part = self._data[self._at : self._at + len(buffer)]
        self._drive.reading(len(part))
        memoryview(buffer)[: len(part)] = part
        self._at += len(part)
        return len(part)

    def read(self, count: int = -1) -> bytes | str:
        end = len(self._data) if count < 0 else self._at + count
        part = bytes(self._data[self._at : end])
        self._drive.reading(len(part))
        self._at += len(part)
        return part.decode() if self._text else part

    def write(self, data: bytes | str) -> int:
        if not self._writing:
            raise BoardOSError(EBADF, "Bad file number")
        raw = data.encode() if isinstance(data, str) else bytes(data)
        drive = self._drive
        growth = drive.taken(self._at + len(raw)) - drive.taken(len(drive.files.get(self._path, b"")))
        if growth > drive.free():
            raise BoardOSError(ENOSPC, "No space left on device")
        self._data[self._at : self._at + len(raw)] = raw
        self._at += len(raw)
        self._pending += len(raw)
        whole = self._pending - self._pending % self._drive.sector
        if whole:
            self._drive.program(whole)
            self._pending -= whole
        return len(raw)

    def seek(self, at: int, whence: int = 0) -> int:
        self._at = at + (self._at if whence == 1 else len(self._data) if whence == 2 else 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        if self._writing:
            if self._pending:
                self._drive.program(self._pending)
                self._pending = 0
            self._drive.entry(self._enter)

    def _enter(self) -> None:
        self._drive.files[self._path] = bytes(self._data)
        self._drive.changed()

    def close(self) -> None:
        if not self._closed:
            self.flush()
            self._closed = True
            self._drive.closed(self)

    def __enter__(self) -> OpenFile:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
