"""Settings that home sends: taken at a wake's end, reported, taken back where they cut the node off."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.scenario import Scenario

#: A visit each hour, each short enough that the PIR has fallen before the node sleeps.
HOURS = Scenario(
    days=0.4, start_day=170, quiet=True, visits=tuple((3600.0 * hour, 3.0) for hour in range(1, 9)),
    settings={"TORPOR_DARK_LUMA": 0},
)  # fmt: skip
WRONG_WAY = {"TORPOR_ADDRESS": "192.168.1.50", "TORPOR_GATEWAY": "10.0.0.1"}
RIGHT_WAY = {"TORPOR_ADDRESS": "192.168.1.50", "TORPOR_GATEWAY": "192.168.1.1"}


def offering(*offers):
    """Home offers (from when on, s; settings by their short names), oldest first."""

    def prepare(twin):
        twin.home.offers = list(offers)

    return prepare


def told_of(told) -> list[tuple[int, str, int]]:
    """(hour, reason, argument) of what has to do with settings and sessions."""
    wanted = told.events("SETTINGS_NEW", "SETTINGS_BAD", "SETTINGS_BACK", "SENT", "SEND_FAILED")
    return [(round(t_s / 3600.0), reason, argument) for t_s, reason, argument in wanted if t_s > 1800.0]


def holdoff_s(twin) -> int:
    """What lies packed in nvm."""
    import json
    import struct

    raw = bytes(twin.hardware.nvm)
    (length,) = struct.unpack_from("<H", raw, 16)
    return json.loads(raw[30 : 30 + length])[10]


def test_a_set_from_home_counts_from_the_wake_in_which_it_came(live, steady):
    told = live(HOURS.change(link=steady), prepare=offering((7000.0, {"TORPOR_HOLDOFF_S": 75})))
    assert told_of(told)[:4] == [(1, "SENT", 1), (2, "SENT", 1), (2, "SETTINGS_NEW", 1), (3, "SENT", 1)]
    assert told.count("SETTINGS_NEW") == 2  # the first boot's from the file, and home's
    assert told.twin.home.said["cfg"] == 1
    assert holdoff_s(told.twin) == 75


def test_the_next_set_takes_the_place_of_the_one_before(live, steady):
    """A set says what differs from settings.toml: the second one here takes the first one back."""
    offers = (7000.0, {"TORPOR_HOLDOFF_S": 75}), (14000.0, {"TORPOR_BATCH": 1})
    told = live(HOURS.change(link=steady), prepare=offering(*offers))
    assert [event for event in told_of(told) if event[1] == "SETTINGS_NEW"] == [
        (2, "SETTINGS_NEW", 1), (4, "SETTINGS_NEW", 2),
    ]  # fmt: skip
    assert told.twin.home.said["cfg"] == 2
    assert holdoff_s(told.twin) == 30


@pytest.mark.parametrize(
    ("wrong", "index"),
    [
        ({"TORPOR_HOLDOFF_S": 4}, 10),
        ({"TORPOR_HOLDOFF_S": "often"}, 10),
        ({"TORPOR_LOW_PCT": 60, "TORPOR_HIGH_PCT": 50}, 6),
        ({"TORPOR_KEY": "00" * 32}, 255),
        ({"TORPOR_WIFI_SSID": "elsewhere"}, 255),
        ({"TORPOR_SPEED": 1}, 255),
        ({"TORPOR_ADDRESS": "192.168.1.50"}, 20),
    ],
)
def test_a_wrong_set_is_refused_whole_and_home_hears_of_it(live, steady, wrong, index):
    told = live(HOURS.change(days=0.2, link=steady), prepare=offering((3000.0, {"TORPOR_BATCH": 2, **wrong})))
    assert told_of(told)[:3] == [(1, "SENT", 1), (1, "SETTINGS_BAD", index), (2, "SENT", 1)]
    assert told.count("SETTINGS_BAD") == 1  # it is not sent again
    assert told.twin.home.said["cfg"] == -1
    assert holdoff_s(told.twin) == 30


def test_a_set_with_which_home_is_not_heard_is_taken_back(live, steady):
    """Three sessions fail; then it is as if it had never come, but for the word that home gets of it."""
    told = live(HOURS.change(link=steady), prepare=offering((3000.0, {"TORPOR_HOLDOFF_S": 75, **WRONG_WAY})))
    assert told_of(told)[:6] == [
        (1, "SENT", 1), (1, "SETTINGS_NEW", 1), (2, "SEND_FAILED", 0), (3, "SEND_FAILED", 0),
        # after two failures wakes pass before the next try
        (6, "SEND_FAILED", 0), (6, "SETTINGS_BACK", 1),
    ]  # fmt: skip
    assert told_of(told)[6:] == [(7, "SENT", 6), (8, "SENT", 1)]  # nothing was lost
    assert holdoff_s(told.twin) == 30


def test_a_set_that_was_taken_back_is_reported_and_nothing_is_lost(live, steady):
    visits = tuple((1800.0 * half, 3.0) for half in range(1, 30))
    scenario = HOURS.change(days=0.65, visits=visits, link=steady)
    told = live(scenario, prepare=offering((3000.0, {"TORPOR_HOLDOFF_S": 75, **WRONG_WAY})))
    assert told.count("SETTINGS_BACK") == 1
    assert told.twin.home.said["cfg"] == -1
    assert told.count("SETTINGS_NEW") == 2
    taken = {frame.key for note in told.twin.life.notes for frame in note.frames if frame.key}
    assert set(told.twin.home.pictures) == taken


def test_a_fixed_address_makes_each_join_shorter(live, steady):
    told = live(HOURS.change(link=steady), prepare=offering((10000.0, RIGHT_WAY)))
    rows = [(round(t_s), state) for t_s, state in told.states()]
    joins = [
        after - before
        for (before, state), (after, _) in pairwise(rows)
        if state == "CONNECT" and before > 1800
    ]
    assert told.twin.home.said["cfg"] == 1
    assert joins[0] - joins[-1] in (0, 1, 2)
    assert sum(joins[:2]) - sum(joins[-2:]) in (1, 2)  # 0.75 s each


def test_a_power_cut_after_a_set_came_loses_neither_it_nor_the_node(live, steady):
    def prepare(twin):
        offering((7000.0, {"TORPOR_HOLDOFF_S": 75}))(twin)
        twin.world.cuts = [9000.0]

    told = live(HOURS.change(link=steady), prepare=prepare)
    assert told.twin.home.said["cfg"] == 1
    assert holdoff_s(told.twin) == 75
