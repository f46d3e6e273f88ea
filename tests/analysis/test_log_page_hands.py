"""The page of a log in headless Chromium: pointer, wheel, fingers, keys and fields do as told."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.analysis.page_in_browser import PHONE, SHIFT, WIDE, Open, Page
from tests.analysis.page_logs import duty
from tests.browser import needs_chromium

pytestmark = needs_chromium


def test_wheel_drag_and_two_fingers_move_the_view(small: Page) -> None:
    x, y = small.at(20.0)
    small.mouse("mouseWheel", x, y, deltaX=0, deltaY=-240)
    a, b = small.view()
    assert b - a < 60 and (20.0 - a) / (b - a) == pytest.approx(1 / 3, abs=0.01)
    small.drag(small.at(20.0), small.at(19.0))
    c, d = small.view()
    assert (c - a, d - b) == (pytest.approx(1.0, abs=0.1), pytest.approx(1.0, abs=0.1))
    touch = "Input.dispatchTouchEvent"
    (left, y), (right, _) = small.at(25.0), small.at(30.0)
    places = [[(left, y), (right, y)], [(left - 100, y), (right + 100, y)]]
    for what, points in (("touchStart", places[0]), ("touchMove", places[1]), ("touchEnd", [])):
        small.browser.ask(touch, type=what, touchPoints=[{"x": x, "y": y} for x, y in points])
    e, f = small.view()
    assert f - e < 0.9 * (d - c)


def test_keys_move_the_view(small: Page) -> None:
    assert small.view() == (0.0, pytest.approx(60.0))
    small.key("+", "+")
    a, b = small.view()
    assert b - a == pytest.approx(36.0)
    small.key("ArrowRight")
    assert small.view() == (pytest.approx(a + 0.2 * 36), pytest.approx(b + 0.2 * 36))
    small.key("ArrowLeft", modifiers=SHIFT)
    assert small.view()[0] == pytest.approx(a + 0.18 * 36)
    small.key("-", "-")
    assert small.view()[1] - small.view()[0] == pytest.approx(60.0)
    small.key("n", "n")
    assert small.view()[0] == pytest.approx(17.0 - 0.06 * 3, abs=0.01)
    small.key("n", "n")
    assert small.view()[0] == pytest.approx(37.0 - 0.06 * 3, abs=0.01)
    small.key("p", "p")
    assert small.view()[0] == pytest.approx(17.0 - 0.06 * 3, abs=0.01)
    small.key("Home")
    assert small.view() == (0.0, pytest.approx(60.0))


def test_a_selection_by_hand_says_its_figures(small: Page) -> None:
    small.drag(small.at(17.4), small.at(18.2), modifiers=SHIFT)
    picked = small.run("torpor.state.selection")
    assert (picked["a"], picked["b"]) == (pytest.approx(17.4, abs=0.06), pytest.approx(18.2, abs=0.06))
    small.type("from", "17.5").type("length", "0.5")
    assert small.figure("mean") == "120 mA"
    assert small.figure("duration") == "500 ms"
    assert small.figure("charge") == "60 mC (0.01667 mAh)"
    small.until("document.getElementById('percentiles').textContent.includes('median120 mA')")
    small.type("battery", "2400")
    assert small.figure("battery life") == "16 h"
    small.key("z", "z")
    assert small.view() == (pytest.approx(17.47), pytest.approx(18.03))
    small.key("Escape").key("0", "0")
    assert small.run("torpor.state.selection") is None
    small.key("s", "s")
    assert small.run("torpor.state.selection") == {"a": 0, "b": pytest.approx(60.0)}


def test_markers_levels_and_notes_travel_with_the_address(small: Page) -> None:
    for t in (17.35, 18.25):
        small.mouse("mouseMoved", *small.at(t))
        small.drawn().key("m", "m")
    small.mouse("mouseMoved", *small.at(30.0, 0.3))
    small.drawn().key("h", "h")
    small.browser.run(
        "(() => { const f = document.querySelectorAll('#marked input')[1]; f.value = 'radio, on & off';"
        "f.dispatchEvent(new Event('input')); })()"
    )
    small.type("note", "Zählt 5 % mehr").click("#marked li button[aria-label^='select from marker 1']")
    small.click("[data-do=V]").key("n", "n")
    told = small.run("torpor.address()")
    picked = small.figure("charge")
    small.until(f"location.hash === {json.dumps('#' + told)}")
    small.open(fragment="#" + told)
    after = small.run("torpor.state")
    assert small.run("torpor.address()") == told
    assert [one["label"] for one in after["markers"]] == ["", "radio, on & off"]
    assert len(after["levels"]) == 1 and after["shown"] == {"V": True, "mW": False, "mC": False}
    assert after["selection"]["a"] == pytest.approx(17.35, abs=0.06)
    assert after["a"] == pytest.approx(17.0 - 0.06 * 3, abs=0.01)
    assert small.figure("charge") == picked
    assert small.run("document.getElementById('note').value") == "Zählt 5 % mehr"
    assert small.browser.said == []


def test_half_an_address_does_no_harm(small: Page) -> None:
    small.open(fragment="#v=9,abc&s=&m=NaN&h=%E0%A4%A&y=log&n=%E0%A4%A&v=50,40&q=1&m=20,%E0%A4%A&p=__proto__")
    assert small.view() == (0.0, pytest.approx(60.0))
    assert small.run("torpor.state.markers") == [{"t": 20, "label": ""}]
    assert small.browser.said == []


def test_fixed_limits_and_a_logarithmic_axis(small: Page) -> None:
    limits = "(() => { const { min, max } = torpor.panes.get('mA').plot.scales.y; return [min, max]; })()"
    small.type("limits", "fixed").type("high", "400").type("low", "-10").key("n", "n")
    assert small.run(limits) == [-10, 400]
    small.type("high", "-20")
    assert "must be above" in small.run("document.getElementById('told').textContent")
    assert small.run(limits) == [-10, 400]
    small.type("limits", "view").type("limits", "whole").key("+", "+")
    assert small.run(limits)[1] > 260
    small.type("limits", "view").key("0", "0").key("l", "l")
    low, high = small.run(limits)
    assert 0 < low < 0.1 and high > 260
    assert "what is lower lies on the lower edge" in small.run("document.getElementById('words').textContent")
    small.type("limits", "fixed").type("low", "0").type("high", "300")
    low, high = small.run(limits)
    assert 0 < low < 0.1 and high == 300
    assert small.run("torpor.panes.get('mA').plot.data[1].some((mA) => mA !== null && mA <= 0)") is False


def test_the_picture_holds_what_is_seen(small: Page, tmp_path: Path) -> None:
    small.browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    small.click("[data-do=png]")
    made = tmp_path / "log.png"
    ends = time.monotonic() + 30
    while not made.exists() and time.monotonic() < ends:
        time.sleep(0.02)
    from PIL import Image

    with Image.open(made) as picture:
        assert picture.width > 1000 and picture.height > 350
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 20


def test_rows_of_the_tables_lead_to_their_place(small: Page) -> None:
    small.click("#states tr:nth-child(1)")
    assert small.view()[0] == pytest.approx(17.0 - 0.06 * 3, abs=0.01)
    small.click("#states tr:nth-child(1)")
    assert small.view()[0] == pytest.approx(37.0 - 0.06 * 3, abs=0.01)
    small.click("#cycles tr:nth-child(1) button")
    assert small.view()[0] == pytest.approx(17.0 - 0.06 * 3, abs=0.01)
    small.click("[data-sort=t]").click("[data-sort=t]")
    assert small.run("document.querySelector('#cycles th').textContent") == "1"
    x, y = small.at(17.2)
    for count in (1, 2):
        held = {"button": "left", "clickCount": count}
        small.mouse("mousePressed", x, y, **held)
        small.mouse("mouseReleased", x, y, **held)
    assert small.view() == (pytest.approx(17.0 - 0.18, abs=0.01), pytest.approx(20.0 + 0.18, abs=0.01))


def test_the_way_back(small: Page) -> None:
    small.until("performance.now() > 500")
    small.key("n", "n")
    there = small.view()
    small.run("torpor.before = performance.now()")
    small.until("performance.now() - torpor.before > 450")
    small.key("0", "0").key("b", "b")
    assert small.view() == there
    small.key("b", "b")
    assert small.view() == (0.0, pytest.approx(60.0))


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_light_and_dark_wide_and_phone(opens: Open, size: tuple[int, int]) -> None:
    papers, pixels = [], []
    for dark in (False, True):
        page = opens("small", lambda: duty(60_000), size=size, dark=dark)
        assert page.browser.said == []
        assert page.seen["overflow"] <= 0
        papers.append(page.seen["paper"])
        pixels.append(page.run("[...torpor.pictureOf().getContext('2d').getImageData(2, 2, 1, 1).data]"))
        unnamed = (
            "[...document.querySelectorAll('button, input, select, textarea')].filter((one) => "
            "!one.textContent.trim() && !one.getAttribute('aria-label') && !one.closest('label')).length"
        )
        assert page.run(unnamed) == 0
    assert papers == ["rgb(251, 251, 249)", "rgb(22, 24, 26)"]
    assert pixels == [[255, 255, 255, 255], [31, 34, 37, 255]]


def test_the_keys_are_told_and_none_acts_while_one_types(small: Page) -> None:
    small.key("?", "?")
    assert small.run("document.getElementById('keys').open")
    small.click("#keys button")
    assert not small.run("document.getElementById('keys').open")
    small.browser.run("document.getElementById('note').focus()")
    small.key("m", "m").key("ArrowRight")
    assert small.run("torpor.state.markers") == []
    assert small.run("document.getElementById('note').value") == "m"
