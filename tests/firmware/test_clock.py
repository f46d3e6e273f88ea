"""Integer milliseconds around the wrap at 2**29, which an RP2040 meets 65 s after each power-on."""

from __future__ import annotations

from typing import Any

import pytest

PERIOD = 1 << 29
HALF = 1 << 28


class Ticks:
    def __init__(self, bench: Any) -> None:
        self.now = 0
        bench.put("supervisor", ticks_ms=lambda: self.now % PERIOD)
        bench.put("time", monotonic=lambda: 3.25)
        self.clock = bench.load("torpor.clock")


@pytest.fixture
def ticks(shared: Any) -> Ticks:
    shared.reset()
    return Ticks(shared)


@pytest.mark.parametrize("start", [0, 1, HALF - 1, HALF, PERIOD - 1000, PERIOD - 1])
@pytest.mark.parametrize("passed", [0, 1, 999, 1000, 1001, HALF - 1, HALF, HALF + 1, PERIOD - 1])
def test_since(ticks: Ticks, start: int, passed: int) -> None:
    ticks.now = start
    began = ticks.clock.now()
    ticks.now = start + passed
    assert ticks.clock.since(began) == passed


@pytest.mark.parametrize("start", [0, HALF, PERIOD - 1000, PERIOD - 1])
@pytest.mark.parametrize("ms", [0, 1, 1000, 60_000, HALF - 1])
@pytest.mark.parametrize("late", [-1, 0, 1])
def test_left(ticks: Ticks, start: int, ms: int, late: int) -> None:
    ticks.now = start
    end = ticks.clock.after(ms)
    assert 0 <= end < PERIOD
    assert ticks.clock.left(end) == ms
    ticks.now = start + ms + late
    assert ticks.clock.left(end) == -late


def test_a_deadline_long_past_is_still_past(ticks: Ticks) -> None:
    end = ticks.clock.after(10)
    ticks.now = 10 + HALF
    assert ticks.clock.left(end) == -HALF
    ticks.now = 10 + HALF + 1  # beyond this the circle closes: no step is that long
    assert ticks.clock.left(end) == HALF - 1


def test_awake_counts_from_the_reset(ticks: Ticks) -> None:
    assert ticks.clock.before_ms == 3250
    ticks.now = 5000
    assert ticks.clock.awake() == 8250


def test_the_twins_clock_wraps_under_a_running_wake(bench: Any) -> None:
    clock = bench.load("torpor.clock")
    began, end = clock.now(), clock.after(100_000)
    bench.pass_s(70)
    assert clock.now() < began  # it has wrapped
    assert clock.since(began) == pytest.approx(70_000, abs=20)
    assert clock.left(end) == pytest.approx(30_000, abs=20)
