"""A PIR that takes every Wi-Fi burst for motion: the node believes none of it."""

from __future__ import annotations

from sim.scenario import Scenario


def nervous(twin):
    twin.hardware.pir._wifi_trigger = 1.0
    twin.hardware.pir._hold_s = 8.0  # long enough to be still high when the node wants to sleep


def test_a_burst_is_no_motion(live, steady):
    scenario = Scenario(days=0.5, start_day=170, quiet=True, visits=((36_000.0, 1.0),), link=steady)
    told = live(scenario, prepare=nervous)
    assert told.count("PICTURE") == 2  # at power-up and of the visitor, none of the radio
    after = [reason for t_s, reason, _ in told.events() if t_s > 36_009.0]
    assert "RADIO" in after
    assert after[-3:] == ["WOKE", "QUIET", "SLEPT"]
    assert told.twin.life.notes[-1].booted_s < 36_060.0  # a short rest, not a hold-off ladder
