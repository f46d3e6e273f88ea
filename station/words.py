"""A node's reason codes (firmware/lib/torpor/reasons.py) in an owner's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sim.prices import STATES

_VALIDATE = Path(__file__).resolve().parent.parent / "firmware" / "lib" / "torpor" / "validate.py"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the words hang on beside the argument.

    Attributes
    ----------
    high_pct : charge at which a locked node comes back, per cent; None: nobody knows.
    states : of the node's application, by number.
    """

    high_pct: int | None = None
    states: tuple[str, ...] = STATES


Say = Callable[[int, Facts], str]

_CAUSES = (
    "because it was switched on", "by its timer", "because something moved",
    "because its watchdog had to end a hang", "after its supply had broken down", "for an unknown reason",
)  # fmt: skip
_DOING = {
    "BOOT": "while it started", "TRIAGE": "while it decided what to do",
    "PLAN": "while it looked what is due",
    "CAMERA": "while it switched the camera on", "CAPTURE": "while it took a picture",
    "STORE": "while it kept a picture", "TASK": "during a task", "CONNECT": "while it joined Wi-Fi",
    "UPLOAD": "while it sent", "SETTLE": "while it made ready for sleep", "SLEEP": "on its way into sleep",
    "RECOVER": "on its short way into sleep",
}  # fmt: skip
#: Errors of the JPEG check, firmware/wildcam/jpeg.py.
_WRONG = (
    "", "it does not begin like one", "a segment is broken", "its tables are missing",
    "it has the wrong size",
    "a marker stands where none belongs", "it is too short", "it is too long", "its end is missing",
    "the camera gave none", "two readings of it differ",
)  # fmt: skip
_CARD_LOST = "the SD card did not answer"
#: Settings that cannot be named by a key.
_NO_KEY = {254: "CircuitPython on it is too old (10.1 is the oldest that works)"}


def words(reason: str, argument: int = 0, facts: Facts | None = None) -> str:
    """One entry of a journal as part of a sentence; a reason that nobody knows (of a newer firmware) is told
    as it came."""
    say = SAY.get(reason)
    if say is None:
        return f"{reason} ({argument})"
    return say if isinstance(say, str) else say(argument, facts or Facts())


@lru_cache(maxsize=1)
def setting_keys() -> tuple[str, ...]:
    """Keys of a node's settings in the order in which the journal counts them."""
    return tuple(re.findall(r'^    \("(TORPOR_\w+)"', _VALIDATE.read_text(encoding="utf-8"), re.M))


