"""The design with a DS3231 whose line is a second wake pin: hold-off, heartbeat and lock-out by clock, and
what happens when the clock is not there."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.devices.ds3231 import ClockFaults
from sim.scenario import Scenario

QUIET = Scenario(design="pico-w-rtc", days=4.0, start_day=170, quiet=True)
DAY_s = 86_400.0


def causes(told) -> list[tuple[float, str]]:
    return [(round(note.booted_s), note.cause) for note in told.twin.life.notes]


def test_a_visit_and_its_hold_off_in_pin_sleep(live, steady):
    told = live(QUIET.change(days=0.6, link=steady, visits=((36_000.0, 20.0),)))
    assert [cause for _, cause in causes(told)] == ["POWER_ON", "pin", "time"]
    events = [(reason, argument) for t_s, reason, argument in told.events() if t_s > 36_000.0]
    assert [reason for reason, _ in events] == [
        "WOKE", "LIGHT", "PICTURE", "GAIN", "LINES", "STORED", "BATTERY", "LOG_SENT", "SENT", "BATTERY",
        "RETRIGGER", "SLEPT", "WOKE", "QUIET", "SLEPT",
    ]  # fmt: skip
    assert [argument for reason, argument in events if reason == "WOKE"] == [2, 1]  # PIN, TIMER
    assert told.fates() == {"delivered": 1}
    asleep_s = told.twin.life.notes[1].asleep_s
    assert told.twin.life.notes[2].booted_s - asleep_s == pytest.approx(29.5, abs=1.1)
    world = told.twin.world
    index = next(i for i, t_s in enumerate(world.t_s) if t_s >= asleep_s)
    watts = world.volts[index] * world.mA[index] / 1000.0
    # 1.4 mA at 5 V; on the 3V3 rail behind 85 %: PIR 0.1, meter 0.006, clock 0.11 mA.
    assert watts == pytest.approx(1.4e-3 * 5.0 + 0.216e-3 * 3.3 / 0.85, rel=0.002)


def test_it_speaks_once_a_day_though_nobody_comes(live, steady):
    told = live(QUIET.change(link=steady))
    beats = [t_s for t_s, _, _ in told.events("HEARTBEAT")]
    assert [cause for _, cause in causes(told)] == ["POWER_ON", "clock", "clock", "clock"]
    assert len(beats) == 3
    gaps = [after - before for before, after in pairwise(beats)]
    assert gaps == pytest.approx([DAY_s, DAY_s], abs=30.0)
    assert told.count("SENT") == told.count("LOG_SENT") >= 4
    assert told.twin.plant.soc > 0.95


@pytest.mark.parametrize(("hours", "beats"), [(0, 0), (12, 7)])
def test_the_owner_chooses_how_often(live, steady, hours, beats):
    told = live(QUIET.change(link=steady, settings={"TORPOR_HEARTBEAT_H": hours}))
    assert told.count("HEARTBEAT") == beats


def test_home_away_a_heartbeat_is_tried_again_each_hour(live, steady):
    from dataclasses import replace

    away = replace(steady, outages=((3600.0, 30 * 3600.0),))
    told = live(QUIET.change(days=2.0, link=away))
    beats = [t_s for t_s, _, _ in told.events("HEARTBEAT")]
    gaps = [after - before for before, after in pairwise(beats)]
    assert gaps[0] == pytest.approx(3600.0, abs=30.0)
    assert max(gaps) < 3700.0
    last = told.events("SENT")[-1][0]
    assert 30 * 3600.0 < last < 38 * 3600.0


def test_the_clock_is_set_once_and_holds_its_time(live, steady):
    told = live(QUIET.change(link=steady))
    ((_, _, off_s),) = told.events("CLOCK_SET")
    assert off_s == 255  # it said that it had stood still
    twin = told.twin
    clock_s = twin.hardware.clock.clock_s(twin.world.now) + 946_684_800
    assert clock_s == pytest.approx(twin.home.epoch_s + twin.world.now, abs=3.0)


def test_a_clock_that_drifts_is_set_again(live, steady):
    told = live(QUIET.change(link=steady), clock_faults=ClockFaults(error=1e-4))
    first, *later = [off_s for _, _, off_s in told.events("CLOCK_SET")]
    assert first == 255  # it had never been set
    assert later == pytest.approx([8.64] * 3, abs=1.7)  # 1e-4 of a day, in whole seconds of two clocks


def test_a_stuck_PIR_does_not_silence_it(live, steady):
    told = live(QUIET.change(days=2.5, link=steady, stuck_PIR=(7200.0, 10 * DAY_s)))
    assert told.count("PIR_STUCK") > 20
    assert next(t_s for t_s, _, _ in told.events("HEARTBEAT")) < 1.2 * DAY_s
    assert told.count("HEARTBEAT") == 2


def test_locked_out_it_looks_once_an_hour_and_motion_costs_nothing(live, steady):
    visits = tuple((3600.0 + 600.0 * number, 20.0) for number in range(60))
    told = live(QUIET.change(days=0.45, soc=0.13, panel_scale=0.05, link=steady, visits=visits))
    notes = told.twin.life.notes
    assert {note.cause for note in notes[1:]} == {"time"}
    gaps = [after.booted_s - note.booted_s for note, after in pairwise(notes)]
    assert gaps == pytest.approx([3603.5] * len(gaps), abs=2.5)
    assert told.fates() == {"low battery": len(visits)}
    assert told.count("LOW_BATTERY") == len(notes)


def test_locked_out_it_comes_back_by_clock(live, steady):
    """No motion at all: the default node would wait for some, this one sees the sun by itself."""
    told = live(QUIET.change(days=6.0, soc=0.16, link=steady))
    ((t_s, _, _),) = told.events("RECOVERED")
    assert t_s < 3 * DAY_s
    assert told.events("SENT")[-1][0] > t_s


@pytest.mark.parametrize("faults", [ClockFaults(absent=True), ClockFaults(line_stuck=True)])
def test_without_its_clock_it_is_the_default_node(live, steady, faults):
    told = live(QUIET.change(days=0.6, link=steady, visits=((36_000.0, 20.0),)), clock_faults=faults)
    assert told.count("CLOCK_LOST") > 2
    assert told.fates() == {"delivered": 1}
    assert [cause for _, cause in causes(told)] == ["POWER_ON", "pin", "time"]
    assert told.twin.life.notes[1].by_timer


def test_the_line_is_never_believed_without_the_flag(live, steady):
    told = live(
        QUIET.change(days=0.6, link=steady, visits=((36_000.0, 20.0),)),
        clock_faults=ClockFaults(line_stuck=True),
    )
    assert told.count("HEARTBEAT") == 0


STORM = tuple((36_000.0 + 60.0 * number, 3.0) for number in range(240))


@pytest.mark.parametrize("design", ["pico-w-rtc", "esp32-cam"])
def test_more_wakes_than_the_budget_are_paced(live, steady, design):
    """Four hours with a motion each minute, on a node that may wake six times an hour."""
    storm = QUIET.change(
        design=design, days=1.0, link=steady, visits=((20_000.0, 5.0), *STORM, (60_000.0, 5.0))
    )
    told = live(storm.change(settings={"TORPOR_WAKES_H": 6}))
    paced = [note for note in told.twin.life.notes if 36_000.0 <= note.booted_s < 50_400.0]
    motions = [note for note in paced if note.cause == "pin"]
    assert told.count("BUSY") >= 10
    assert 80 <= len(motions) <= 100  # six or seven for each of the 14 hours since home told the time
    free = live(storm)
    assert free.count("BUSY") == 0
    assert len([note for note in free.twin.life.notes if note.cause == "pin"]) > 200
    assert told.events("PICTURE")[-1][0] > 60_000.0  # the evening's visitor is seen
