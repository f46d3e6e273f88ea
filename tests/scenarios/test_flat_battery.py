"""A flat battery in April under a quarter of the panel, or three weeks under snow: off, locked out, back by
the sun alone."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.scenario import Scenario
from sim.troubles import Troubles

DAY = 86_400.0
#: Flat, and three weeks under snow from the 1st of March; then the sun. Something moves every full hour.
WEEKS = Scenario(
    days=28.0, start_day=60, soc=0.02, quiet=True, troubles=Troubles(snow=(0, 21)),
    visits=tuple((3600.0 * hour, 5.0) for hour in range(1, 40 * 24)),
)  # fmt: skip
FLAT = Scenario(days=12.0, start_day=90, soc=0.02, panel_scale=0.25)


@pytest.fixture
def told(live_once):
    return live_once(FLAT)


def test_it_comes_back_by_itself(told):
    assert told.twin.life.down[0][0] < 60.0
    assert len(told.twin.life.down) <= 3
    (recovered,) = told.events("RECOVERED")
    assert 2 * 86_400.0 < recovered[0] < 8 * 86_400.0
    assert told.fates()["delivered"] > 40
    assert told.twin.plant.soc > 0.5


def test_locked_out_means_no_camera_and_no_radio(told):
    (recovered,) = told.events("RECOVERED")
    early = {state for t_s, state in told.states() if t_s < recovered[0] - 3.0}
    assert early == {"BOOT", "TRIAGE", "SLEEP", "FLOOR", "DOWN"}


def test_two_thresholds(told):
    from sim.nodefile import node_values

    values = node_values(told.twin.design)
    (recovered,) = told.events("RECOVERED")
    measured = [percent for t_s, _, percent in told.events("BATTERY") if t_s <= recovered[0] + 0.05]
    assert max(measured[:-1]) < values["HIGH_PCT"] <= measured[-1]


def test_a_locked_wake_is_short(told):
    from sim.watching import reason_names

    locked = {name: code for code, name in reason_names().items()}["LOW_BATTERY"]
    notes = [note for note in told.twin.life.notes if note.reasons and locked in note.reasons]
    lengths = [note.asleep_s - note.booted_s for note in notes if note.asleep_s < 1e9]
    assert len(lengths) > 50
    assert max(lengths) < 5.2  # the core's floor of 5 s, nothing more
    assert max(note.load_J for note in notes) < 1.2


def test_visitors_balance(told):
    fates = told.fates()
    assert fates["low battery"] > 50
    assert fates["node off"] > 5


def test_weeks_without_power_are_over_within_a_day_of_sun(live_once):
    """Dead for most of three weeks; from the first morning without snow to the first picture, one day."""
    told = live_once(WEEKS)
    down = told.twin.life.down
    assert sum(until - start for start, until in down) > 18 * DAY
    sunrise_s = max(until for _, until in down)
    assert 21.2 * DAY < sunrise_s < 21.5 * DAY
    (recovered,) = told.events("RECOVERED")
    assert recovered[0] - sunrise_s < DAY / 2
    first_s = told.events("STORED")[0][0]
    assert first_s - sunrise_s < DAY
    assert told.fates()["delivered"] > 80


@pytest.mark.parametrize("panel_scale", [1.0, 0.25, 0.1, 0.03])
def test_a_flat_node_does_not_loop_through_its_brown_outs(live_once, panel_scale):
    """Each morning a little charge, each evening the protection: a cold start or two a day, never more, and
    never more than two wakes for what moves."""
    told = live_once(WEEKS.change(panel_scale=panel_scale))
    losses = Counter(int(start // DAY) for start, _ in told.twin.life.down)
    assert max(losses.values()) <= 2
    wakes = Counter(int(note.booted_s // DAY) for note in told.twin.life.notes)
    assert max(wakes.values()) <= 2 * 24 + 2
    spent = [note.load_J for note in told.twin.life.notes if note.cause == "POWER_ON"]
    assert 1 <= len(spent) <= 10
    assert max(spent) < 3.0  # a cold start that finds the cell flat reads the meter and sleeps


def test_a_small_panel_takes_longer_but_gets_there(live):
    told = live(WEEKS.change(panel_scale=0.25, days=40.0))
    (recovered,) = told.events("RECOVERED")
    assert 25 * DAY < recovered[0] < 35 * DAY
    assert told.fates()["delivered"] > 10
