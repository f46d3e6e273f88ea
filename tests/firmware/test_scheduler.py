"""Declared tasks on one wake: which are due, in what order they run, what is on meanwhile, how it sleeps."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import DeepSleep
from sim.watching import reason_names
from tests.firmware.conftest import Bench

NAMES = reason_names()
#: 20 June 2025, 12:00 UTC.
NOON_s = 1_750_420_800
NOON = NOON_s // 60


class Node:
    """One bench whose tasks say what they did; `at` begins a wake at a time of its choice."""

    def __init__(self, bench: Any, *tasks: Any, design_of: str = "") -> None:
        self.bench = bench
        self.did: list[str] = []
        self.tasks = tasks
        self.machine = bench.load("torpor.machine")
        self.planning = bench.load("torpor.planning")
        self.wake = bench.task_wake(tasks)
        self.wake.record.owed = 0
        bench.load("torpor.battery").measure(self.wake)
        self.wake.record.charge, self.wake.record.soc = 9000, 90

    def at(self, now_s: int, ran: int, cause: int = 1) -> str:
        """PLAN of a wake; returns the outcome's name."""
        record = self.wake.record
        record.ran, record.cause = ran & 0xFFFF, cause
        self.wake.told_s = now_s - self.bench.load("torpor.clock").awake() // 1000
        self.wake.todo, self.wake.due = [], False
        return self.name(self.planning.plan(self.wake))

    def name(self, outcome: int) -> str:
        names = "OK FAIL SKIP LOW CRITICAL DEADLINE DUE".split()
        return names[outcome]

    def planned(self) -> list[str]:
        return [task.name for task in self.wake.todo]

    def reasons(self) -> list[tuple[str, int]]:
        return [(NAMES[code], argument) for code, argument in self.bench.events(self.wake.journal.entries)]


def task(bench: Any, name: str, trigger: Any, step: Any = len, **declared: Any) -> Any:
    return bench.load("torpor.scheduler").Task(name, trigger, step, **declared)


def every(minutes: int) -> tuple[int, int, int]:
    return 0, minutes, 0


@pytest.mark.parametrize(
    ("after_s", "ran", "outcome"),
    [
        (-31, NOON - 60, "SKIP"), (-30, NOON - 60, "OK"), (0, NOON - 60, "OK"), (1, NOON - 60, "OK"),
        (0, NOON, "SKIP"), (3569, NOON, "SKIP"), (3570, NOON, "OK"),
    ],
)  # fmt: skip
def test_a_task_is_due_once(soil: Any, after_s: int, ran: int, outcome: str) -> None:
    """It may come half a minute early: then it runs, and not again when its minute begins."""
    node = Node(soil, task(soil, "hourly", every(60)))
    assert node.at(NOON_s + after_s, ran) == outcome
    assert node.planned() == (["hourly"] if outcome == "OK" else [])
    assert node.at(NOON_s + after_s, node.wake.record.ran) == "SKIP"


def test_what_is_missed_runs_once(soil: Any) -> None:
    node = Node(soil, task(soil, "hourly", every(60)))
    assert node.at(NOON_s, NOON - 600) == "OK"
    assert node.planned() == ["hourly"]


def test_the_most_valuable_runs_first(soil: Any) -> None:
    node = Node(
        soil,
        task(soil, "low", every(60), value=10),
        task(soil, "high", every(30), value=90),
        task(soil, "middle", every(20), value=50),
        task(soil, "later", every(45), value=100),
    )
    assert node.at(NOON_s + 7200 + 1200, NOON + 136) == "OK"
    assert node.planned() == ["middle"]
    assert node.at(NOON_s, NOON - 10) == "OK"
    assert node.planned() == ["later", "high", "middle", "low"]


