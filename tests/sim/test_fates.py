"""One literal case for each way in which a visitor can end."""

from __future__ import annotations

from math import nan

import pytest

from sim.fates import Fates, cause_words
from sim.result import FATES
from sim.visitors import Visitor
from sim.watching import Frame, WakeNote

CODES = {name: code for code, name in enumerate(
    "LOW_BATTERY DUTY TOO_DARK PIR_STUCK CAMERA_FAILED CAMERA_AWAY FRAME_BAD NO_SPACE SEND_FAILED STORED"
    .split(), 1
)}  # fmt: skip


def wake(
    boot: float, asleep: float, *reasons: str, frames: tuple[tuple[float, str], ...] = (), timer: bool = False
):
    note = WakeNote(1, boot, "pin", boot, asleep_s=asleep, by_timer=timer, load_J=1.0)
    note.reasons = {CODES[reason] for reason in reasons}
    note.frames = [Frame(t_s, 100, 1, 0.5, [0], key) for t_s, key in frames]
    return note


#: A visitor from 100 to 110 s, and what the node did.
CASES = [
    ("delivered", [wake(100, 112, frames=((104, "home"),))], {}),
    ("delivered", [wake(100, 112, frames=((104, "spool"), (106, "home")))], {}),  # the best of its pictures
    ("waiting", [wake(100, 112, frames=((104, "spool"),))], {}),
    ("no space", [wake(100, 112, "NO_SPACE", frames=((104, "gone"),))], {}),
    ("lost in the air", [wake(100, 112, "SEND_FAILED", frames=((104, "gone"),))], {}),
    ("camera failed", [wake(100, 112, "FRAME_BAD", frames=((104, ""),))], {}),
    ("camera failed", [wake(100, 112, "CAMERA_FAILED")], {}),
    ("camera failed", [wake(100, 112, "CAMERA_AWAY")], {}),
    ("node off", [wake(100, 105, frames=((104, ""),))], {"down": [(105, 900)]}),  # cut off with the picture
    ("node off", [wake(10, 20)], {"down": [(20, 900)]}),
    ("left before the shutter", [wake(100, 120, frames=((110.1, "home"),))], {}),
    ("left before the shutter", [wake(105, 120)], {}),
    ("hold-off", [wake(50, 60, timer=True), wake(130, 135)], {}),
    ("hold-off", [wake(100, 120, "PIR_STUCK")], {}),
    ("awake, busy", [wake(90, 120, frames=((95, "home"),))], {}),
    ("too dark", [wake(100, 112, "TOO_DARK")], {}),
    ("low battery", [wake(100, 112, "LOW_BATTERY")], {}),
    ("low battery", [wake(100, 112, "DUTY")], {}),
    ("not seen by the PIR", [wake(50, 60)], {"seen": False}),
    ("not seen by the PIR", [wake(50, 60)], {}),  # in the sensor's dead time
    ("not seen by the PIR", [], {}),
    ("not seen by the PIR", [wake(90, 120)], {"seen": False}),
]


@pytest.mark.parametrize(("fate", "notes", "more"), CASES)
def test_each_fate(fate: str, notes: list[WakeNote], more: dict) -> None:
    judge = Fates(notes, more.get("down", []), frozenset({"home"}), frozenset({"spool"}), CODES)
    assert judge.of_visitor(Visitor(100.0, 110.0, "robin", more.get("seen", True))) == fate


def test_every_fate_has_its_case() -> None:
    assert {fate for fate, _, _ in CASES} == set(FATES)


@pytest.mark.parametrize(
    ("at_s", "fate"),
    [(99.999, "awake, busy"), (100.0, "delivered"), (110.0, "delivered"), (110.001, "awake, busy")],
)
def test_in_view_to_the_millisecond(at_s: float, fate: str) -> None:
    judge = Fates([wake(90, 120, frames=((at_s, "home"),))], [], frozenset({"home"}), frozenset(), CODES)
    assert judge.of_visitor(Visitor(100.0, 110.0, "robin", True)) == fate


@pytest.mark.parametrize(
    ("cause", "rose", "words"),
    [
        ("time", nan, "hold-off timer"),
        ("POWER_ON", nan, "power came back"),
        ("WATCHDOG", nan, "restart"),
        ("SOFTWARE", nan, "restart"),
        ("pin", 100.0, "visitor"),
        ("pin", 115.0, "visitor"),  # the PIR held on after it had left
        ("pin", 115.1, "false trigger"),
        ("pin", 50.0, "false trigger"),
    ],
)
def test_why_it_woke(cause: str, rose: float, words: str) -> None:
    visitors = [
        Visitor(20.0, 22.0, "fox", True),
        Visitor(100.0, 110.0, "robin", True),
        Visitor(300.0, 310.0, "fox", True),
    ]
    note = WakeNote(1, rose, cause, rose)
    assert cause_words(note, visitors, [visitor.t_s for visitor in visitors]) == words
