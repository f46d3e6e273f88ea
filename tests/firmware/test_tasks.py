"""Beside a running step: the watcher that samples the meter and holds the ceilings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest


def test_the_ceiling_outlives_the_meter(bench: Any) -> None:
    """Unplugged in the middle of a step that never ends: the step is cut off all the same."""
    tasks, wake = bench.load("torpor.tasks"), bench.awake()
    asyncio = bench.load("asyncio")

    def start() -> None:
        raise OSError(19)

    wake.meter = SimpleNamespace(start=start, off=lambda: None, CONVERSION_ms=1)
    wake.enter(6, 3000)

    async def step() -> None:
        while True:
            await asyncio.sleep_ms(10)
            if bench.world.now > began_s + 20.0:
                raise AssertionError("nobody ends it")

    began_s = bench.world.now
    assert tasks.supervise(step(), wake, 1_000_000) == bench.load("torpor.machine").DEADLINE
    assert bench.world.now - began_s == pytest.approx(3.0, abs=0.3)
    assert wake.meter is None


def test_a_step_is_fed_inside_its_ceiling_and_not_behind_it(bench: Any) -> None:
    """A step that never rests cannot be cut off: then the watchdog has to."""
    tasks, wake, fed = bench.load("torpor.tasks"), bench.awake(), []
    wake.enter(6, 1000)
    wake.feed = lambda: fed.append(bench.world.now)
    began_s = bench.world.now
    for _ in range(30):
        bench.pass_s(0.1)
        tasks.alive(wake)
    assert 8 <= len(fed) <= 10 and max(fed) < began_s + 1.0
