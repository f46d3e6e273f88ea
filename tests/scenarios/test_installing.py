"""Somebody hangs a new node up: install mode in the twin, told as literal lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.air import Link
from sim.scenario import Scenario

NOON_s = 43_200.0


def new(link: Link, **changes: Any) -> Scenario:
    return Scenario(start_day=170, quiet=True, install=True, **{"days": 0.01, "link": link, **changes})


def test_x(live: Callable[..., Any], steady: Link) -> None:
    told = live(new(steady, visits=((100.0, 5.0),)))
    print(told.states())
    print([(round(p.t_s, 1), len(p.jpeg), p.told) for p in told.twin.home.previews])
    print([(round(t, 2), on) for t, on in told.twin.hardware.fittings.lit][:60])
    print(told.twin.life.machine.console)
    print(bytes(told.twin.hardware.nvm[1020:1042]))
    assert 0
