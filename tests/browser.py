"""Headless Chromium by its own pipe, for the tests of every page; those are skipped where there is none.

Debian: `apt install chromium`.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this computer")

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
