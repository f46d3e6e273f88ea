"""The firmware throws, at every state of the table: a journal entry, and it still sleeps."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.scenario import Scenario

VISITS = ((36_000.0, 3.0), (40_000.0, 3.0))
STEPS = {
    "TRIAGE": ("waking", "def triage(wake):"),
    "CAMERA": ("shutter", "def power_up(wake):"),
    "CAPTURE": ("picture", "async def capture(wake):"),
    "STORE": ("storing", "async def store(wake):"),
    "CONNECT": ("burst", "async def connect(wake):"),
    "UPLOAD": ("burst", "async def send(wake):"),
    "SETTLE": ("resting", "async def settle(wake):"),
}


def gaps(told):
    """Seconds from boot to boot."""
    return [after.booted_s - note.booted_s for note, after in pairwise(told.twin.life.notes)]


@pytest.fixture
def broken(patch):
    """Let a function throw on its first line."""
    return lambda module, head: patch(module, head, head + "\n    1 // 0")


@pytest.mark.parametrize("state", STEPS)
def test_a_step_throws(live, steady, broken, state):
    from sim.prices import STATES

    scenario = Scenario(days=0.5, start_day=170, quiet=True, visits=VISITS, link=steady)
    told = live(scenario, meant=True, prepare=broken(*STEPS[state]))
    assert told.twin.life.crashes == []  # the runner caught it
    assert [argument for _, _, argument in told.events("CRASH")] == [STATES.index(state)] * len(
        told.events("WOKE")
    )
    assert [state for _, state in told.states()][-1] == "SLEEP"
    assert told.count("WOKE") == 3  # power-up and both visits
    assert told.twin.hardware.level("GP14") is False  # the camera's rail


def test_boot_throws(live, steady, broken):
    """Without settings and a wake class it does nothing but note it and sleep, an hour by timer."""
    scenario = Scenario(days=0.2, start_day=170, quiet=True, visits=VISITS, link=steady)
    told = live(scenario, meant=True, prepare=broken("waking", "def boot(wake):"))
    assert told.twin.life.crashes == []
    assert [(reason, argument) for _, reason, argument in told.events()][:2] == [("CRASH", 0), ("SLEPT", 60)]
    assert gaps(told) == pytest.approx([3605.0] * 4, abs=3.0)
    assert told.states()[-1][1] == "SLEEP"


def test_sleep_throws(live, steady, broken):
    """The step that never returns does: code.py sleeps a quarter of an hour without the framework."""
    scenario = Scenario(days=0.05, start_day=170, quiet=True, link=steady)
    told = live(scenario, meant=True, prepare=broken("resting", "def sleep_now(wake):"))
    assert told.twin.life.crashes == []
    assert told.events("CRASH")[0][2] == 8
    assert len(gaps(told)) >= 3
    assert min(gaps(told)) > 900.0
    assert told.states()[-1][1] == "SLEEP"
    assert told.twin.hardware.level("GP14") is False


def test_a_policy_that_throws(live, steady, broken):
    """At every question, in SLEEP too: code.py sleeps a quarter of an hour without the framework."""
    scenario = Scenario(days=0.1, start_day=170, quiet=True, link=steady)
    told = live(scenario, meant=True, prepare=broken("torpor.policy", "def decide(snapshot, config):"))
    assert told.twin.life.crashes == []
    assert {argument for _, _, argument in told.events("CRASH")} >= {1, 8}  # TRIAGE and SLEEP
    assert min(gaps(told)) > 900.0
    assert told.states()[-1][1] == "SLEEP"


def test_code_that_does_not_even_start(live, steady, patch):
    """An error while the modules are loaded: code.py itself goes to sleep and tries again."""
    scenario = Scenario(days=0.05, start_day=170, quiet=True, link=steady)
    told = live(scenario, meant=True, prepare=patch("table", "START = BOOT", "START = 1 // 0"))
    assert told.twin.life.crashes == []
    assert told.events() == []
    assert gaps(told) == pytest.approx([902.0] * 4, abs=3.0)
    assert told.states()[-1][1] == "SLEEP"


def test_hang_ends_in_a_reset(live, steady, hang):
    """A step that waits for ever: the watchdog resets, and the wake class says so."""
    told = live(Scenario(days=0.01, start_day=170, quiet=True, link=steady), meant=True, prepare=hang)
    woke = [argument for _, _, argument in told.events("WOKE")]
    assert woke[:2] == [0, 3]  # COLD, WATCHDOG
