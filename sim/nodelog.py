"""From the journal bytes that a node sends to the rows of its log.

A node that sleeps by pin does not know how long it slept, and has no clock of its own: its rows carry
durations and wake numbers. The station knows when each batch arrived, and that the last wake in it is
the one that sent it; wakes in between are spread evenly, and say so ("inferred").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.log import LogRow
from sim.watching import JournalEntry, NodeRow, unpack_entry

ENTRY = 8


@dataclass(frozen=True, slots=True)
class NodeLog:
    """What a node told over time: its log rows by time, and its events with the time they came in."""

    rows: list[LogRow]
    events: list[JournalEntry]


def node_log(
    batches: Sequence[tuple[float, bytes]],
    state_names: Sequence[str],
    reasons: dict[int, str],
    sleep_state: int,
) -> NodeLog:
    """Put batches of 8-byte entries (arrival in s, bytes) on one time line.

    Entries that are no whole eight bytes at the end of a batch are ignored, and so is what a node sent
    again because the answer to its last batch was lost.
    """
    rows: list[LogRow] = []
    events: list[JournalEntry] = []
    line = _TimeLine(state_names, sleep_state)
    last = b""
    for arrived_s, sent in batches:
        raw = sent[len(last) :] if last and sent.startswith(last) else sent
        last = sent
        visits: list[NodeRow] = []
        for at in range(0, len(raw) - ENTRY + 1, ENTRY):
            found = unpack_entry(raw[at : at + ENTRY])
            if isinstance(found, NodeRow):
                visits.append(found)
            else:
                reason, argument, wake, _ = found
                events.append(JournalEntry(arrived_s, wake, reasons.get(reason, str(reason)), argument))
        rows += line.place(visits, arrived_s)
    return NodeLog(sorted(rows, key=lambda row: row.t_s), events)


class _TimeLine:
    """Gives each visit a time; remembers where the last batch ended."""

    def __init__(self, names: Sequence[str], sleep_state: int) -> None:
        self._names = names
        self._sleep = sleep_state
        self._cursor_s = 0.0
        self._open: int | None = None  # the wake that sent the last batch: its last rows come later
        self._sleep_W = 0.0
        self._sleep_V = 0.0
        self._V = 0.0  # a node that has not measured yet says 0: then the nearest reading stands in

    def place(self, visits: list[NodeRow], arrived_s: float) -> list[LogRow]:
        self._V = self._V or next((visit.V for visit in visits if visit.V > 0.0), 0.0)
        slept = [visit for visit in visits if visit.state == self._sleep and visit.dt_s > 60.0]
        awake = [visit for visit in visits if visit not in slept]
        if slept:
            total = sum(visit.dt_s for visit in slept)
            self._sleep_W = sum(visit.J for visit in slept) / total
            self._sleep_V = slept[-1].V
        rows = [self._row(visit) for visit in awake if visit.wake == self._open]
        wakes = sorted(
            {visit.wake for visit in awake if visit.wake != self._open}, key=lambda w: awake_order(awake, w)
        )
        groups = [[visit for visit in awake if visit.wake == wake] for wake in wakes]
        lengths = [sum(visit.dt_s for visit in group) for group in groups]
        gap = (arrived_s - self._cursor_s - sum(lengths)) / len(groups) if groups else 0.0
        for group in groups:
            rows += self._asleep(max(0.0, gap), group[0].wake)
            rows += [self._row(visit) for visit in group]
        if groups:
            self._open = wakes[-1]
        return rows

    def _row(self, visit: NodeRow) -> LogRow:
        start = self._cursor_s
        self._cursor_s += visit.dt_s
        self._V = volts = visit.V or self._V
        mA = visit.J / visit.dt_s / volts * 1000.0 if visit.dt_s > 0.0 and volts > 0.0 else 0.0
        quality = "inferred" if visit.inferred else "not sampled" if visit.partly else "measured"
        known = visit.state < len(self._names)
        state = self._names[visit.state] if known else f"state {visit.state}"
        return LogRow(start, visit.dt_s, volts, mA, state, visit.wake, quality)

    def _asleep(self, gap_s: float, wake: int) -> list[LogRow]:
        if gap_s <= 0.0:
            return []
        start = self._cursor_s
        self._cursor_s += gap_s
        if self._sleep_V <= 0.0:
            return []
        mA = self._sleep_W / self._sleep_V * 1000.0
        return [LogRow(start, gap_s, self._sleep_V, mA, self._names[self._sleep], wake, "inferred")]


def awake_order(visits: Sequence[NodeRow], wake: int) -> int:
    """Position of a wake's first visit: wake numbers wrap at 65536, the order of entries does not."""
    return next(index for index, visit in enumerate(visits) if visit.wake == wake)