def test_a_burst_comes_last_and_is_owed_until_home_answers(soil: Any) -> None:
    burst = soil.load("torpor.scheduler").burst(every(720))
    node = Node(soil, burst, task(soil, "hourly", every(60)))
    assert node.at(NOON_s, NOON - 10) == "OK"
    assert (node.planned(), node.wake.due, node.wake.record.owed) == (["hourly"], True, 1)
    assert node.at(NOON_s + 60, NOON) == "DUE"  # nothing else is due: straight to CONNECT
    node.wake.spoke()
    assert node.wake.record.owed == 0
    assert node.at(NOON_s + 120, NOON) == "SKIP"


def test_a_task_that_was_let_pass_is_not_owed(soil: Any) -> None:
    node = Node(soil, task(soil, "dear", every(60), cost_mJ=10**9, value=50))
    assert node.at(NOON_s, NOON - 10) == "SKIP"
    assert node.reasons()[-2:] == [("RESERVE", 0), ("TASK_LET_PASS", 0)]
    assert node.wake.record.owed == 0


def test_locked_out_it_measures_and_runs_nothing(soil: Any) -> None:
    flags = soil.load("torpor.flags")
    node = Node(soil, task(soil, "hourly", every(60)), soil.load("torpor.scheduler").burst(every(60)))
    node.wake.record.flags |= flags.LOCKED
    node.wake.config = (95, 99, *node.wake.config[2:])
    soil.load("torpor.energy").gauge = lambda record, *_: (
        setattr(record, "soc", 98),
        setattr(record, "charge", 9800),
    )
    assert node.at(NOON_s, NOON - 10) == "LOW"
    assert node.wake.record.owed == 2  # the burst waits for better days, the reading's time is over
    node.wake.config = (16, 38, *node.wake.config[2:])
    assert node.at(NOON_s, NOON) == "DUE"
    assert not node.wake.record.flags & flags.LOCKED


def test_a_new_life_begins_with_everything_that_repeats(soil: Any) -> None:
    scheduler = soil.load("torpor.scheduler")
    tasks = (
        task(soil, "hourly", every(60)), task(soil, "noon", (1, 720, 0)), scheduler.burst((1, 720, 0)),
        task(soil, "motion", (4, "BENCH", 0)),
    )  # fmt: skip
    wake = soil.task_wake(tasks)
    assert wake.record.owed == 0b101
    assert next(NAMES[code] for code, _ in soil.events(wake.journal.entries)) == "NEW_LIFE"


@pytest.mark.parametrize(("cause", "planned"), [(1, []), (2, ["motion"])])
def test_a_pin_is_due_when_it_woke_the_node(soil: Any, cause: int, planned: list[str]) -> None:
    """1: a timer did, 2: the pin."""
    node = Node(soil, task(soil, "motion", (4, "BENCH", 0)))
    node.wake.pir = Line(False)
    node.at(NOON_s, NOON, cause)
    assert node.planned() == planned


def test_a_pin_that_is_still_high_is_due_at_a_timers_wake(soil: Any) -> None:
    node = Node(soil, task(soil, "motion", (4, "BENCH", 0)))
    node.wake.pir = Line(True)
    node.at(NOON_s, NOON, 1)
    assert node.planned() == ["motion"]
    node.wake.record.stuck = 3  # wakes in a row at which it never fell
    node.at(NOON_s, NOON, 1)
    assert node.planned() == []
    assert ("PIR_STUCK", 0) in node.reasons()


class Line:
    """A pin of the test's own."""

    def __init__(self, value: bool) -> None:
        self.value = value

    def deinit(self) -> None: ...


def test_a_burst_that_is_let_pass_is_owed_only_by_a_node_without_the_time(soil: Any) -> None:
    burst = soil.load("torpor.scheduler").burst(every(720), cost_mJ=10**9)
    node = Node(soil, burst)
    assert node.at(NOON_s, NOON - 10) == "SKIP"
    assert node.wake.record.owed == 0
    node.wake.record.owed = 1
    assert node.at(7200, 119) == "SKIP"
    assert node.wake.record.owed == 1


