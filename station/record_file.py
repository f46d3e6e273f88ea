"""The log on the disk: whole lines, written as they come, so that an end at any moment leaves a good file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from sim.log import COLUMNS, LogRow
from station.errors import Exit, StationError
from station.record_time import Gap

#: How often the disk itself is asked to keep what was written, s.
SYNC_s = 1.0


class LogFile:
    """A new CSV file with the log's columns. Every `write` reaches the system as whole lines at once.

    Raises
    ------
    StationError : the file exists already, or cannot be made. OSError : it cannot be written on; what was
        written until then stays, without a half line.
    """

    def __init__(self, path: Path, comment: str) -> None:
        self.path = path
        try:
            self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            raise StationError(f"{path} is there already; a recording begins a file of its own.") from None
        except OSError as error:
            why = f"{path} cannot be written: {error.strerror}."
            raise StationError(why, Exit.READ_ONLY) from error
        self._size = 0
        self._synced_s = time.monotonic()
        self._put(f"# {comment}\n{','.join(COLUMNS)}\n")

    def write(self, gap: Gap | None, rows: Iterable[LogRow]) -> None:
        """A gap as a comment, rows as lines."""
        lines = [_marked(gap)] if gap else []
        lines += [_line(row) for row in rows]
        if lines:
            self._put("".join(lines))
        if time.monotonic() - self._synced_s >= SYNC_s:
            os.fsync(self._number)
            self._synced_s = time.monotonic()

    def _put(self, text: str) -> None:
        data = text.encode()
        try:
            while data:
                data = data[os.write(self._number, data) :]
        except OSError as error:
            os.ftruncate(self._number, self._size)
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        self._size += len(text.encode())

    def close(self) -> None:
        os.fsync(self._number)
        os.close(self._number)


def _line(row: LogRow) -> str:
    return f"{row.t_s:.6f},{row.dt_s:.6f},{row.V:.3f},{row.mA:.4f},{row.state},{row.marker},{row.quality}\n"


def _marked(gap: Gap) -> str:
    """A gap is a comment (readers leave it out) and a step in t_s that no dt_s covers."""
    readings = f", {gap.readings} readings" if gap.readings else ""
    return f"# gap of {gap.dt_s:.3f} s from {gap.t_s:.3f} s{readings}: {gap.why}\n"
