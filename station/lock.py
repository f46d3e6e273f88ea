"""One station per folder of data: two would clear up each other's work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.errors import Exit, StationError


@contextmanager
def locked(folder: Path, who: str = "torpor receive") -> Iterator[None]:
    """Hold the folder; StationError if another process does. The system lets go of it even after a kill."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            _lock(file.fileno())
        except OSError:
            raise StationError(f"{folder}: another {who} is using this folder.", Exit.READ_ONLY) from None
        yield


def _lock(number: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
