"""What the terminal shows while the station receives: a table that lives, or plain lines in a log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from sim.protocol import numbers_of, telemetry_of
from station.records import Upload

#: How often refusals are summed up in a line: strangers must not fill the log.
SUM_s = 60.0
_WORD = {200: "already here", 201: "kept", 409: "refused, its key is taken", 507: "refused, no room"}


class Tally:
    """Counts what comes, and tells it. `say` takes one line."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock = clock
        self.by_status: Counter[int] = Counter()
        self.newest: dict[str, Upload] = {}
        self.kept: Counter[str] = Counter()
        self._unsaid: Counter[str] = Counter()
        self._said_s = -SUM_s

    def answered(self, upload: Upload, status: int) -> None:
        """A signed request of a node that the owner added."""
        self.by_status[status] += 1
        self.newest[upload.node.name] = upload
        self.kept[upload.node.name] += status == 201
        word = _WORD.get(status, f"refused, {status}")
        self._say(f"{upload.node.name} {upload.kind} {upload.key} {upload.size / 1000:.1f} kB: {word}")

    def refused(self, status: int) -> None:
        """Somebody who did not prove that he is a node; 0: hung up before the end."""
        self.by_status[status] += 1
        self._later("hung up" if status == 0 else f"refused with {status}")

    def trouble(self, sentence: str) -> None:
        """Something that the owner should look at."""
        self._later(sentence)

    def _later(self, what: str) -> None:
        """At once, if nothing was said of late; else summed up."""
        if len(self._unsaid) < 100:
            self._unsaid[what] += 1
        if self._clock() - self._said_s >= SUM_s:
            self.sum_up()

    def sum_up(self) -> None:
        """Say what has not been said yet."""
        self._said_s = self._clock()
        for what, count in self._unsaid.items():
            self._say(what if count == 1 else f"{what} ({count} times)")
        self._unsaid.clear()

    def table(self) -> Table:
        """Nodes and what came of them since the start."""
        table = Table(title=f"{sum(self.by_status.values())} requests", title_justify="left")
        for heading in ("node", "kept", "last", "battery"):
            table.add_column(heading)
        for name, upload in sorted(self.newest.items()):
            said = numbers_of(telemetry_of(upload.telemetry))
            battery = f"{said['mV'] / 1000:.2f} V, {said['soc']} %" if {"mV", "soc"} <= said.keys() else ""
            clock = time.strftime("%H:%M:%S", time.localtime(upload.received_s))
            table.add_row(name, str(self.kept[name]), f"{clock} {upload.kind} {upload.key}", battery)
        return table


@contextmanager
def shown(screen: Console, quiet: bool) -> Iterator[Tally]:
    """A tally on the screen: a live table on a terminal, else a line for each upload (none with `quiet`)."""
    if quiet:
        yield Tally(lambda line: None)
        return
    if not screen.is_terminal:
        tally = Tally(lambda line: screen.print(line, markup=False, soft_wrap=True))
        yield tally
        tally.sum_up()
        return
    with Live(console=screen, refresh_per_second=2) as live:
        tally = Tally(lambda line: live.console.print(line, markup=False))
        live.get_renderable = tally.table  # type: ignore[method-assign]
        yield tally
        tally.sum_up()
