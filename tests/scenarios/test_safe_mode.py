"""The core falls into safe mode, where code.py does not run: safemode.py brings the node back every time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.errors import SafeMode
from sim.scenario import Scenario

REASONS = (
    "BROWNOUT", "WATCHDOG", "HARD_FAULT", "STACK_OVERFLOW", "NO_HEAP", "NLR_JUMP_FAIL", "FLASH_WRITE_FAIL",
    "INTERRUPT_ERROR", "SDK_FATAL_ERROR", "PROGRAMMATIC",
)  # fmt: skip


def fall(why: str, times: int):
    """Into safe mode right after the node has told why it woke, at its first wakes."""
    fallen = []

    def prepare(twin):
        heard = twin.life._entry

        def entry(raw):
            heard(raw)
            if raw[0] == 1 and len(fallen) < times:  # WOKE
                fallen.append(twin.world.now)
                twin.world.stop(SafeMode(why))

        twin.life._entry = entry

    return prepare


@pytest.mark.parametrize("why", REASONS)
def test_it_comes_back_from_every_reason(live, steady, why):
    told = live(Scenario(days=0.1, start_day=170, quiet=True, link=steady), prepare=fall(why, 3))
    woke = [t_s for t_s, _, _ in told.events("WOKE")]
    gaps = [later - sooner for sooner, later in pairwise(woke)][:3]
    # boot into safe mode, sleep, boot, imports; the timer adds up to a second
    assert gaps == pytest.approx([60 + 6.4, 120 + 6.4, 240 + 6.4], abs=1.2)
    assert [argument for _, _, argument in told.events("SAFE_MODE")] == [1, 2, 3]
    assert told.count("SENT") == 1
    assert set(told.twin.hardware.nvm[528:544]) == {0xFF}  # a finished wake ends the streak


def test_the_back_off_is_bounded(live, steady):
    told = live(Scenario(days=1.0, start_day=170, quiet=True, link=steady), prepare=fall("HARD_FAULT", 20))
    woke = [t_s for t_s, _, _ in told.events("WOKE")]
    gaps = [round((later - sooner) / 60) for sooner, later in pairwise(woke)]
    assert gaps[:20] == [1, 2, 4, 8, 16, 32, *[60] * 14]
    assert told.count("SENT") == 1
    assert told.twin.life.machine.cores["microcontroller"].nvm.rewrites <= 3


def test_safe_mode_itself_only_appends(live, steady):
    told = live(Scenario(days=1.0, start_day=170, quiet=True, link=steady), prepare=fall("BROWNOUT", 99))
    assert told.count("WOKE") > 20
    assert told.twin.life.machine.cores["microcontroller"].nvm.rewrites == 0
    assert set(told.twin.hardware.nvm[528:544]) == {0}