def count(number: int, noun: str) -> str:
    """1 picture, 2 pictures."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _state(argument: int, facts: Facts) -> str:
    name = facts.states[argument] if argument < len(facts.states) else ""
    return _DOING.get(name, f"in state {argument}")


def _woke(argument: int, facts: Facts) -> str:
    return f"it woke {_CAUSES[min(argument, len(_CAUSES) - 1)]}"


def _slept(argument: int, facts: Facts) -> str:
    if not argument:
        return "it slept until something moves"
    return f"it slept for {count(argument, 'minute')}" + (" or more" if argument == 255 else "")


def _wrong(argument: int) -> str:
    return _WRONG[argument] if 0 < argument < len(_WRONG) else f"error {argument}"


def _status(argument: int) -> str:
    return f"status {argument}x" if argument > 1 else "no answer"


def _send_failed(argument: int, facts: Facts) -> str:
    if argument == 1:
        return "the answer was not signed with its key: another station, or another key"
    if argument == 40:
        return "the station refused what it sent (status 40x; its key may be another one here)"
    if argument == 0:
        return "the station did not answer"
    return f"the station could not take what it sent ({_status(argument)})"


def _settings_bad(argument: int, facts: Facts) -> str:
    if argument in _NO_KEY:
        return _NO_KEY[argument]
    keys = setting_keys()
    which = f"{keys[argument]} is wrong" if argument < len(keys) else "settings.toml cannot be read"
    return f"its settings are bad: {which}"


def _low(argument: int, facts: Facts) -> str:
    until = f" to {facts.high_pct} %" if facts.high_pct else ""
    return f"the battery is empty: it waits until the sun has filled it{until}"


def _sun(argument: int, facts: Facts) -> str:
    more = " or more" if argument == 255 else ""
    return f"the sun gave {argument * 20 / 1000:.2f} W{more}"


def _learnt(argument: int, facts: Facts) -> str:
    share = 100 * max(0, argument - 1) / 250
    return f"it planned its day: {share:.0f} % of what moves may have the camera"


def _card_lost(argument: int, facts: Facts) -> str:
    if not argument:
        return "one picture on the SD card cannot be read"
    return _CARD_LOST + (f", {argument} times in a row" if argument > 1 else "")


def _in_a_row(sentence: str) -> Say:
    return lambda argument, facts: sentence + (f", {argument} times in a row" if argument > 1 else "")


#: What is said, in the order of reasons.py.
SAY: dict[str, str | Say] = {
    "WOKE": _woke,
    "SLEPT": _slept,
    "NEW_LIFE": "it began anew: its memory was lost or could not be trusted",
    "CRASH": lambda argument, facts: f"a fault in its program {_state(argument, facts)}",
    "TOO_LONG": lambda argument, facts: f"it took too long {_state(argument, facts)}",
    "TOO_DEAR": lambda argument, facts: f"it took too much energy {_state(argument, facts)}",
    "PICTURE": lambda argument, facts: f"a picture of about {4 * argument + 2} kB",
    "RETAKEN": lambda argument, facts: f"a picture was bad ({_wrong(argument)}): it took another",
    "CAMERA_FAILED": lambda argument, facts: f"the camera did not answer (try {argument})",
    "STORED": lambda argument, facts: f"{count(argument, 'picture')} waiting on it",
    "SENT": lambda argument, facts: f"it sent {argument}" if argument else "it spoke with the station",
    "LOG_SENT": "it sent its journal",
    "JOIN_FAILED": _in_a_row("Wi-Fi could not be joined"),
    "SEND_FAILED": _send_failed,
    "METER_LOST": lambda argument, facts: f"the {'panel' if argument else 'battery'}'s meter did not answer",
    "SETTINGS_BAD": _settings_bad,
    "SETTINGS_NEW": lambda argument, facts: (
        f"it took the station's settings {argument}"
        if argument
        else "it took the settings of its settings.toml"
    ),
    "BROWNOUT": _in_a_row("its supply broke down while it worked"),
    "BATTERY": lambda argument, facts: f"the battery is {argument} % full",
    "JOURNAL_LOST": lambda argument, facts: (
        f"{count(argument, 'entry').replace('entrys', 'entries')} of its journal found no room"
    ),
    "FRAME_BAD": lambda argument, facts: f"a picture was lost: {_wrong(argument)}, at the last try as well",
    "LIGHT": lambda argument, facts: f"the picture's mean brightness is {argument} of 255",
    "REFUSED": lambda argument, facts: f"the station will never take this picture ({_status(argument)})",
    "READ_ONLY": "its drive belongs to a computer: pictures can only wait in the camera",
    "SAFE_MODE": _in_a_row("CircuitPython fell into safe mode"),
    "SETTINGS_BACK": lambda argument, facts: (
        f"it gave the station's settings {argument} up: it did not come home with them"
    ),
    "CLOCK_LOST": "its clock did not answer",
    "CLOCK_SET": lambda argument, facts: f"its clock was set, by {count(argument, 'second')}",
    "RECORD_LOST": "its memory is full: the next wake begins anew",
    "CARD_LOST": _card_lost,
    "GAIN": lambda argument, facts: f"the camera's gain was {argument / 16:.1f}",
    "LINES": lambda argument, facts: f"it exposed for {8 * argument} lines",
    "SIGNAL": lambda argument, facts: f"Wi-Fi reached it with -{argument} dBm",
    "LEARNT": _learnt,
    "CLIPPED": lambda argument, facts: f"more current flowed than its meter can show, {argument} times",
    "CHARGE_JUMPED": lambda argument, facts: f"the battery is at {argument} %, far from what its books said",
    "DEAR": lambda argument, facts: f"it draws {argument / 64:.1f} times what its parts should",
    "TASK_FAILED": lambda argument, facts: f"task {argument} failed: its part did not answer",
    "READING_LOST": "a reading found no room and is lost",
    "SUN": _sun,
    "GO": "it went to work",
    "LOW_BATTERY": _low,
    "RECOVERED": "the battery is full enough again: it is back at work",
    "DUTY": "it let a motion pass to spare the battery",
    "PIR_STUCK": "the motion sensor never comes to rest (sun, wind, or a wire): it is not believed for now",
    "RETRIGGER": "the motion sensor was still high: it rested before it looked again",
    "WATCH": "it watches",
    "TOO_DARK": "too dark for a picture",
    "NO_SPACE": "a picture was dropped: no room is left on the node",
    "DROPPED": lambda argument, facts: (
        f"a waiting picture{' of the dark' if argument else ''} gave way to a better one: no room is left"
    ),
    "BACK_OFF": "Wi-Fi or the station failed at the last tries: it tries again later",
    "BATCH": "it collects more pictures before it sends",
    "NOTHING": "nothing to send",
    "SAGGING": "the battery would not have carried Wi-Fi: it waits",
    "QUIET": "nothing moved any more",
    "RADIO": "the motion sensor took its own Wi-Fi for a motion",
    "CAMERA_AWAY": "the camera failed at the last tries: it tries again later",
    "AGE": "its oldest picture had waited long enough: it sent",
    "HEARTBEAT": "nothing to see: it only said that it lives",
    "BUSY": "too much moves (sun and wind, most likely): it rests in between",
    "SMALL": "it took a small picture: energy or room is scarce",
    "RESERVE": "a task had to wait: the battery is kept for more important ones",
    "TASK_LET_PASS": lambda argument, facts: f"task {argument} was let pass",
}
