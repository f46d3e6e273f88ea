"""The core falls into safe mode, where code.py does not run: safemode.py brings the node back every time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.errors import SafeMode
from sim.scenario import Scenario

#: All of supervisor.SafeModeReason but those at which the core does not run safemode.py.
REASONS = (
    "BROWNOUT", "WATCHDOG", "HARD_FAULT", "STACK_OVERFLOW", "NO_HEAP", "NLR_JUMP_FAIL", "FLASH_WRITE_FAIL",
    "INTERRUPT_ERROR", "SDK_FATAL_ERROR", "PROGRAMMATIC", "GC_ALLOC_OUTSIDE_VM",
    "USB_TOO_MANY_ENDPOINTS", "USB_TOO_MANY_INTERFACE_NAMES", "USB_BOOT_DEVICE_NOT_INTERFACE_ZERO",
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


def test_every_reason_of_the_core_is_here_or_named():
    from sim.standins.timing import _SAFE_MODES

    never = {"NONE", "USER", "NO_CIRCUITPY", "SAFE_MODE_PY_ERROR"}
    assert set(REASONS) == set(_SAFE_MODES.split() if isinstance(_SAFE_MODES, str) else _SAFE_MODES) - never


@pytest.mark.parametrize("how", ["no alarm module", "deep sleep refused"])
def test_a_board_without_deep_sleep_waits_and_resets(live, steady, how):
    """As on an RP2350: it idles through the same back-off, then starts afresh."""

    def prepare(twin):
        fall("HARD_FAULT", 3)(twin)
        run = twin.life._execute
        cores = twin.life.machine.cores

        def refuse(*alarms):
            raise NotImplementedError("deep sleep")

        def execute(script):
            alarms = {name: cores[name] for name in ("alarm", "alarm.time", "alarm.pin")}
            deep = alarms["alarm"].exit_and_deep_sleep_until_alarms
            if script == "safemode.py" and how == "no alarm module":
                for name in alarms:
                    del cores[name]
            elif script == "safemode.py":
                alarms["alarm"].exit_and_deep_sleep_until_alarms = refuse
            try:
                run(script)
            finally:
                cores.update(alarms)
                alarms["alarm"].exit_and_deep_sleep_until_alarms = deep

        twin.life._execute = execute

    told = live(Scenario(days=0.1, start_day=170, quiet=True, link=steady), prepare=prepare)
    woke = [t_s for t_s, _, _ in told.events("WOKE")]
    gaps = [later - sooner for sooner, later in pairwise(woke)][:3]
    assert gaps == pytest.approx([60 + 6.0, 120 + 6.0, 240 + 6.0], abs=1.2)
    assert [argument for _, _, argument in told.events("SAFE_MODE")] == [1, 2, 3]
    assert told.count("SENT") == 1
    assert told.twin.life.crashes == []


def test_behind_a_latch_safe_mode_ends_with_the_motion(live, steady):
    """Nobody holds the switch: the supply goes when the PIR falls, and the next motion finds a whole node."""
    visits = ((100.0, 5.0), (300.0, 7.0), (500.0, 7.0))
    quiet = Scenario(days=0.01, start_day=170, quiet=True, link=steady, visits=visits)
    scenario = quiet.change(design="pico-w-latched", settings={"TORPOR_DARK_LUMA": 0})
    told = live(scenario, prepare=fall("HARD_FAULT", 1))
    assert round(told.twin.life.notes[2].off_s) == 107
    assert [argument for _, _, argument in told.events("SAFE_MODE")] == [1]
    assert [argument for _, _, argument in told.events("WOKE")] == [0, 0, 2]
    assert told.count("SENT") == 2
    assert set(told.twin.hardware.nvm[528:544]) == {0xFF}


def test_in_safe_mode_too_the_camera_of_an_esp_board_is_held_off(live, steady):
    """Its power-down line would be pulled the wrong way by nobody: 16 mA for as long as the node waits."""
    held = []

    def prepare(twin):
        fall("BROWNOUT", 1)(twin)
        enter = twin.life._enter

        def entered(state):
            enter(state)
            if state == "SLEEP" and twin.life.machine.safe_mode:
                held.append(dict(twin.hardware.held))

        twin.life._enter = entered

    live(Scenario(design="esp32-cam", days=0.02, start_day=170, quiet=True, link=steady), prepare=prepare)
    assert held == [{"CAMERA_PWDN": True}]
