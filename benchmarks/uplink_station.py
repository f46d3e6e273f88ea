"""The real station at the end of the twin's air, killed in the middle of requests."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.contract import BenchmarkError
from sim.air import ECONNRESET, NetworkError
from sim.home import Home, Inbox

#: Chance that the station is killed: per piece that the node sends, and while its answer is due.
KILL, KILL_LATE = 0.001, 0.04
#: Of the twin's node.
KEY = bytes.fromhex("5a" * 32)


class Killed:
    """`torpor receive` in a folder of its own; `kill` and it is gone, `port` starts it again."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"kills {seed}")
        self.counts: Counter[str] = Counter()
        self._process: subprocess.Popen[str] | None = None
        self._port = 0

    def __enter__(self) -> Killed:
        from station import nodes
        from station.store import Store

        self._temporary = tempfile.TemporaryDirectory(prefix="torpor-bench-")
        self.folder = Path(self._temporary.name) / "data"
        with Store(self.folder) as store:
            nodes.add(store, "garden")
            store.write(lambda batch: batch.db.execute("UPDATE nodes SET key = ?", (KEY,))).result()
        return self

    def __exit__(self, *problem: object) -> None:
        self.kill()
        self._temporary.cleanup()

    def kill(self) -> None:
        """As a power cut ends it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stderr is not None
            self._process.stderr.close()
            self._process = None

    def port(self) -> int:
        """Where it listens; it is started if it does not run."""
        if self._process is None:
            command = ["-m", "station", "receive", "--data", str(self.folder), "--port", "0", "--quiet"]
            self._process = subprocess.Popen(
                [sys.executable, *command, "--per-address", "4096"], stderr=subprocess.PIPE, text=True
            )
            assert self._process.stderr is not None
            found = None
            for line in self._process.stderr:
                if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                    break
            if found is None:
                raise BenchmarkError("The station did not start.")
            self._port = int(found[1])
            self.counts["starts"] += 1
        return self._port


class Wire(Inbox):
    """What the twin's connection hands its bytes to."""

    def __init__(self, heard: Home, station: Killed) -> None:
        super().__init__(heard)
        self._station = station
        self._link: socket.socket | None = None
        self._sent = bytearray()
        self._need = 0

    def feed(self, data: bytes, now_s: float) -> bytes | None:
        """Pass it on; the answer once the request is whole. Raises NetworkError if the station is killed."""
        station = self._station
        if self._link is None:
            self._link = socket.create_connection(("127.0.0.1", station.port()), timeout=30)
        try:
            self._link.sendall(data)
            self._sent += data
            whole = self._whole()
            if station.random.random() < (KILL_LATE if whole else KILL):
                station.counts["kills"] += 1
                station.counts["kills_before_the_answer"] += whole
                station.kill()
            if not whole:
                return None
            self._sent.clear()
            return self._answer(self._link)
        except OSError:
            self._link.close()
            raise NetworkError(ECONNRESET) from None

    def _whole(self) -> bool:
        head, found, body = bytes(self._sent).partition(b"\r\n\r\n")
        if head.startswith(b"HEAD "):
            return bool(found)
        length = re.search(rb"Content-Length: (\d+)", head)
        return bool(found) and length is not None and len(body) >= int(length[1])

    def _answer(self, link: socket.socket) -> bytes:
        raw = b""
        while piece := link.recv(4096):
            raw += piece
            head, found, text = raw.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            if found and length and len(text) == int(length[1]):
                return raw
        raise ConnectionResetError


def stored(folder: Path) -> dict[str, Any]:
    """Size and CRC-32 of every picture that lies there, by its key, read from its file."""
    from zlib import crc32

    from station.store import Store

    with Store(folder) as store:
        found = {one.key: store.path_of(one).read_bytes() for one in store.pictures("garden", count=10**9)}
    return {key: (len(data), crc32(data)) for key, data in found.items()}
