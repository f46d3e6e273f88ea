"""Tells a webhook when a node is late, or quiet although there is energy, and once when it is back.

What was told stands in alerts.json in the station's folder: a restart repeats nothing, and what could not be
delivered is tried again.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sim.protocol import numbers_of
from station.errors import Exit, StationError
from station.quiet import HEARTBEATS, PLENTY_PCT, late_after_s, span_words, why_quiet
from station.records import Node
from station.standing import LATELY_s, standing, usual_s
from station.store import Store

FILE = "alerts.json"
#: How often nodes are looked at, s.
LOOK_s = 30.0
#: A webhook may take so long, s.
PATIENCE_s = 10.0
#: Pictures from which the usual pause between two is told.
_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told. `event` is "late", "quiet" or "back"; `since_s` is when it was last heard, or last sent a
    picture ("quiet"), s since 1970; `why` a sentence for the owner."""

    event: str
    node: str
    since_s: float
    why: str
    soc: int | None

    def body(self) -> bytes:
        """As it is posted."""
        said = {
            "version": 1, "event": self.event, "node": self.node, "since_s": round(self.since_s),
            "why": self.why, "soc_pct": self.soc,
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Pulse:
    """What alerts hang on: when a node was heard and sent a picture, and its usual pauses, s."""

    heard_s: float
    usual_s: float | None
    pictured_s: float | None
    pictures_s: float | None
    soc: int | None


def pulse(store: Store, node: Node, now_s: float) -> Pulse | None:
    """A node's pulse; None if it was never heard."""
    if node.heard_s is None:
        return None
    told = store.telemetry(node.name, min(now_s, node.heard_s) - LATELY_s)
    charges = [said["soc"] for one in told if "soc" in (said := numbers_of(one.said))]
    pictured = [one.received_s for one in store.pictures(node.name, count=_SAMPLE)]
    return Pulse(
        node.heard_s,
        usual_s([one.received_s for one in told]),
        pictured[0] if pictured else None,
        usual_s(pictured[::-1]),
        charges[-1] if charges else None,
    )


def ails(seen: Pulse, now_s: float, heartbeats: float) -> tuple[str, float]:
    """("late" or "quiet", since when), or ("", 0) if all is well."""
    if now_s - seen.heard_s > late_after_s(seen.usual_s, heartbeats):
        return "late", seen.heard_s
    plenty = seen.soc is not None and seen.soc >= PLENTY_PCT
    if seen.pictured_s is None or seen.pictures_s is None or not plenty:
        return "", 0.0
    late = now_s - seen.pictured_s > late_after_s(seen.pictures_s, heartbeats)
    return ("quiet", seen.pictured_s) if late else ("", 0.0)


def check_url(url: str) -> str:
    """A webhook's address; StationError if it is none."""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")  # as the socket will: ".." and labels over 63 letters
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise StationError(f"{url!r} is no webhook: expected http://... or https://...", Exit.USAGE)
    return url


class Alerts:
    """Watches the nodes of a store. `trouble` is told what the owner should see in the log."""

    def __init__(
        self, store: Store, url: str, heartbeats: float = HEARTBEATS,
        trouble: Callable[[str], None] = lambda sentence: None,
    ) -> None:  # fmt: skip
        self._store = store
        self._url = url
        self._heartbeats = heartbeats
        self._trouble = trouble
        self._path = store.folder / FILE
        self._told = read_told(self._path)

    async def run(self) -> None:
        """Look, and tell, until cancelled."""
        while True:
            for alert in await asyncio.to_thread(self.due, time.time()):
                await asyncio.to_thread(self.tell, alert)
            await asyncio.sleep(LOOK_s)

    def due(self, now_s: float) -> list[Alert]:
        """What is to be told and was not."""
        found = (self._due(node, now_s) for node in self._store.nodes())
        return [alert for alert in found if alert]

    def _due(self, node: Node, now_s: float) -> Alert | None:
        seen = pulse(self._store, node, now_s)
        if seen is None:
            return None
        event, since_s = ails(seen, now_s, self._heartbeats)
        before = self._told.get(node.name, "")
        if event == before:
            return None
        if not event:
            return Alert("back", node.name, seen.heard_s, f"{node.name} is back.", seen.soc)
        if event == "quiet":
            why = f"No picture for {span_words(now_s - since_s)}, although its battery is {seen.soc} % full."
        else:
            why = why_quiet(standing(self._store, node, now_s), self._heartbeats).why
        return Alert(event, node.name, since_s, why, seen.soc)

    def tell(self, alert: Alert) -> bool:
        """Post one alert and remember it; False if it could not be delivered, and is due again."""
        head = {"Content-Type": "application/json", "User-Agent": "torpor"}
        request = urllib.request.Request(self._url, alert.body(), head, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_s) as answer:
                answer.read(1000)
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            self._trouble(f"The webhook took no alert on {alert.node}: {reason}.")
            return False
        self._told[alert.node] = "" if alert.event == "back" else alert.event
        write_told(self._path, self._told)
        return True


def read_told(path: Path) -> dict[str, str]:
    """What was told of each node: "late", "quiet", "" (back); nothing from a file that is none of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    told = found.get("told") if isinstance(found, dict) else None
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def write_told(path: Path, told: dict[str, str]) -> None:
    """Replace the file as a whole: a power cut leaves the old one or the new one."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump({"version": 1, "told": told}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
