"""The home station: every wrong byte is refused, the right ones are acknowledged once, and signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import zlib

import pytest

from sim.home import Home, Inbox

KEY = bytes(range(32))
PICTURE = b"\xff\xd8" + bytes(range(200)) + b"\xff\xd9"
PATH = "/v1/nodes/garden/images/1a2b-00001"


def request(
    content: bytes = PICTURE,
    path: str = PATH,
    method: str = "PUT",
    key: bytes = KEY,
    telemetry: str = '{"mV":3600}',
) -> tuple[bytes, bytes]:
    """Head and body as the protocol's description says them."""
    signed = f"{method}\n{path}\n{telemetry}\n{len(content)}\n".encode() + content
    footer = b"TPF1" + struct.pack("<I", zlib.crc32(content)) + hmac.new(key, signed, hashlib.sha256).digest()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content) + 40}\r\nX-Torpor: {telemetry}"
    )
    return head.encode(), content + footer


@pytest.fixture
def stored():
    return []


@pytest.fixture
def home(stored):
    return Home("garden", KEY, 1_700_000_000, lambda key, jpeg: stored.append((key, jpeg)))


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def test_a_good_picture_is_stored_and_the_answer_signed(home, stored) -> None:
    head, body = request()
    answer = home.answer(head, body, 12.7)
    fields, _, text = answer.partition(b"\r\n\r\n")
    assert status(answer) == 201
    assert json.loads(text) == {"t": 1_700_000_012, "crc": zlib.crc32(PICTURE)}
    assert f"Content-Length: {len(text)}".encode() in fields
    sign = hmac.new(KEY, body[-32:] + b"201" + text, hashlib.sha256).hexdigest()
    assert f"X-Torpor-Sign: {sign}".encode() in fields
    assert stored == [("1a2b-00001", PICTURE)]
    assert home.pictures["1a2b-00001"].size == len(PICTURE)


def test_the_same_again_and_another_under_its_name(home, stored) -> None:
    assert [status(home.answer(*request(), 1.0)) for _ in range(3)] == [201, 200, 200]
    assert status(home.answer(*request(PICTURE[:-1]), 2.0)) == 409
    assert stored == [("1a2b-00001", PICTURE)]
    assert home.refused == {409: 1}


def test_every_wrong_byte_of_the_body_is_refused(home, stored) -> None:
    head, body = request()
    length = len(PICTURE)
    for at in range(len(body)):
        wrong = bytearray(body)
        wrong[at] ^= 0x10
        expected = 400 if length <= at < length + 4 else 422 if length + 4 <= at < length + 8 else 401
        assert status(home.answer(head, bytes(wrong), 0.0)) == expected, at
    assert stored == []


def test_every_wrong_byte_of_what_is_signed_in_the_head(home, stored) -> None:
    head, body = request()
    for at in (*range(head.index(b"1a2b"), head.index(b" HTTP")), *range(head.index(b'{"mV'), len(head))):
        wrong = bytearray(head)
        wrong[at] ^= 0x01
        assert status(home.answer(bytes(wrong), body, 0.0)) in (400, 401), at
    assert stored == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"method": "POST"}, 404),
        ({"path": "/v1/nodes/shed/images/a"}, 404),
        ({"path": "/v1/nodes/garden/films/a"}, 404),
        ({"path": "/v1/nodes/garden/images/../../a"}, 400),
        ({"path": "/v1/nodes/garden/images/"}, 400),
        ({"path": "/v1/nodes/garden/images/" + "a" * 65}, 400),
        ({"path": "/v1/nodes/garden/images/" + "a" * 64}, 201),
        ({"key": bytes(32)}, 401),
        ({"path": "/v1/nodes/garden/log/7"}, 201),
    ],
)
def test_status_by_case(home, changed: dict, expected: int) -> None:
    assert status(home.answer(*request(**changed), 3.0)) == expected


@pytest.mark.parametrize(
    "head", [b"", b"PUT", b"PUT /x", b"PUT  HTTP/1.1", b"\xff\xfe\r\n\r\n", b"PUT /x HTTP/1.1 more"]
)
@pytest.mark.parametrize("body", [b"", b"x", b"x" * 41])
def test_a_malformed_request_gets_400(home, head: bytes, body: bytes) -> None:
    assert status(home.answer(head, body, 0.0)) in ((400,) if b"/x HTTP/1.1" not in head else (400, 404))


def test_a_log_is_kept_with_its_time(home) -> None:
    home.answer(*request(b"12345678", "/v1/nodes/garden/log/7"), 99.0)
    assert home.logs == [(99.0, b"12345678")]


@pytest.mark.parametrize("piece", [1, 7, 100, 10_000])
def test_the_inbox_cuts_a_stream_into_requests(home, stored, piece: int) -> None:
    inbox = Inbox(home)
    answers = []
    for number in range(3):
        head, body = request(path=f"/v1/nodes/garden/images/{number}")
        raw = head + b"\r\n\r\n" + body
        fed = [inbox.feed(raw[at : at + piece], 1.0) for at in range(0, len(raw), piece)]
        assert all(one is None for one in fed[:-1])  # not before the last byte
        answers.append(status(fed[-1]))
    assert answers == [201, 201, 201]
    assert [key for key, _ in stored] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"PUT /x HTTP/1.1\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nContent-Length: ten\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", 400),
        (b"PUT /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 413),
        (b"PUT /x HTTP/1.1\r\nContent-Length: 2000001\r\n\r\n", 413),
        (b"PUT /x HTTP/1.1\r\nContent-Length: " + b"9" * 60 + b"\r\n\r\n", 413),
        (b"x" * 9000, 431),
        (b"nothing at all\r\nContent-Length: 4\r\n\r\nabcd", 400),
        (b"PUT /x HTTP/1.1\r\ncontent-length:4\r\n\r\nabcd", 404),  # names in any case, a space or none
    ],
)
def test_a_bad_stream_is_refused_once(home, raw: bytes, expected: int) -> None:
    inbox = Inbox(home)
    answer = inbox.feed(raw, 0.0)
    assert answer is not None
    assert status(answer) == expected
    assert home.refused == {expected: 1}
    if expected != 404 and b"abcd" not in raw:
        assert inbox.feed(b"and more\r\n\r\n", 0.0) is None


@pytest.mark.parametrize(
    ("telemetry", "marks"),
    [
        ('{"mV":3600}', (False, 0, 0)),
        ('{"mV":3600,"dark":1}', (True, 0, 0)),
        ('{"mV":3600,"dark":1,"gain":128,"lines":1248}', (True, 128, 1248)),
        ('{"mV":3600,"gain":"much","lines":null}', (False, 0, 0)),
        ("[1, 2]", (False, 0, 0)),
        ("dark", (False, 0, 0)),
    ],
)
def test_what_the_node_says_of_a_picture_is_kept(home, telemetry: str, marks: tuple[bool, int, int]) -> None:
    assert status(home.answer(*request(telemetry=telemetry), 1.0)) == 201
    stored = home.pictures["1a2b-00001"]
    assert (stored.dark, stored.gain, stored.lines) == marks
