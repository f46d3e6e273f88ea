"""The owner's pages as they leave the real station: status, rules, escaping, paging, pictures as stored."""

from __future__ import annotations

import http.client
import json
import re
import struct
import time
from typing import Any

import pytest

from station import nodes
from station.picture_page import newer_than
from station.store import Store
from station.web import POLICY

NASTY = "<img src=x onerror=alert(1)>\"'&</script>"


def get(station: Any, path: str) -> tuple[int, dict[str, str], bytes]:
    link = http.client.HTTPConnection("127.0.0.1", station.port, timeout=30)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        link.close()


def text(station: Any, path: str) -> str:
    status, _, body = get(station, path)
    assert status == 200
    return body.decode()


@pytest.fixture(scope="module")
def filled(shared: Any, jpeg: bytes) -> Any:
    """A garden with three pictures, one of them cut; a shed that was never heard."""
    cut = jpeg[: len(jpeg) // 2]
    for number, content in enumerate((jpeg, cut, jpeg)):
        line = f'{{"wake":{number},"mV":3950,"soc":81,"waiting":2,"cause":2}}'
        assert shared.put(f"images/0000000a-{number}", content, line).status == 201
    low = struct.pack("<BBHI", 41, 0, 3, 0)  # LOW_BATTERY
    assert shared.put("log/0000000a-3", low, '{"wake":3,"soc":18}').status == 201
    shared.until(lambda store: not store.waiting(1))
    return shared


def test_the_front_page_has_a_card_for_each_node_and_trouble_comes_first(filled: Any) -> None:
    page = text(filled, "/")
    assert re.findall(r'class="card (\w+)"', page) == ["new", "resting"]
    assert "It was never heard." in page
    assert "The battery is empty: it waits until the sun has filled it to 38 %." in page
    assert "18 %" in page
    assert "<dt>pictures today</dt><dd>3</dd>" in page
    assert 'src="/nodes/garden/pictures/0000000a-2.jpg"' in page


def test_of_a_node_that_was_never_heard_nothing_is_claimed(filled: Any) -> None:
    for page in (text(filled, "/").split("<article")[1], text(filled, "/nodes/shed")):
        assert "It was never heard. Its name, its key and this station&#x27;s address" in page
        for claim in ("locked out", "supply", "charge unknown", "forecast", "Journal"):
            assert claim not in page, claim


def test_every_page_but_the_first_leads_back(filled: Any) -> None:
    assert "all nodes" not in text(filled, "/")
    for path in ("/nodes/garden", "/nodes/garden/pictures/0000000a-0", "/nodes/shed/install"):
        assert "<small>all nodes</small></a></header>" in text(filled, path)


def test_every_answer_carries_the_rules(filled: Any) -> None:
    for path in ("/", "/nodes/garden", "/nodes/garden/pictures/0000000a-0", "/page.css", "/icon.svg",
                 "/nodes/garden/pictures/0000000a-0.jpg", "/nodes/nobody"):  # fmt: skip
        _, fields, body = get(filled, path)
        assert fields["content-security-policy"] == POLICY, path
        assert fields["x-content-type-options"] == "nosniff", path
        assert b"<script" not in body
        assert b" style=" not in body
        assert not re.search(rb'(?:src|href)="(?!/)', body), path  # nothing from elsewhere


def test_pictures_come_as_they_are_stored_and_small(filled: Any, jpeg: bytes) -> None:
    status, fields, body = get(filled, "/nodes/garden/pictures/0000000a-0.jpg")
    assert (status, body, fields["content-type"]) == (200, jpeg, "image/jpeg")
    assert "immutable" in fields["cache-control"]
    status, fields, body = get(filled, "/nodes/garden/pictures/0000000a-0-small.jpg")
    assert (status, body[:3], fields["content-type"]) == (200, b"\xff\xd8\xff", "image/jpeg")


@pytest.mark.parametrize(
    "path",
    [
        "/nodes/nobody",
        "/nodes/garden/pictures/0000000a-9",
        "/nodes/garden/pictures/0000000a-9.jpg",
        "/nodes/garden/pictures/0000000a-1-small.jpg",  # it cannot be opened: there is none
        "/nodes/shed/pictures/0000000a-0.jpg",
        "/nodes/garden/pictures/..%2f..%2fstation.sqlite",
        "/nodes/garden/pictures/%2e%2e",
        "/nodes/..%2fgarden",
        "/page.py",
        "/../station.sqlite",
    ],
)
def test_what_is_not_there_is_not_there(filled: Any, path: str) -> None:
    status, _, body = get(filled, path)
    assert status == 404
    assert b"Traceback" not in body


def test_one_picture_with_what_its_node_said_and_its_neighbours(filled: Any) -> None:
    page = text(filled, "/nodes/garden/pictures/0000000a-1")
    assert "Suspect: It cannot be decoded" in page
    for fact in ("3.95 V", "81 %", "something moved", "0000000a-1"):
        assert f"<dd>{fact}</dd>" in page
    assert '<a href="/nodes/garden/pictures/0000000a-0" rel="prev">' in page
    assert '<a href="/nodes/garden/pictures/0000000a-2" rel="next">' in page
    begins = text(filled, "/nodes/garden/pictures/0000000a-0")
    assert '<a href="/nodes/garden/pictures/0000000a-1" rel="next">' in begins  # not the newest of all
    ends = text(filled, "/nodes/garden/pictures/0000000a-2")
    assert '<span class="off">newer →</span>' in ends


def test_what_a_node_says_is_text_and_never_markup(live: Any, jpeg: bytes) -> None:
    line = json.dumps({"wake": 1, NASTY: 1, "soc": NASTY, "cause": NASTY, "of": NASTY, "mV": {"a": [NASTY]}})
    assert live.put("images/0000000a-1", jpeg, line).status == 201
    assert live.put("readings/0000000a-0000beef", b"", json.dumps({"now": 5, "of": NASTY})).status == 201
    event = struct.pack("<BBHI", 127, 255, 65535, 0)  # a reason that nobody knows
    assert live.put("log/0000000a-3", event * 3).status == 201
    for path in ("/", "/nodes/garden", "/nodes/garden/pictures/0000000a-1"):
        page = text(live, path)
        assert "<img src=x" not in page
        assert "</script>" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in text(live, "/nodes/garden/pictures/0000000a-1")
    assert "127 (255)" in text(live, "/nodes/garden")


def test_the_contact_sheet_turns_its_pages_by_the_last_picture_shown(live: Any, jpeg: bytes) -> None:
    for number in range(50):
        node = "shed" if number % 5 == 4 else "garden"
        assert live.put(f"images/0000000a-{number}", jpeg + bytes([number]), node=node).status == 201
    seen: list[str] = []
    path = "/nodes/garden"
    while path:
        page = text(live, path)
        seen += re.findall(r'href="/nodes/garden/pictures/0000000a-(\d+)" class="thumb"', page)
        older = re.search(r'href="([^"]+)#pictures" rel="next"', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == [str(number) for number in range(49, -1, -1) if number % 5 != 4]


def test_only_suspects(filled: Any) -> None:
    page = text(filled, "/nodes/garden?suspects=1")
    assert re.findall(r'pictures/(0000000a-\d)" class="thumb"', page) == ["0000000a-1"]
    assert "Suspect pictures" in page


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=" + "9" * 30, "days=5", "days=%00", "x=%ff"]
)
def test_a_query_that_makes_no_sense_is_passed_over(filled: Any, query: str) -> None:
    assert "<h1>garden</h1>" in text(filled, f"/nodes/garden?{query}")


def test_the_next_newer_picture_is_this_nodes_however_many_came_between(live: Any, jpeg: bytes) -> None:
    order = ["garden", *["shed"] * 70, "garden"]
    for number, node in enumerate(order):
        assert live.put(f"images/0000000a-{number}", jpeg + bytes([number]), node=node).status == 201
    with Store(live.folder) as store:
        newest, oldest = store.pictures("garden")
        assert newer_than(store, oldest) == newest
        assert newer_than(store, newest) is None


def test_readings_become_curves_in_their_units(live: Any) -> None:
    import zlib

    now_s = int(time.time())
    entries = b""
    for hour in range(48):
        entry = struct.pack("<Ihh", now_s - hour * 3600, 400 + hour, 2150 - hour)
        entries += entry + struct.pack("<H", zlib.crc32(entry) & 0xFFFF)
    line = json.dumps({"wake": 1, "now": now_s, "of": "moisture centi_C"})
    assert live.put("readings/0000000a-0000beef", entries, line).status == 201
    page = text(live, "/nodes/garden")
    assert "<h3>Moisture</h3>" in page
    assert "<h3>Temperature</h3>" in page
    assert "last: 21.5 °C" in page
    assert "<b>21.5 °C</b>" in text(live, "/")


def test_without_a_node_the_page_says_how_to_add_one(live: Any) -> None:
    import sqlite3

    db = sqlite3.connect(live.folder / "station.sqlite")
    with db:
        db.execute("DELETE FROM nodes")
    db.close()
    assert "torpor new NAME" in text(live, "/")


def test_a_design_that_does_not_load_any_more_costs_only_what_hangs_on_it(live: Any) -> None:
    with Store(live.folder) as store:
        nodes.set_design(store, "garden", "/nowhere/mine.toml")
    assert live.put("log/0000000a-3", struct.pack("<BBHI", 41, 0, 3, 0), '{"wake":3,"soc":18}').status == 201
    page = text(live, "/nodes/garden")
    assert "The battery is empty: it waits until the sun has filled it." in page
    assert "torpor node design garden DESIGN" in page
