"""Fills a home station from a run of the twin, as if its node had stood in the garden until now."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sim.protocol import Target, numbers_of, telemetry_of
from sim.readings import KNOWN_s, entries
from sim.run import Twin
from sim.scenario import Scenario
from sim.weather_choice import one_year
from station import nodes
from station.records import Kept, Upload
from station.store import Store

#: Uploads that may be on their way to the disk: a year's pictures do not fit in memory.
AHEAD = 64


@dataclass(frozen=True, slots=True)
class UntilNow:
    """A scenario that ends now; `first_s` is its t_s = 0, s since 1970."""

    scenario: Scenario
    first_s: float


def until_now(scenario: Scenario, now_s: float, season: bool) -> UntilNow:
    """Lay a run's days on the calendar so that it ends now, by the clock of its site; `season`: it begins on
    that day of the weather's year as well."""
    weather = one_year(scenario.weather, scenario.seed, scenario.year)
    now = datetime.fromtimestamp(now_s, timezone(timedelta(hours=weather.utc_offset_h)))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=int(scenario.days))
    days = int(scenario.days) + (now - midnight) / timedelta(days=1)
    made = scenario.change(days=days)
    if season:
        made = made.change(start_day=min(first.timetuple().tm_yday, 365) - 1)
    return UntilNow(made, first.timestamp())


class Filler:
    """Keeps what a twin's home has acknowledged."""

    def __init__(self, store: Store, name: str, until_now: UntilNow) -> None:
        self._store = store
        self._first_s = until_now.first_s
        design = until_now.scenario.design
        self._node = store.node(name) or nodes.add(store, name, design)
        self._later_s = 0  # than the weather's own year
        self._going: list[Future[Kept]] = []

    def listen_to(self, twin: Twin) -> None:
        """From now on, until `finish`."""
        twin.home.on_kept = self._keep
        self._later_s = round(self._first_s) - twin.home.epoch_s

    def _keep(self, target: Target, telemetry: str, content: bytes, now_s: float) -> None:
        if target.kind == "readings":
            telemetry, content = moved(telemetry, content, self._later_s)
        upload = Upload(
            self._node, target.kind, target.key, target.boot, content, len(content), zlib.crc32(content),
            hashlib.sha256(content).digest(), self._first_s + now_s, telemetry,
        )  # fmt: skip
        if target.kind != "images":
            self.finish()  # what a session says last is kept last
        self._going.append(self._store.keep(upload))
        if len(self._going) >= AHEAD:
            self.finish()

    def finish(self) -> None:
        """Wait until all of it is durable."""
        for one in self._going:
            one.result()
        self._going.clear()


def moved(telemetry: str, content: bytes, by_s: int) -> tuple[str, bytes]:
    """Readings so much later, where the node knew the time; and its clock in the telemetry beside them."""
    said = telemetry_of(telemetry)
    now_s = numbers_of(said).get("now", 0)
    if now_s >= KNOWN_s:
        said["now"] = now_s + by_s
    found = bytearray()
    values = len(str(said.get("of", "")).split())
    for time_s, figures in entries(content, values):
        time_s += by_s if time_s >= KNOWN_s else 0
        entry = struct.pack(f"<I{values}h", time_s, *figures)
        found += entry + struct.pack("<H", zlib.crc32(entry) & 0xFFFF)
    return json.dumps(said, separators=(",", ":")), bytes(found)
