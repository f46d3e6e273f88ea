"""A flat battery in April under a quarter of the panel: off, locked out, back by the sun alone."""

from __future__ import annotations

import pytest

from sim.scenario import Scenario

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
