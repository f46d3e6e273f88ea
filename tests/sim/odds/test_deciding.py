"""One hour of one lane, worked out by hand: motions, pictures, sessions, and every joule of it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.odds.deciding import serve
from sim.odds.layout import (
    ALIVE,
    COUNT,
    CREDIT,
    DARK,
    FRESH,
    HELD,
    LANES,
    LOAD,
    LOAD_X,
    LOCKED,
    MET,
    PICTURES,
    ROWS,
    SEEN,
    VISITORS,
    WAITING,
    Q,
)  # fmt: skip
from sim.odds.rules import BATCH_BIT, KEEP_BIT, SMALL_BIT

#: An hour asleep, the same as booked, a wake, a scarce one, a refusal, a dark frame, a picture, a small one,
#: a join, sending either; locked out: an hour, a motion, no clock.
PRICE = np.array([100, 100, 7, 5, 3, 2, 11, 6, 20, 9, 4, 13, 1, 0], dtype=np.float32)
LOCKS = np.array([20, 40, 7, 100], dtype=np.float32)


def hour(
    share: int, batch: int, lit: bool = True, small: int = 0, keep: int = 1, **start: float
) -> dict[str, float]:
    """What an hour with four motions does to lane 0; the rest of the block sleeps."""
    s = np.zeros(ROWS * LANES, dtype=np.float32)
    s[Q : Q + LANES] = 0.8
    s[ALIVE : ALIVE + LANES] = s[LOAD_X : LOAD_X + LANES] = s[FRESH : FRESH + LANES] = 1.0
    s[COUNT] = start.pop("count", 4.0)
    places = {"credit": CREDIT, "waiting": WAITING, "dark": DARK, "locked": LOCKED}
    places |= {"q": Q, "alive": ALIVE, "held": HELD}
    for name, value in start.items():
        s[places[name]] = value
    words = np.full(LANES, share | batch << BATCH_BIT | keep << KEEP_BIT | small << SMALL_BIT, dtype=np.int32)
    rows = np.zeros((1, 12), dtype=np.float32)
    serve(s, words, rows, np.array([lit]), np.array([0.5], dtype=np.float32), 0, PRICE, LOCKS, False)
    assert s[LOAD + 1] == (100.0 if s[ALIVE + 1] else 0.0)
    names = {
        "load": LOAD,
        "pictures": PICTURES,
        "seen": SEEN,
        "visitors": VISITORS,
        "met": MET,
        "fresh": FRESH,
    }
    return {name: float(s[place]) for name, place in (names | places).items()}


def test_everybody_is_served_and_sent_at_once() -> None:
    found = hour(1000, 1)
    assert found["load"] == 100 + 4 * (7 + 11) + 4 * (20 + 9)
    assert (found["pictures"], found["visitors"], found["met"], found["waiting"]) == (4, 2, 4, 0)
    assert found["fresh"] == 0


def test_half_of_them_where_energy_is_scarce_and_two_to_a_session() -> None:
    found = hour(500, 2)
    assert found["load"] == 100 + 2 * (5 + 11) + 2 * 3 + 20 + 2 * 9
    assert (found["pictures"], found["met"], found["credit"]) == (2, 1, 0)


def test_credit_is_carried_over() -> None:
    assert hour(300, 1)["credit"] == pytest.approx(200)
    assert hour(300, 1, credit=900)["pictures"] == 2
    assert hour(1000, 1, count=0.0, credit=5)["credit"] == 5


def test_small_pictures_cost_less() -> None:
    assert hour(500, 2, small=1)["load"] == 100 + 2 * (5 + 6) + 2 * 3 + 20 + 2 * 4


def test_what_does_not_fill_a_session_waits() -> None:
    found = hour(1000, 3, waiting=1.0)
    assert (found["met"], found["waiting"]) == (1, 2)
    assert found["load"] == 100 + 4 * 18 + 20 + 3 * 9


def test_what_has_waited_too_long_goes_alone() -> None:
    assert hour(250, 8, waiting=1.0, held=61.0)["met"] == 1
    assert hour(250, 8, waiting=1.0, held=40.0)["met"] == 0


def test_three_pictures_in_the_dark_and_no_more() -> None:
    found = hour(1000, 1, lit=False)
    assert (found["pictures"], found["dark"]) == (3, 3)
    assert found["load"] == 100 + 4 * 7 + 3 * (11 + 20 + 9) + 2
    assert hour(1000, 1, lit=False, keep=0)["load"] == 100 + 4 * 7 + 4 * 2
    assert hour(800, 1, lit=False, dark=3.0)["pictures"] == 0


def test_a_picture_by_day_ends_the_dark() -> None:
    assert hour(1000, 1, dark=3.0)["dark"] == 0


def test_locked_out_it_only_meets_them() -> None:
    found = hour(1000, 1, locked=1.0, q=0.3)
    assert found["load"] == 100 + 13 + 4 * 1
    assert (found["pictures"], found["locked"]) == (0, 1)
    assert hour(1000, 1, locked=1.0, q=0.405)["locked"] == 0


def test_the_lock_needs_a_motion_to_be_noticed() -> None:
    assert hour(1000, 1, q=0.19)["locked"] == 1
    assert hour(1000, 1, q=0.205)["locked"] == 0
    assert hour(1000, 1, q=0.19, count=0.0)["locked"] == 0


def test_without_a_supply_nothing_is_seen_nor_taken() -> None:
    found = hour(1000, 1, alive=0.0)
    assert (found["load"], found["seen"], found["pictures"]) == (0, 0, 0)