def test_after_hangs_wakes_pass_but_for_the_burst(soil: Any) -> None:
    node = Node(soil, task(soil, "hourly", every(60)), soil.load("torpor.scheduler").burst(every(120)))
    node.wake.record.camera_skips = 2
    told = [node.at(NOON_s + 3600 * hour, NOON + 60 * hour - 10) for hour in range(3)]
    assert told == ["DUE", "DUE", "OK"]  # owed until home answers
    assert [reason for reason, _ in node.reasons()].count("BACK_OFF") == 2


@pytest.mark.parametrize(("count", "fits"), [(7, True), (8, True), (9, False)])
def test_eight_tasks_can_be_declared(soil: Any, count: int, fits: bool) -> None:
    tasks = [task(soil, "one", every(60))] * count
    if fits:
        assert len(soil.task_wake(tasks).tasks) == count
    else:
        with pytest.raises(ValueError, match="9 tasks are declared, at most 8 can be"):
            soil.load("torpor.scheduler").run(tasks)


def run_task(node: Node, expect: str) -> None:
    assert node.name(node.planning.task(node.wake)) == expect


def test_its_rails_are_on_while_it_runs_and_only_then(soil: Any) -> None:
    sensor = soil.hardware.fittings.sensor
    seen: list[bool] = []
    node = Node(soil, task(soil, "hourly", every(60), lambda wake: seen.append(sensor.on), rails=("sensor",)))
    node.at(NOON_s, NOON - 10)
    before_s = soil.world.now
    run_task(node, "SKIP")
    assert (seen, sensor.on) == ([True], False)
    assert soil.world.now - before_s == pytest.approx(0.502, abs=0.01)  # its power_up row


def test_a_part_that_does_not_answer_is_no_crash(soil: Any) -> None:
    def broken(wake: Any) -> None:
        raise OSError(19)

    node = Node(
        soil,
        task(soil, "first", every(60), broken, rails=("sensor",), value=90),
        task(soil, "second", every(60), lambda wake: node.did.append("second"), value=10),
    )
    node.at(NOON_s, NOON - 10)
    run_task(node, "OK")
    run_task(node, "SKIP")
    assert node.reasons()[-1] == ("TASK_FAILED", 0)
    assert (node.did, soil.hardware.fittings.sensor.on) == (["second"], False)
    assert ("CRASH", 2) not in node.reasons()


def walk(bench: Any, wake: Any) -> list[str]:
    """The whole wake through the runner, PLAN to SLEEP; returns the states that were visited."""
    table, machine = bench.load("torpor.tasktable"), bench.load("torpor.machine")
    states: list[str] = []
    machine.watch = lambda state: states.append(table.NAMES[state])
    start, table.START = table.START, table.PLAN
    try:
        with pytest.raises(DeepSleep) as slept:
            machine.run(table, wake)
    finally:
        table.START = start
    wake.slept = slept.value
    return states


def test_a_crash_of_one_task_does_not_stop_the_others(soil: Any, reason: Any) -> None:
    def crash(wake: Any) -> None:
        raise KeyError("x")

    did: list[str] = []
    wake = soil.task_wake(
        (
            task(soil, "bad", every(60), crash, value=90),
            task(soil, "good", every(60), lambda w: did.append("good")),
        )
    )
    written: list[tuple[int, int]] = []
    soil.load("torpor.journal").watch = lambda entry: written.append((entry[0], entry[1]))
    assert walk(soil, wake) == ["PLAN", "TASK", "TASK", "SETTLE", "SLEEP"]
    assert did == ["good"]
    assert (reason["CRASH"], 2) in written


def test_an_async_task_is_cut_off_at_its_ceiling(soil: Any) -> None:
    asyncio = soil.load("asyncio")
    sensor = soil.hardware.fittings.sensor

    async def slow(wake: Any) -> None:
        await asyncio.sleep_ms(60_000)

    async def quick(wake: Any) -> None:
        await asyncio.sleep_ms(10)

    wake = soil.task_wake(
        (
            task(soil, "slow", every(60), slow, rails=("sensor",), value=90, limit_ms=2000),
            task(soil, "quick", every(60), quick, value=10),
        )
    )
    before_s = soil.world.now
    table = soil.load("torpor.tasktable")
    assert walk(soil, wake) == ["PLAN", "TASK", "TASK", "SETTLE", "SLEEP"]
    assert table.STEPS[table.TASK][3] == 6000  # the ceiling of the second one
    assert soil.world.now - before_s < 5.0
    assert not sensor.on
    assert [name for name, _ in [(NAMES[c], a) for c, a in soil.events(_stored(soil))]].count("TOO_LONG") == 1


