"""The firmware throws, at every state of the table: a journal entry, and it still sleeps."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.modules import SourceFile
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


def broken(module: str, head: str):
    """Let a step throw on its first line."""

    def prepare(twin):
        files = dict(twin.life.drive.modules)
        text = files[module].text
        assert text.count(head) == 1
        files[module] = SourceFile(files[module].path, text.replace(head, head + "\n    1 // 0"))
        object.__setattr__(twin.life.drive, "modules", files)

    return prepare


@pytest.mark.parametrize("state", STEPS)
def test_a_step_throws(live, steady, state):
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


def test_boot_throws(live, steady):
    """Without settings and a wake class it does nothing but note it and sleep, an hour by timer."""
    scenario = Scenario(days=0.2, start_day=170, quiet=True, visits=VISITS, link=steady)
    told = live(scenario, meant=True, prepare=broken("waking", "def boot(wake):"))
    assert told.twin.life.crashes == []
    assert [(reason, argument) for _, reason, argument in told.events()][:2] == [("CRASH", 0), ("SLEPT", 60)]
    gaps = [after.booted_s - note.booted_s for note, after in pairwise(told.twin.life.notes)]
    assert gaps == pytest.approx([3605.0] * 4, abs=3.0)
    assert told.states()[-1][1] == "SLEEP"


def test_sleep_throws(live, steady):
    """The step that never returns does: code.py sleeps a quarter of an hour without the framework."""
    scenario = Scenario(days=0.05, start_day=170, quiet=True, link=steady)
    told = live(scenario, meant=True, prepare=broken("resting", "def sleep_now(wake):"))
    assert told.twin.life.crashes == []
    assert told.events("CRASH")[0][2] == 8
    gaps = [after.booted_s - note.booted_s for note, after in pairwise(told.twin.life.notes)]
    assert len(gaps) >= 3
    assert min(gaps) > 900.0
    assert told.states()[-1][1] == "SLEEP"
    assert told.twin.hardware.level("GP14") is False


def test_code_that_does_not_even_start(live, steady):
    """An error while the modules are loaded: code.py itself goes to sleep and tries again."""
    scenario = Scenario(days=0.1, start_day=170, quiet=True, link=steady)
    told = live(scenario, meant=True, prepare=broken("torpor.policy", "def decide(snapshot, config):"))
    assert told.twin.life.crashes == []
    assert [state for _, state in told.states()][-1] == "SLEEP"


def test_hang_ends_in_a_reset(live, steady):
    """A step that waits for ever: the watchdog resets, and the wake class says so."""
    head = STEPS["CAPTURE"][1]

    def prepare(twin):
        files = dict(twin.life.drive.modules)
        text = files["picture"].text.replace(head, head + "\n    import time\n    time.sleep(1000)")
        files["picture"] = SourceFile("picture.py", text)
        object.__setattr__(twin.life.drive, "modules", files)

    told = live(Scenario(days=0.01, start_day=170, quiet=True, link=steady), meant=True, prepare=prepare)
    woke = [argument for _, _, argument in told.events("WOKE")]
    assert woke[:2] == [0, 3]  # COLD, WATCHDOG
