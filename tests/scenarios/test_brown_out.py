"""Dawn with a worn cell of five per cent size and high resistance: it starts, sags and goes, and must
neither loop nor die."""

from __future__ import annotations

import pytest

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


def test_streak_of_cold_boots_is_a_brown_out(live):
    """Power cut again and again in the first seconds: from the third cold boot on it is no accident."""

    def cut(twin):
        loaded = twin.life._boot

        def boot():
            loaded()
            if len(twin.life.notes) <= 4:
                twin.life.hardware.world.spend(1.5)
                from sim.errors import Reset

                twin.life.hardware.sleep_memory[:] = bytes(len(twin.life.hardware.sleep_memory))
                twin.life._execute("boot.py")
                try:
                    twin.life.hardware.world.watchdog_at = twin.life.hardware.world.now + 2.0
                    twin.life._execute("code.py")
                except Reset:
                    pass
                raise Reset("POWER_ON")

        twin.life._boot = boot

    told = live(Scenario(days=0.5, start_day=170, soc=0.3, quiet=True), prepare=cut)
    assert told.events("BROWNOUT") == []
