"""A board behind a real terminal (a pseudo-terminal of Unix)."""

from __future__ import annotations

import os
import select
import threading
from pathlib import Path

from benchmarks.deploy_board import EmbeddedBoard


class Terminal:
    """A board behind a port by a name that stays, as a pseudo-terminal."""

    def __init__(self, board: EmbeddedBoard, folder: Path) -> None:
        self.board, self.name = board, folder / "port"
        self.plug()

    def plug(self) -> None:
        import tty  # not there on Windows

        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name.unlink(missing_ok=True)
        self.name.symlink_to(os.ttyname(self._slave))
        self._stop, self._stopped = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        os.write(self._stopped, b"x")
        self._thread.join()
        self.name.unlink(missing_ok=True)
        for number in (self._master, self._slave, self._stop, self._stopped):
            os.close(number)

    def _carry(self) -> None:
        while True:
            there, _, _ = select.select([self._master, self._stop], [], [])
            if self._stop in there:
                return
            os.write(self._master, self.board.feed(os.read(self._master, 4096)))
