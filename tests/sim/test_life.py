"""The circle of a node's life with small programs: boot, sleep, wake, crash, hang, reset, darkness."""

from __future__ import annotations

import textwrap
from math import isnan

import pytest

from sim.air import Link
from sim.drive import Drive
from sim.life import Life
from sim.modules import SourceFile

BOOT_s = 1.21 + 1.3
STEADY = Link(join_spread=0.0, join_fails=0.0)

SLEEP = """
import alarm, board
from alarm import pin, time as at
import time
def by_pin():
    alarm.exit_and_deep_sleep_until_alarms(pin.PinAlarm(board.GP13, value=True))
def by_timer(seconds):
    alarm.exit_and_deep_sleep_until_alarms(at.TimeAlarm(monotonic_time=time.monotonic() + seconds))
"""


@pytest.fixture
def life_of(make_world, make_hardware):
    """A node with this code.py (and boot.py), living for `days`; no interpreting is charged in its files."""

    def make(code: str, boot: str = "", hours: float = 1.0, world: dict | None = None, **hardware) -> Life:
        made = make_hardware(make_world(end_s=hours * 3600.0, **(world or {})), **hardware)
        scripts = {"code.py": SourceFile("code.py", SLEEP + textwrap.dedent(code), native=True)}
        if boot:
            scripts["boot.py"] = SourceFile("boot.py", textwrap.dedent(boot), native=True)
        life = Life(made, Drive({}, frozenset(), scripts, {}, "", {}))
        life.keep_states = True
        return life

    return make


def told(life: Life) -> list[tuple[float, float, str]]:
    return [(round(note.booted_s, 2), round(note.asleep_s, 2), note.cause) for note in life.notes]


def test_sleep_by_pin_with_the_floor_of_five_seconds(life_of) -> None:
    life = life_of("time.sleep(0.5)\nby_pin()", motions=[(100.0, 101.0), (200.0, 203.0), (500.0, 501.0)])
    life.run()
    # after the start's own false pulse; the second motion is still high (hold 2 s) when it sleeps at 205
    ((_, first_asleep, cause), *rest) = told(life)
    assert (first_asleep, cause) == (5.0, "POWER_ON")
    assert [wake for wake in rest if wake[0] >= 100.0] == [
        (100.0, 105.0, "pin"),
        (200.0, 205.0, "pin"),
        (500.0, 505.0, "pin"),
    ]
    last = life.notes[-1]
    assert last.rose_s == 500.0
    states = [(round(t_s - 500.0, 2), state) for t_s, wake, state in life.states if wake == last.number]
    assert states == [(0.0, "BOOT"), (round(BOOT_s + 0.5, 2), "FLOOR"), (5.0, "SLEEP")]
    busy, boot_mW, idle = 34 * 5.0, 35 * 5.0, 27.3 * 5.0
    standing_W = life.world.plant.load_total_J * 0  # what the PIR and the meter add is looked up
    standing_W += (0.1 + 0.7) * 3.3 / 0.85 / 1000.0  # this program never powers the meter down
    expected_J = (
        1.21 * busy + 1.3 * boot_mW + 0.5 * idle + (5.0 - BOOT_s - 0.5) * busy
    ) / 1000.0 + 5.0 * standing_W
    assert last.load_J == pytest.approx(expected_J, rel=1e-3)


def test_a_level_that_still_holds_wakes_at_once(life_of) -> None:
    life = life_of("by_pin()", motions=[(100.0, 111.0)])
    life.run()
    wakes = [wake for wake in told(life) if wake[0] >= 100.0]
    assert wakes == [(100.0, 105.0, "pin"), (105.0, 110.0, "pin"), (110.0, 115.0, "pin")]
    assert [note.rose_s for note in life.notes if note.booted_s >= 100.0] == [100.0, 100.0, 100.0]


def test_sleep_by_timer_takes_up_to_a_second_more(life_of) -> None:
    life = life_of("by_timer(100)", hours=2.0, motions=[(300.0, 400.0)])
    life.run()
    assert {note.cause for note in life.notes[1:]} == {"time"}
    lengths = [b.booted_s - a.booted_s for a, b in zip(life.notes, life.notes[1:], strict=False)]
    assert 102.5 < min(lengths) < 102.7 < 103.3 < max(lengths) < 103.52
    assert all(note.by_timer and isnan(note.rose_s) for note in life.notes)


def test_a_timer_and_a_pin_together_lose_the_pin(life_of) -> None:
    """As on the RP2040, where the timed sleep gates the pins' clock (CircuitPython #7365)."""
    code = "both = pin.PinAlarm(board.GP13, value=True), at.TimeAlarm(monotonic_time=900)\n"
    code += "alarm.exit_and_deep_sleep_until_alarms(*both)"
    life = life_of(code, motions=[(300.0, 400.0)])
    life.run()
    assert [note.cause for note in life.notes] == ["POWER_ON", "time", "time", "time"]


def test_a_crash_without_a_watchdog_hangs_until_the_end(life_of) -> None:
    life = life_of("time.sleep(1)\nraise ValueError('oh')")
    life.run()
    assert told(life) == [(0.0, 3600.0, "POWER_ON")]
    assert [crash.split(" ", 1)[1] for crash in life.crashes] == ["ValueError: oh"]
    assert life.notes[0].load_J == pytest.approx(life.world.plant.load_total_J)


