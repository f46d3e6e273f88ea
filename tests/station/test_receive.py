"""The home station as nodes and strangers meet it: a real process, real sockets."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
import zlib
from typing import Any

import pytest

from sim.protocol import Sum, request
from station import cli, nodes
from station.store import Store

PATH = "/v1/nodes/garden/images/0000000a-1"


def test_a_picture_is_kept_and_the_answer_is_signed_as_a_node_reads_it(live: Any, jpeg: bytes) -> None:
    before_s = int(time.time())
    answer = live.put("images/0000000a-1", jpeg)
    assert (answer.status, answer.signed) == (201, True)
    assert answer.said["crc"] == zlib.crc32(jpeg)
    assert before_s <= answer.said["t"] <= time.time()
    assert list(answer.fields) == ["Content-Length", "X-Torpor-Sign"]  # a node compares bytes
    with Store(live.folder) as store:
        (picture,) = store.pictures("garden")
        assert store.path_of(picture).read_bytes() == jpeg
        assert picture.sha256 == hashlib.sha256(jpeg).digest()


def test_the_same_again_another_under_its_key_and_an_older_one(live: Any, jpeg: bytes) -> None:
    assert [live.put("images/0000000a-2", jpeg).status for _ in range(3)] == [201, 200, 200]
    answer = live.put("images/0000000a-2", jpeg[:-1])
    assert (answer.status, answer.signed) == (409, True)
    assert live.put("images/0000000a-1", jpeg, '{"wake":0}').status == 201  # spooled pictures come late
    with Store(live.folder) as store:
        assert [picture.key for picture in store.pictures("garden")] == ["0000000a-1", "0000000a-2"]
        assert [told.said["wake"] for told in store.telemetry("garden")] == [1]


def test_several_requests_on_one_connection(live: Any, jpeg: bytes) -> None:
    with live.connect() as link:
        for number in range(5):
            raw = request(live.keys["garden"], f"/v1/nodes/garden/images/0000000a-{number}", jpeg)
            link.sendall(raw)
            answer = live.read(link, live.keys["garden"], raw[-32:])
            assert (answer.status, answer.signed) == (201, True)


def test_requests_that_come_at_once_are_answered_in_order(live: Any, jpeg: bytes) -> None:
    raws = [
        request(live.keys["garden"], f"/v1/nodes/garden/images/0000000a-{n}", jpeg + bytes([n]))
        for n in range(4)
    ]
    with live.connect() as link:
        link.sendall(b"".join(raws))
        for raw in raws:
            answer = live.read(link, live.keys["garden"], raw[-32:])
            assert (answer.status, answer.signed) == (201, True)


def test_a_journal_and_readings(live: Any) -> None:
    assert live.put("log/0000000a-7", bytes([1, 2, 7, 0, 0, 0, 0, 0])).status == 201
    assert live.put("readings/0000000a-0000beef", b"abc", '{"now":5,"of":"x y"}').status == 201
    with Store(live.folder) as store:
        assert [(event.reason, event.argument) for event in store.events("garden")] == [("WOKE", 2)]
        assert [(batch.of, batch.node_s) for batch in store.readings("garden")] == [(("x", "y"), 5)]


def test_who_cannot_sign_learns_nothing(shared: Any, jpeg: bytes) -> None:
    """A wrong key, a node that nobody knows, one node in another's name: the same status, no byte more."""
    wrong = shared.send(request(bytes(32), PATH, jpeg))
    nobody = shared.send(request(bytes(32), PATH.replace("garden", "attic"), jpeg))
    other = shared.send(request(shared.keys["shed"], PATH, jpeg))
    for answer in (wrong, nobody, other):
        assert answer.status == 401
        assert list(answer.fields) == ["Content-Length", "X-Torpor-Sign"]
        assert list(answer.said) == ["t", "crc"]
    assert len({len(answer.text) for answer in (wrong, nobody, other)}) == 1
    assert shared.files == []


