"""A node that is being hung up, as the station sees it: previews, their page, and the card."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from boards import list_designs, load_design
from station import card_command
from station.install_page import as_document, install_page
from station.led_codes import led_codes, signal_words
from station.led_drawing import rows
from station.previews import LARGEST, Preview, Previews
from station.records import Node
from station.store import Store

JPEG = b"\xff\xd8small\xff\xd9"
LINE = '{"cause":0,"mV":3984,"soc":78,"rssi":-68,"motions":3,"moved":4,"left":431,"fault":0}'


def told(**changes: int) -> str:
    return json.dumps({**json.loads(LINE), **changes})


def asked(station: Any, path: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{station.port}{path}") as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_a_preview_is_shown_and_kept_nowhere(station: Any) -> None:
    station.start("--quiet")
    status, _, page = asked(station, "/nodes/garden/install")
    assert status == 200
    assert b"Waiting for its first words" in page
    assert b'content="10; url=/nodes/garden/install?asked=10"' in page
    answer = station.put("previews/0000000a-1", JPEG, LINE)
    assert (answer.status, answer.signed) == (201, True)
    status, headers, page = asked(station, "/nodes/garden/install")
    assert b"7 min of install mode left" in page and b"-68 dBm, good" in page and b"3 motions" in page
    assert b"3.98 V" in page and b"Nothing is missing" in page and b'http-equiv="refresh" content="3"' in page
    assert "script" not in headers["content-security-policy"]
    assert asked(station, "/nodes/garden/previews/0000000a-1.jpg")[2] == JPEG
    assert asked(station, "/nodes/garden/previews/0000000a-2.jpg")[0] == 404
    assert b"It is being hung up now" in asked(station, "/nodes/garden")[2]
    found = json.loads(asked(station, "/nodes/garden/install.json")[2])
    assert (found["live"], found["rssi_dBm"], found["bars"], found["missing"]) == (True, -68, 3, [])
    with Store(station.folder) as store:
        assert list(store.pictures("garden")) == []
        assert [node.heard_s for node in store.nodes()] == [None, None]
    assert not list(station.folder.rglob("*.jpg"))


@pytest.mark.parametrize(
    ("key", "content", "status"),
    [
        ("0000000a-1", b"", 201),  # the camera is silent, the node is not
        ("0000000a-1", b"GIF89a", 422),
        ("0000000a-x", JPEG, 400),
        ("plain", JPEG, 400),
        ("0000000a-1", JPEG + bytes(LARGEST), 422),
    ],
)
def test_what_is_no_preview_is_refused(key: str, content: bytes, status: int) -> None:
    assert Previews().take("garden", key, content, LINE, 100.0) == status


def test_a_stranger_shows_nothing(station: Any) -> None:
    station.start("--quiet")
    station.keys["garden"] = bytes(32)
    assert station.put("previews/0000000a-1", JPEG, LINE).status == 401
    assert json.loads(asked(station, "/nodes/garden/install.json")[2])["live"] is False
    assert (
        asked(station, "/nodes/nobody/install")[0] == asked(station, "/nodes/nobody/install.json")[0] == 404
    )


def test_what_was_recorded_and_comes_again_changes_nothing() -> None:
    previews = Previews()
    story = [("0000000a-1", 201), ("0000000a-2", 201), ("0000000a-1", 200), ("0000000a-2", 200)]
    story += [("0000000b-1", 201), ("0000000a-3", 409), ("0000000b-2", 201)]
    for number, (key, status) in enumerate(story):
        assert previews.take("garden", key, b"\xff\xd8%d" % number, LINE, float(number)) == status, key
    shown = previews.of("garden")
    assert shown is not None
    assert (shown.key, shown.jpeg, shown.received_s) == ("0000000b-2", b"\xff\xd86", 6.0)
    assert previews.of("shed") is None


def shown(**changes: int) -> Preview:
    previews = Previews()
    previews.take("garden", "0000000a-1", JPEG, told(**changes), 1000.0)
    found = previews.of("garden")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("age_s", "left_s", "live"), [(59.0, 431, True), (60.0, 431, False), (1.0, 0, False)]
)
def test_it_is_live_while_it_speaks(age_s: float, left_s: int, live: bool) -> None:
    assert shown(left=left_s).is_live(1000.0 + age_s) is live


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fault": 6}, "The camera gives no picture: its plug, its wires, its supply."),
        ({"rssi": -81}, "The Wi-Fi is weak here: turn it, move it, or bring the access point nearer."),
        (
            {"motions": 0},
            "The motion sensor has seen nothing yet: walk about, the LED must light up.",
        ),
        ({"soc": 49}, "The battery has 49 %: better charge it before it stays outside."),
    ],
)
def test_what_is_missing_is_said(garden: Node, changes: dict[str, int], words: str) -> None:
    assert as_document(garden, shown(**changes), 1001.0)["missing"] == [words]
    assert words in install_page(garden, shown(**changes), 1001.0, 0.0)


def test_nothing_is_missing_at_the_limits(garden: Node) -> None:
    assert as_document(garden, shown(rssi=-80, soc=50, motions=1), 1001.0)["missing"] == []


def test_a_page_that_waits_gives_up(garden: Node) -> None:
    assert "refresh" in install_page(garden, None, 0.0, 1799.0)
    assert "refresh" not in install_page(garden, None, 0.0, 1800.0)


@pytest.mark.parametrize(
    ("dBm", "bars", "words"),
    [
        (0, 0, "not known"), (-81, 1, "weak"), (-80, 2, "fair"), (-71, 2, "fair"), (-70, 3, "good"),
        (-61, 3, "good"), (-60, 4, "very good"),
    ],
)  # fmt: skip
def test_bars_are_the_nodes_own(shared_codes: Any, dBm: int, bars: int, words: str) -> None:
    assert led_codes().bars(dBm) == shared_codes.bars(-dBm) == bars
    assert signal_words(bars) == words


def test_the_card_has_every_code_once() -> None:
    assert [(words, says) for words, _, says, _ in rows()] == [
        ("lit", "the motion sensor sees something"),
        ("a wink", "it lives, and nothing moves"),
        ("a flicker", "it looks for your Wi-Fi"),
        ("1 to 4 short", "it has joined your Wi-Fi"),
        ("1 long", "your home station has answered"),
        ("2 long", "there is no such Wi-Fi here"),
        ("3 long", "the Wi-Fi is there and does not let it in"),
        ("4 long", "the home station does not answer"),
        ("5 long", "somebody answers who does not take it"),
        ("6 long", "the camera gives no picture"),
        ("7 long", "the battery is low"),
        ("a long flicker", "install mode is over"),
    ]


def test_the_card_in_the_documents_is_the_present_one() -> None:
    made = card_command.card_bytes(load_design(card_command.DEFAULT), ".svg").decode()
    kept = (Path(__file__).resolve().parents[2] / "docs/images/card.svg").read_text("utf-8")
    assert _words(made) == _words(kept)


def _words(svg: str) -> list[str]:
    """The text of a drawing."""
    import re

    return re.findall(r"<text[^>]*>([^<]+)</text>", svg)


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF"), ("html", b"<!doctype html>"), ("png", b"\x89PNG")]
)
def test_a_card_of_each_form(form: str, begins: bytes, tmp_path: Path) -> None:
    out = tmp_path / f"card.{form}"
    result = CliRunner().invoke(card_command.command, ["memento", "--out", str(out)])
    assert result.exit_code == 0
    assert out.read_bytes().startswith(begins)


def test_a_form_that_is_none_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(card_command.command, ["--out", str(tmp_path / "card.doc")])
    assert result.exit_code != 0
    assert "card.doc: a card is written as .svg, .pdf, .html, .png." in str(result.exception)


@pytest.mark.parametrize("name", [name for name in list_designs() if load_design(name).camera])
def test_the_card_says_which_led_and_which_switch(name: str) -> None:
    design = load_design(name)
    said = " ".join(card_command.head(design))
    assert ("This board has no LED" in said) is ("led_pin" not in design.board.caps)
    assert ("to ground at power-on" in said) is ("bench" in design.pins)


@pytest.fixture
def garden(tmp_path: Path) -> Node:
    from station import nodes

    with Store(tmp_path) as store:
        nodes.add(store, "garden", "pico-w-arducam-2mp")
        found = store.node("garden")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def shared_codes() -> Any:
    """The firmware's own module."""
    import types

    from station.led_codes import SOURCE

    module = types.ModuleType("codes")
    exec(SOURCE.read_text("utf-8"), module.__dict__)
    return module
