"""The link: joining takes time and fails, sends are short but lose nothing, connections and answers die."""

from __future__ import annotations

import itertools

import pytest

from sim.air import ECONNRESET, EHOSTUNREACH, EINPROGRESS, ETIMEDOUT, Air, Link, NetworkError
from sim.home import Home

CLEAR = {
    "join_fails": 0.0,
    "short_send": 0.0,
    "stall": 0.0,
    "drop": 0.0,
    "lost_answer": 0.0,
    "join_spread": 0.0,
}


@pytest.mark.parametrize(
    ("rssi_dBm", "join_s", "join_fails", "rate_B_s", "stall", "drop"),
    [
        (-40.0, 3.0, 0.03, 150_000.0, 0.002, 0.00005),
        (-60.0, 3.0, 0.03, 150_000.0, 0.002, 0.00005),
        (-70.0, 3.45, 0.0494, 112_500.0, 0.004, 0.00008),
        # the hard demand of `bench policy`: join_s 6, join_fails 0.15, 25 kB/s, stall 0.02, drop 0.0005
        (-80.0, 6.0, 0.1464, 25_500.0, 0.02, 0.0005),
        (-88.0, 10.5, 0.7575, 3_000.0, 0.152, 0.00605),
        (-100.0, 12.0, 1.0, 750.0, 0.402, 0.02005),
    ],
)
def test_what_a_weak_signal_leaves_of_the_link(
    rssi_dBm: float, join_s: float, join_fails: float, rate_B_s: float, stall: float, drop: float
) -> None:
    heard = Link(rssi_dBm=rssi_dBm).heard()
    found = (heard.join_s, heard.join_fails, heard.rate_B_s, heard.stall, heard.drop)
    assert found == pytest.approx((join_s, join_fails, rate_B_s, stall, drop), rel=1e-6)
    assert (heard.latency_s, heard.short_send, heard.rssi_dBm) == (0.01, 0.03, rssi_dBm)


def test_a_good_signal_changes_nothing_at_all() -> None:
    assert Link(rssi_dBm=-60.0).heard() == Link()
    worse = [Link(rssi_dBm=float(dBm)).heard() for dBm in range(-60, -93, -1)]
    for better, one in itertools.pairwise(worse):
        assert (one.rate_B_s, better.join_s) < (better.rate_B_s, one.join_s)


class Clock:
    now = 0.0

    def spend(self, seconds: float) -> None:
        assert seconds >= 0.0
        self.now += seconds


class Echo(Home):
    """Takes any request and answers with its body's length."""

    def __init__(self) -> None:
        super().__init__("garden", bytes(32), 0, lambda key, jpeg: None)
        self.bodies: list[bytes] = []

    def answer(self, head: bytes, body: bytes, now_s: float) -> bytes:
        self.bodies.append(body)
        return b"answer %d" % len(body)


@pytest.fixture
def air_of():
    def make(seed: int = 1, **link: object) -> tuple[Air, Clock]:
        clock = Clock()
        return Air(Link(**{**CLEAR, **link}), Echo(), lambda: clock.now, clock.spend, seed), clock

    return make


def head_of(count: int) -> bytes:
    return b"PUT /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % count


def send_all(connection, data: bytes) -> int:
    sent = calls = 0
    while sent < len(data):
        sent += connection.send(data[sent : sent + 1024], 5.0)
        calls += 1
    return calls


