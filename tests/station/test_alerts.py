"""Alerts: told once, to a real HTTP server, and not again after a restart."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from station import nodes
from station.alerts import Alerts, Pulse, ails, check_url, read_told
from station.errors import StationError
from station.store import Store

HOUR_s, DAY_s = 3600.0, 86_400.0
NOW_s = 1_800_000_000.0


class Webhook:
    """A server that keeps what is posted; `status` is its answer."""

    def __init__(self) -> None:
        self.posted: queue.Queue[dict[str, Any]] = queue.Queue()
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(outer.status)
                self.end_headers()
                if outer.status < 400:
                    assert self.headers["Content-Type"] == "application/json"
                    outer.posted.put(json.loads(body))

            def log_message(self, *words: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def next(self) -> dict[str, Any]:
        return self.posted.get(timeout=60)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    made = Webhook()
    yield made
    made.close()


def heard(
    folder: Path, name: str, times_s: list[float], soc: int, pictures_s: list[float] | None = None
) -> None:
    """A past for a node, written where the station keeps it."""
    db = sqlite3.connect(folder / "station.sqlite")
    with db:
        (number,) = db.execute("SELECT number FROM nodes WHERE name = ?", (name,)).fetchone()
        for at_s in times_s:
            line = json.dumps({"wake": 1, "soc": soc})
            db.execute(
                "INSERT INTO telemetry (node, received_s, line) VALUES (?, ?, ?)", (number, at_s, line)
            )
        for at_s in pictures_s or []:
            db.execute(
                "INSERT INTO pictures (node, key, size, crc32, sha256, received_s, telemetry, path, thumb)"
                " VALUES (?, ?, 1, 0, X'', ?, '{}', ?, 'none')",
                (number, f"0000000a-{at_s:.0f}", at_s, f"x/{at_s:.0f}.jpg"),
            )
        db.execute("UPDATE nodes SET heard_s = ? WHERE number = ?", (max(times_s), number))
    db.close()


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as store:
        nodes.add(store, "garden")
        yield store


def hourly(until_s: float) -> list[float]:
    return [until_s - hour * HOUR_s for hour in range(48, -1, -1)]


@pytest.mark.parametrize(
    ("pulse", "event"),
    [
        (Pulse(NOW_s - 24.0 * HOUR_s, 3 * HOUR_s, None, None, 80), ""),
        (Pulse(NOW_s - 24.1 * HOUR_s, 3 * HOUR_s, None, None, 80), "late"),
        (Pulse(NOW_s - 60.0 * HOUR_s, 20 * HOUR_s, None, None, 80), ""),
        (Pulse(NOW_s - 60.1 * HOUR_s, 20 * HOUR_s, None, None, 80), "late"),
        (Pulse(NOW_s, HOUR_s, NOW_s - 25 * HOUR_s, 2 * HOUR_s, 60), "quiet"),
        (Pulse(NOW_s, HOUR_s, NOW_s - 25 * HOUR_s, 2 * HOUR_s, 59), ""),  # it may well spare its battery
        (Pulse(NOW_s, HOUR_s, NOW_s - 25 * HOUR_s, 9 * HOUR_s, 90), ""),
        (Pulse(NOW_s, HOUR_s, None, None, 90), ""),
    ],
)
def test_what_ails_a_node(pulse: Pulse, event: str) -> None:
    assert ails(pulse, NOW_s, 3.0)[0] == event


def test_late_is_told_once_and_so_is_back(garden: Store, webhook: Webhook) -> None:
    heard(garden.folder, "garden", hourly(NOW_s), 81)
    alerts = Alerts(garden, webhook.url)
    assert alerts.due(NOW_s + DAY_s) == []
    (late,) = alerts.due(NOW_s + DAY_s + 1.0)
    assert alerts.tell(late)
    assert webhook.next() == {
        "version": 1,
        "event": "late",
        "node": "garden",
        "since_s": 1_800_000_000,
        "why": "Not heard for 24 hours (usually it speaks every 60 minutes), although its battery was 81 %"
        " full: Wi-Fi, or something broke.",
        "soc_pct": 81,
    }
    assert alerts.due(NOW_s + 2 * DAY_s) == []
    assert Alerts(garden, webhook.url).due(NOW_s + 2 * DAY_s) == []  # nor after a restart
    heard(garden.folder, "garden", [NOW_s + 3 * DAY_s], 70)
    (back,) = Alerts(garden, webhook.url).due(NOW_s + 3 * DAY_s + 5.0)
    assert alerts.tell(back)
    assert webhook.next()["event"] == "back"
    assert alerts.due(NOW_s + 3 * DAY_s + 9.0) == []


def test_quiet_in_spite_of_a_full_battery(garden: Store, webhook: Webhook) -> None:
    heard(garden.folder, "garden", hourly(NOW_s), 97, hourly(NOW_s - 30 * HOUR_s))
    alerts = Alerts(garden, webhook.url)
    (quiet,) = alerts.due(NOW_s)
    assert alerts.tell(quiet)
    told = webhook.next()
    assert (told["event"], told["why"]) == (
        "quiet", "No picture for 30 hours, although its battery is 97 % full."
    )  # fmt: skip


def test_what_cannot_be_delivered_is_told_later(garden: Store, webhook: Webhook) -> None:
    heard(garden.folder, "garden", hourly(NOW_s), 81)
    said: list[str] = []
    alerts = Alerts(garden, webhook.url, trouble=said.append)
    webhook.status = 500
    (late,) = alerts.due(NOW_s + 2 * DAY_s)
    assert not alerts.tell(late)
    assert said == ["The webhook took no alert on garden: Internal Server Error."]
    assert alerts.due(NOW_s + 2 * DAY_s) == [late]
    webhook.status = 204
    assert alerts.tell(late)
    assert read_told(garden.folder / "alerts.json") == {"garden": "late"}


def test_nobody_listens(garden: Store) -> None:
    heard(garden.folder, "garden", hourly(NOW_s), 81)
    said: list[str] = []
    alerts = Alerts(garden, "http://127.0.0.1:9/", trouble=said.append)
    assert not alerts.tell(alerts.due(NOW_s + 2 * DAY_s)[0])
    assert "refused" in said[0]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"told": 3}'])
def test_a_file_that_is_none_of_ours_is_nothing_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "alerts.json").write_text(text)
    assert read_told(tmp_path / "alerts.json") == {}


@pytest.mark.parametrize(
    "url", ["", "ftp://x/y", "file:///etc/passwd", "http://", "home", "http://a..b/", "http://h:99999/"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(StationError, match="is no webhook: expected http"):
        check_url(url)


def test_the_running_station_tells_and_does_not_repeat_itself(station: Any, webhook: Webhook) -> None:
    now_s = time.time()
    heard(station.folder, "garden", hourly(now_s - 9 * DAY_s), 22)
    station.start("--webhook", webhook.url)
    told = webhook.next()
    assert (told["event"], told["node"]) == ("late", "garden")
    assert told["why"].endswith("Its battery was down to 22 % then: most likely it waits for the sun.")
    station.until(lambda store: read_told(store.folder / "alerts.json") == {"garden": "late"})
    assert station.stop() == 0
    heard(station.folder, "shed", hourly(now_s - 9 * DAY_s), 22)
    station.start("--webhook", webhook.url)
    assert webhook.next()["node"] == "shed"  # and garden not again
    assert webhook.posted.empty()
