"""TLS, for real: the firmware's upload over OpenSSL to the real station with a certificate of its own."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.modules import ModuleTable
from sim.run import build
from sim.scenario import Scenario
from station.cli import main
from station.store import Store

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl, which makes the station's certificate"
)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A P-256 certificate for 127.0.0.1, and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=home"
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*words.split(), *more], check=True, capture_output=True)
    return cert, key


class Node:
    """The firmware's upload client with real sockets and the real ssl module under it."""

    def __init__(self, port: int, key: bytes, trusted: Path) -> None:
        twin = build(Scenario(design="esp32-cam", days=1.0, quiet=True))
        machine, drive = twin.life.machine, twin.life.drive

        def opened(path: str, *mode: str) -> Any:
            assert path == "/home.pem"
            return trusted.open()

        table = ModuleTable(
            drive.modules, drive.packages, {**machine.cores, "ssl": ssl}, machine.prices, twin.world.counter,
            {"open": opened}, lambda name, file: None, lambda name, module: None,
        )  # fmt: skip
        self.upload: Any = table.load("torpor.upload")
        settings = {"node": "garden", "key": key.hex(), "host": "127.0.0.1", "port": port, "tls": 1}
        pool = SimpleNamespace(AF_INET=socket.AF_INET, SOCK_STREAM=socket.SOCK_STREAM, socket=socket.socket)
        self.session = self.upload.Session(pool, settings, '{"wake":1}', self._pause, bytearray(1024))

    async def _pause(self) -> None:
        pass

    def put(self, content: bytes) -> Any:
        at = 0

        def read_into(piece: Any) -> None:
            nonlocal at
            piece[:] = content[at : at + len(piece)]
            at += len(piece)

        try:
            self.session.put("images/0000000a-1", len(content), read_into).send(None)
        except StopIteration as end:
            return end.value
        raise AssertionError("nothing in it waits")


def test_a_picture_goes_home_in_private(station: Any, jpeg: bytes, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "home")
    station.start("--tls-cert", str(cert), "--tls-key", str(key))
    node = Node(station.port, station.keys["garden"], cert)
    assert node.put(jpeg)["crc"]
    node.session.close()
    with Store(station.folder) as store:
        assert store.path_of(store.picture("garden", "0000000a-1")).read_bytes() == jpeg
    assert "Receiving on https://127.0.0.1" in station.everything_said
    assert station.stop() == 0


def test_a_station_with_another_certificate_gets_nothing(station: Any, jpeg: bytes, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "home")
    other, _ = certificate(tmp_path, "other")
    station.start("--tls-cert", str(cert), "--tls-key", str(key))
    node = Node(station.port, station.keys["garden"], other)
    with pytest.raises(node.upload.UploadError) as error:
        node.put(jpeg)
    assert error.value.status == 0
    assert station.files == []


@pytest.mark.parametrize(
    "words",
    ["--tls-cert {cert}", "--tls-cert {cert} --tls-key {other}", "--tls-cert {none} --tls-key {none}"],
)
def test_what_is_no_certificate_with_its_key_is_said_in_a_sentence(
    tmp_path: Path, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cert, _ = certificate(tmp_path, "home")
    _, other = certificate(tmp_path, "other")
    filled = words.format(cert=cert, other=other, none=tmp_path / "none").split()
    assert main(["receive", "--data", str(tmp_path / "data"), "--port", "0", *filled]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "need each other" in line or "are no certificate with its key: " in line