def test_join_times(air_of) -> None:
    air, clock = air_of(join_spread=0.35, join_fails=0.1)
    took, failed = [], 0
    for _ in range(2000):
        before = clock.now
        try:
            air.join(8.0)
            took.append(clock.now - before)
        except NetworkError as error:
            assert error.errno == 0
            failed += 1
    took.sort()
    assert took[len(took) // 2] == pytest.approx(3.0, rel=0.03)
    assert 1.0 < took[0] < took[-1] <= 8.0
    assert failed == pytest.approx(2000 * (0.1 + 0.9 * 0.0025), abs=60)  # 8 s are 2.8 standard deviations


@pytest.mark.parametrize(("timeout_s", "joins"), [(2.999, False), (3.0, True), (3.001, True)])
def test_a_join_that_takes_too_long(air_of, timeout_s: float, joins: bool) -> None:
    air, clock = air_of()
    if joins:
        air.join(timeout_s)
    else:
        with pytest.raises(NetworkError):
            air.join(timeout_s)
    assert (air.joined, clock.now) == (joins, pytest.approx(min(3.0, timeout_s)))


@pytest.mark.parametrize(("at_s", "away"), [(9.999, False), (10.0, True), (19.999, True), (20.0, False)])
def test_an_outage(air_of, at_s: float, away: bool) -> None:
    air, clock = air_of(outages=((10.0, 20.0), (50.0, 60.0)))
    clock.now = at_s
    assert air.away() is away
    if away:
        with pytest.raises(NetworkError):
            air.join(4.0)
        assert clock.now == pytest.approx(at_s + 4.0)


def test_connecting_without_a_network(air_of) -> None:
    air, clock = air_of(outages=((10.0, 20.0),))
    with pytest.raises(NetworkError) as error:
        air.connect(5.0)
    assert (error.value.errno, clock.now) == (EHOSTUNREACH, 0.0)
    air.join(8.0)
    clock.now = 10.0
    with pytest.raises(NetworkError) as error:
        air.connect(5.0)
    assert (error.value.errno, clock.now) == (EINPROGRESS, 15.0)
    clock.now = 30.0
    connection = air.connect(5.0)
    assert clock.now == pytest.approx(30.03)
    air.joined = False  # the radio was switched off
    with pytest.raises(NetworkError) as error:
        connection.send(b"x", 5.0)
    assert error.value.errno == ECONNRESET


def test_an_outage_kills_a_connection_for_good(air_of) -> None:
    air, clock = air_of(outages=((10.0, 20.0),))
    air.join(8.0)
    connection = air.connect(5.0)
    for now in (11.0, 30.0):
        clock.now = now
        with pytest.raises(NetworkError) as error:
            connection.send(b"x", 5.0)
        assert error.value.errno == ECONNRESET


@pytest.mark.parametrize("seed", range(5))
def test_short_sends_lose_no_byte(air_of, seed: int) -> None:
    air, clock = air_of(seed, short_send=0.5, stall=0.05)
    air.join(8.0)
    connection = air.connect(5.0)
    body = bytes(n * 7 % 251 for n in range(30_000))
    started = clock.now
    calls = send_all(connection, head_of(30_000) + body)
    assert calls > 35
    assert air.home.bodies == [body]
    assert clock.now - started >= 30_000 / 150_000
    assert connection.receive(4, 5.0) + connection.receive(100, 5.0) == b"answer 30000"


def test_the_rate_and_the_answers_way(air_of) -> None:
    air, clock = air_of(server_s=0.5, latency_s=0.1)
    air.join(8.0)
    connection = air.connect(5.0)
    started = clock.now
    data = head_of(15_000) + bytes(15_000)
    send_all(connection, data)
    assert clock.now - started == pytest.approx(len(data) / 150_000)
    before = clock.now
    with pytest.raises(NetworkError) as error:
        connection.receive(100, 0.3)  # two ways and the server take 0.7 s
    assert (error.value.errno, clock.now - before) == (ETIMEDOUT, pytest.approx(0.3))
    assert connection.receive(100, 0.5) == b"answer 15000"
    assert clock.now - before == pytest.approx(0.7)


def test_no_answer_is_a_timeout(air_of) -> None:
    air, clock = air_of()
    air.join(8.0)
    connection = air.connect(5.0)
    connection.send(head_of(10), 5.0)
    before = clock.now
    with pytest.raises(NetworkError) as error:
        connection.receive(10, 2.0)
    assert (error.value.errno, clock.now - before) == (ETIMEDOUT, pytest.approx(2.0))


def test_one_send_takes_eight_segments_at_most(air_of) -> None:
    air, _ = air_of()
    air.join(8.0)
    assert air.connect(5.0).send(head_of(50_000) + bytes(50_000), 5.0) == 8 * 1460


def test_a_dropped_connection(air_of) -> None:
    air, _ = air_of(drop=1.0)
    air.join(8.0)
    connection = air.connect(5.0)
    for _ in range(2):
        with pytest.raises(NetworkError) as error:
            connection.send(bytes(1024), 5.0)
        assert error.value.errno == ECONNRESET
    assert air.home.bodies == []


def test_a_stall_longer_than_the_timeout(air_of) -> None:
    air, clock = air_of(stall=1.0)
    air.join(8.0)
    connection = air.connect(5.0)
    before = clock.now
    with pytest.raises(NetworkError) as error:
        connection.send(bytes(1024), 0.2)
    assert (error.value.errno, clock.now - before) == (ETIMEDOUT, pytest.approx(0.2))


def test_a_lost_answer_was_heard_all_the_same(air_of) -> None:
    air, _ = air_of(lost_answer=1.0)
    air.join(8.0)
    connection = air.connect(5.0)
    send_all(connection, head_of(100) + bytes(100))
    assert air.home.bodies == [bytes(100)]
    with pytest.raises(NetworkError) as error:
        connection.receive(100, 5.0)
    assert error.value.errno == ECONNRESET
