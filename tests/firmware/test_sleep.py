"""Why the node woke, for everything that a board may say; and that timer and pin are never armed together."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import DeepSleep, Reset

#: Reset reason against wake alarm (none, pin, time) and record (- invalid, = slept by pin, + slept by timer).
TABLE = """
                  none-     none=     none+     pin-      pin=      pin+      time-     time=     time+
POWER_ON          COLD      COLD      COLD      COLD      PIN       TIMER     COLD      UNKNOWN   TIMER
BROWNOUT          BROWNOUT  BROWNOUT  BROWNOUT  BROWNOUT  BROWNOUT  BROWNOUT  BROWNOUT  BROWNOUT  BROWNOUT
SOFTWARE          COLD      UNKNOWN   UNKNOWN   COLD      PIN       TIMER     COLD      UNKNOWN   TIMER
DEEP_SLEEP_ALARM  COLD      UNKNOWN   UNKNOWN   COLD      PIN       TIMER     COLD      UNKNOWN   TIMER
RESET_PIN         COLD      UNKNOWN   UNKNOWN   COLD      PIN       TIMER     COLD      UNKNOWN   TIMER
WATCHDOG          WATCHDOG  WATCHDOG  WATCHDOG  WATCHDOG  WATCHDOG  WATCHDOG  WATCHDOG  WATCHDOG  WATCHDOG
UNKNOWN           COLD      UNKNOWN   UNKNOWN   COLD      PIN       TIMER     COLD      UNKNOWN   TIMER
RESCUE_DEBUG      COLD      UNKNOWN   UNKNOWN   COLD      PIN       TIMER     COLD      UNKNOWN   TIMER
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [(row[0], case, wanted) for row in ROWS for case, wanted in zip(HEAD, row[1:], strict=True)]


def test_the_table_is_whole() -> None:
    assert len(CASES) == 8 * 9


@pytest.mark.parametrize(("reset_reason", "case", "wanted"), CASES)
def test_the_wake_class(shared: Any, reset_reason: str, case: str, wanted: str) -> None:
    alarm = {"none": None, "pin": "pin", "time": "time"}[case[:-1]]
    shared.reset(reset_reason, alarm)
    record = shared.load("torpor.record").Record()
    record.valid = case[-1] != "-"
    record.sleep_s = 30 if case[-1] == "+" else 0
    wakeup = shared.load("torpor.wakeup")
    assert wakeup.cause(record) == getattr(wakeup, wanted)


@pytest.mark.parametrize(("seconds", "armed"), [(0, 1), (1, 1), (2, 2), (3600, 3600)])
def test_by_timer_only_the_timer_is_armed(bench: Any, seconds: int, armed: int) -> None:
    bench.pass_s(5.0)
    sleep = bench.load("torpor.sleep")
    with pytest.raises(DeepSleep) as slept:
        sleep.deep(sleep.BY_TIMER, seconds, bench.load("board").GP13)
    (alarm,) = slept.value.alarms
    assert alarm.monotonic_time == pytest.approx(5.0 + armed, abs=0.01)
    assert not hasattr(alarm, "pin")


def test_by_pin_only_the_pin_is_armed(bench: Any) -> None:
    sleep = bench.load("torpor.sleep")
    with pytest.raises(DeepSleep) as slept:
        sleep.deep(sleep.BY_PIN, 0, bench.load("board").GP13)
    (alarm,) = slept.value.alarms
    assert (str(alarm.pin), alarm.value) == ("GP13", True)
    assert not hasattr(alarm, "monotonic_time")


@pytest.mark.parametrize(
    ("soc", "high", "by", "edge"),
    [(59, True, "pin", True), (60, True, "timer", False), (59, False, "pin", False)],
)
def test_where_energy_is_scarce_a_high_pin_must_fall_first(
    bench: Any, soc: int, high: bool, by: str, edge: bool
) -> None:
    wake = bench.awake()
    wake.record.soc = soc
    bench.pir_high = high
    with pytest.raises(DeepSleep) as slept:
        bench.load("resting").sleep_now(wake)
    (alarm,) = slept.value.alarms
    assert ("timer" if hasattr(alarm, "monotonic_time") else "pin") == by
    assert getattr(alarm, "edge", False) is edge
    record = bench.load("torpor.record").Record()
    record.load(bench.sleep_memory)
    assert record.stuck == (1 if by == "timer" else 0)