@pytest.mark.parametrize("at", [0, 100, -41, -40, -36, -33, -1])
def test_a_changed_byte_is_refused(shared: Any, jpeg: bytes, at: int) -> None:
    raw = request(shared.keys["garden"], PATH, jpeg)
    start = raw.index(b"\r\n\r\n") + 4
    body = bytearray(raw[start:])
    body[at] ^= 0x20
    answer = shared.send(raw[:start] + bytes(body))
    assert answer.status == {-40: 400, -36: 422, -33: 422}.get(at, 401)
    assert shared.files == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/nodes/garden/images/../../../x", 400),
        ("/v1/nodes/garden/images/%2e%2e%2fx", 400),
        ("/v1/nodes/garden/images/a%00b", 400),
        ("/v1/nodes/garden/images/" + "a" * 65, 400),
        ("/v1/nodes/garden/images/", 400),
        ("/v1/nodes/garden/images/a?b", 400),
        ("/v1/nodes/garden/films/a", 404),
        ("/v1/nodes/../garden/images/a", 401),
        ("/v1/nodes/garden%2fimages/a", 401),
        ("/v1/nodes/garden/../shed/images/a", 404),
        ("/v1/nodes//garden/images/a", 404),
        ("/v1/nodes/", 404),
        ("/v2/nodes/garden/images/a", 404),
        ("/nodes/garden/latest.jpg", 405),
    ],
)
def test_a_path_that_is_none_is_refused_although_it_is_signed(
    shared: Any, jpeg: bytes, path: str, status: int
) -> None:
    assert shared.send(request(shared.keys["garden"], path, jpeg)).status == status
    assert shared.files == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 413),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000001\r\n\r\n", 413),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", 400),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nContent-Length: 50\r\n\r\n", 400),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nX-Torpor: a\r\nX-Torpor: a\r\n\r\n", 400),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nUpgrade: websocket\r\n"
         "Connection: upgrade\r\n\r\n", 400),
        (f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 404),
        (f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        ("nonsense\r\n\r\n", 400),
        (f"PUT {PATH} HTTP/1.1\r\nHost: x\r\nX-Long: {'x' * 9000}\r\nContent-Length: 50\r\n\r\n", 431),
        ("x" * 20000, 400),
        ("GET /" + "x" * 20000, 431),
    ],
)  # fmt: skip
def test_a_head_that_makes_no_sense_is_refused_before_the_body(shared: Any, head: str, status: int) -> None:
    answer = shared.send(head.encode())
    assert (answer.status, answer.signed) == (status, False)


@pytest.mark.parametrize("content", [b"", b"x", b"\xff", b"GIF89a and more", b"\xd8\xff\xd9"])
def test_what_is_no_jpeg_is_refused_signed(shared: Any, content: bytes) -> None:
    answer = shared.put("images/0000000a-1", content)
    assert (answer.status, answer.signed) == (422, True)
    assert shared.files == []


def test_settings_go_to_a_node_that_takes_them_and_has_older_ones(live: Any, jpeg: bytes) -> None:
    with Store(live.folder) as store:  # beside the running station
        nodes.queue_settings(store, "garden", {"TORPOR_BATCH": 3})
    lines = [
        '{"wake":1}',
        '{"wake":2,"cfg":0}',
        '{"wake":1,"cfg":0}',
        '{"wake":3,"cfg":1}',
        '{"wake":4,"cfg":""}',
        '{"wake":5,"cfg":65537}',
        '{"wake":6,"cfg":-1}',
    ]
    said = [live.put(f"images/0000000a-{n}", jpeg, line).said for n, line in enumerate(lines)]
    sent = {"cfg": 1, "set": {"TORPOR_BATCH": 3}}
    assert [{key: one[key] for key in one if key in ("cfg", "set")} for one in said] == [{}, sent, *[{}] * 5]


