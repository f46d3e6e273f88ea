"""When a declared task is due: each trigger one minute before, at, and after; the sun's against pvlib."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pvlib.solarposition import sun_rise_set_transit_spa

#: 20 June 2025, 00:00 UTC.
DAY = 20_259 * 1440
GREENSBORO = (361, -800)
UTC = (900, 0)


@pytest.fixture
def triggers(soil_shared: Any) -> Any:
    return soil_shared.load("torpor.triggers")


def test_the_day_of_these_tests() -> None:
    assert pd.Timestamp(DAY * 60, unit="s") == pd.Timestamp("2025-06-20")


@pytest.mark.parametrize(
    ("after_min", "last", "following"),
    [(-1, -60, 0), (0, 0, 60), (1, 0, 60), (59, 0, 60), (60, 60, 120), (61, 60, 120)],
)
def test_every_hour(triggers: Any, after_min: int, last: int, following: int) -> None:
    hourly = triggers.every(60)
    assert triggers.last(hourly, DAY + after_min, UTC) == DAY + last
    assert triggers.following(hourly, DAY + after_min, UTC) == DAY + following


@pytest.mark.parametrize(("after_min", "last", "following"), [(4, -10, 5), (5, 5, 20), (6, 5, 20)])
def test_an_interval_with_an_offset(triggers: Any, after_min: int, last: int, following: int) -> None:
    quarter = triggers.every(15, 5)
    assert triggers.last(quarter, DAY + after_min, UTC) == DAY + last
    assert triggers.following(quarter, DAY + after_min, UTC) == DAY + following


def test_an_interval_also_counts_from_the_start_of_a_node_that_does_not_know_the_time(triggers: Any) -> None:
    hourly = triggers.every(60)
    assert [triggers.last(hourly, minute, UTC) for minute in (0, 59, 60, 61)] == [0, 0, 60, 60]
    assert triggers.following(hourly, 59, UTC) == 60


@pytest.mark.parametrize(
    ("place", "due"),
    [(UTC, 720), ((361, 0), 720), (GREENSBORO, 720 + 320), ((0, 1500), 720 - 600), ((0, -1800), 1440)],
)
def test_a_time_of_day_is_the_suns(triggers: Any, place: Any, due: int) -> None:
    noon = triggers.at(12)
    for minute, last, following in ((-1, due - 1440, due), (0, due, due + 1440), (1, due, due + 1440)):
        assert triggers.last(noon, DAY + due + minute, place) == DAY + last
        assert triggers.following(noon, DAY + due + minute, place) == DAY + following


def test_minutes_of_a_time_of_day(triggers: Any) -> None:
    assert triggers.last(triggers.at(6, 45), DAY + 405, UTC) == DAY + 405
    assert triggers.last(triggers.at(6, 45), DAY + 404, UTC) == DAY + 405 - 1440


@pytest.mark.parametrize("offset", [0, -30, 45])
@pytest.mark.parametrize("name", ["sunrise", "sunset"])
def test_around_a_sun_event(triggers: Any, name: str, offset: int) -> None:
    trigger = getattr(triggers, name)(offset)
    due = triggers.following(trigger, DAY + 400, GREENSBORO)
    assert triggers.last(trigger, due - 1, GREENSBORO) == pytest.approx(due - 1440, abs=2)
    assert triggers.last(trigger, due, GREENSBORO) == due
    assert triggers.last(trigger, due + 1, GREENSBORO) == due
    assert triggers.following(trigger, due - 1, GREENSBORO) == due
    assert triggers.following(trigger, due, GREENSBORO) == pytest.approx(due + 1440, abs=2)


def test_offsets_move_the_event(triggers: Any) -> None:
    plain = triggers.following(triggers.sunset(), DAY, GREENSBORO)
    assert triggers.following(triggers.sunset(90), DAY + 90, GREENSBORO) == plain + 90
    assert triggers.following(triggers.sunset(-90), DAY - 90, GREENSBORO) == plain - 90


def test_following_and_last_agree_minute_by_minute(triggers: Any) -> None:
    """Over two days, for each trigger: what follows is what was last, one minute later."""
    for trigger in (triggers.every(45), triggers.at(3), triggers.sunrise(-20), triggers.sunset(600)):
        for minute in range(DAY, DAY + 2880, 7):
            due = triggers.following(trigger, minute, GREENSBORO)
            assert minute < due <= minute + 1443
            assert triggers.last(trigger, due, GREENSBORO) == due
            assert triggers.last(trigger, due - 1, GREENSBORO) <= minute


@pytest.mark.parametrize("minute", [0, 1440, 25_999_999])
def test_without_the_time_nothing_of_a_day_is_due(triggers: Any, minute: int) -> None:
    for trigger in (triggers.at(12), triggers.sunrise(), triggers.sunset()):
        assert triggers.last(trigger, minute, GREENSBORO) == triggers.NEVER
        assert triggers.following(trigger, minute, GREENSBORO) == triggers.NEVER
    assert triggers.last(triggers.at(12), 26_000_000, UTC) > 0


def test_without_a_place_the_sun_is_not_asked(triggers: Any) -> None:
    for trigger in (triggers.sunrise(), triggers.sunset()):
        assert triggers.last(trigger, DAY, UTC) == triggers.following(trigger, DAY, UTC) == triggers.NEVER


@pytest.mark.parametrize("latitude", [800, -800])
def test_where_the_sun_does_not_rise_or_set(triggers: Any, latitude: int) -> None:
    for trigger in (triggers.sunrise(), triggers.sunset()):
        assert triggers.following(trigger, DAY, (latitude, 0)) == triggers.NEVER
        assert triggers.last(trigger, DAY, (latitude, 0)) == triggers.NEVER


def test_a_pin_is_due_by_itself(triggers: Any) -> None:
    assert triggers.pin("PIR") == (triggers.PIN, "PIR", 0)
    assert triggers.last(triggers.pin("PIR"), DAY, UTC) == triggers.NEVER
    assert triggers.following(triggers.pin("PIR"), DAY, UTC) == triggers.NEVER


def test_how_often_in_a_day(triggers: Any) -> None:
    asked = (triggers.every(60), triggers.every(7), triggers.every(3000), triggers.at(9), triggers.sunset())
    assert [triggers.per_day(trigger) for trigger in asked] == [24, 205, 1, 1, 1]
    assert triggers.per_day(triggers.pin("PIR")) == 0


#: Place in tenths of a degree, and how far off the short equation may be, minutes.
PLACES = [((0, 0), 2), ((361, -799), 3), ((524, 48), 3), ((-339, 1512), 3), ((641, -219), 4)]


@pytest.mark.parametrize(("place", "within_min"), PLACES)
def test_the_sun_as_pvlib_says_through_a_year(soil_shared: Any, place: Any, within_min: int) -> None:
    """pvlib's SPA is right to seconds; ours has three terms. 2024, a leap year, is the day's worst case."""
    event = soil_shared.load("torpor.sun").event
    days = np.arange(19_722, 20_090)
    noons = pd.to_datetime(days * 86_400 + 43_200, unit="s", utc=True)
    told = sun_rise_set_transit_spa(noons, place[0] / 10, place[1] / 10)
    for setting, column in ((False, "sunrise"), (True, "sunset")):
        right = np.array([stamp.timestamp() / 60 for stamp in told[column]])
        ours = np.array([event(int(day), place, setting) for day in days[1:-1]])
        off = np.abs(right[None, :] - ours[:, None]).min(axis=1)
        assert off.max() <= within_min
        assert (np.diff(ours) > 1430).all() and (np.diff(ours) < 1450).all()


def test_the_sun_on_a_board_with_short_floats(soil_shared: Any) -> None:
    """The board's floats have 22 bits: angles and their functions so rounded move it by a minute at most."""
    import math

    from sim.standins.timing import short_float

    text = soil_shared.twin.life.drive.modules["torpor.sun"].text
    short = {
        name: (lambda function: lambda value: short_float(function(short_float(value))))(getattr(math, name))
        for name in ("acos", "asin", "cos", "sin")
    }
    line = "from math import acos, asin, cos, pi, sin"
    assert line in text
    assert short["sin"](1.0) != math.sin(1.0)
    space: dict[str, Any] = {**short, "pi": short_float(math.pi)}
    exec(text.replace(line, ""), space)
    event = space["event"]
    exact = soil_shared.load("torpor.sun").event
    for day in range(20_000, 20_365, 5):
        for setting in (False, True):
            assert abs(event(day, (521, 104), setting) - exact(day, (521, 104), setting)) <= 1
