"""A node's reasons in an owner's words."""

from __future__ import annotations

import pytest

from sim.prices import TASK_STATES
from sim.watching import reason_names
from station.words import SAY, Facts, setting_keys, words


def test_every_reason_of_the_firmware_has_its_words_and_none_is_left_over() -> None:
    assert set(reason_names().values()) == set(SAY)


@pytest.mark.parametrize("reason", sorted(SAY))
@pytest.mark.parametrize("argument", [0, 1, 2, 40, 254, 255])
def test_any_argument_makes_part_of_a_sentence(reason: str, argument: int) -> None:
    said = words(reason, argument)
    assert said
    assert reason not in said
    assert "None" not in said
    assert not said.endswith(".")


@pytest.mark.parametrize(
    ("reason", "argument", "said"),
    [
        ("LOW_BATTERY", 0, "the battery is empty: it waits until the sun has filled it to 38 %"),
        ("CRASH", 4, "a fault in its program while it kept a picture"),
        ("WOKE", 2, "it woke because something moved"),
        ("WOKE", 0, "it woke because it was switched on"),
        ("SLEPT", 0, "it slept until something moves"),
        ("SLEPT", 1, "it slept for 1 minute"),
        ("SLEPT", 255, "it slept for 255 minutes or more"),
        ("SEND_FAILED", 0, "the station did not answer"),
        ("SEND_FAILED", 1, "the answer was not signed with its key: another station, or another key"),
        ("SEND_FAILED", 50, "the station could not take what it sent (status 50x)"),
        ("SETTINGS_BAD", 6, "its settings are bad: TORPOR_LOW_PCT is wrong"),
        ("SETTINGS_BAD", 254, "CircuitPython on it is too old (10.1 is the oldest that works)"),
        ("SETTINGS_BAD", 255, "its settings are bad: settings.toml cannot be read"),
        ("SETTINGS_NEW", 0, "it took the settings of its settings.toml"),
        ("SETTINGS_NEW", 3, "it took the station's settings 3"),
        ("JOIN_FAILED", 1, "Wi-Fi could not be joined"),
        ("JOIN_FAILED", 5, "Wi-Fi could not be joined, 5 times in a row"),
        ("LEARNT", 126, "it planned its day: 50 % of what moves may have the camera"),
        ("SUN", 42, "the sun gave 0.84 W"),
        ("SUN", 255, "the sun gave 5.10 W or more"),
        ("DEAR", 128, "it draws 2.0 times what its parts should"),
        ("JOURNAL_LOST", 1, "1 entry of its journal found no room"),
        ("JOURNAL_LOST", 7, "7 entries of its journal found no room"),
        ("METER_LOST", 1, "the panel's meter did not answer"),
        ("RETAKEN", 8, "a picture was bad (its end is missing): it took another"),
        ("OF_A_NEWER_FIRMWARE", 3, "OF_A_NEWER_FIRMWARE (3)"),
    ],
)
def test_what_an_owner_reads(reason: str, argument: int, said: str) -> None:
    assert words(reason, argument, Facts(high_pct=38)) == said


def test_states_are_those_of_the_application() -> None:
    assert words("TOO_LONG", 2, Facts(states=TASK_STATES)) == "it took too long during a task"
    assert words("TOO_LONG", 2) == "it took too long while it switched the camera on"
    assert words("TOO_LONG", 77) == "it took too long in state 77"


def test_settings_are_counted_as_the_node_does() -> None:
    assert setting_keys()[:2] == ("TORPOR_NODE", "TORPOR_KEY")
    assert setting_keys()[17] == "TORPOR_HEARTBEAT_H"
