"""Dawn with a worn cell of five per cent size and high resistance: it starts, sags and goes, and must
neither loop nor die."""

from __future__ import annotations

import pytest

from sim.errors import PowerLost
from sim.scenario import Scenario

WORN = Scenario(days=8.0, start_day=100, soc=0.01, panel_scale=0.12, cell_scale=0.05)
EAGER = WORN.change(settings={"TORPOR_LOW_PCT": 5, "TORPOR_HIGH_PCT": 10, "TORPOR_FULL_PCT": 20})


@pytest.mark.parametrize("scenario", [WORN, EAGER], ids=["defaults", "eager settings"])
def test_no_boot_loop_at_dawn(live, scenario):
    told = live(scenario)
    cold = [t_s for t_s, reason, argument in told.events("WOKE") if argument in (0, 4)]
    days = [sum(day * 86_400.0 <= t_s < (day + 1) * 86_400.0 for t_s in cold) for day in range(8)]
    assert max(days) <= 6
    assert len(cold) >= 2  # it did go off and come back
    assert told.fates()["delivered"] > 20


def cut(times: int):
    """Take the supply away right after the node has told why it woke, at its first wakes."""

    def prepare(twin):
        heard = twin.life._entry

        def entry(raw):
            heard(raw)
            if raw[0] == 1 and len(twin.life.notes) <= times:  # WOKE
                twin.world.stop(PowerLost())

        twin.life._entry = entry

    return prepare


def test_third_cold_boot_in_a_row_is_a_brown_out(live, steady):
    told = live(Scenario(days=0.1, quiet=True, soc=0.9, link=steady), prepare=cut(3))
    woke = [argument for _, _, argument in told.events("WOKE")]
    assert woke[:4] == [0, 0, 4, 4]  # COLD twice, BROWNOUT twice
    assert [argument for _, _, argument in told.events("BROWNOUT")] == [3, 4]
    assert told.count("SENT") == 1  # charged well enough: it works on


def test_brown_out_with_little_charge_waits_for_the_sun(live, steady):
    """30 per cent is enough for a node that did not just fall over, and too little for one that did."""
    scenario = Scenario(days=0.1, quiet=True, soc=0.3, link=steady, visits=((3600.0, 3.0),))
    calm = live(scenario)
    assert calm.count("LOW_BATTERY") == 0
    fallen = live(scenario, prepare=cut(3))
    assert fallen.count("LOW_BATTERY") == fallen.count("WOKE") - 3 > 1
    assert "CONNECT" not in {state for _, state in fallen.states()}


def test_a_finished_wake_ends_the_streak(live, steady):
    told = live(Scenario(days=0.1, quiet=True, soc=0.9, link=steady), prepare=cut(1))
    marks = told.twin.hardware.nvm[784:1024]
    assert marks == b"\xff" * len(marks)
