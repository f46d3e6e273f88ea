"""The latch in the twin: closed while the PIR is high or the firmware holds it, whatever the program does."""

from __future__ import annotations

import textwrap
import weakref
from types import ModuleType

import pytest

from boards import load_design
from sim.drive import Drive
from sim.life import Life
from sim.modules import SourceFile
from sim.run import build
from sim.scenario import Scenario

BOOT_s = 1.21 + 1.3
TURN_ON_s = 0.003
HEAD = """
import alarm, board, digitalio, time
from alarm import time as at
latch = digitalio.DigitalInOut(board.GP12)
def by_timer(seconds):
    alarm.exit_and_deep_sleep_until_alarms(at.TimeAlarm(monotonic_time=time.monotonic() + seconds))
"""
HOLD = "latch.switch_to_output(value=True)\n"


@pytest.fixture
def life_of(make_world, make_hardware):
    """A latched node with this code.py; its PIR does not pulse while it warms up."""

    def make(code: str, motions=((100.0, 101.0),), hours: float = 0.5, head: str = HEAD, **world) -> Life:
        hardware = make_hardware(
            make_world(end_s=hours * 3600.0, **world), motions=list(motions), design="pico-w-latched"
        )
        hardware.pir._warm_up_s = 1e9
        script = SourceFile("code.py", head + textwrap.dedent(code), native=True)
        life = Life(hardware, Drive({}, frozenset(), {"code.py": script}, {}, "", {}))
        life.keep_states = True
        life.run()
        return life

    return make


def told(life: Life) -> list[tuple[float, float, float, str]]:
    """(booted, asleep, latch open, cause) of each wake."""
    return [
        (round(note.booted_s, 2), round(note.asleep_s, 2), round(note.off_s, 2), note.cause)
        for note in life.notes
    ]


def test_it_is_off_until_the_first_motion(life_of) -> None:
    life = life_of("")
    assert life.states[0] == (0.0, 0, "OFF")
    assert life.notes[0].booted_s == pytest.approx(100.0 + TURN_ON_s)
    assert life.notes[0].rose_s == 100.0
    assert life.world.time_by_state_s["OFF"] == pytest.approx(1800.0 - 3.0 + TURN_ON_s, abs=0.01)


@pytest.mark.parametrize("stay_s", [BOOT_s - 2.05, BOOT_s - 1.95])
def test_a_pulse_must_outlast_the_boot(life_of, stay_s: float) -> None:
    """The PIR holds two seconds beyond the motion; only then may the firmware have driven the pin."""
    life = life_of(HOLD + "time.sleep(5)", motions=((100.0, 100.0 + stay_s),))
    (note,) = life.notes
    held_s = BOOT_s + TURN_ON_s + 5.0  # the program just ends, and its pins with it
    assert note.off_s - 100.0 == pytest.approx(stay_s + 2.0 if stay_s < BOOT_s - 2.0 else held_s)


def test_held_it_stays_and_let_go_it_is_gone(life_of) -> None:
    life = life_of(HOLD + "time.sleep(7)\nlatch.value = False\ntime.sleep(60)\nraise ValueError")
    assert told(life) == [(100.0, 109.51, 109.51, "pin")]
    assert life.crashes == []


def test_let_go_under_a_high_PIR_it_stays_until_that_falls(life_of) -> None:
    life = life_of(HOLD + "latch.value = False\ntime.sleep(60)", motions=((100.0, 120.0),))
    assert told(life) == [(100.0, 122.0, 122.0, "pin")]


def test_the_timed_sleep_ends_with_the_PIR(life_of) -> None:
    life = life_of(HOLD + "by_timer(50)", motions=((100.0, 200.0),))
    (first, second) = told(life)
    assert first[:2] == (100.0, 105.0)
    assert 152.0 < second[0] < 154.0 and second[3] == "time"
    assert second[2] == 202.0
    assert [note.by_timer for note in life.notes] == [True, True]


def test_a_reset_lets_go(life_of) -> None:
    code = HOLD + "import microcontroller\ntime.sleep(%d)\nmicrocontroller.reset()"
    assert told(life_of(code % 5)) == [(100.0, 107.51, 107.51, "pin")]
    held = life_of(code % 1, motions=((100.0, 101.0), (300.0, 320.0)))
    causes = [(note.cause, round(note.off_s, 2)) for note in held.notes]
    assert causes[:2] == [("pin", 103.51), ("pin", float("inf"))]
    assert {cause for cause, _ in causes[2:]} == {"SOFTWARE"}
    assert causes[-1][1] == pytest.approx(322.0, abs=2.0)


def test_a_program_that_ends_without_holding_goes_off(life_of) -> None:
    life = life_of("raise ValueError('oh')")
    assert told(life) == [(100.0, 103.0, 103.0, "pin")]
    assert len(life.crashes) == 1


def test_sleep_memory_is_noise_after_each_start(life_of) -> None:
    code = "print(bytes(alarm.sleep_memory[0:4]))\nalarm.sleep_memory[0:4] = b'kept'\n"
    life = life_of(
        HOLD + code + "latch.value = False\ntime.sleep(9)", motions=((100.0, 101.0), (200.0, 201.0))
    )
    assert len(life.machine.console) == 2
    assert not any("kept" in line for line in life.machine.console)


def test_off_draws_the_rows_of_PIR_and_switch_alone(life_of) -> None:
    life = life_of(HOLD + "latch.value = False\ntime.sleep(9)")
    design = load_design("pico-w-latched")
    rows_mA = design.pir.v("standing") + design.latch.v("standing")
    world = life.world
    off = [mA for mA, state in zip(world.mA, world.states, strict=True) if state == "OFF"]
    assert off == pytest.approx([rows_mA] * len(off))
    world.plant.close()
    assert world.plant.errors()["charge"] < 1e-6


def test_an_outage_while_it_is_off_starts_the_PIR_afresh(life_of, make_world, make_hardware) -> None:
    hardware = make_hardware(make_world(end_s=1800.0), motions=[(900.0, 901.0)], design="pico-w-latched")
    hardware.world.cuts = [500.0]
    script = SourceFile("code.py", HEAD + HOLD + "latch.value = False\ntime.sleep(9)", native=True)
    life = Life(hardware, Drive({}, frozenset(), {"code.py": script}, {}, "", {}))
    life.run()
    assert life.down == [(500.0, 500.0)]
    starts = [note.booted_s for note in life.notes]
    assert 3.0 <= starts[0] <= 15.1 and 503.0 <= starts[1] <= 515.1  # its false pulse, each time
    assert starts[2] == pytest.approx(900.0 + TURN_ON_s)
    assert [note.asleep_s - note.booted_s for note in life.notes[:2]] == pytest.approx([1.997] * 2)


def test_a_wake_that_was_cut_off_is_let_go_of() -> None:
    """Nothing of it outlives its sweep, or a long run would hold all of its wakes."""
    visits = tuple((1000.0 * hour, 10.0) for hour in range(1, 9))
    twin = build(Scenario("pico-w-latched", days=0.1, start_day=100, quiet=True, visits=visits))
    there: list[weakref.ref[ModuleType]] = []
    alive: list[int] = []

    def loaded(name: str, module: ModuleType) -> None:
        if name == "node":
            alive.append(sum(one() is not None for one in there))
            there.append(weakref.ref(module))

    twin.life.machine.on_loaded = loaded
    twin.live()
    assert len(alive) >= len(visits)
    assert max(alive) == 1  # that of its own boot.py
