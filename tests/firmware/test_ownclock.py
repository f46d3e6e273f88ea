"""A heartbeat by the board's own clock, which a reset sets back to the year 2000."""

from __future__ import annotations

from typing import Any

import pytest

DAY_s = 86_400


@pytest.fixture
def esp(bench: Any) -> Any:
    return type(bench)(design="esp32-cam")


@pytest.mark.parametrize(
    ("heard", "rings_in_s"),
    [(0, DAY_s), (-3600, DAY_s - 3600), (-DAY_s + 61, 61), (-DAY_s - 5, 60), (+100_000, DAY_s)],
    ids=["never", "an hour ago", "almost a day ago", "too long ago", "in the future: the clock was set back"],
)
def test_it_rings_a_day_after_home_last_heard(esp: Any, heard: int, rings_in_s: int) -> None:
    wake = esp.awake()
    now_s = int(esp.load("time").time())
    wake.record.heard_s = now_s + heard if heard else 0
    assert esp.load("torpor.ownclock").ring(wake) == pytest.approx(rings_in_s, abs=1)
    if heard >= 0:  # it cannot be known: the silence begins now
        assert wake.record.heard_s == pytest.approx(now_s, abs=1)


@pytest.mark.parametrize(
    ("sync_s", "heard", "told"),
    [(1_750_000_000, -3600, 1_750_003_600), (0, -3600, 0), (1_750_000_000, 100, 0)],
    ids=["told an hour ago", "never told", "the clock was set back"],
)
def test_wall_time(esp: Any, sync_s: int, heard: int, told: int) -> None:
    wake = esp.awake()
    wake.record.sync_s = sync_s
    wake.record.heard_s = int(esp.load("time").time()) + heard
    assert esp.load("torpor.ownclock").now(wake) == pytest.approx(told, abs=1)
