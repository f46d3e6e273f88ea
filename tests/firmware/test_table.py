"""The declared table: whatever the outcomes, every path ends asleep; and the runner that walks it."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from sim.errors import DeepSleep

OUTCOMES = range(7)


def longest(machine: Any, table: Any, state: int, path: tuple[int, ...]) -> int:
    """Steps of the longest walk from `state` to SLEEP; fails where a walk comes back to itself."""
    assert state not in path, f"a circle: {[table.NAMES[one] for one in (*path, state)]}"
    if state == table.SLEEP:
        return 0
    nexts = {machine.following(table, state, outcome) for outcome in OUTCOMES}
    return 1 + max(longest(machine, table, following, (*path, state)) for following in nexts)


def test_every_path_reaches_sleep_within_the_limit(bench: Any) -> None:
    machine, table = bench.load("torpor.machine"), bench.load("table")
    steps = longest(machine, table, table.START, ())
    assert steps == 9  # BOOT TRIAGE CAMERA CAPTURE STORE CONNECT UPLOAD SETTLE RECOVER
    assert steps <= machine.MAX_STEPS


def test_every_state_can_be_reached(bench: Any) -> None:
    machine, table = bench.load("torpor.machine"), bench.load("table")
    seen, new = set(), {table.START}
    while new:
        seen |= new
        new = {machine.following(table, s, o) for s in new for o in OUTCOMES if s != table.SLEEP} - seen
    assert seen == set(range(len(table.NAMES)))


def test_steps_exist_and_have_ceilings(bench: Any) -> None:
    table, node = bench.load("table"), bench.load("node")
    assert [row[0] for row in table.STEPS] == list(range(len(table.NAMES)))
    for _, module, name, limit_ms, limit_mJ in table.STEPS:
        step = getattr(bench.load(module), name)
        assert callable(step)
        assert limit_ms > 0 and limit_mJ > 0
        if not step.__code__.co_flags & 0x80:  # no coroutine: nothing feeds the watchdog in it
            assert limit_ms < node.WATCHDOG_MS


def test_rows_name_each_state_and_outcome_once(bench: Any) -> None:
    table = bench.load("table")
    pairs = [row[:2] for row in table.ROWS]
    assert len(pairs) == len(set(pairs))
    assert {row[2] for row in table.ROWS} <= set(range(len(table.NAMES)))


@pytest.mark.parametrize(
    ("state", "outcome", "following"),
    [
        ("BOOT", "FAIL", "SLEEP"), ("BOOT", "CRITICAL", "RECOVER"), ("BOOT", "DEADLINE", "SETTLE"),
        ("TRIAGE", "LOW", "SLEEP"), ("TRIAGE", "DUE", "CONNECT"), ("TRIAGE", "FAIL", "SETTLE"),
        ("CAMERA", "FAIL", "SETTLE"),
        ("CAPTURE", "DEADLINE", "SETTLE"), ("STORE", "FAIL", "SETTLE"), ("CONNECT", "SKIP", "SETTLE"),
        ("UPLOAD", "OK", "SETTLE"), ("UPLOAD", "CRITICAL", "RECOVER"), ("SETTLE", "FAIL", "SLEEP"),
        ("SETTLE", "CRITICAL", "RECOVER"), ("RECOVER", "CRITICAL", "SLEEP"), ("RECOVER", "OK", "SLEEP"),
    ],
)  # fmt: skip
def test_the_way_on(bench: Any, state: str, outcome: str, following: str) -> None:
    machine, table = bench.load("torpor.machine"), bench.load("table")
    found = machine.following(table, table.NAMES.index(state), getattr(machine, outcome))
    assert table.NAMES[found] == following


class Walk:
    """A table of the test's own: one step WORK between BOOT and SLEEP."""

    START, SETTLE, SLEEP, RECOVER = 0, 1, 2, 3
    ROWS = ()

    def __init__(self, bench: Any, work: Any, limit_ms: int = 4000, limit_mJ: int = 10**6) -> None:
        self.visited: list[str] = []
        self.bench = bench
        bench.put("test_steps", work=work, settle=self.step("settle"), sleep=self.sleep)
        self.STEPS = (
            (0, "test_steps", "work", limit_ms, limit_mJ),
            (1, "test_steps", "settle", 4000, 2000),
            (2, "test_steps", "sleep", 4000, 2000),
            (3, "test_steps", "settle", 4000, 2000),
        )

    def step(self, name: str) -> Any:
        def called(wake: Any) -> int:
            self.visited.append(name)
            return 0

        return called

    def sleep(self, wake: Any) -> None:
        self.visited.append("sleep")
        raise DeepSleep(())

    def run(self, wake: Any) -> None:
        with pytest.raises(DeepSleep):
            self.bench.load("torpor.machine").run(self, wake)
        assert self.visited[-1] == "sleep"