def _stored(bench: Any) -> list[bytes]:
    raw = bytes(bench.nvm[1040:3088]).rstrip(b"\xff")
    return [raw[at : at + 8] for at in range(0, len(raw), 8)]


def test_an_async_task_too_dear_is_cut_off(soil: Any) -> None:
    asyncio = soil.load("asyncio")

    async def slow(wake: Any) -> None:
        await asyncio.sleep_ms(5_000)

    wake = soil.task_wake((task(soil, "dear", every(60), slow, limit_mJ=300, limit_ms=6000),))
    walk(soil, wake)
    assert "TOO_DEAR" in [NAMES[code] for code, _ in soil.events(_stored(soil))]


def test_every_path_ends_asleep(soil_shared: Any) -> None:
    """As for the camera's table: any order of outcomes, but a task leads to the next one."""
    machine, table = soil_shared.load("torpor.machine"), soil_shared.load("torpor.tasktable")
    for state in range(10):
        for outcome in range(7):
            following = machine.following(table, state, outcome)
            assert (
                following > state or (state, following) == (table.TASK, table.TASK) or state >= table.SETTLE
            )
    assert {row[2] for row in table.ROWS} <= set(range(10))
    pairs = [row[:2] for row in table.ROWS]
    assert len(pairs) == len(set(pairs))


def test_steps_exist_and_have_ceilings(soil_shared: Any) -> None:
    table, node = soil_shared.load("torpor.tasktable"), soil_shared.load("node")
    assert [row[0] for row in table.STEPS] == list(range(len(table.NAMES)))
    for _, module, name, limit_ms, limit_mJ in table.STEPS:
        step = getattr(soil_shared.load(module), name)
        assert limit_ms > 0 and limit_mJ > 0
        if not step.__code__.co_flags & 0x80:
            assert limit_ms < node.WATCHDOG_MS


# -- sleep -----------------------------------------------------------------------------------------


def asleep(bench: Any, wake: Any, now_s: int) -> tuple[dict[str, Any], int]:
    """What is armed by `sleep_now` at a time: by kind, and the record's sleep_s."""
    wake.told_s = now_s - bench.load("torpor.clock").awake() // 1000
    wake.record.ran = (now_s + 30) // 60 & 0xFFFF
    with pytest.raises(DeepSleep) as slept:
        bench.load("torpor.retiring").sleep_now(wake)
    up_s = bench.world.now - bench.machine.booted_s
    armed = {
        "time" if hasattr(one, "monotonic_time") else str(one.pin): round(one.monotonic_time - up_s)
        if hasattr(one, "monotonic_time") else one.value
        for one in slept.value.alarms
    }  # fmt: skip
    return armed, wake.record.sleep_s


@pytest.mark.parametrize(("stuck", "seconds"), [(0, 30), (1, 60), (4, 480), (7, 3600)])
def test_a_pin_that_is_still_high_is_not_armed_but_held_off(soil: Any, stuck: int, seconds: int) -> None:
    """30 s of the settings, doubled for each wake at which it did not fall."""
    wake = soil.task_wake((task(soil, "motion", (4, "SENSOR_SDA", 0)), task(soil, "daily", every(1440))))
    wake.record.owed, wake.record.stuck = 0, stuck
    wake.pir.deinit()
    wake.pir = Line(True)
    armed, sleep_s = asleep(soil, wake, NOON_s)
    assert (armed, sleep_s, wake.record.stuck) == ({"GP12": False}, seconds, stuck + 1)


