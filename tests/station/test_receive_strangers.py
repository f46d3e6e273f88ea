"""Strangers who want to wear the station out: slow heads, slow bodies, many connections, random requests."""

from __future__ import annotations

import selectors
import socket
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.protocol import FOOTER, Sum, request
from station.body import Held, Refused
from station.limits import Limits
from station.listening import whose

PATH = "/v1/nodes/garden/images/0000000a-1"


def drip(live: Any, first: bytes, count: int) -> list[socket.socket]:
    """Connections that begin with these bytes."""
    links = [live.connect() for _ in range(count)]
    for link in links:
        link.sendall(first)
        link.setblocking(False)
    return links


def still_open(links: list[socket.socket], more: bytes) -> list[socket.socket]:
    """A little more on each; returns those that the station has not closed."""
    still = []
    for link in links:
        if gone(link, more):
            link.close()
        else:
            still.append(link)
    return still


def gone(link: socket.socket, more: bytes) -> bool:
    try:
        link.send(more)
        return link.recv(1000) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


SLOW_BODY = b"PUT " + PATH.encode() + b" HTTP/1.1\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "more"),
    [
        pytest.param(b"PUT " + PATH.encode() + b" HTTP/1.1\r\nX-A: ", b"x", id="a head that never ends"),
        pytest.param(b"\r\n", b"\r\n", id="no request at all"),
        pytest.param(SLOW_BODY % 5000, b"x", id="a body that drips"),
        pytest.param(SLOW_BODY % 1_000_000, b"", id="a body that stops"),
    ],
)
def test_slow_strangers_are_closed_while_a_node_gets_through(
    station: Any, jpeg: bytes, first: bytes, more: bytes
) -> None:
    station.start("--head-s", "2", "--idle-s", "1", "--body-s", "1", "--per-address", "400")
    links = drip(station, first, 200)
    number = 0
    while links:  # the station ends it; if it did not, this test would never
        number += 1
        assert station.put(f"images/0000000a-{number}", jpeg).status == 201
        links = still_open(links, more)
    assert number > 1
    assert len([name for name in station.files if name.startswith("pictures/")]) == number
    assert not [name for name in station.files if name.startswith("incoming/")]


def test_one_address_gets_its_share_of_connections(station: Any, jpeg: bytes) -> None:
    station.start("--per-address", "5")
    links = [station.connect() for _ in range(5)]
    assert station.read(station.connect()).status == 503
    links.pop().close()
    answer = station.put("images/0000000a-1", jpeg)
    while answer.status == 503:  # until the station has noticed
        answer = station.put("images/0000000a-1", jpeg)
    assert answer.status == 201
    for link in links:
        link.close()


@pytest.mark.parametrize(
    ("address", "counts_for"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("::ffff:192.168.1.20", "192.168.1.20"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
    ],
)
def test_whom_a_connection_counts_for(address: str, counts_for: str) -> None:
    assert whose(address) == counts_for


def test_a_connection_that_only_waits_is_closed(station: Any, jpeg: bytes) -> None:
    station.start("--head-s", "0.5")
    with station.connect() as link:
        assert station.read(link).status == 408


def test_bodies_take_so_much_memory_and_no_more() -> None:
    held = Held(100)
    held.take(60)
    held.take(40)
    with pytest.raises(Refused, match="503"):
        held.take(1)
    held.give_back(1)
    held.take(1)
    assert held.bytes == 100


@pytest.mark.parametrize(("length", "whole_s"), [(0, 30.0), (4096, 31.0), (2_000_000, 518.28125)])
def test_a_long_body_may_take_longer(length: int, whole_s: float) -> None:
    assert Limits().whole_s(length) == whole_s


words = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80)
paths = st.one_of(
    st.just(PATH),
    st.sampled_from(["/v1/nodes/garden/log/0000000a-1", "/v1/nodes/garden/readings/0000000a-00000001"]),
    st.builds("/v1/nodes/{}/{}/{}".format, st.sampled_from(["garden", "shed", "attic", "..", "%2e"]),
              st.sampled_from(["images", "log", "readings", "x", ".."]), words),
    words.map("/v1/nodes/".__add__),
    words,
)  # fmt: skip
lines = st.one_of(
    words,
    st.dictionaries(st.sampled_from(["wake", "cfg", "now", "of", "mV"]),
                    st.one_of(st.integers(), st.floats(), words, st.none(), st.booleans())).map(repr),
    st.sampled_from(["[" * 2000, "{}", "9" * 5000, '{"wake":1e999}', '{"wake":' + "9" * 300 + "}"]),
)  # fmt: skip
footers = st.one_of(st.none(), st.binary(max_size=60), st.binary(min_size=FOOTER, max_size=FOOTER))
ALLOWED = {0, 200, 201, 400, 401, 404, 405, 409, 413, 422, 431}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["PUT", "GET", "POST", "put", "P\xdcT"]), paths, lines, st.binary(max_size=300),
       footers, st.booleans(), st.sampled_from([0, 0, 0, 1, -1, 40]))  # fmt: skip
def fuzz(
    live: Any, method: str, path: str, line: str, content: bytes, footer: bytes | None, right: bool, lie: int
) -> None:
    """What is not wholly right leaves no byte; whatever it is, there is an answer or the connection ends."""
    key = live.keys["garden"] if right else bytes(32)
    made = Sum(key, method, path, line.strip(" \t"), len(content))
    made.update(content)
    end = made.footer() if footer is None else footer
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content) + len(end) + lie}\r\n"
    raw = f"{head}X-Torpor: {line}\r\n\r\n".encode("latin-1") + content + end
    before = [name for name in live.files if not name.startswith("thumbs/")]
    answer = half_closed(live, raw)
    assert answer.status in ALLOWED
    if answer.status not in (0, 201):
        assert [name for name in live.files if not name.startswith("thumbs/")] == before
    if answer.status in (200, 201):
        assert right
        assert footer is None
        assert method == "PUT"


def half_closed(live: Any, raw: bytes) -> Any:
    """Send, and say that nothing more will come unless there is an answer."""
    with live.connect() as link:
        with suppress(OSError):
            link.sendall(raw)
        with selectors.DefaultSelector() as waiting:
            waiting.register(link, selectors.EVENT_READ)
            if not waiting.select(0.05):
                with suppress(OSError):
                    link.shutdown(socket.SHUT_WR)
        return live.read(link, live.keys["garden"], raw[-32:])


def test_random_requests_leave_nothing_behind(station: Any) -> None:
    station.start("--per-address", "1000", "--quiet")
    fuzz(station)
    settled_kB = station.rss_kB
    fuzz(station)
    assert station.rss_kB - settled_kB < 8000
    assert station.stop() == 0
    assert "Traceback" not in station.everything_said
    assert len(station.everything_said) < 20_000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def fuzz_bytes(live: Any, noise: bytes, at: int, value: int) -> None:
    """Noise, and a right request with one byte changed in its head."""
    good = bytearray(request(live.keys["garden"], PATH, b"\xff\xd8" + bytes(100)))
    good[min(at, good.index(b"\r\n\r\n"))] = value
    for raw in (noise, bytes(good)):
        assert half_closed(live, raw).status in ALLOWED


def test_random_bytes_leave_nothing_behind(station: Any) -> None:
    station.start("--per-address", "1000", "--quiet")
    fuzz_bytes(station)
    assert station.put("images/0000000b-1", b"\xff\xd8").status == 201
    assert station.stop() == 0
    assert "Traceback" not in station.everything_said
