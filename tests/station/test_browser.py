"""The pages in a real browser, headless Chromium by its own pipe: nothing refused, no sideways scrolling.

Skipped where there is no Chromium (Debian: `apt install chromium`).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this computer")

PHONE, DESKTOP = (390, 844), (1100, 900)
ATTACK = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
#: What the page itself tells: title, sideways overflow, pictures that did not load, text that is too small.
PROBE = """JSON.stringify({
  title: document.title,
  overflow: document.documentElement.scrollWidth - window.innerWidth,
  broken: [...document.images].filter(i => i.complete && !i.naturalWidth).length,
  loaded: [...document.images].filter(i => i.naturalWidth).length,
  injected: document.querySelectorAll('main script, img[onerror]').length,
  headings: [...document.querySelectorAll('h1, h2, h3')].map(h => h.textContent),
  paper: getComputedStyle(document.body).backgroundColor,
  styled: getComputedStyle(document.querySelector('main')).maxWidth,
})"""


class Browser:
    """One headless Chromium, spoken to in its own protocol over two pipes."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM is not None
        to_read, self._send = os.pipe()
        self._receive, to_write = os.pipe()

        def before() -> None:  # the browser reads at 3 and writes at 4
            reads, writes = os.dup(to_read), os.dup(to_write)
            os.dup2(reads, 3)
            os.dup2(writes, 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        options = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars"
        self.process = subprocess.Popen(
            [CHROMIUM, *options.split(), "--remote-debugging-pipe", f"--user-data-dir={profile}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=before, close_fds=False,
        )  # fmt: skip
        os.close(to_read)
        os.close(to_write)
        self._raw = b""
        self._number = 0
        self._session: str | None = None
        self.said: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        sent = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            sent["sessionId"] = self._session
        os.write(self._send, json.dumps(sent).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._raw:
            piece = os.read(self._receive, 1 << 20)
            assert piece, "the browser is gone"
            self._raw += piece
        raw, _, self._raw = self._raw.partition(b"\0")
        told: dict[str, Any] = json.loads(raw)
        self._note(told)
        return told

    def _note(self, told: dict[str, Any]) -> None:
        """Whatever a developer would see in red."""
        found = told.get("params", {})
        if told.get("method") == "Log.entryAdded" and found["entry"]["level"] in ("error", "warning"):
            self.said.append(found["entry"]["text"])
        elif told.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            self.said.append(str(found))
        self.last = told.get("method")

    def show(self, url: str, size: tuple[int, int], dark: bool = False) -> dict[str, Any]:
        """Load a page, scroll to its end so that lazy pictures come, and probe it."""
        width, height = size
        phone = width < 500
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.said.clear()
        self.ask("Page.navigate", url=url)
        while self.last != "Page.loadEventFired":
            self._next()
        self.run("window.scrollTo(0, document.body.scrollHeight)")
        ends = time.monotonic() + 30.0
        while not self.run("[...document.images].every(i => i.complete)") and time.monotonic() < ends:
            time.sleep(0.05)
        self.run("window.scrollTo(0, 0)")
        found: dict[str, Any] = json.loads(self.run(PROBE))
        return found

    def run(self, script: str) -> Any:
        return self.ask("Runtime.evaluate", expression=script)["result"].get("value")

    def picture(self, path: Path) -> None:
        """The whole page as a PNG."""
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self) -> None:
        os.close(self._send)
        self.process.kill()
        self.process.wait()
        os.close(self._receive)


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
