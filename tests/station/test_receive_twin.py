"""The node's real firmware sends to the real station: every byte over a socket, every answer read by it."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from typing import Any

import pytest

from analysis.read import read_log
from benchmarks.doctor_wire import TwinWire
from sim import air, home
from sim.air import Link
from sim.doctor import patient
from sim.nodelog import node_log
from sim.prices import states_of
from sim.readings import entries
from sim.run import Twin, build
from sim.scenario import Scenario
from sim.watching import reason_names
from station.doctor_console import AtConsole, examine
from station.node_log import log_of, write_node_log
from station.store import Store

#: Connections die and answers get lost often enough that requests are sent again.
HARD = Link(lost_answer=0.1, drop=0.001, short_send=0.2)
VISITS = tuple((36_000.0 + 1200.0 * number, 30.0) for number in range(12))


class Wire(home.Inbox):
    """What the twin's connection hands its bytes to: the real station answers, the twin's home listens in."""

    def __init__(self, heard: home.Home, port: int, statuses: list[tuple[int, int]]) -> None:
        super().__init__(heard)
        self._port = port
        self._statuses = statuses
        self._link: socket.socket | None = None

    def feed(self, data: bytes, now_s: float) -> bytes | None:
        if self._link is None:
            self._link = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        self._link.sendall(data)
        expected = super().feed(data, now_s)
        if expected is None:
            return None
        answer = self._answer(self._link)
        self._statuses.append((int(expected[9:12]), int(answer[9:12])))
        return answer

    def _answer(self, link: socket.socket) -> bytes:
        raw = b""
        while True:
            raw += link.recv(4096)
            head, found, text = raw.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            if found and length and len(text) == int(length[1]):
                return raw


def at_home(station: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The station is the twin's home from now on; returns the statuses that both will have answered."""
    key = bytes.fromhex("5a" * 32)  # of the twin's node
    with Store(station.folder) as store:
        store.write(lambda batch: batch.db.execute("UPDATE nodes SET key = ? WHERE name = 'garden'", (key,)))
    station.start("--quiet", "--per-address", "1000")
    statuses: list[tuple[int, int]] = []
    monkeypatch.setattr(air, "Inbox", lambda heard: Wire(heard, station.port, statuses))
    return statuses


def lived(station: Any, monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> tuple[Twin, list[Any]]:
    """A node's life with the station at its other end."""
    statuses = at_home(station, monkeypatch)
    twin = build(scenario)
    twin.live()
    return twin, statuses


def test_the_doctors_empty_journal_is_answered_and_not_kept(
    station: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = at_home(station, monkeypatch)
    link = Link(join_fails=0.0, drop=0.0, lost_answer=0.0)
    board = AtConsole(TwinWire(patient(Scenario(days=1.0, quiet=True, link=link))))
    board.prepare()
    heard = examine(board, ["wifi", "home"], lambda name: None)
    assert heard.one("home.took") is not None
    assert statuses == [(200, 200)]
    with Store(station.folder) as store:
        assert store.logs("garden") == ()


def awake(rows: Any) -> list[tuple[str, int, float, float]]:
    return [(row.state, row.marker, row.dt_s, row.mA) for row in rows if row.state != "SLEEP"]


def test_pictures_and_journal_of_a_day(station: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(days=0.7, start_day=170, quiet=True, visits=VISITS, link=HARD, seed=3)
    twin, statuses = lived(station, monkeypatch, scenario)
    assert len(twin.home.pictures) >= 10
    assert {pair for pair in statuses if pair[0] != pair[1]} <= {(201, 200)}  # a journal that is sent again
    assert (200, 200) in statuses  # an answer was lost, the picture came again
    with Store(station.folder) as store:
        kept = {picture.key: picture for picture in store.pictures("garden", count=1000)}
        assert {key: store.path_of(picture).read_bytes() for key, picture in kept.items()} == twin.pictures
        states = states_of(twin.design)
        log = node_log(twin.home.logs, states, reason_names(), states.index("SLEEP"))
        told = [(event.wake, event.reason, event.argument) for event in store.events("garden")]
        assert told == [(event.wake, event.reason, event.argument) for event in log.events]
        newest = store.telemetry("garden")[-1].said
        assert {"wake", "mV", "soc", "waiting", "cause"} <= newest.keys()
    with Store(station.folder) as store:
        node = store.node("garden")
        assert node is not None
        rows = write_node_log(store, node, station.folder / "log.csv")
        _, its = log_of(store, node)
    # a day of the twin passes here in seconds: sleep between the wakes finds no room, all else is the same
    assert awake(its.rows) == awake(log.rows)
    read = read_log(station.folder / "log.csv")
    assert (read.kind, len(read.t_s)) == ("visits", rows)
    assert {"BOOT", "CAPTURE", "UPLOAD", "SETTLE"} <= set(read.states)
    station.until(lambda store: not store.waiting(1))
    with Store(station.folder) as store:
        assert [picture.suspect for picture in store.pictures("garden") if picture.suspect] == []
    assert station.stop() == 0


def test_readings_of_a_node_without_a_camera(station: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    twin, statuses = lived(station, monkeypatch, Scenario(design="pico-w-soil", days=3.0, start_day=170))
    assert statuses
    with Store(station.folder) as store:
        batches = store.readings("garden")
        assert [batch.content for batch in batches] == [
            batch.content for batch in twin.home.readings.values()
        ]
        assert {batch.of for batch in batches} == {("moisture", "centi_C")}
        count = sum(len(list(entries(batch.content, 2))) for batch in batches)
        assert count >= 36  # one an hour; when the day's batch goes hangs on the station's real clock
    assert station.stop() == 0


def test_a_node_that_is_hung_up_shows_what_it_sees(station: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario(days=0.001, start_day=170, quiet=True, install=True, visits=((60.0, 5.0),), seed=3)
    twin, statuses = lived(station, monkeypatch, scenario)
    assert len(twin.home.previews) > 10
    assert set(statuses) == {(201, 201)}
    with urllib.request.urlopen(f"http://127.0.0.1:{station.port}/nodes/garden/install.json") as answer:
        found = json.loads(answer.read())
    last = twin.home.previews[-1]
    assert (found["live"], found["signal"], found["motions"]) == (True, "very good", last.told["motions"])
    with urllib.request.urlopen(f"http://127.0.0.1:{station.port}{found['picture']}") as answer:
        assert answer.read() == last.jpeg
    with Store(station.folder) as store:
        assert list(store.pictures("garden")) == []