GUARD = (
    "import microcontroller\nfrom watchdog import WatchDogMode\n"
    "d = microcontroller.watchdog\nd.timeout = 8\nd.mode = WatchDogMode.RESET\n"
)


@pytest.mark.parametrize("end", ["raise ValueError", "import sys\nsys.exit()", "while True: time.sleep(1)"])
def test_a_watchdog_ends_a_crash_and_a_hang(life_of, end: str) -> None:
    life = life_of(GUARD + end, hours=0.01)
    life.run()
    length = BOOT_s + 8.0
    assert told(life)[:3] == [
        (0.0, round(length, 2), "POWER_ON"),
        (round(length, 2), round(2 * length, 2), "WATCHDOG"),
        (round(2 * length, 2), round(3 * length, 2), "WATCHDOG"),
    ]
    assert all(note.load_J > 1.0 for note in life.notes[:3])


def test_a_program_that_just_ends_disarms_the_watchdog(life_of) -> None:
    life = life_of(GUARD)
    life.run()
    assert told(life) == [(0.0, 3600.0, "POWER_ON")]


def test_a_reset_leaves_no_radio_running(life_of) -> None:
    code = (
        "import wifi, microcontroller\n"
        "if microcontroller.cpu.reset_reason is microcontroller.ResetReason.POWER_ON:\n"
    )
    code += "  wifi.radio.connect('home', 'twelve words')\n  microcontroller.reset()\n"
    life = life_of(
        "import microcontroller\n"
        + code.replace("import wifi, ", "import ").replace("  wifi", "  import wifi\n  wifi")
        + "by_pin()",
        link=STEADY,
        hours=0.05,
    )
    life.run()
    assert [note.cause for note in life.notes[:2]] == ["POWER_ON", "SOFTWARE"]
    second = life.notes[1]
    assert life.notes[0].asleep_s == second.booted_s
    assert second.load_J < 5.0 * 0.18  # five seconds at boot's and interpreter's power, no radio
    assert life.world.load_W < 0.02


def test_the_radio_of_an_ended_program_is_not_joined(life_of) -> None:
    life = life_of(
        "import wifi\nwifi.radio.connect('home', 'twelve words')\nby_pin()", link=STEADY, hours=0.01
    )
    life.machine.radio = lambda mode, radio=life.machine.radio: (modes.append(mode), radio(mode))[1]  # type: ignore[method-assign]
    modes: list[str | None] = []
    life.run()
    assert modes[:6] == [None, "left", "join", "idle", "left", None]


def test_boot_py_that_fails_does_not_stop_code_py(life_of) -> None:
    life = life_of("by_pin()", boot="raise OSError(5)", hours=0.01)
    life.run()
    assert life.crashes[0].endswith("OSError: 5")
    assert told(life)[0] == (0.0, 5.0, "POWER_ON")


def test_the_drive_is_the_computers_at_each_reset(life_of) -> None:
    code = (
        "import storage\nstorage.getmount('/')\nseen = alarm.sleep_memory\n"
        "free = not storage.getmount('/').readonly\n"
    )
    code += "f = open('/log.txt', 'a') if free else None\nif f: f.write('x')\nif f: f.close()\nby_timer(50)"
    life = life_of(
        code,
        boot=(
            "import microcontroller as m, storage\n"
            "if m.cpu.reset_reason is m.ResetReason.POWER_ON:\n"
            "  storage.remount('/', readonly=False)"
        ),
    )
    life.run()
    assert len(life.notes) > 10
    assert life.hardware.files.files["/log.txt"] == b"x"  # written in the first wake alone
    assert life.crashes == []


def test_power_lost_in_a_wake(life_of) -> None:
    """A nearly empty cell: the wake is cut, its file with it, and the sun brings a cold start."""
    code = (
        "import storage\nstorage.remount('/', readonly=False)\n"
        "with open('/half', 'w') as f:\n  f.write('text')\n  time.sleep(3000)\nby_pin()"
    )
    plant = {
        "capacity": 1.0,
        "soc": 0.26,
        "cut_off": 3.3,
        "restart": 3.5,
        "sun_W_m2": 300.0,
        "charge_current": 0.0001,
    }
    life = life_of(code, world=plant, hours=3.0)
    life.run()
    first = life.notes[0]
    assert life.down[0][0] == first.asleep_s
    assert 0 < first.load_J == pytest.approx(life.world.energy_by_state_J["BOOT"], rel=1e-6)
    assert life.hardware.files.files["/half"] == b""
    assert life.world.now == 10_800.0
    assert sum(life.world.part_J.values()) == pytest.approx(life.world.plant.load_total_J, rel=1e-6)


def test_a_cold_start_after_darkness(life_of) -> None:
    plant = {"capacity": 1.0, "soc": 0.252, "cut_off": 3.3, "restart": 3.31, "sun_W_m2": 60.0}
    life = life_of("time.sleep(600)\nby_timer(900)", world=plant, hours=6.0)
    life.run()
    assert life.down
    back = life.down[0][1]
    assert [note.cause for note in life.notes if note.booted_s == back] == ["POWER_ON"]
    assert life.world.time_by_state_s["DOWN"] == pytest.approx(sum(b - a for a, b in life.down))