@pytest.mark.parametrize(
    ("after_s", "seconds"), [(0, 3600), (1, 3599), (3569, 31), (3570, 3630), (-29, 3629)]
)
def test_it_sleeps_until_the_next_task_by_the_clocks_line(soil: Any, after_s: int, seconds: int) -> None:
    wake = soil.task_wake((task(soil, "hourly", every(60)), task(soil, "daily", every(1440))))
    wake.record.owed = 0
    armed, sleep_s = asleep(soil, wake, NOON_s + after_s)
    assert armed == {"GP12": False}
    assert sleep_s == pytest.approx(seconds, abs=1)
    clock = soil.hardware.clock
    assert clock.next_low(soil.world.now) - soil.world.now == pytest.approx(seconds, abs=1.1)


def test_without_the_clock_it_sleeps_by_the_timer(soil: Any) -> None:
    wake = soil.task_wake((task(soil, "hourly", every(60)),))
    soil.hardware.clock.power(soil.world.now, False)
    armed, sleep_s = asleep(soil, wake, NOON_s)
    assert (list(armed), armed["time"], sleep_s) == (
        ["time"],
        pytest.approx(3600, abs=1),
        pytest.approx(3600, abs=1),
    )


def test_what_is_owed_is_tried_again_in_an_hour(soil: Any) -> None:
    wake = soil.task_wake((soil.load("torpor.scheduler").burst(every(1440)),))
    wake.record.owed = 1
    assert asleep(soil, wake, NOON_s)[1] == 3600
    soil.reset()
    wake = soil.task_wake((soil.load("torpor.scheduler").burst(every(1440)),))
    wake.record.owed = 0
    assert asleep(soil, wake, NOON_s)[1] == 12 * 3600


def test_no_sleep_is_longer_than_the_record_can_tell(soil: Any) -> None:
    wake = soil.task_wake((task(soil, "weekly", every(10_080)),))
    wake.record.owed = 0
    assert asleep(soil, wake, NOON_s)[1] == 65535


def test_locked_out_it_looks_for_the_sun_once_an_hour(soil: Any) -> None:
    wake = soil.task_wake((task(soil, "often", every(5)),))
    wake.record.flags |= soil.load("torpor.flags").LOCKED
    assert asleep(soil, wake, NOON_s)[1] == 3600


def test_a_pin_and_a_time_by_the_clocks_line(soil: Any) -> None:
    """Two pin alarms in one dormant sleep: the task's pin, and the clock's line for the next minute."""
    wake = soil.task_wake((task(soil, "motion", (4, "SENSOR_SDA", 0)), task(soil, "hourly", every(60))))
    wake.record.owed = 0
    armed, sleep_s = asleep(soil, wake, NOON_s)
    assert (armed, sleep_s) == ({"GP12": False, "GP8": True}, 0)


def test_a_pin_and_a_time_where_the_board_combines_them() -> None:
    esp = Bench(design="esp32-soil")
    wake = esp.task_wake((task(esp, "motion", (4, "SENSOR_SDA", 0)), task(esp, "hourly", every(60))))
    wake.record.owed = 0
    armed, sleep_s = asleep(esp, wake, NOON_s)
    assert (armed, sleep_s) == ({"time": pytest.approx(3600, abs=1), "D2": True}, 0)
    assert wake.record.flags & esp.load("torpor.flags").BOTH


def test_a_pin_that_a_clock_cannot_join_gives_way(soil: Any) -> None:
    """The clock is away, and this board cannot combine its timer with a pin: the tasks go on, deaf."""
    wake = soil.task_wake((task(soil, "motion", (4, "SENSOR_SDA", 0)), task(soil, "hourly", every(60))))
    wake.record.owed = 0
    soil.hardware.clock.power(soil.world.now, False)
    armed, sleep_s = asleep(soil, wake, NOON_s)
    assert (list(armed), sleep_s) == (["time"], pytest.approx(3600, abs=1))


def test_without_settings_it_sleeps_an_hour(soil: Any) -> None:
    wake = soil.task_wake((task(soil, "hourly", every(60)),))
    wake.settings = wake.config = None
    assert asleep(soil, wake, NOON_s)[1] == 3600