def test_an_exception_in_a_step_is_journalled_and_the_node_still_sleeps(bench: Any, reason: Any) -> None:
    def work(wake: Any) -> int:
        raise MemoryError

    wake = bench.wake()
    walk = Walk(bench, work)
    walk.run(wake)
    assert walk.visited == ["settle", "sleep"]
    assert (reason["CRASH"], 0) in bench.events(wake.journal.entries)


def test_a_table_that_turns_in_circles_still_sleeps(bench: Any) -> None:
    walk = Walk(bench, lambda wake: 0)
    walk.ROWS = ((0, 0, 0),)  # type: ignore[assignment]
    walk.run(bench.wake())
    assert walk.visited == ["sleep"]


def test_a_sleep_step_that_fails_ends_in_the_last_resort(bench: Any) -> None:
    walk = Walk(bench, lambda wake: 0)

    def broken(wake: Any) -> None:
        raise OSError(5)

    bench.table.modules["test_steps"].sleep = broken
    with pytest.raises(RuntimeError):  # which code.py answers with a sleep of its own
        bench.load("torpor.machine").run(walk, bench.wake())


def test_the_last_resort_sleeps_by_timer(bench: Any) -> None:
    bench.put("waking")  # a drive whose application cannot even start: it has no main()
    with pytest.raises(DeepSleep) as slept:
        bench.table.run_main(bench.twin.life.drive.scripts["code.py"])
    (alarm,) = slept.value.alarms
    assert alarm.monotonic_time == pytest.approx(900, abs=1)


def async_work(bench: Any, seconds: float, chunk_ms: int = 100) -> Any:
    asyncio = bench.load("asyncio")

    async def work(wake: Any) -> int:
        for _ in range(int(seconds * 1000 / chunk_ms)):
            await asyncio.sleep_ms(chunk_ms)
        return 0

    return work


def test_a_long_step_is_fed_while_its_loop_lives(bench: Any, reason: Any) -> None:
    wake = bench.awake()
    Walk(bench, async_work(bench, 12.0), limit_ms=15000).run(wake)  # Reset("WATCHDOG") would come at 8 s
    assert reason["CRASH"] not in dict(bench.events(wake.journal.entries))
    assert not [one for one in bench.events(wake.journal.entries) if one[0] == reason["TOO_LONG"]]


def test_the_time_ceiling_comes_before_the_watchdog(bench: Any, reason: Any) -> None:
    wake = bench.awake()
    started = bench.world.now
    Walk(bench, async_work(bench, 60.0), limit_ms=8000).run(wake)
    assert (reason["TOO_LONG"], 0) in bench.events(wake.journal.entries)
    assert bench.world.now - started == pytest.approx(8.0, abs=0.5)


@pytest.mark.filterwarnings("ignore")  # of coroutines that the reset cut off
def test_a_step_that_blocks_is_ended_by_the_watchdog(bench: Any) -> None:
    from sim.errors import Reset

    wake = bench.awake()

    async def work(wake: Any) -> int:
        bench.load("time").sleep(20)
        return 0

    with pytest.raises(Reset) as reset:
        bench.load("torpor.machine").run(Walk(bench, work, limit_ms=16000), wake)
    assert reset.value.reason == "WATCHDOG"
    del reset, wake
    bench.reset()  # lets go of the frames of the reset, and these of the coroutines
    gc.collect()  # now, not in the middle of the next test's compiling


def test_the_energy_ceiling(bench: Any, reason: Any) -> None:
    wake = bench.awake()
    bench.load("torpor.battery").measure(wake)
    Walk(bench, async_work(bench, 10.0), limit_ms=15000, limit_mJ=100).run(wake)
    assert (reason["TOO_DEAR"], 0) in bench.events(wake.journal.entries)


def test_the_ceilings_outlive_the_meter(bench: Any, reason: Any) -> None:
    wake = bench.awake()
    bench.load("torpor.battery").measure(wake)
    bench.hardware.meter.power(bench.world.now, False)  # it goes away beside the running step
    Walk(bench, async_work(bench, 60.0), limit_ms=5000).run(wake)
    assert (reason["TOO_LONG"], 0) in bench.events(wake.journal.entries)
    assert reason["CRASH"] not in dict(bench.events(wake.journal.entries))
