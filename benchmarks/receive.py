"""The home station under load: durable uploads of 50 kB, and 500 slow nodes at once.

The station runs as `torpor receive` does, the nodes in a process of their own beside it. An upload counts
when its 201 is here, which leaves the station only after file and row are on the disk; afterwards every file
is read again and held against its row. Pictures are real JPEGs and are looked at (thumbnail, walk) meanwhile.

`uploads_per_s`, `p50_ms`, `p95_ms`, `p99_ms`: 64 keep-alive connections. `slow_nodes_ok` of 500: 50 kB each
at 20 kB/s in pieces of 1 KiB; `slow_last_byte_p99_ms` from the last piece to the answer. `rss_mb`: most that
the station's process took. The peer is http.server with the same disk work and no signatures.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.contract import BenchmarkError, Figure, Progress, Result

CONNECTIONS, SECONDS = 64, 10.0
SLOW_NODES, SLOW_B_s = 500, 20_000.0
PICTURE_B = 50_000


@dataclass(frozen=True)
class Running:
    """A server under load."""

    process: subprocess.Popen[str]
    port: int
    key: bytes
    picture: Path

    def load(self, mode: str, many: int, figure: float) -> dict[str, float]:
        """Have nodes send; what came of it."""
        words = [str(self.port), "garden", self.key.hex(), str(self.picture), mode, str(many), str(figure)]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.receive_load", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found


def run(progress: Progress) -> Result:
    with tempfile.TemporaryDirectory(prefix="torpor-bench-") as name:
        folder = Path(name)
        picture = folder / "picture.jpg"
        picture.write_bytes(picture_of(PICTURE_B))
        key = _new_node(folder / "data")
        limits = ["--quiet", "--per-address", "4096", "--floor-mb", "0"]
        command = ["-m", "station", "receive", "--data", str(folder / "data"), "--port", "0", *limits]
        with running(command, key, picture) as station:
            figures = _measure(station, progress, 0.0)
        figures["checked_files"] = _check(folder / "data", figures)
        (folder / "peer").mkdir()
        with running(["-m", "benchmarks.receive_peer", str(folder / "peer")], key, picture) as peer:
            peers = _measure(peer, progress, 0.5)
        return Result(figures, {"http.server": peers})


def picture_of(size: int) -> bytes:
    """A whole JPEG of about this many bytes."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(1)
    smooth = np.kron(rng.integers(40, 215, (60, 80, 3)), np.ones((8, 8, 1)))
    pixels = np.clip(smooth + rng.normal(0.0, 6.0, smooth.shape), 0, 255).astype("uint8")
    best = b""
    for quality in range(20, 96, 3):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        best = min((best, file.getvalue()), key=lambda jpeg: abs(len(jpeg) - size))
    return best


def _new_node(data: Path) -> bytes:
    from station import nodes
    from station.store import Store

    with Store(data) as store:
        return nodes.add(store, "garden").key


@contextmanager
def running(command: list[str], key: bytes, picture: Path) -> Iterator[Running]:
    """A server that runs; it is stopped at the end."""
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = None
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            break
    try:
        if found is None:
            raise BenchmarkError(f"{command[1]} did not start.")
        yield Running(process, int(found[1]), key, picture)
    finally:
        process.terminate()
        process.wait(60)
        process.stderr.close()


def _measure(server: Running, progress: Progress, done: float) -> dict[str, Figure]:
    progress("64 connections", done)
    server.load("fast", CONNECTIONS, 1.0)  # warm
    fast = server.load("fast", CONNECTIONS, SECONDS)
    progress("500 slow nodes", done + 0.3)
    slow = server.load("slow", SLOW_NODES, SLOW_B_s)
    return {
        "uploads_per_s": round(fast["acked"] / fast["took_s"], 1),
        **{name: round(fast[name], 1) for name in ("p50_ms", "p95_ms", "p99_ms")},
        "refused": fast["refused"],
        "rss_mb": round(_most_rss_kB(server.process.pid) / 1024.0, 1),
        "slow_nodes_ok": slow["acked"],
        "slow_last_byte_p99_ms": round(slow["p99_ms"], 1),
    }


def _most_rss_kB(process: int) -> int:
    status = Path(f"/proc/{process}/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
        return int(found[1]) if found else 0
    asked = subprocess.run(["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True)
    return int(asked.stdout or 0)


def _check(data: Path, figures: dict[str, Figure]) -> int:
    """Read every picture again; BenchmarkError if one is not what its row says."""
    from station.store import Store

    with Store(data) as store:
        pictures = store.pictures("garden", count=10**9)
        for picture in pictures:
            if sha256(store.path_of(picture).read_bytes()).digest() != picture.sha256:
                raise BenchmarkError(f"{picture.key} is not what was acknowledged.")
        figures["looked_at"] = sum(picture.thumb == "made" for picture in pictures)
        return len(pictures)
