"""The peer of `bench receive`: Python's own http.server, a thread per connection, every upload made durable.

It keeps what the station keeps (file, fsync, rename, fsync of the folder, one committed row), but checks no
signature and answers without one: `python -m benchmarks.receive_peer FOLDER`.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
_lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body of an answer in one piece

    def do_PUT(self) -> None:
        """Keep a picture."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.rpartition("/")[2]
        part, path = FOLDER / f"{name}.part", FOLDER / f"{name}.jpg"
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _sync(FOLDER)
        with _lock:
            db.execute("INSERT INTO pictures VALUES (?, ?)", (name, len(content)))
            db.commit()
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    os.fsync(number)
    os.close(number)


class Server(ThreadingHTTPServer):
    """Room for many who knock at once."""

    request_queue_size = 2048
    daemon_threads = True


if __name__ == "__main__":
    db = sqlite3.connect(FOLDER / "peer.sqlite", check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE pictures (name TEXT PRIMARY KEY, size INTEGER)")
    server = Server(("127.0.0.1", 0), Handler)
    print(f"Receiving on http://127.0.0.1:{server.server_port} ", file=sys.stderr, flush=True)
    server.serve_forever()
