"""Getting bytes through to a drive, and back from it rather than from the computer's memory."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

_F_FULLFSYNC, _F_NOCACHE = 51, 48  # macOS, <sys/fcntl.h>


def write_through(path: Path, content: bytes) -> None:
    """Write a file anew; its bytes and its entry are on the medium when this returns. OSError otherwise."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    number = os.open(path, flags, 0o666)
    try:
        with open(number, "wb", buffering=0, closefd=False) as file:
            left = memoryview(content)
            while left:
                left = left[file.write(left) :]
        _flush_file(number)
    finally:
        os.close(number)
    flush_folder(path.parent)


def read_from_medium(path: Path) -> bytes:
    """A file's bytes, where the system can be asked from the drive itself: what was just written lies in
    memory as well, and would be read from there."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        _forget(number)
        with open(number, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(number)


def flush_folder(folder: Path) -> None:
    """Entries made, changed and deleted in a folder are on the medium when this returns."""
    if os.name == "nt":  # a removable drive is written through there
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # not every file system knows how
            os.fsync(number)
        if sys.platform == "linux" and _libc() is not None:
            if _libc().syncfs(number):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
        elif sys.platform != "darwin":
            os.sync()
    finally:
        os.close(number)


@cache
def _libc() -> Any:
    """The C library where it can flush one file system (os.sync() would wait for every disk)."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None, use_errno=True)
        library.syncfs  # noqa: B018  (AttributeError where it is not there)
        return library
    return None


def _flush_file(number: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(number, _F_FULLFSYNC)
    else:
        os.fsync(number)


def _forget(number: int) -> None:
    """Have the system drop what it holds of a file in memory."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
    elif sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(number, _F_NOCACHE, 1)