@pytest.mark.parametrize(("seconds", "waited"), [(0, 600), (45, 45)])
def test_where_deep_sleep_is_refused_it_waits_and_starts_afresh(
    bench: Any, seconds: int, waited: int
) -> None:
    sleep = bench.load("torpor.sleep")
    bench.hardware.in_use.add("GP13")  # somebody forgot to let go of the pin
    began = bench.world.now
    with pytest.raises(Reset):
        sleep.deep(sleep.BY_PIN, seconds, bench.load("board").GP13)
    assert bench.world.now - began == pytest.approx(waited, abs=0.1)


@pytest.mark.parametrize(
    ("high", "stuck", "by", "seconds", "next_stuck"),
    [(False, 0, "pin", 0, 0), (False, 2, "pin", 0, 0), (True, 0, "timer", 30, 1), (True, 3, "timer", 240, 4)],
)
def test_the_sleep_step(bench: Any, high: bool, stuck: int, by: str, seconds: int, next_stuck: int) -> None:
    wake = bench.awake()
    wake.record.stuck, wake.record.soc = stuck, 80
    bench.pir_high = high
    with pytest.raises(DeepSleep) as slept:
        bench.load("resting").sleep_now(wake)
    (alarm,) = slept.value.alarms
    assert hasattr(alarm, "monotonic_time") is (by == "timer")
    record = bench.load("torpor.record").Record()
    record.load(bench.sleep_memory)
    assert record.valid
    assert (record.sleep_s, record.stuck) == (seconds, next_stuck)
    assert bench.world.watchdog_at is None
    assert wake.journal.entries == []  # all of it lies in nvm
    assert record.log_end > 1040


def test_a_wake_that_reaches_sleep_ends_the_streak_of_safe_modes(bench: Any) -> None:
    bench.nvm[528:530] = bytes(2)
    wake = bench.awake()
    bench.load("torpor.battery").measure(wake)
    with pytest.raises(DeepSleep):
        bench.load("resting").sleep_now(wake)
    assert set(bench.nvm[528:544]) == {0xFF}


def test_before_the_first_measurement_nothing_is_rewritten(bench: Any) -> None:
    bench.nvm[528:530] = bytes(2)
    with pytest.raises(DeepSleep):
        bench.load("resting").sleep_now(bench.awake())
    assert bench.load("microcontroller").nvm.rewrites == 0
    assert set(bench.nvm[528:530]) == {0}


def test_a_crash_in_boot_still_sleeps(bench: Any, reason: dict[str, int]) -> None:
    bench.load("torpor.settings").load = lambda: 1 / 0
    with pytest.raises(DeepSleep) as slept:
        bench.table.run_main(bench.twin.life.drive.scripts["code.py"])
    assert hasattr(slept.value.alarms[0], "monotonic_time")
    raw = bytes(bench.nvm[1040:])
    assert (reason["CRASH"], 0) in bench.events([raw[at : at + 8] for at in range(0, 80, 8)])


def test_safe_mode_sleeps_longer_each_time(bench: Any) -> None:
    slept_s = []
    for _ in range(9):
        bench.reset()
        with pytest.raises(DeepSleep) as slept:
            bench.table.run_main(bench.twin.life.drive.scripts["safemode.py"])
        slept_s.append(round(slept.value.alarms[0].monotonic_time))
    assert slept_s == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_cold_boots_in_a_row_are_a_brown_out(bench: Any, reason: dict[str, int]) -> None:
    told = []
    for _ in range(4):
        bench.sleep_memory[:] = bytes(256)
        bench.reset()
        wake = bench.awake()
        told.append((wake.record.cause, wake.record.brownouts))
    wakeup = bench.load("torpor.wakeup")
    cold, brownout = wakeup.COLD, wakeup.BROWNOUT
    assert told == [(cold, 1), (cold, 2), (brownout, 3), (brownout, 4)]
    assert (reason["BROWNOUT"], 4) in bench.events(wake.journal.entries)


def test_a_wake_that_settles_ends_the_streak(bench: Any) -> None:
    wake = bench.awake()
    assert bench.nvm[784] == 0
    bench.load("torpor.battery").measure(wake)
    bench.do(bench.load("resting").settle(wake))
    assert wake.record.brownouts == 0
    assert set(bench.nvm[784:1024]) == {0xFF}


@pytest.mark.parametrize(("used", "count"), [(238, 239), (239, 240), (240, 241)])
def test_the_marks_are_used_up(bench: Any, used: int, count: int) -> None:
    bench.nvm[784 : 784 + used] = bytes(used)
    assert bench.awake().record.brownouts == count
    assert bench.load("microcontroller").nvm.rewrites == 0
