"""What must not be lost: kills under load, a full disk, a full share."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sim.protocol import request
from station.store import Store

SEED = 20261129


class Load:
    """Clients that send until the station is gone; `acked` is what they were promised."""

    def __init__(self, live: Any, number: int, seed: int) -> None:
        self.live = live
        self.number = number
        self.rng = random.Random(seed)
        self.acked: dict[str, str] = {}
        self.sent: dict[str, bytes] = {}
        self.lock = threading.Lock()
        self.enough = threading.Event()

    def run(self, until: int, clients: int = 12) -> None:
        threads = [threading.Thread(target=self._client, args=(index, until)) for index in range(clients)]
        for thread in threads:
            thread.start()
        assert self.enough.wait(120)
        self.live.kill()
        for thread in threads:
            thread.join()

    def _client(self, index: int, until: int) -> None:
        count = 0
        while True:
            count += 1
            key = f"{self.number:08x}-{index:x}{count:04x}"
            with self.lock:
                content = b"\xff\xd8" + self.rng.randbytes(self.rng.randrange(2000, 60_000))
                self.sent[key] = content
            try:
                answer = self.live.put(f"images/{key}", content)
            except OSError:
                return
            if answer.status != 201 or not answer.signed:
                return
            with self.lock:
                self.acked[key] = hashlib.sha256(content).hexdigest()
                if len(self.acked) >= until:
                    self.enough.set()


def test_kills_under_load_lose_nothing_that_was_acknowledged(station: Any) -> None:
    print("seed", SEED)
    rng = random.Random(SEED)
    acked: dict[str, str] = {}
    sent: dict[str, bytes] = {}
    for number in range(8):
        station.start("--quiet")
        load = Load(station, number, rng.randrange(2**32))
        load.run(until=rng.randrange(5, 60))
        acked |= load.acked
        sent |= load.sent
    station.start("--quiet")
    check(station, acked)
    for key, content in sent.items():
        status = station.put(f"images/{key}", content).status
        assert status == 200 if key in acked else status in (200, 201)
    assert station.stop() == 0
    check(station, {key: hashlib.sha256(content).hexdigest() for key, content in sent.items()})
    assert "Traceback" not in station.everything_said


def check(station: Any, acked: dict[str, str]) -> None:
    """Every promised picture is there byte for byte, every row has its file, every file has its row."""
    with Store(station.folder) as store:
        kept = {picture.key: picture for picture in store.pictures("garden", count=100_000)}
        assert acked.keys() <= kept.keys()
        for key, picture in kept.items():
            found = hashlib.sha256(store.path_of(picture).read_bytes())
            assert found.digest() == picture.sha256
            assert acked.get(key, found.hexdigest()) == found.hexdigest()
        names = {name.removeprefix("pictures/") for name in station.files if name.startswith("pictures/")}
        assert names == {picture.path for picture in kept.values()}
        assert not [name for name in station.files if name.endswith(".part") and "incoming" in name]


def test_a_disk_that_is_too_full_refuses_until_there_is_room(station: Any, jpeg: bytes) -> None:
    station.start("--floor-mb", "1e12")
    answer = station.put("images/0000000a-1", jpeg)
    assert (answer.status, answer.signed) == (507, True)
    assert station.files == []
    station.stop()
    station.start("--floor-mb", "0")
    assert station.put("images/0000000a-1", jpeg).status == 201


def test_a_share_that_is_used_up_refuses_that_node_alone(station: Any, jpeg: bytes) -> None:
    station.start("--quota-mb", str(2.5 * len(jpeg) / 1e6))
    statuses = [
        station.put(f"images/0000000a-{number}", jpeg + bytes([number])).status for number in range(4)
    ]
    assert statuses == [201, 201, 507, 507]
    assert station.put("images/0000000a-0", jpeg, node="shed").status == 201
    assert station.put("log/0000000a-1", bytes(8)).status == 201  # its journal still comes through
    station.stop()
    station.start()
    assert station.put("images/0000000a-2", jpeg + b"\x02").status == 201


def test_a_file_that_may_not_grow_is_refused_cleanly(station: Any, jpeg: bytes) -> None:
    """The system refuses in the middle of a file (EFBIG), and later in the middle of a commit."""
    station.start("--quiet", limit_file_bytes=1_000_000)
    answer = station.put("images/0000000a-1", jpeg + bytes(1_200_000))
    assert (answer.status, answer.signed) == (507, True)
    assert [name for name in station.files if not name.startswith("thumbs/")] == []
    acked: dict[str, str] = {}
    status = 201
    while status == 201:
        content = jpeg + str(len(acked)).encode()
        answer = station.put(f"images/0000000b-{len(acked):x}", content, '{"wake":1,"x":"%s"}' % ("y" * 3000))
        assert answer.signed
        status = answer.status
        if status == 201:
            acked[f"0000000b-{len(acked):x}"] = hashlib.sha256(content).hexdigest()
        assert len(acked) < 1000
    assert status in (503, 507)
    station.kill()
    station.start()
    check(station, acked)
    assert station.put("images/0000000a-1", jpeg + bytes(1_200_000)).status == 201


def can_mount() -> bool:
    """Whether a small disk can be had in a namespace of our own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    tried = subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return tried.returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs Linux and a mount namespace of its own")
def test_a_real_disk_runs_full_and_gets_room_again(tmp_path: Path, jpeg: bytes, station: Any) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    shutil.copytree(station.folder, kept)
    receive = f"{sys.executable} -m station receive --data {disk}/data --port 0 --floor-mb 0"
    script = f"mount -t tmpfs -o size=3m none {disk} && cp -r {kept} {disk}/data && exec {receive}"
    station.process = subprocess.Popen(
        ["unshare", "-Urm", "sh", "-c", script], stderr=subprocess.PIPE, text=True
    )
    station.listen()
    disk = Path(f"/proc/{station.process.pid}/root{disk}")  # as the station sees it
    (disk / "ballast").write_bytes(bytes(1_500_000))
    status, number = 201, 0
    while status == 201:
        answer = station.put(f"images/0000000a-{number:x}", jpeg + os.urandom(90_000))
        assert answer.signed
        status = answer.status
        number += 1
        assert number < 1000
    assert status == 507
    assert list((disk / "data" / "incoming").iterdir()) == []
    (disk / "ballast").unlink()
    assert station.put(f"images/0000000a-{number:x}", jpeg).status == 201
    assert len(list((disk / "data" / "pictures").rglob("*.jpg"))) == number


def test_a_request_that_is_cut_leaves_nothing(live: Any, jpeg: bytes) -> None:
    raw = request(live.keys["garden"], "/v1/nodes/garden/images/0000000a-1", jpeg)
    for cut in (10, 100, len(raw) // 2, len(raw) - 41, len(raw) - 1):
        with live.connect() as link:
            link.sendall(raw[:cut])
    assert live.put("images/0000000a-2", jpeg).status == 201
    with Store(live.folder) as store:
        assert [picture.key for picture in store.pictures("garden")] == ["0000000a-2"]
