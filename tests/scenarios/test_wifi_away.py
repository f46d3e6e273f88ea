"""Three days without Wi-Fi: the spool fills, the rest is dropped and journalled, nothing runs flat."""

from __future__ import annotations

import pytest

from sim.air import Link
from sim.scenario import Scenario

DAY = 86_400.0
AWAY = Scenario(days=6.0, start_day=170, link=Link(outages=((DAY, 4 * DAY),)))


@pytest.fixture
def told(live_once):
    return live_once(AWAY)


def test_what_fits_is_delivered_afterwards(told):
    taken = {
        frame.key for note in told.twin.life.notes for frame in note.frames
        if frame.key and DAY < frame.t_s < 4 * DAY
    }  # fmt: skip
    assert len(taken) >= 5
    late = {key: picture for key, picture in told.twin.home.pictures.items() if key in taken}
    assert len(late) == len(taken) - told.count("DROPPED")
    assert all(picture.t_s > 4 * DAY for picture in late.values())


def test_the_space_is_used_and_no_more(told):
    drive, home = told.twin.hardware.files, told.twin.home.pictures
    taken = [
        frame.size for note in told.twin.life.notes for frame in note.frames
        if frame.key in home and DAY < frame.t_s < 4 * DAY
    ]  # fmt: skip
    limit = int(str(told.twin.design.options["spool_KiB"])) * 1024
    assert limit - 100_000 < sum(taken) <= limit
    assert drive.free() >= 0


def test_what_is_left_is_spread_over_the_outage(told):
    """When the space has ended, one motion in many still has its picture, and an older one gives way."""
    assert told.count("DROPPED") >= 1
    days = [
        (frame.t_s - DAY) // DAY for note in told.twin.life.notes for frame in note.frames
        if frame.key in told.twin.home.pictures and DAY < frame.t_s < 4 * DAY
    ]  # fmt: skip
    assert set(days) == {0.0, 1.0, 2.0}


def test_what_does_not_fit_is_dropped_with_its_reason(told):
    dropped = told.events("NO_SPACE")
    assert len(dropped) > 20
    assert all(DAY < t_s < 5 * DAY for t_s, _, _ in dropped)  # until the back-off lets it try again
    assert told.fates()["no space"] > 5


def test_retries_back_off(told):
    failed = told.events("JOIN_FAILED")
    assert [argument for _, _, argument in failed][:7] == [1, 2, 3, 4, 5, 6, 7]
    wakes = [entry for entry in told.events("WOKE") if DAY < entry[0] < 4 * DAY]
    assert len(failed) < len(wakes) / 8
    assert min(told.twin.plant.books.soc[24:]) > 0.75


def test_the_journal_of_the_outage_arrives(told):
    from sim.nodelog import node_log
    from sim.prices import STATES
    from sim.watching import reason_names

    log = node_log(told.twin.home.logs, STATES, reason_names(), STATES.index("SLEEP"))
    came = [entry for entry in log.events if entry.reason == "NO_SPACE"]
    lost = sum(entry.argument for entry in log.events if entry.reason == "JOURNAL_LOST")
    assert len(came) == told.count("NO_SPACE") or lost > 0
    assert len(came) > 20
