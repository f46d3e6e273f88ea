"""The page of a log in headless Chromium, for tests: what a person sees of it and does with it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.log import Log
from analysis.states import StateTable
from tests.browser import Browser

WIDE, PHONE = (1300, 900), (390, 844)
SHIFT = 8


class Page:
    """One page of a log in the browser, with the log it was made from."""

    def __init__(self, browser: Browser, path: Path, log: Log, table: StateTable) -> None:
        self.browser, self.path, self.log, self.table = browser, path, log, table
        self.opened = 0

    def open(self, size: tuple[int, int] = WIDE, dark: bool = False, fragment: str = "") -> Page:
        self.opened += 1  # another address, or a fragment alone would not load it anew
        self.seen = self.browser.show(f"{self.path.as_uri()}?{self.opened}{fragment}", size, dark)
        self.until("document.documentElement.dataset.ready && document.documentElement.dataset.frame")
        return self

    def run(self, script: str) -> Any:
        told = self.browser.run(f"JSON.stringify({script})")
        return None if told is None else json.loads(told)

    def until(self, script: str) -> None:
        ends = time.monotonic() + 30
        while not self.browser.run(f"Boolean({script})"):
            assert time.monotonic() < ends, script
            time.sleep(0.01)

    def drawn(self) -> Page:
        """Wait until what was asked for is on the screen."""
        self.browser.ask(
            "Runtime.evaluate", awaitPromise=True,
            expression="new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
        )  # fmt: skip
        return self

    def view(self) -> tuple[float, float]:
        a, b = self.drawn().run("[torpor.state.a, torpor.state.b]")
        return a, b

    def at(self, t: float, high: float = 0.5) -> tuple[float, float]:
        """Where a time lies on the screen, at a part of the pane's height."""
        x, y = self.run(
            f"(() => {{ const {{ plot }} = torpor.panes.get('mA'), box = plot.over.getBoundingClientRect();"
            f"return [box.left + plot.valToPos({t}, 'x'), box.top + {high} * box.height]; }})()"
        )
        return x, y

    def key(self, key: str, text: str = "", modifiers: int = 0) -> Page:
        sent = {"key": key, "modifiers": modifiers} | ({"text": text} if text else {})
        self.browser.ask("Input.dispatchKeyEvent", type="keyDown", **sent)
        self.browser.ask("Input.dispatchKeyEvent", type="keyUp", key=key)
        return self.drawn()

    def mouse(self, what: str, x: float, y: float, modifiers: int = 0, **more: Any) -> None:
        self.browser.ask("Input.dispatchMouseEvent", type=what, x=x, y=y, modifiers=modifiers, **more)

    def drag(self, start: tuple[float, float], end: tuple[float, float], modifiers: int = 0) -> Page:
        held = {"button": "left", "modifiers": modifiers}
        self.mouse("mouseMoved", *start, modifiers=modifiers)
        self.mouse("mousePressed", *start, clickCount=1, **held)
        for part in (0.5, 1.0):
            x, y = (a + part * (b - a) for a, b in zip(start, end, strict=True))
            self.mouse("mouseMoved", x, y, buttons=1, **held)
        self.mouse("mouseReleased", *end, clickCount=1, **held)
        return self.drawn()

    def click(self, selector: str) -> Page:
        assert self.browser.run(f"document.querySelector({json.dumps(selector)}).click() ?? 1"), selector
        return self.drawn()

    def type(self, field: str, text: str) -> Page:
        self.browser.run(
            f"(() => {{ const f = document.getElementById('{field}'); f.value = {json.dumps(text)};"
            "f.dispatchEvent(new Event('input')); f.dispatchEvent(new Event('change')); }})()".replace(
                "}}", "}"
            )
        )
        return self.drawn()

    def figure(self, name: str) -> str:
        told = self.run(
            "Object.fromEntries([...document.querySelectorAll('#figures dt, #percentiles dt')]"
            ".map((term) => [term.textContent, term.nextElementSibling.textContent]))"
        )
        return str(told[name])

    def statistics(self, a: float, b: float) -> dict[str, Any]:
        found: dict[str, Any] = self.run(f"torpor.statistics({a!r}, {b!r})")
        return found


#: Opens the page of a log by its name; each page is made once.
Open = Callable[..., Page]
