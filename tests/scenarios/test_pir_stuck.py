"""A PIR that is stuck high for half a day: believed three times, then ignored, longer each time."""

from __future__ import annotations

from sim.scenario import Scenario

HALF_DAY = (36_000.0, 36_000.0 + 43_200.0)
STUCK = Scenario(days=2.0, start_day=170, quiet=True, stuck_PIR=HALF_DAY, visits=((100_000.0, 60.0),))


def test_ladder(live_once):
    told = live_once(STUCK)
    slept = [minutes for t_s, _, minutes in told.events("SLEPT") if HALF_DAY[0] < t_s < HALF_DAY[1]]
    assert slept == [1, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60]


def test_three_pictures_then_none(live_once):
    told = live_once(STUCK)
    pictures = [t_s for t_s, _, _ in told.events("PICTURE") if HALF_DAY[0] <= t_s]
    during = [t_s for t_s in pictures if t_s < HALF_DAY[1]]
    assert len(during) == 3
    assert len(pictures) >= 4  # it works again when the PIR has fallen
    assert told.fates() == {"delivered": 1}


def test_it_costs_little(live_once):
    told = live_once(STUCK)
    joules = sum(note.load_J for note in told.twin.life.notes if HALF_DAY[0] <= note.booted_s < HALF_DAY[1])
    assert joules < 25.0
