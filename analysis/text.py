"""The bytes of a text log: which encoding, where it is damaged, where its last line was torn."""

from __future__ import annotations

import codecs
import io
import mmap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import DamagedLog, LogError

#: Bytes looked at in one go: they stay in the processor's cache.
BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class _Bytes(io.RawIOBase):
    """Bytes, mapped or not, that are read like a file and not copied before."""

    def __init__(self, data: bytes | mmap.mmap, at: int) -> None:
        self._data, self._at = data, at

    def readable(self) -> bool:
        return True

    def readinto(self, room: memoryview) -> int:  # type: ignore[override]
        some = self._data[self._at : self._at + len(room)]
        room[: len(some)] = some
        self._at += len(some)
        return len(some)


@dataclass(frozen=True, slots=True)
class Text:
    """A text file: as it lies on the disk, or put right in memory."""

    path: Path
    data: bytes | mmap.mmap

    @property
    def name(self) -> str:
        """The file's name, as sentences say it."""
        return self.path.name

    def head(self, size: int) -> bytes:
        """The first bytes."""
        return self.data[:size]

    def let_go(self) -> None:
        """Give the memory of a mapped file back; it is read again where it is needed."""
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def blocks(self, start: int = 0) -> Iterator[bytes]:
        """The bytes from `start` on, in blocks."""
        for offset in range(start, len(self.data), BLOCK):
            yield self.data[offset : offset + BLOCK]

    def reader(self, start: int = 0) -> io.BufferedReader:
        """The bytes from `start` on as a file: no more than there were, though the log may still grow."""
        return io.BufferedReader(_Bytes(self.data, start), BLOCK)

    def lines(self, start: int = 0) -> Iterator[bytes]:
        """The lines from `start` on, one at a time, with their ends."""
        file = self.data if isinstance(self.data, mmap.mmap) else io.BytesIO(self.data)
        file.seek(start)
        return iter(file.readline, b"")

    def counts(self, start: int, *letters: str) -> tuple[int, ...]:
        """How often each of some ASCII letters stands behind `start`."""
        codes = [ord(letter) for letter in letters]
        found = [0] * len(codes)
        for block in self.blocks(start):
            values = np.frombuffer(block, dtype=np.uint8)
            for place, code in enumerate(codes):
                found[place] += int(np.count_nonzero(values == code))
        return tuple(found)


def open_text(path: Path, salvage: bool) -> Text:
    """Open a text file; UTF-16 (a shell's redirection) and bare CR line ends are put right.

    Raises
    ------
    LogError : the file is missing, empty or not text (its first NUL is named by line).
    """
    data = mapped(path)
    if not data[:BLOCK].strip():
        raise LogError(f"{path.name}: the file is empty.")
    coding = next((name for mark, name in _MARKS if data[: len(mark)] == mark), None)
    if coding:
        return Text(path, data[:].decode(coding, "replace").encode())
    if _has_nul(data):
        if not salvage:
            line = data[: data.find(b"\0")].count(b"\n") + 1
            raise DamagedLog(f"{path.name} line {line}: a NUL byte; the file is damaged or is not text")
        return Text(path, data[:])
    if b"\n" not in data[:BLOCK] and b"\r" in data[:BLOCK]:
        return Text(path, data[:].replace(b"\r", b"\n"))
    return Text(path, data)


def _has_nul(data: bytes | mmap.mmap) -> bool:
    """Whether there is a NUL; the halves are looked at together, as a large file is read for it."""
    halves = np.array_split(np.frombuffer(data, dtype=np.uint8), 2)
    with ThreadPoolExecutor(len(halves)) as pool:
        return not all(pool.map(lambda half: half.all(), halves))


def mapped(path: Path) -> bytes | mmap.mmap:
    """A file's bytes without reading them yet; LogError if it cannot be had."""
    try:
        with path.open("rb") as file:
            if path.stat().st_size == 0:
                return b""
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise LogError(f"{path}: cannot be read ({reason}).") from None