def test_pictures_are_looked_at_after_the_answer(live: Any, jpeg: bytes) -> None:
    cut = jpeg[: len(jpeg) // 2]
    bomb = jpeg.replace(b"\xff\xc0\x00\x11\x08\x00\xf0\x01\x40", b"\xff\xc0\x00\x11\x08\x1f\xf0\x1f\xf0")
    zeros = jpeg[:4000] + bytes(1024) + jpeg[5024:]
    assert bomb != jpeg
    for number, content in enumerate((jpeg, cut, bomb, b"\xff\xd8nothing", zeros)):
        assert live.put(f"images/0000000a-{number}", content).status == 201
    live.until(lambda store: not store.waiting(1))
    with Store(live.folder) as store:
        seen = {picture.key[-1]: picture for picture in store.pictures("garden")}
        assert (seen["0"].suspect, seen["0"].width, seen["0"].height) == (None, 320, 240)
        assert {key: seen[key].thumb for key in seen} == {
            "0": "made", "1": "none", "2": "none", "3": "none", "4": "made"
        }  # fmt: skip
        assert "truncated" in str(seen["1"].suspect)
        assert "decompression bomb" in str(seen["2"].suspect)
        assert "cannot identify" in str(seen["3"].suspect)
        assert seen["4"].suspect is not None
        thumb = store.thumb_of(seen["0"])
        assert thumb is not None
        assert thumb.read_bytes()[:2] == b"\xff\xd8"
        assert store.path_of(seen["1"]).read_bytes() == cut  # what came is never changed
        assert len(store.pictures("garden", suspects=True)) == 4


def test_what_anybody_may_ask(live: Any, jpeg: bytes) -> None:
    def get(path: str) -> Any:
        return live.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert json.loads(get("/healthz").text) == {"status": "ok", "nodes": 2}
    assert get("/nodes/garden/latest.jpg").status == 404
    for number in range(3):
        live.put(f"images/0000000a-{number}", jpeg + bytes([number]))
    answer = get("/nodes/garden/latest.jpg")
    assert answer.text == jpeg + b"\x02"
    assert answer.fields["content-type"] == "image/jpeg"
    assert get("/nodes/../../etc/passwd/latest.jpg").status == 404


def test_it_stops_in_peace_while_a_picture_comes(live: Any, jpeg: bytes) -> None:
    raw = request(live.keys["garden"], PATH, jpeg)
    idle, busy = live.connect(), live.connect()
    with idle, busy:
        busy.sendall(raw[:-100])
        live.put("images/0000000a-7", jpeg)  # so the station has seen the other's head
        live.process.terminate()
        assert idle.recv(10) == b""  # it is closing
        busy.sendall(raw[-100:])
        answer = live.read(busy, live.keys["garden"], raw[-32:])
        assert (answer.status, answer.signed) == (201, True)
    assert live.stop() == 0
    with Store(live.folder) as store:
        assert len(store.pictures("garden")) == 2


def test_two_stations_never_share_a_folder(live: Any) -> None:
    command = [sys.executable, "-m", "station", "receive", "--data", str(live.folder), "--port", "0"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert second.returncode == 4
    assert second.stderr == f"torpor: {live.folder}: another torpor receive is using this folder.\n"


def test_a_port_that_is_taken_is_one_sentence(live: Any, tmp_path: Any) -> None:
    command = [sys.executable, "-m", "station", "receive", "--data", str(tmp_path / "b")]
    command += ["--port", str(live.port)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert second.returncode == 7
    assert second.stderr == f"torpor: 127.0.0.1:{live.port} cannot be listened on: Address already in use.\n"


def test_a_name_that_no_host_can_have(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["receive", "--data", str(tmp_path / "b"), "--host", "a..b", "--port", "0"]
    assert cli.main(command) == 2
    assert capsys.readouterr().err == "torpor: a..b is no name of a host.\n"


def test_a_stranger_does_not_fill_the_log(live: Any, jpeg: bytes) -> None:
    for _ in range(50):
        assert live.send(request(bytes(32), PATH, jpeg)).status == 401
    assert live.stop() == 0
    assert live.everything_said.count("refused with 401") == 2  # the first at once, 49 at the end
    assert "refused with 401 (49 times)" in live.everything_said


def test_one_pass_over_the_content_gives_the_same_sum(jpeg: bytes) -> None:
    whole, pieces = (Sum(bytes(32), "PUT", PATH, "{}", len(jpeg)) for _ in range(2))
    whole.update(jpeg)
    for at in range(0, len(jpeg), 7):
        pieces.update(jpeg[at : at + 7])
    assert (whole.digest, whole.crc32) == (pieces.digest, pieces.crc32)
    assert whole.footer() == pieces.footer()
