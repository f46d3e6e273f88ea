"""One day in June, told event by event: power-up at night and three visits, one short, one long."""

from __future__ import annotations

from sim.scenario import Scenario

#: start and stay in s: a bird, one that leaves before the shutter, one that stays two minutes.
VISITS = ((36_000.0, 20.0), (50_000.0, 3.0), (61_000.0, 130.0))

NIGHT = [(0.0, "BOOT"), (3.2, "BOOT"), (3.3, "TRIAGE"), (4.2, "CAMERA"), (4.9, "CAPTURE"), (5.4, "STORE"),
         (5.8, "CONNECT"), (9.0, "UPLOAD"), (9.4, "SETTLE"), (9.5, "SLEEP"), (9.5, "SLEEP")]  # fmt: skip

#: A wake by motion, in seconds after it: reset, first state of the firmware, ..., asleep.
BY_PIN = [(0.0, "BOOT"), (3.2, "BOOT"), (3.2, "TRIAGE"), (3.2, "CAMERA"), (4.0, "CAPTURE"), (4.5, "STORE"),
          (5.3, "CONNECT"), (9.4, "UPLOAD"), (10.0, "SETTLE"), (10.1, "SLEEP"), (10.1, "SLEEP")]  # fmt: skip

#: A hold-off that ends in silence: the core keeps the chip awake until five seconds after the reset.
QUIET = [(0.0, "BOOT"), (2.8, "BOOT"), (2.9, "TRIAGE"), (3.6, "SLEEP"), (3.7, "FLOOR"), (5.0, "SLEEP")]


def later(lines: list[tuple[float, str]], start_s: float) -> list[tuple[float, str]]:
    return [(start_s + t_s, state) for t_s, state in lines]


def test_states_of_one_day(live_once, steady):
    told = live_once(Scenario(days=1.0, start_day=170, quiet=True, visits=VISITS, link=steady))
    expected = [
        *NIGHT,
        *later(BY_PIN, 36_000.0),
        *later(QUIET, 36_041.2),
        *later(BY_PIN, 50_000.0),
        *later(BY_PIN, 61_000.0),
        *later(BY_PIN, 61_040.8),  # hold-off of 30 s over, the PIR still high: another picture
        *later(BY_PIN, 61_112.2),  # 60 s
        *later(QUIET, 61_243.1),  # 120 s, and nobody there any more
    ]
    told.same(told.states(), expected, within_s=3.0)  # an RP2040 adds up to a second to each timed sleep


def test_journal_of_one_day(live_once, steady):
    told = live_once(Scenario(days=1.0, start_day=170, quiet=True, visits=VISITS, link=steady))
    reasons = [(reason, argument) for _, reason, argument in told.events()]
    assert reasons[:14] == [
        ("NEW_LIFE", 0), ("WOKE", 0), ("SETTINGS_NEW", 0), ("BATTERY", 100), ("LIGHT", 2), ("PICTURE", 3),
        ("GAIN", 128), ("LINES", 156), ("STORED", 1),
        ("BATTERY", 100), ("LOG_SENT", 0), ("SENT", 1), ("BATTERY", 100), ("SLEPT", 0),
    ]  # fmt: skip
    first_visit = [reason for t_s, reason, _ in told.events() if 36_000.0 < t_s < 36_100.0]
    assert first_visit == [
        "WOKE", "LIGHT", "PICTURE", "GAIN", "LINES", "STORED", "BATTERY", "LOG_SENT", "SENT", "BATTERY",
        "RETRIGGER", "SLEPT", "WOKE", "QUIET", "SLEPT",
    ]  # fmt: skip
    assert told.fates() == {"delivered": 2, "left before the shutter": 1}


def test_every_byte_came_home(live_once, steady):
    told = live_once(Scenario(days=1.0, start_day=170, quiet=True, visits=VISITS, link=steady))
    frames = {frame.key: frame for note in told.twin.life.notes for frame in note.frames}
    stored = told.twin.home.pictures
    assert len(stored) == len(frames) == 6
    for key, picture in stored.items():
        assert (picture.size, picture.crc32) == (frames[key].size, frames[key].crc32)
    assert told.twin.home.refused == {}
