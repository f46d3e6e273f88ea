"""A picture whose connection broke off is finished with its rest; a stranger's beginning does no harm."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sim.protocol import Sum, request
from station import begun
from station.begun import Begun
from station.store import Store

PATH = "/v1/nodes/garden/images/0000000a-1"
LINE = '{"wake":1}'


def breaks_off(live: Any, jpeg: bytes, after: int) -> None:
    """A request that ends `after` bytes of its picture."""
    raw = request(live.keys["garden"], PATH, jpeg, LINE)
    with live.connect() as link:
        link.sendall(raw[: raw.index(b"\r\n\r\n") + 4 + after])


def offset(live: Any, path: str = PATH) -> int:
    with live.connect() as link:
        link.sendall(f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = live.read(link)
    assert (answer.status, list(answer.fields)) == (200, ["Content-Length", "Upload-Offset"])
    return int(answer.fields["Upload-Offset"])


def until_kept(live: Any, count: int) -> None:
    for _ in range(200):
        if offset(live) == count:
            return
    pytest.fail("the beginning was not kept")


def finish(live: Any, jpeg: bytes, at: int, line: str = LINE) -> Any:
    """The rest of it, signed as the whole."""
    made = Sum(live.keys["garden"], "PUT", PATH, line, len(jpeg))
    made.update(jpeg)
    head = f"PATCH {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(jpeg) - at + 40}\r\n"
    head += f"X-Torpor: {line}\r\nUpload-Offset: {at}\r\n\r\n"
    return live.send(head.encode() + jpeg[at:] + made.footer(), digest=made.digest)


def test_the_rest_is_enough(live: Any, jpeg: bytes) -> None:
    breaks_off(live, jpeg, 5000)
    until_kept(live, 5000)
    answer = finish(live, jpeg, 5000, '{"wake":2}')
    assert (answer.status, answer.signed) == (201, True)
    with Store(live.folder) as store:
        picture = store.picture("garden", "0000000a-1")
        assert store.path_of(picture).read_bytes() == jpeg
    assert offset(live) == 0
    assert live.put("images/0000000a-1", jpeg).status == 200  # the whole again is the very same


def test_it_may_break_off_again(live: Any, jpeg: bytes) -> None:
    breaks_off(live, jpeg, 4000)
    until_kept(live, 4000)
    head = f"PATCH {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(jpeg) - 4000 + 40}\r\n"
    with live.connect() as link:
        link.sendall(f"{head}X-Torpor: {LINE}\r\nUpload-Offset: 4000\r\n\r\n".encode() + jpeg[4000:6000])
    until_kept(live, 6000)
    assert finish(live, jpeg, 6000).status == 201


def test_less_than_all_of_the_beginning_may_be_asked_for(live: Any, jpeg: bytes) -> None:
    breaks_off(live, jpeg, 5000)
    until_kept(live, 5000)
    assert finish(live, jpeg, 3000).status == 201


def test_a_strangers_beginning_costs_one_try(live: Any, jpeg: bytes) -> None:
    """Not signed, so the node keeps its picture; and what was wrong is gone."""
    breaks_off(live, jpeg[:100] + bytes(len(jpeg) - 100), 5000)
    until_kept(live, 5000)
    answer = finish(live, jpeg, 5000)
    assert (answer.status, answer.signed) == (409, False)
    assert live.files == []
    assert offset(live) == 0
    assert live.put("images/0000000a-1", jpeg).status == 201


@pytest.mark.parametrize("at", [1, 4999, 5001, 10**8])
def test_a_rest_without_its_beginning(live: Any, jpeg: bytes, at: int) -> None:
    if at == 5001:
        breaks_off(live, jpeg, 5000)
        until_kept(live, 5000)
    with contextlib.suppress(OSError):
        answer = finish(live, jpeg + bytes(1), min(at, len(jpeg)))
        assert (answer.status, answer.signed) == (409, False)
    assert live.files == []


def test_who_asks_learns_no_names(live: Any, jpeg: bytes) -> None:
    """A beginning is kept for a node that nobody knows as well."""
    attic = PATH.replace("garden", "attic")
    raw = request(bytes(32), attic, jpeg, LINE)
    with live.connect() as link:
        link.sendall(raw[: raw.index(b"\r\n\r\n") + 4 + 5000])
    for _ in range(200):
        if offset(live, attic) == 5000:
            break
    assert offset(live, attic) == 5000
    assert offset(live, PATH) == 0


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Begun(most_bytes=10_000)
    kept.keep("a", bytes(4000))
    kept.keep("b", bytes(4000))
    kept.keep("a", bytes(5000))  # anew, so it is the youngest
    assert (kept.length("a"), kept.length("b")) == (5000, 4000)
    kept.keep("c", bytes(3000))
    assert (kept.length("a"), kept.length("b"), kept.length("c")) == (5000, 0, 3000)
    kept.keep("d", bytes(10_001))  # too long
    kept.keep("e", bytes(begun.LEAST_BYTES - 1))  # too short
    assert (kept.length("d"), kept.length("e"), kept.length("a")) == (0, 0, 5000)
    assert kept.take("a") == bytes(5000)
    now = begun.time.monotonic()
    monkeypatch.setattr(begun.time, "monotonic", lambda: now + begun.KEPT_s + 1.0)
    assert kept.length("c") == 0
