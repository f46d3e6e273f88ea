"""What became of every visitor, and why: each ends in exactly one way."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from sim.visitors import Visitor
from sim.watching import Frame, WakeNote

#: Reasons in a wake's journal that lose a visitor who was there, first match wins.
_BY_REASON = (
    ("LOW_BATTERY", "low battery"),
    ("DUTY", "low battery"),
    ("TOO_DARK", "too dark"),
    ("NO_SPACE", "no space"),
    ("PIR_STUCK", "hold-off"),
    ("CAMERA_FAILED", "camera failed"),
    ("CAMERA_AWAY", "camera failed"),
    ("FRAME_BAD", "camera failed"),
)


class Fates:
    """Judges visitors against the notes of a run.

    Parameters
    ----------
    delivered, waiting : keys of pictures that the home station has, that still lie on the node.
    reasons : code by name. down : (from_s, until_s) without a supply.
    """

    def __init__(
        self,
        notes: Sequence[WakeNote],
        down: Sequence[tuple[float, float]],
        delivered: frozenset[str],
        waiting: frozenset[str],
        reasons: Mapping[str, int],
    ) -> None:
        self._notes = notes
        self._boots = [note.booted_s for note in notes]
        self._down = down
        self._delivered = delivered
        self._waiting = waiting
        self._cuts = frozenset(start for start, _ in down)  # a wake that ends there was cut off
        self._reasons = reasons
        self._frames: list[tuple[float, Frame, WakeNote]] = sorted(
            ((frame.t_s, frame, note) for note in notes for frame in note.frames), key=lambda entry: entry[0]
        )
        self._times = [entry[0] for entry in self._frames]

    def of_frame(self, frame: Frame, note: WakeNote) -> str:
        """What an exposure became."""
        if frame.key in self._delivered:
            return "delivered"
        if frame.key and frame.key in self._waiting:
            return "waiting"
        if self._has(note, "NO_SPACE") or (frame.key and self._has(note, "STORED")):
            return "no space"  # not taken at all, or given up later for a better one
        if self._has(note, "SEND_FAILED"):
            return "lost in the air"
        if note.asleep_s in self._cuts:
            return "node off"
        return "camera failed"

    def of_visitor(self, visitor: Visitor) -> str:
        """The best end of all pictures that show the visitor; without one, why there is none."""
        ends = [self.of_frame(frame, note) for frame, note in self._showing(visitor)]
        for end in ("delivered", "waiting", "no space", "lost in the air", "node off"):
            if end in ends:
                return end
        if ends:
            return "camera failed"
        return self._without_picture(visitor)

    def _showing(self, visitor: Visitor) -> list[tuple[Frame, WakeNote]]:
        first = bisect_right(self._times, visitor.t_s - 1e-9)
        last = bisect_right(self._times, visitor.leave_s)
        return [(frame, note) for _, frame, note in self._frames[first:last]]

    def _has(self, note: WakeNote, name: str) -> bool:
        return self._reasons[name] in note.reasons

    def _without_picture(self, visitor: Visitor) -> str:
        if any(start <= visitor.t_s < end for start, end in self._down):
            return "node off"
        during = self._during(visitor)
        for name, end in _BY_REASON:
            if any(self._has(note, name) for note in during):
                return end
        before = self._before(visitor.t_s)
        asleep = before is None or before.asleep_s <= visitor.t_s
        if before is not None and asleep and self._deaf(before, visitor.t_s):
            return "low battery" if self._has(before, "LOW_BATTERY") else "hold-off"
        if not visitor.seen:
            return "not seen by the PIR"
        woken = [note for note in during if note.booted_s >= visitor.t_s]
        if woken:
            return "left before the shutter"
        return "awake, busy" if not asleep else "not seen by the PIR"

    def _during(self, visitor: Visitor) -> list[WakeNote]:
        """Wakes that overlap the visit."""
        last = bisect_right(self._boots, visitor.leave_s)
        first = bisect_right(self._boots, visitor.t_s) - 1
        return [note for note in self._notes[max(first, 0) : last] if note.asleep_s > visitor.t_s]

    def _deaf(self, before: WakeNote, t_s: float) -> bool:
        """Whether the sleep after a wake heard no motion."""
        return t_s < (before.off_s if before.by_timer else before.fell_s)

    def _before(self, t_s: float) -> WakeNote | None:
        index = bisect_right(self._boots, t_s) - 1
        return self._notes[index] if index >= 0 else None


def cause_words(note: WakeNote, visitors: Sequence[Visitor], arrivals: Sequence[float]) -> str:
    """Why a node woke, in the report's words."""
    if note.task and note.cause in ("time", "clock"):
        return "task due"
    if note.cause == "time":
        return "hold-off timer"
    if note.cause == "clock":
        return "heartbeat"
    if note.cause != "pin":
        return "power came back" if note.cause == "POWER_ON" else "restart"
    if math.isnan(note.rose_s):
        return "false trigger"
    index = bisect_right(arrivals, note.rose_s + 1.0)
    for visitor in visitors[max(0, index - 12) : index]:
        if visitor.seen and visitor.t_s - 1.0 <= note.rose_s <= visitor.leave_s + 5.0:
            return "visitor"
    return "false trigger"
