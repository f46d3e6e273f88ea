"""A part is missing: the node works on without it, says so, and tries what costs energy ever less often."""

from __future__ import annotations

from math import inf

import pytest

from sim.air import Link
from sim.devices import CameraFaults
from sim.devices.ina219 import MeterFaults
from sim.scenario import Scenario

#: Long enough for the shutter, gone when the wake is over.
VISITS = tuple((100.0 + 60.0 * number, 4.5) for number in range(40))
FEW = Scenario(days=0.01, start_day=170, quiet=True, visits=VISITS[:3], settings={"TORPOR_DARK_LUMA": 0})


def unpull(pin: str, until_s: float = inf):
    """The module is gone, and its pull-ups with it."""

    def prepare(twin):
        bus = twin.hardware.buses[twin.design.pins[pin]]
        alive = bus.alive
        bus.alive = lambda: twin.world.now >= until_s and alive()

    return prepare


@pytest.mark.parametrize("how", ["silent", "unplugged"])
def test_meter(live, steady, how):
    scenario = FEW.change(link=steady)
    if how == "silent":
        told = live(scenario, meter_faults=MeterFaults(absent=True))
    else:
        told = live(scenario, prepare=unpull("meter_scl"))
    assert told.count("BATTERY") == 0
    assert told.count("METER_LOST") == 1 + 2 * told.count("SENT")  # the cold boot, CONNECT and SETTLE
    assert told.count("LOW_BATTERY") == 0
    assert told.fates() == {"delivered": 3}


@pytest.mark.parametrize("how", ["silent", "unplugged"])
def test_camera(live, steady, how):
    scenario = FEW.change(days=0.03, visits=VISITS, link=steady)
    if how == "silent":
        told = live(scenario, camera_faults=CameraFaults.only("absent_i2c"))
    else:
        told = live(scenario, prepare=unpull("camera_scl"))
    tries = "".join(reason[7] for _, reason, _ in told.events("CAMERA_FAILED", "CAMERA_AWAY"))
    assert tries[:27] == "FF" + "AA" + "F" + "A" * 6 + "F" + "A" * 14 + "F"
    assert [argument for _, _, argument in told.events("CAMERA_FAILED")] == [1, 2, 3, 4, 5]
    assert told.fates() == {"camera failed": 40}
    assert told.twin.hardware.level("GP14") is False


def test_camera_that_is_plugged_in_again(live, steady):
    scenario = FEW.change(days=0.03, visits=VISITS, link=steady)
    told = live(scenario, prepare=unpull("camera_scl", until_s=600.0))
    assert [argument for _, _, argument in told.events("CAMERA_FAILED")] == [1, 2, 3]
    first = told.events("PICTURE")[0][0]
    assert 600.0 < first < 900.0
    assert not [t_s for t_s, _, _ in told.events("CAMERA_AWAY") if t_s > first]
    assert told.fates()["delivered"] > 25


def test_frames_that_never_are_any_good_are_tried_ever_more_rarely(live, steady):
    scenario = FEW.change(days=0.03, visits=VISITS, link=steady)
    told = live(scenario, camera_faults=CameraFaults.only("no_start"))
    tries = "".join(reason[0] for _, reason, _ in told.events("FRAME_BAD", "CAMERA_AWAY"))
    assert tries[:27] == "FF" + "CC" + "F" + "C" * 6 + "F" + "C" * 14 + "F"


def test_pir(live, steady):
    """Nothing pulls the line up any more: the node finishes its first wake and sleeps; nothing spins."""

    def prepare(twin):
        twin.hardware.pir.high = lambda now_s: False
        twin.hardware.pir.next_rise = lambda now_s: inf

    told = live(FEW.change(days=2.0, link=steady), prepare=prepare)
    assert told.count("WOKE") == told.count("SENT") == 1
    assert told.states()[-1][1] == "SLEEP"
    assert told.fates() == {"not seen by the PIR": 3}


def bench_pin(twin):
    twin.hardware.bench = True


def test_drive_that_is_not_ours(live, steady):
    """The bench pin is held: pictures go from the camera's memory straight home."""
    told = live(FEW.change(link=steady), prepare=bench_pin)
    assert told.count("READ_ONLY") == told.count("PICTURE") == told.count("SENT") == 4
    assert told.count("STORED") == 0
    assert told.fates() == {"delivered": 3}


def test_drive_that_is_not_ours_and_no_network(live):
    told = live(FEW.change(link=Link(outages=((0.0, 1e9),))), prepare=bench_pin)
    assert told.count("SEND_FAILED") == told.count("PICTURE") == told.count("READ_ONLY") == 4
    assert [path for path in told.twin.hardware.files.files if path.startswith("/spool/")] == []
    assert told.count("SENT") == 0


def test_a_hang_at_every_try_lets_wakes_pass(live, steady, hang):
    """A camera that hangs the program: the watchdog ends it, and then the ladder counts as for a failure."""
    told = live(FEW.change(days=0.03, visits=VISITS, link=steady), meant=True, prepare=hang)
    hangs = [argument for _, _, argument in told.events("WOKE") if argument == 3]
    assert len(hangs) == 4
    tries = "".join(
        "A" if reason == "CAMERA_AWAY" else "W"
        for _, reason, argument in told.events("WOKE", "CAMERA_AWAY")
        if reason == "CAMERA_AWAY" or argument == 3
    )
    assert tries[:28] == "W" + "AA" + "W" + "A" * 6 + "W" + "A" * 14 + "W" + "AA"
