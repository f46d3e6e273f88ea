"""From frames to the rows of a log: when each reading was, and what is missing between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

from sim.log import LogRow
from station.record_frames import Frame

_TICKS, _NUMBERS, _SEQUENCES = 1 << 29, 1 << 32, 1 << 16

#: Why readings are missing.
AT_LOGGER = "the logger came too late"
ON_THE_WAY = "lost on the way"
ANEW = "the logger started anew"
NO_METER = "the meter did not answer"
FORGOT = "the meter was reset by its supply"


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the log without a reading. `readings` that would have been in it (0: nobody knows)."""

    t_s: float
    dt_s: float
    readings: int
    why: str


@dataclass(slots=True)
class Tally:
    """What came and what did not, so far."""

    readings: int = 0
    charge_mC: float = 0.0
    energy_mJ: float = 0.0
    logged_s: float = 0.0
    gaps: list[Gap] = field(default_factory=list)

    def add(self, row: LogRow) -> None:
        self.readings += 1
        self.charge_mC += row.mA * row.dt_s
        self.energy_mJ += row.V * row.mA * row.dt_s
        self.logged_s += row.dt_s

    def missing(self, why: str) -> int:
        """Readings that are missing for one reason."""
        return sum(gap.readings for gap in self.gaps if gap.why == why)


class Timeline:
    """Puts each frame at its time.

    The logger's clock counts milliseconds, its readings come evenly: those of a frame share what has passed
    since the frame before. Where something is missing between the two, its readings get the length that
    readings had until then, and what is left is a gap. When the logger has started anew its clock tells
    nothing of the time before; then the host's says how long the gap was.

    Attributes
    ----------
    t_s : end of the last reading. last : the last frame with readings. tally : of everything so far.
    silent : the logger said since then that its meter does not answer. until_s : where the log shall end.
    """

    def __init__(self, until_s: float = inf) -> None:
        self.until_s = until_s
        self.t_s = 0.0
        self.last: Frame | None = None
        self.tally = Tally()
        self._sequence = 0
        self._round_s = 0.0
        self._seen_s = 0.0
        self.silent = False

    def take(self, frame: Frame, host_s: float) -> tuple[Gap | None, list[LogRow]]:
        """The rows of a frame that came at `host_s` of the host's clock, and the gap before them."""
        if self.t_s >= self.until_s:
            return None, []
        anew = self.last is not None and frame.boot != self.last.boot
        jumped = (frame.sequence - self._sequence - 1) % _SEQUENCES if self.last and not anew else 0
        self._sequence = frame.sequence
        if not frame.readings:
            self.silent = self.silent or frame.silent
            return None, []
        self._round_s = self._round_s or frame.round_s
        gap = self._gap(frame, host_s, anew, jumped) if self.last else None
        rows = self._rows(frame)
        self.silent = False
        self.last, self._seen_s = frame, host_s
        return gap, rows

    def _gap(self, frame: Frame, host_s: float, anew: bool, jumped: int) -> Gap | None:
        """What is missing before a frame; None if nothing is, and then it tells how long a round is."""
        last, count = self.last, len(frame.readings)
        assert last is not None
        passed_s = (frame.ticks_ms - last.ticks_ms) % _TICKS / 1000.0
        number = (last.first + len(last.readings)) % _NUMBERS
        missed = (frame.first - number) % _NUMBERS
        anew = anew or missed >= _NUMBERS // 2  # its numbers went back
        if anew:
            passed_s, missed = host_s - self._seen_s, 0
        elif not missed and passed_s > 0.0:
            self._round_s = passed_s / count
            return None
        empty_s = max(0.0, passed_s - count * self._round_s)
        gap = self._until(Gap(self.t_s, empty_s, missed, self._why(frame, anew, jumped)))
        self.tally.gaps.append(gap)
        self.t_s += empty_s
        return gap

    def _until(self, gap: Gap) -> Gap:
        """The part of a gap that lies before the log's end."""
        left_s = self.until_s - gap.t_s
        if gap.dt_s <= left_s:
            return gap
        return replace(gap, dt_s=left_s, readings=round(gap.readings * left_s / gap.dt_s))

    def _why(self, frame: Frame, anew: bool, jumped: int) -> str:
        if self.silent:
            return NO_METER
        if anew:
            return ANEW
        if frame.restarted:
            return FORGOT
        return ON_THE_WAY if jumped else AT_LOGGER

    def _rows(self, frame: Frame) -> list[LogRow]:
        start_s, dt_s = self.t_s, self._round_s
        rows = [
            LogRow(start_s + place * dt_s, dt_s, one.V, one.mA, "", one.marker, "measured")
            for place, one in enumerate(frame.readings)
            if start_s + (place + 0.5) * dt_s < self.until_s
        ]
        for row in rows:
            self.tally.add(row)
        self.t_s = start_s + len(frame.readings) * dt_s
        return rows
