"""What home can tell of a node's time and energy, from journal bytes that know neither."""

from __future__ import annotations

import struct

import pytest

from sim.log import LogRow
from sim.prices import STATES
from sim.watching import reason_names
from station.balance import Spent, Stretch, spent, stretches
from station.records import Event
from station.timeline import Happened, Timeline, timeline
from station.words import Facts

DAY_s = 86_400.0
CODES = {name: code for code, name in reason_names().items()}


def row(state: str, wake: int, seconds: float, joules: float) -> bytes:
    """A journal's row, measured at 4 V."""
    head = 0x80 | STATES.index(state)
    if seconds > 655.0:
        return struct.pack("<BBHHH", head | 0x20, 200, wake, round(seconds / 10), round(joules))
    return struct.pack("<BBHHH", head, 200, wake, round(seconds * 100), round(joules * 1000))


def test_wakes_are_spread_and_events_get_the_time_of_their_wake() -> None:
    first = row("BOOT", 1, 10.0, 1.0)
    later = b"".join(row("BOOT", wake, 10.0, 1.0) for wake in (2, 3, 4))
    events = [
        Event(1000.0, 1, "WOKE", 0), Event(4000.0, 2, "WOKE", 2), Event(4000.0, 3, "DUTY", 0),
        Event(4000.0, 9, "QUIET", 0),
    ]  # fmt: skip
    found = timeline([(1000.0, first), (4000.0, later)], events, Facts())
    assert [round(event.t_s) for event in found.events] == [1000, 1997, 2993, 4000]
    assert [(round(one.t_s), one.marker) for one in found.rows] == [
        (1000, 1),
        (1997, 2),
        (2993, 3),
        (3990, 4),
    ]
    assert found.last("WOKE", "DUTY") == Happened(found.events[2].t_s, 3, "DUTY", 0)
    assert [event.wake for event in found.since(2000.0).events] == [3, 9]


def test_a_wake_number_that_comes_again_is_the_newest_before_the_arrival() -> None:
    logs = [(1000.0, row("BOOT", 5, 10.0, 1.0)), (9000.0, row("BOOT", 5, 10.0, 1.0) * 2)]
    found = timeline(logs, [Event(1000.0, 5, "WOKE", 2), Event(9000.0, 5, "WOKE", 2)], Facts())
    assert found.events[0].t_s < 1001.0 < found.events[1].t_s


def test_without_journal_bytes_events_have_the_time_of_their_arrival() -> None:
    assert timeline([], [Event(7.0, 1, "CRASH", 4)], Facts()).events == (Happened(7.0, 1, "CRASH", 4),)


def life(*rows: tuple[str, int, float, float, float], events: tuple[Happened, ...] = ()) -> Timeline:
    """Rows of (state, wake, t_s, dt_s, W) at 4 V."""
    made = (
        LogRow(t_s, dt_s, 4.0, watts / 4.0 * 1000.0, state, wake, "measured")
        for state, wake, t_s, dt_s, watts in rows
    )
    return Timeline(tuple(made), events)


def test_harvest_is_what_was_used_and_what_the_charge_rose_by() -> None:
    """10 mW for four days are 0.24 Wh a day; 5 points of 36 kJ in two days are 0.25 Wh a day."""
    steady = life(("SLEEP", 1, 0.0, 4 * DAY_s, 0.010))
    charge = [(0.0, 50.0), (1000.0, 20.0), (2000.0, 50.0), (2 * DAY_s, 55.0), (4 * DAY_s, 55.0)]
    found = stretches(steady, charge, 36_000.0, 0.0, 4 * DAY_s, 2)
    assert [(one.from_s, one.until_s) for one in found] == [(0.0, 2 * DAY_s), (2 * DAY_s, 4 * DAY_s)]
    assert [one.used_Wh for one in found] == pytest.approx([0.24, 0.24])
    assert [one.harvest_Wh for one in found] == pytest.approx([0.24 + 0.25, 0.24])


def test_where_the_charge_is_not_known_there_is_no_harvest() -> None:
    steady = life(("SLEEP", 1, 0.0, 4 * DAY_s, 0.010))
    assert stretches(steady, [(0.0, 50.0), (2 * DAY_s, 49.0)], 36_000.0, 0.0, 4 * DAY_s, 2) == [
        Stretch(0.0, 2 * DAY_s, pytest.approx(0.24), pytest.approx(0.19))
    ]
    assert stretches(steady, [], 36_000.0, 0.0, 4 * DAY_s, 2) == []


def test_wakes_are_sorted_by_what_came_of_them() -> None:
    found = spent(
        life(
            ("SLEEP", 1, 0.0, 1000.0, 0.01),
            ("BOOT", 1, 1000.0, 10.0, 0.2), ("CAMERA", 1, 1010.0, 10.0, 0.3),
            ("BOOT", 2, 2000.0, 10.0, 0.2), ("CAMERA", 2, 2010.0, 10.0, 0.1),
            ("BOOT", 3, 3000.0, 10.0, 0.2), ("CAMERA", 3, 3010.0, 10.0, 0.1),
            ("BOOT", 4, 4000.0, 10.0, 0.2),
            events=(
                Happened(1000.0, 1, "PICTURE", 10), Happened(2000.0, 2, "TOO_DARK", 0),
                Happened(3000.0, 3, "PICTURE", 10), Happened(3001.0, 3, "NO_SPACE", 0),
                Happened(4000.0, 4, "DUTY", 0),
            ),
        )
    )  # fmt: skip
    assert found == Spent(
        asleep_J=pytest.approx(10.0), pictures=1, picture_J=pytest.approx(5.0), nothing=2,
        nothing_J=pytest.approx(6.0), other=1, other_J=pytest.approx(2.0),
    )  # fmt: skip
