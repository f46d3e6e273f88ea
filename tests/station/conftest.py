"""A real station for tests: its own process, real sockets on loopback, a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.protocol import answer_sign, request
from station import cli, nodes
from station.records import Upload
from station.store import Store

NOON = 1_777_630_953.0  # 1 May 2026, 10:22:33 UTC
#: Of a picture that was sent in the wake that took it.
MOTION = '{"wake":7,"mV":3712,"soc":64,"cause":2,"gain":16,"lines":400}'


@dataclass(frozen=True)
class Answer:
    """What came back; `signed` by the key and for the request that it was read for. Status 0: nothing."""

    status: int
    fields: dict[str, str]
    text: bytes
    signed: bool

    @property
    def said(self) -> dict[str, object]:
        found = json.loads(self.text)
        assert isinstance(found, dict)
        return found


def _received(link: socket.socket, most: int) -> bytes:
    """What comes; nothing at the end of the connection, however it ends."""
    try:
        return link.recv(most)
    except ConnectionResetError:
        return b""


class Station:
    """One `torpor receive` in a folder. `nodes` are added with their keys before the first start."""

    def __init__(self, folder: Path, names: tuple[str, ...] = ("garden", "shed")) -> None:
        self.folder = folder
        with Store(folder) as store:
            self.keys = {name: nodes.add(store, name, "pico-w-arducam-2mp").key for name in names}
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self.said: list[str] = []

    def start(self, *options: str, limit_file_bytes: int = 0) -> None:
        def before() -> None:
            if limit_file_bytes:
                import resource

                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_file_bytes, limit_file_bytes))

        command = [
            sys.executable,
            "-m",
            "station",
            "receive",
            "--data",
            str(self.folder),
            "--port",
            "0",
            *options,
        ]
        at_noon = f"noon{time.gmtime().tm_hour - 12:+d}"  # or its day might end in the middle of a test
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, preexec_fn=before, env={**os.environ, "TZ": at_noon}
        )
        self.listen()

    def listen(self) -> None:
        """Read its first lines; what it says later is read beside, or it would wait for its reader."""
        assert self.process is not None
        stream = self.process.stderr
        assert stream is not None
        for line in stream:
            self.said.append(line)
            if found := re.search(r"Receiving on https?://127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                self.reader = threading.Thread(target=self.said.extend, args=(stream,))
                self.reader.start()
                return
        pytest.fail("the station did not start: " + "".join(self.said))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def put(self, path: str, content: bytes, line: str = '{"wake":1}', node: str = "garden") -> Answer:
        raw = request(self.keys[node], f"/v1/nodes/{node}/{path}", content, line)
        return self.send(raw, node)

    def send(self, raw: bytes, node: str = "garden", digest: bytes | None = None) -> Answer:
        """One request on a connection of its own."""
        with self.connect() as link:
            with suppress(OSError):  # refused before the end: the answer may be there all the same
                link.sendall(raw)
            return self.read(link, self.keys[node], raw[-32:] if digest is None else digest)

    def read(self, link: socket.socket, key: bytes = b"", digest: bytes = b"") -> Answer:
        """One answer and no byte of the next, which may have come with it."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            piece = _received(link, 1)
            if not piece:
                return Answer(0, {}, head, False)
            head += piece
        fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:-2])
        left = int(fields.get("Content-Length", fields.get("content-length", "0")))
        text = b""
        while left > len(text) and (piece := _received(link, left - len(text))):
            text += piece
        status = int(head[9:12])
        sign = fields.get("X-Torpor-Sign", "")
        return Answer(status, fields, text, sign == answer_sign(key, digest, status, text))

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.reader.join()
        return self.process.returncode

    @property
    def everything_said(self) -> str:
        return "".join(self.said)

    @property
    def files(self) -> list[str]:
        """Every file that could hold something of a picture."""
        found = [path for path in self.folder.rglob("*") if path.suffix in (".jpg", ".part")]
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    @property
    def rss_kB(self) -> int:
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        assert found
        return int(found[1])

    def until(self, what: Callable[[Store], bool], within_s: float = 60.0) -> None:
        """Wait for something that happens after the answer."""
        with Store(self.folder) as store:
            ends = time.monotonic() + within_s
            while not what(store):
                assert time.monotonic() < ends, "it did not happen"
                time.sleep(0.02)


@contextmanager
def built(folder: Path) -> Iterator[Station]:
    made = Station(folder)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    if made.process is not None and made.process.stderr is not None:
        made.process.stderr.close()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with built(tmp_path / "data") as made:
        yield made


@pytest.fixture
def live(station: Station) -> Station:
    """It runs."""
    station.start()
    return station


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """It runs for all of a file's tests that change nothing there."""
    with built(tmp_path_factory.mktemp("data")) as made:
        made.start()
        yield made


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """A whole picture of a garden node's kind."""
    import io

    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(7)
    pixels = np.kron(rng.integers(0, 255, (30, 40, 3)), np.ones((8, 8, 1))).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80)
    return file.getvalue()


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, str, str]]:
    """The torpor command on the folder `data`: (exit code, stdout, stderr)."""
    monkeypatch.setenv("TORPOR_DATA", str(tmp_path / "data"))

    def call(line: str) -> tuple[int, str, str]:
        code = cli.main(shlex.split(line))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def keep(tmp_path: Path, jpeg: bytes) -> Iterator[Callable[..., bytes]]:
    """Keep a picture in the folder `data` as a station does; returns its bytes: its own by its key."""
    with Store(tmp_path / "data") as store:

        def call(
            key: str, at_s: float = NOON, line: str = MOTION, node: str = "garden", more: int = 0
        ) -> bytes:
            found = store.node(node) or nodes.add(store, node, "pico-w-arducam-2mp")
            content = jpeg + key.encode() + bytes(more)
            kept = store.keep(
                Upload(
                    node=found, kind="images", key=key, boot=key[:8], content=content, size=len(content),
                    crc32=zlib.crc32(content), sha256=hashlib.sha256(content).digest(), received_s=at_s,
                    telemetry=line,
                )
            ).result()  # fmt: skip
            assert kept.status == 201
            return content

        yield call
