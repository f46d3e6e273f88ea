"""Why a node is quiet: from its last words and its silence to one sentence."""

from __future__ import annotations

import dataclasses

import pytest

from station.quiet import Quiet, is_late, late_after_s, span_words, why_quiet
from station.records import Node, Telemetry
from station.standing import Standing, locked_spans, losses, usual_s
from station.timeline import Happened, Timeline
from station.words import Facts

NOW_s = 1_800_000_000.0
HOUR_s = 3600.0
DAY_s = 86_400.0
LATE = "Not heard for 4 days (usually it speaks every 3 hours)"


def event(reason: str, hours_ago: float = 1.0, argument: int = 0) -> Happened:
    return Happened(NOW_s - hours_ago * HOUR_s, 7, reason, argument)


def standing(
    *events: Happened, silent_h: float | None = 1.0, usual_h: float | None = 3.0, soc: int = 80
) -> Standing:
    heard_s = None if silent_h is None else NOW_s - silent_h * HOUR_s
    told = (Telemetry(heard_s, {"soc": soc}),) if heard_s else ()
    return Standing(
        Node(1, "garden", b"", 0.0, "", {}, 0, None, 0, heard_s),
        NOW_s, Facts(38), None, told, Timeline((), events), None,
        None if usual_h is None else usual_h * HOUR_s,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("node", "kind", "why"),
    [
        (
            standing(silent_h=None),
            "new",
            "It was never heard. Its name, its key and this station's address belong in its settings.toml.",
        ),
        (standing(), "well", "It speaks when it should."),
        (
            standing(event("LOW_BATTERY")),
            "resting",
            "The battery is empty: it waits until the sun has filled it to 38 %.",
        ),
        (standing(event("LOW_BATTERY", 5), event("RECOVERED")), "well", "It speaks when it should."),
        (
            standing(event("CAMERA_AWAY")),
            "resting",
            "The camera failed at the last tries: it tries again later.",
        ),
        (standing(event("CAMERA_AWAY", 5), event("PICTURE")), "well", "It speaks when it should."),
        (
            standing(event("PIR_STUCK")),
            "resting",
            "The motion sensor never comes to rest (sun, wind, or a wire): it is not believed for now.",
        ),
        (
            standing(event("SETTINGS_BAD", argument=8)),
            "trouble",
            "Its settings are bad: TORPOR_FULL_PCT is wrong.",
        ),
        (standing(event("SETTINGS_BAD", 60, 8)), "well", "It speaks when it should."),
        (
            standing(event("DUTY"), event("DUTY"), event("DUTY", 30)),
            "well",
            "It spares its battery: 2 motions let pass in the last day.",
        ),
        (
            standing(silent_h=96),
            "trouble",
            f"{LATE}, although its battery was 80 % full: Wi-Fi, or something broke.",
        ),
        (
            standing(event("LOW_BATTERY", 97), silent_h=96, soc=17),
            "trouble",
            f"{LATE}: the battery is empty: it waits until the sun has filled it to 38 %.",
        ),
        (
            standing(silent_h=96, soc=37),
            "trouble",
            f"{LATE}. Its battery was down to 37 % then: most likely it waits for the sun.",
        ),
        (
            standing(silent_h=96, soc=38, usual_h=None),
            "trouble",
            "Not heard for 4 days, and it did not say why.",
        ),
        (
            standing(event("JOIN_FAILED", 97, 4), silent_h=96),
            "trouble",
            f"{LATE}. Its last trouble: Wi-Fi could not be joined, 4 times in a row.",
        ),
    ],
)
def test_one_sentence(node: Standing, kind: str, why: str) -> None:
    assert why_quiet(node) == Quiet(kind, why)


@pytest.mark.parametrize(
    ("usual_h", "silent_h", "late"),
    [(3.0, 24.0, False), (3.0, 24.1, True), (20.0, 60.0, False), (20.0, 60.1, True), (None, 24.1, True)],
)
def test_late_after_three_usual_pauses_and_a_day(usual_h: float | None, silent_h: float, late: bool) -> None:
    assert is_late(standing(silent_h=silent_h, usual_h=usual_h)) is late


def test_the_owner_may_ask_for_more_patience() -> None:
    assert late_after_s(20 * HOUR_s, 5.0) == 100 * HOUR_s


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59, "a moment"), (60, "1 minute"), (5399, "90 minutes"), (5400, "2 hours"), (129_599, "36 hours"),
     (129_600, "2 days")],
)  # fmt: skip
def test_spans(seconds: float, said: str) -> None:
    assert span_words(seconds) == said


def test_the_usual_pause_is_between_sessions_and_long_ones_count() -> None:
    hourly = [hour * HOUR_s for hour in range(20)]
    assert usual_s(hourly) == HOUR_s
    assert usual_s([time_s + extra for time_s in hourly for extra in (0.0, 30.0)]) == HOUR_s - 30.0
    assert usual_s([day * DAY_s + hour * HOUR_s for day in range(9) for hour in (6, 12)]) == 18 * HOUR_s
    assert usual_s(hourly[:3]) is None


def test_hours_locked_out() -> None:
    spans = locked_spans(
        [event("LOW_BATTERY", 50), event("LOW_BATTERY", 49), event("RECOVERED", 20), event("LOW_BATTERY", 4)],
        NOW_s,
    )
    assert spans == [(NOW_s - 50 * HOUR_s, NOW_s - 20 * HOUR_s), (NOW_s - 4 * HOUR_s, NOW_s)]
    month = standing(event("LOW_BATTERY", 24 * 31), event("RECOVERED", 24 * 29))
    assert month.locked_h == 24.0  # of the last 30 days
    assert standing(event("LOW_BATTERY", 5)).locked is True


def test_a_lost_supply_lasted_at_most_from_the_last_words_to_the_next() -> None:
    events = [event("WOKE", 50, 0), event("WOKE", 40, 2), event("WOKE", 10, 0), event("WOKE", 2, 4)]
    heard = [NOW_s - hours * HOUR_s for hours in (49, 30, 9, 8, 1)]
    assert losses(events, heard) == (2, 21.0 + 7.0)  # the first start of all is none


def test_what_is_told_last_counts() -> None:
    node = standing()
    told = (Telemetry(1.0, {"soc": 50, "mV": 3900}), Telemetry(2.0, {"soc": 51, "mV": True}))
    node = dataclasses.replace(node, told=told)
    assert (node.number("soc"), node.number("mV"), node.number("waiting")) == (51, 3900, None)
