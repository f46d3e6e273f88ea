"""Why a node is quiet, in one sentence: from what it said last and from what it has not said since."""

from __future__ import annotations

from dataclasses import dataclass

from station.standing import DAY_s, Standing
from station.timeline import Happened
from station.words import count, words

#: A node is late after so many of its usual pauses, but not before a day.
HEARTBEATS = 3.0
#: Charge at which the sun has done its part, per cent.
PLENTY_PCT = 60
#: What may keep a node quiet or its pictures away, and what says that it is over; the first one counts.
_REASONS = (
    ("SETTINGS_BAD", ("SETTINGS_NEW", "SETTINGS_BACK", "PICTURE", "SENT")),
    ("LOW_BATTERY", ("RECOVERED",)),
    ("CAMERA_AWAY", ("PICTURE",)),
    ("CAMERA_FAILED", ("PICTURE",)),
    ("PIR_STUCK", ("PICTURE", "QUIET")),
    ("READ_ONLY", ("PICTURE",)),
    ("NO_SPACE", ("SENT",)),
    ("TASK_FAILED", ("SENT",)),
    ("CRASH", ("PICTURE", "SENT")),
)
#: Said only of a node that is late: once it is heard they are over.
_ON_THE_WAY = ("BACK_OFF", "JOIN_FAILED", "SEND_FAILED", "SAGGING")
#: Below it a node that fell silent most likely waits for the sun, per cent; where its design is not known.
_LOW_PCT = 35
#: How long a reason is news, s.
_NEWS_s = 2 * DAY_s


@dataclass(frozen=True, slots=True)
class Quiet:
    """`kind` is "well", "resting" (it will come back by itself), "trouble" or "new"; `why` one sentence."""

    kind: str
    why: str


def late_after_s(usual_s: float | None, heartbeats: float = HEARTBEATS) -> float:
    """Silence from which on a node is late, s."""
    return max(DAY_s, heartbeats * (usual_s or 0.0))


def is_late(node: Standing, heartbeats: float = HEARTBEATS) -> bool:
    """Whether a node should have been heard by now."""
    return node.silent_s is not None and node.silent_s > late_after_s(node.usual_s, heartbeats)


def why_quiet(node: Standing, heartbeats: float = HEARTBEATS) -> Quiet:
    """One sentence for the owner."""
    if node.silent_s is None:
        return Quiet("new", "It was never heard. Its name, its key and this station's address belong in its"
                     " settings.toml.")  # fmt: skip
    if is_late(node, heartbeats):
        return Quiet("trouble", _late(node, node.silent_s))
    if (held := _holding(node)) is not None:
        return Quiet(*held)
    return Quiet("well", _well(node))


def span_words(seconds: float) -> str:
    """A span as people say it: 5 minutes, 3 hours, 4 days."""
    for size, noun in ((DAY_s, "day"), (3600.0, "hour"), (60.0, "minute")):
        if seconds >= 1.5 * size or (noun == "minute" and seconds >= size):
            return count(round(seconds / size), noun)
    return "a moment"


def _late(node: Standing, silent_s: float) -> str:
    start = f"Not heard for {span_words(silent_s)}"
    if node.usual_s:
        start += f" (usually it speaks every {span_words(node.usual_s)})"
    if node.locked:
        return f"{start}: {words('LOW_BATTERY', 0, node.facts)}."
    if node.soc is not None and node.soc < (node.facts.high_pct or _LOW_PCT):
        return f"{start}. Its battery was down to {node.soc} % then: most likely it waits for the sun."
    reason = _reason(node) or node.life.last(*_ON_THE_WAY)
    if reason is not None and node.node.heard_s is not None and reason.t_s > node.node.heard_s - _NEWS_s:
        return f"{start}. Its last trouble: {words(reason.reason, reason.argument, node.facts)}."
    if node.soc is not None and node.soc >= PLENTY_PCT:
        return f"{start}, although its battery was {node.soc} % full: Wi-Fi, or something broke."
    return f"{start}, and it did not say why."


def _reason(node: Standing) -> Happened | None:
    """The first reason that holds."""
    for reason, ends in _REASONS:
        last = node.life.last(reason, *ends)
        if last is not None and last.reason == reason:
            return last
    return None


def _holding(node: Standing) -> tuple[str, str] | None:
    """(kind, sentence) of what keeps it from its work."""
    found = _reason(node)
    if found is None or (found.reason != "LOW_BATTERY" and found.t_s < node.now_s - _NEWS_s):
        return None
    sentence = words(found.reason, found.argument, node.facts)
    kind = "resting" if found.reason in ("LOW_BATTERY", "PIR_STUCK", "CAMERA_AWAY") else "trouble"
    return kind, f"{sentence[0].upper()}{sentence[1:]}."


def _well(node: Standing) -> str:
    day = node.life.since(node.now_s - DAY_s)
    passed = sum(event.reason == "DUTY" for event in day.events)
    if passed:
        return f"It spares its battery: {count(passed, 'motion')} let pass in the last day."
    if node.newest is None and node.told:
        return "It speaks when it should."
    if node.newest is not None and node.newest.received_s < node.now_s - DAY_s:
        return (
            f"Nothing to see for {span_words(node.now_s - node.newest.received_s)}; it speaks when it should."
        )
    return "All is well."
