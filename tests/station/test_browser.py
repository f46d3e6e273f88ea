"""The pages in a real browser, headless Chromium by its own pipe: nothing refused, no sideways scrolling.

Skipped where there is no Chromium (Debian: `apt install chromium`).
"""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Browser, needs_chromium

pytestmark = needs_chromium

PHONE, DESKTOP = (390, 844), (1100, 900)
ATTACK = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.fixture
def filled(live: Any, jpeg: bytes) -> Any:
    """Pictures, readings, a journal, and a node that says markup wherever it may say anything."""
    for number in range(12):
        line = json.dumps({"wake": number, "mV": 3950, "soc": 81 - number, ATTACK: ATTACK})
        assert live.put(f"images/0000000a-{number}", jpeg + bytes([number]), line).status == 201
    events = b"".join(
        struct.pack("<BBHI", reason, argument, wake, 0)
        for wake, (reason, argument) in enumerate([(19, 81), (62, 40), (41, 0), (4, 2), (43, 0), (19, 22)])
    )
    assert live.put("log/0000000a-30", events, '{"wake":30,"soc":22}').status == 201
    now_s = int(time.time())
    raw = b""
    for hour in range(72):
        entry = struct.pack("<Ihh", now_s - hour * 3600, 400 + hour, 2150 - hour)
        raw += entry + struct.pack("<H", zlib.crc32(entry) & 0xFFFF)
    for node, of in (("shed", "moisture centi_C"), ("garden", f"{ATTACK} b")):
        line = json.dumps({"wake": 1, "now": now_s, "soc": 90, "of": of})
        assert live.put("readings/0000000a-0000beef", raw, line, node).status == 201
    live.until(lambda store: not store.waiting(1))
    return live


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_are_whole_fit_and_nothing_is_refused(
    filled: Any, browser: Browser, size: tuple[int, int], dark: bool, tmp_path: Path
) -> None:
    paper = "rgb(21, 25, 23)" if dark else "rgb(246, 245, 241)"
    for path, heading, pictures in (
        ("/", "Your nodes", 2), ("/nodes/garden", "Charge", 13), ("/nodes/shed", "Moisture", 1),
        ("/nodes/garden/pictures/0000000a-3", "", 2), ("/nodes/garden?days=365", "Journal", 13),
        ("/nodes/garden?suspects=1", "Journal", 1),
    ):  # fmt: skip
        seen = browser.show(f"http://127.0.0.1:{filled.port}{path}", size, dark)
        assert browser.said == [], path
        assert seen["overflow"] <= 0, path
        assert (seen["broken"], seen["loaded"]) == (0, pictures), path
        assert (seen["injected"], "taken" in seen["title"]) == (0, False), path
        assert seen["paper"] == paper, path
        assert seen["styled"] == "1080px", path
        assert not heading or heading in seen["headings"], path
    browser.picture(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("told", [431, 2**50], ids=["usual", "absurd"])
def test_the_page_in_the_garden_fits_a_phone(live: Any, jpeg: bytes, browser: Browser, told: int) -> None:
    line = json.dumps(dict.fromkeys("mV soc rssi motions moved left fault".split(), told) | {ATTACK: ATTACK})
    assert live.put(f"previews/{told % 999:08x}-1", jpeg, line).status == 201
    seen = browser.show(f"http://127.0.0.1:{live.port}/nodes/garden/install", PHONE)
    assert browser.said == []
    assert seen["overflow"] <= 0
    assert (seen["broken"], seen["loaded"], seen["injected"]) == (0, 2, 0)
    assert seen["headings"][-1] == "What its LED says"


def test_a_node_that_does_not_exist_is_a_page_as_well(live: Any, browser: Browser) -> None:
    seen = browser.show(f"http://127.0.0.1:{live.port}/nodes/nobody", PHONE)
    assert seen["headings"] == ["Not here"]
    assert seen["overflow"] <= 0


def test_the_policy_is_one_that_a_browser_heeds(filled: Any, browser: Browser) -> None:
    """Were markup to slip through, the browser would still run none of it, nor load from elsewhere."""
    browser.show(f"http://127.0.0.1:{filled.port}/", DESKTOP)
    browser.run(
        "const s = document.createElement('script'); s.textContent = \"document.title='taken'\";"
        "document.body.append(s); const i = new Image(); i.src = 'http://127.0.0.1:1/x.png';"
        "document.body.append(i)"
    )
    ends = time.monotonic() + 30.0
    while len(browser.said) < 2 and time.monotonic() < ends:
        browser.run("1")
    assert browser.run("document.title") == "Your nodes"
    assert any("script" in text and "Content Security Policy" in text for text in browser.said)
    assert any("img-src" in text and "Content Security Policy" in text for text in browser.said)
