"""Clocks that wrap, round, restart and drift."""

from __future__ import annotations

import struct

import pytest

from sim.air import Link
from sim.scenario import Scenario
from sim.watching import NodeRow, unpack_entry

DAY = Scenario(days=0.01, start_day=170, quiet=True, settings={"TORPOR_DARK_LUMA": 0})
STUCK = DAY.change(days=0.06, stuck_PIR=(100.0, 1e9))


def slow(rate_B_s: float) -> Link:
    return Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0,
                rate_B_s=rate_B_s)  # fmt: skip


def entries(told) -> list[bytes]:
    kept = bytes(told.twin.hardware.nvm[1040:]).rstrip(b"\xff")
    raw = b"".join(batch for _, batch in told.twin.home.logs) + kept
    return [raw[at : at + 8] for at in range(0, len(raw) - 7, 8)]


def test_ticks_wrap_in_the_middle_of_an_upload(live, steady):
    """supervisor.ticks_ms starts 65.536 s before its wrap; this upload lasts from 9.5 to about 68 s."""
    quick = live(DAY.change(link=steady))
    (picture,) = quick.twin.home.pictures.values()
    told = live(DAY.change(link=slow(picture.size / 56.0), visits=((300.0, 3.0),)))
    assert told.events("TOO_LONG") == told.events("TOO_DEAR") == []
    sent = told.events("SENT")
    assert len(sent) == 2
    assert 65.6 < sent[0][0] < 69.4  # before the ceiling of 60 s for UPLOAD
    found = {struct.unpack("<BBHI", entry) for entry in entries(told) if entry[0] == 11 and entry[2] == 1}
    assert [ms for _, _, _, ms in found] == [pytest.approx(sent[0][0] * 1000, abs=100)]


def test_a_ceiling_that_ends_behind_the_wrap(live):
    """1 KiB takes 6.8 s, the whole picture longer than the 60 s that UPLOAD may take."""
    told = live(DAY.change(days=0.0012, link=slow(150.0)))
    ((t_s, _, state),) = told.events("TOO_LONG")
    entered = next(t_s for t_s, name in told.states() if name == "UPLOAD")
    assert state == 6
    assert entered + 60.0 <= t_s < entered + 60.0 + 7.0
    assert told.states()[-1][1] == "SLEEP"


def timer_sleeps(told) -> list[float]:
    """From the sleep call to the next reset, where a timer was armed."""
    notes = told.twin.life.notes
    asked = [t_s for t_s, _, minutes in told.events("SLEPT") if minutes]
    woke = [note.booted_s for note in notes]
    return [min(t for t in woke if t > t_s) - t_s for t_s in asked if woke[-1] > t_s]


LADDER = [30, 60, 120, 240, 480, 960, 1920]


@pytest.mark.parametrize("drift", [-0.05, 0.0, 0.05])
def test_a_sleep_clock_that_drifts(live, steady, drift):
    def prepare(twin):
        twin.hardware.sleep_clock = drift

    told = live(STUCK.change(link=steady), prepare=prepare)
    for slept_s, asked_s in zip(timer_sleeps(told), LADDER, strict=False):
        assert asked_s * (1.0 + drift) - 0.2 <= slept_s <= asked_s * (1.0 + drift) + 1.2
    assert len(timer_sleeps(told)) >= 7
    assert told.count("PICTURE") == 4  # power-up, and three that were believed


def test_the_boards_own_drift_is_its_row(live, steady):
    told = live(DAY.change(link=steady))
    assert 0.0 < abs(told.twin.hardware.sleep_clock) <= told.twin.design.board.v("sleep_clock_error")


def test_an_alarm_that_fires_far_too_early(live, steady):
    """A tenth of what was asked for: no clock on this board can tell, but each sleep asks for twice as much,
    so the real ones grow as well and end at a tenth of the longest."""

    def prepare(twin):
        twin.hardware.sleep_clock = -0.9

    told = live(STUCK.change(link=steady), prepare=prepare)
    slept = timer_sleeps(told)
    # 2 s of each are left of the core's floor, which the alarm was counted from
    assert [round(one) for one in slept[3:8]] == pytest.approx([26, 50, 98, 194, 362], abs=1.2)
    assert max(slept) < 364.0
    assert told.count("PICTURE") == 4


def test_alarms_that_fire_at_once(live, steady):
    """The worst: every wake costs the floor of 5 s, but neither camera nor radio."""

    def prepare(twin):
        twin.hardware.sleep_clock = -1.0

    told = live(STUCK.change(days=0.02, link=steady), prepare=prepare)
    assert told.count("PICTURE") == 4
    late = [note.load_J for note in told.twin.life.notes[8:-1]]
    assert len(late) > 100
    assert max(late) < 1.2


def test_floats_of_30_bits_after_a_week(live, steady):
    """On USB the sleep is a pretended one and time.monotonic goes on: in steps of 0.33 s after a week."""

    def prepare(twin):
        boot = twin.life._boot

        def aged():
            boot()
            twin.life.machine.booted_s -= 604_800.0

        twin.life._boot = aged

    told = live(STUCK.change(link=steady), prepare=prepare)
    slept = timer_sleeps(told)
    assert slept[:6] == pytest.approx([30.5, 60.5, 120.5, 240.5, 480.5, 960.5], abs=1.0)
    assert told.events("TOO_LONG") == []


def test_a_clock_that_restarts_in_2000_at_every_wake(live, steady):
    """The board's own date is of no use; two signed answers tell how long the node slept between them."""
    told = live(DAY.change(days=0.02, link=steady, visits=((1000.0, 3.0),)))
    time = told.twin.life.machine.cores["time"]
    assert time.localtime(946_684_800)[:3] == (2000, 1, 1)
    assert time.time() - 946_684_800 < 1728.0 - 1000.0 + 1.0
    rows = [found for found in map(unpack_entry, entries(told)) if isinstance(found, NodeRow)]
    slept = [row.dt_s for row in rows if row.state == 8 and row.dt_s > 60.0]
    first, second = (t_s for t_s, _, _ in told.events("LOG_SENT"))
    assert slept == [pytest.approx(second - first - 10.0, abs=10.0)]  # a long row counts in 10 s
