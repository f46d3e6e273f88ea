"""When things happened on a node: its journal knows wakes and no time, the station knows arrivals.

`sim.nodelog` spreads the wakes of a batch over the time since the batch before; events get their wake's time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from sim.log import LogRow
from sim.nodelog import node_log
from sim.watching import reason_names
from station.records import Event
from station.words import Facts


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a journal; `t_s` is since 1970, as good as it can be told."""

    t_s: float
    wake: int
    reason: str
    argument: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of a node's life. rows : visits of states, `t_s` since 1970. events : in order."""

    rows: tuple[LogRow, ...]
    events: tuple[Happened, ...]

    def last(self, *reasons: str) -> Happened | None:
        """The newest event of these reasons."""
        return next((event for event in reversed(self.events) if event.reason in reasons), None)

    def since(self, t_s: float) -> Timeline:
        """The part from then on."""
        return Timeline(
            tuple(row for row in self.rows if row.t_s >= t_s),
            tuple(event for event in self.events if event.t_s >= t_s),
        )


def timeline(logs: Sequence[tuple[float, bytes]], events: Sequence[Event], facts: Facts) -> Timeline:
    """Put journal bytes (arrival, content) and the events decoded from them on the calendar."""
    if not logs:
        return Timeline((), tuple(Happened(e.received_s, e.wake, e.reason, e.argument) for e in events))
    first_s = logs[0][0]
    batches = [(arrived_s - first_s, content) for arrived_s, content in logs]
    found = node_log(batches, facts.states, reason_names(), facts.states.index("SLEEP"))
    rows = tuple(
        LogRow(row.t_s + first_s, row.dt_s, row.V, row.mA, row.state, row.marker, row.quality)
        for row in found.rows
    )
    return Timeline(rows, _placed(rows, events))


def _placed(rows: Sequence[LogRow], events: Sequence[Event]) -> tuple[Happened, ...]:
    """Each event at its wake's beginning; numbers of wakes wrap, so the newest before the arrival counts."""
    starts: dict[int, list[float]] = {}
    for row in rows:
        if row.state != "SLEEP":
            starts.setdefault(row.marker, []).append(row.t_s)
    found = []
    for event in events:
        times = starts.get(event.wake, [])
        at = bisect_right(times, event.received_s)
        wake_s = times[at - 1] if at else event.received_s
        found.append(Happened(min(wake_s, event.received_s), event.wake, event.reason, event.argument))
    return tuple(found)
