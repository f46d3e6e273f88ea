"""Forecasts are made when a page first asks for one, in a process of their own, and kept as files: no request
ever waits for one.

`python -m station.forecasting FILE` reads what is asked from stdin (JSON) and writes the forecast.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from station.errors import verdict
from station.forecast import Asked, Forecast, from_json, to_json
from station.records import Node
from station.store import Store

FOLDER = "forecasts"
#: How soon one that a page has asked for is begun, s.
LOOK_s = 1.0


class Forecasts:
    """The forecasts of one station, in its folder. `weather`: a file, "" the default site's."""

    def __init__(
        self, store: Store, weather: str = "", trouble: Callable[[str], None] = lambda sentence: None
    ) -> None:
        self._store = store
        self._trouble = trouble
        self._weather = weather
        self._wanted: dict[str, Node] = {}  # requests run in threads of their own: each line here is one step
        self._hopeless: set[str] = set()
        self._process: asyncio.subprocess.Process | None = None

    def of(self, node: Node) -> Forecast | None:
        """A node's, if it is there; one that is not is wanted from now on."""
        found = self._kept(node) if node.design else None
        if found is None and self.pending(node):
            self._wanted[node.name] = node
        return found

    def pending(self, node: Node) -> bool:
        """Whether one may still come."""
        return bool(node.design) and self._asked(node).key not in self._hopeless

    async def run(self) -> None:
        """Make what is wanted, one after the other, until cancelled."""
        try:
            while True:
                while self._wanted:
                    await self._make(self._wanted.popitem()[1])
                await asyncio.sleep(LOOK_s)
        finally:
            if self._process is not None:
                with suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()

    def _kept(self, node: Node) -> Forecast | None:
        with suppress(OSError):
            found = from_json(self._path(node).read_text(encoding="utf-8"))
            return found if found and found.key == self._asked(node).key else None
        return None

    def _asked(self, node: Node) -> Asked:
        return Asked.of(node.design, node.settings, self._weather)

    def _path(self, node: Node) -> Path:
        return self._store.folder / FOLDER / f"{node.name}.json"

    async def _make(self, node: Node) -> None:
        asked = self._asked(node)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "station.forecasting", str(self._path(node).absolute()),
            stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the station, which ends it in its turn
        )  # fmt: skip
        _, said = await self._process.communicate(json.dumps(asdict(asked)).encode())
        if self._process.returncode:
            sentence = said.decode(errors="replace").strip().rpartition("\n")[2]
            self._trouble(f"No forecast for {node.name}: {sentence}")
            self._hopeless.add(asked.key)  # not tried again before the next start
        self._process = None
        self._wanted.pop(node.name, None)


def main() -> None:
    """Make one."""
    with suppress(OSError, AttributeError):
        os.nice(19)
    path = Path(sys.argv[1])
    said = json.loads(sys.stdin.read())
    asked = Asked(said["design"], tuple((key, value) for key, value in said["settings"]), said["weather"])
    from station.typical_year import forecast  # large: not in the station's own process

    try:
        made = to_json(forecast(asked))
    except Exception as error:
        sys.exit(verdict(error)[0])
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(made, encoding="utf-8")
    os.replace(part, path)


if __name__ == "__main__":
    main()
