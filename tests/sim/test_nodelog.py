"""Batches of journal bytes -> rows with times, as literal lists."""

from __future__ import annotations

import struct

import pytest

from sim.nodelog import node_log
from sim.watching import INFERRED, LONG, ROW, NodeRow, reason_names, unpack_entry

STATES = ("BOOT", "SEND", "SLEEP")


def event(reason: int, argument: int, wake: int, ms: int = 0) -> bytes:
    return struct.pack("<BBHI", reason, argument, wake, ms)


def row(state: int, wake: int, s: float, J: float, flags: int = 0, volts: float = 4.0) -> bytes:
    """As the journal packs it: 10 ms and mJ, or 10 s and J in a long one."""
    duration, energy = (s / 10.0, J) if flags & LONG else (s * 100.0, J * 1000.0)
    return struct.pack(
        "<BBHHH", ROW | state | flags, round(volts / 0.02), wake, round(duration), round(energy)
    )


def told(*batches: tuple[float, bytes]) -> list[tuple]:
    log = node_log(batches, STATES, {1: "WOKE"}, 2)
    return [
        (round(r.t_s, 3), round(r.dt_s, 3), round(r.mA, 3), r.state, r.marker, r.quality) for r in log.rows
    ]


def test_entries() -> None:
    assert unpack_entry(event(4, 2, 513, 70_000)) == (4, 2, 513, 70_000)
    assert unpack_entry(row(1, 300, 2.5, 0.4)) == NodeRow(
        1, 300, pytest.approx(2.5), pytest.approx(0.4), 4.0, False
    )
    assert unpack_entry(row(2, 1, 6000.0, 44.0, LONG | INFERRED)) == NodeRow(2, 1, 6000.0, 44.0, 4.0, True)


def test_reason_names_come_from_the_firmware() -> None:
    names = reason_names()
    assert (names[1], names[4], names[3]) == ("WOKE", "CRASH", "NEW_LIFE")
    assert all(name.isupper() for name in names.values())
    assert len(names) == len(set(names.values())) > 30


def test_one_batch_ends_when_it_arrived() -> None:
    """Two wakes of 5 s in 110 s: the node slept 50 s before each; the sender's last rows come later."""
    batch = row(0, 1, 5.0, 1.0) + row(0, 2, 3.0, 0.6, INFERRED) + row(1, 2, 2.0, 0.8)
    assert told((110.0, batch)) == [
        (50.0, 5.0, 50.0, "BOOT", 1, "measured"),
        (105.0, 3.0, 50.0, "BOOT", 2, "inferred"),
        (108.0, 2.0, 100.0, "SEND", 2, "measured"),
    ]


def test_sleep_is_spread_and_says_that_it_is_inferred() -> None:
    first = row(0, 1, 5.0, 1.0) + row(2, 1, 100.0, 2.0, LONG | INFERRED)  # asleep: 20 mW, 5 mA at 4 V
    second = row(2, 1, 0.5, 0.01) + row(0, 2, 5.0, 1.0) + row(0, 3, 5.0, 1.0)
    assert told((5.0, first), (110.0, second)) == [
        (0.0, 5.0, 50.0, "BOOT", 1, "measured"),
        (5.0, 0.5, 5.0, "SLEEP", 1, "measured"),  # the sender's own last rows, told a batch later
        (5.5, 47.25, 5.0, "SLEEP", 2, "inferred"),
        (52.75, 5.0, 50.0, "BOOT", 2, "measured"),
        (57.75, 47.25, 5.0, "SLEEP", 3, "inferred"),
        (105.0, 5.0, 50.0, "BOOT", 3, "measured"),
    ]


def test_wake_numbers_wrap() -> None:
    batch = row(0, 65_535, 5.0, 1.0) + row(0, 0, 5.0, 1.0) + row(0, 1, 5.0, 1.0)
    assert [(entry[0], entry[4]) for entry in told((30.0, batch))] == [(5.0, 65_535), (15.0, 0), (25.0, 1)]


def test_a_batch_that_was_sent_again_counts_once() -> None:
    first = event(1, 0, 1) + row(0, 1, 5.0, 1.0)
    again = first + row(1, 1, 1.0, 0.5) + event(1, 0, 2) + row(0, 2, 5.0, 1.0)  # the first answer was lost
    rows = told((5.0, first), (50.0, again))
    assert [(entry[3], entry[4]) for entry in rows] == [("BOOT", 1), ("SEND", 1), ("BOOT", 2)]
    log = node_log([(5.0, first), (50.0, again)], STATES, {1: "WOKE"}, 2)
    assert [(e.t_s, e.wake, e.reason) for e in log.events] == [(5.0, 1, "WOKE"), (50.0, 2, "WOKE")]


def test_events_unknown_reasons_and_leftover_bytes() -> None:
    log = node_log([(9.0, event(1, 3, 7) + event(99, 1, 7) + b"1234567")], STATES, {1: "WOKE"}, 2)
    assert [(e.t_s, e.wake, e.reason, e.argument) for e in log.events] == [
        (9.0, 7, "WOKE", 3),
        (9.0, 7, "99", 1),
    ]
    assert log.rows == []


def test_a_state_that_nobody_knows_and_a_row_of_nothing() -> None:
    assert told((5.0, row(9, 1, 5.0, 1.0)))[0][3] == "state 9"
    assert told((5.0, row(0, 1, 0.0, 0.0, volts=0.0)))[0][2] == 0.0
    assert told((5.0, b"\xff" * 8))[0][3] == "state 15"  # erased memory


def test_more_time_awake_than_passed_is_no_negative_sleep() -> None:
    rows = told((4.0, row(0, 1, 5.0, 1.0)), (20.0, row(0, 2, 5.0, 1.0)))
    assert [(entry[0], entry[1]) for entry in rows] == [(0.0, 5.0), (15.0, 5.0)]


def test_a_node_that_has_not_measured_yet_borrows_the_next_reading() -> None:
    batch = row(0, 1, 3.0, 0.6, volts=0.0) + row(1, 1, 2.0, 0.8)
    assert [(entry[2], entry[3]) for entry in told((5.0, batch))] == [(50.0, "BOOT"), (100.0, "SEND")]
