"""The watchdog's limit around everything that blocks: at its longest, it still does not bite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.air import Link
from sim.devices import CameraFaults
from sim.devices.ina219 import MeterFaults
from sim.scenario import Scenario

LIMIT_s = 8.0
SLOW = Scenario(days=0.01, start_day=170, quiet=True, visits=((300.0, 3.0), (500.0, 3.0)),
                settings={"TORPOR_DARK_LUMA": 0, "TORPOR_JOIN_S": 7})  # fmt: skip
CALM = Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0)
LINKS = {
    "nobody there": replace(CALM, outages=((0.0, 1e9),)),
    "joins at the last moment": replace(CALM, join_s=6.9),
    "joins too late": replace(CALM, join_s=60.0),
    "gone before the connection": replace(CALM, outages=((9.0, 60.0), (308.5, 360.0), (508.5, 560.0))),
    "gone in the upload": replace(CALM, outages=((9.6, 60.0), (309.6, 360.0), (509.6, 560.0))),
    "every piece stalls": replace(CALM, stall=1.0),
    "no answer": replace(CALM, lost_answer=1.0),
    "every piece is dropped": replace(CALM, drop=1.0),
    "a trickle": replace(CALM, rate_B_s=200.0),
}


def gaps_of(twin) -> list[float]:
    """Time between two feeds, while it is armed."""
    world, found = twin.world, []
    plain = type(world).watchdog_at

    class Watched(type(world)):
        fed_s = None

        @property
        def watchdog_at(self):
            return plain.fget(self)

        @watchdog_at.setter
        def watchdog_at(self, t_s):
            if self.fed_s is not None:
                found.append(self.now - self.fed_s)
            self.fed_s = None if t_s is None else self.now
            plain.fset(self, t_s)

    world.__class__ = Watched
    return found


def calm(live, scenario, **faults):
    found = []
    told = live(scenario, prepare=lambda twin: found.append(gaps_of(twin)), **faults)
    assert [argument for _, _, argument in told.events("WOKE") if argument == 3] == []
    assert len(found[0]) > 12
    assert max(found[0]) < LIMIT_s
    return told, max(found[0])


@pytest.mark.parametrize("name", LINKS)
def test_the_radio(live, name):
    told, longest_s = calm(live, SLOW.change(link=LINKS[name]))
    assert told.count("PICTURE") == 3
    if name in ("nobody there", "joins at the last moment"):
        assert longest_s > 6.8  # it really came close


def test_a_ceiling_of_a_step_that_trickles(live):
    told, _ = calm(live, SLOW.change(link=LINKS["a trickle"], visits=()))
    assert told.count("TOO_LONG") + told.count("TOO_DEAR") == 1


@pytest.mark.parametrize("kind", ["absent_i2c", "scl_stuck", "no_start", "size_zero"])
def test_the_camera(live, steady, kind):
    calm(live, SLOW.change(link=steady), camera_faults=CameraFaults.only(kind))


def test_a_silent_meter(live, steady):
    calm(live, SLOW.change(link=steady), meter_faults=MeterFaults(absent=True))


def test_it_is_never_longer_than_the_board_allows():
    from boards import list_designs, load_design
    from sim.nodefile import node_values

    for name in list_designs():
        design = load_design(name)
        if design.firmware == "ready":
            assert 0 < node_values(design)["WATCHDOG_MS"] <= 1000 * design.board.v("watchdog_max")
