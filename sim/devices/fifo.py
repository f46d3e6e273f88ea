"""The bridge's frame memory: what a capture writes into it over time, and what a reader finds."""

from __future__ import annotations

from sim.devices.camera import FRAME_FAULTS, CameraRows, Chance
from sim.devices.sensor import Sensor

_FOR_EVER = float("inf")
_HEAD_B = 623  # the sensor's header


class Fifo:
    """Frame memory of an ArduChip.

    A capture waits for the sensor's next frame, takes whole frame periods, and is readable all the while:
    behind the write pointer the new frame, before it what lay there. The picture itself is asked of the
    sensor only when somebody looks.
    """

    def __init__(self, rows: CameraRows, sensor: Sensor, chance: Chance) -> None:
        self._rows = rows
        self._sensor = sensor
        self._chance = chance
        self.frames = 0
        self.last_fault = ""
        self.power_up()

    def power_up(self) -> None:
        """Nothing in it, nothing on its way; a done flag may stand from an earlier life."""
        self._old = self._new = b""
        self._fault = ""
        self._captured = False
        self._begin_s = self._end_s = _FOR_EVER
        self._stale = 2 if self._chance.hits("stale_done") else 0
        self.position = 0
        self.frames = 0

    def reset(self) -> None:
        """The bridge's logic was reset: the pointers and the flag, not the memory."""
        stale = self._stale
        self.clear()
        self._stale = stale
        self.position = 0

    def clear(self) -> None:
        """Clear the done flag, and with it the count: the frame is lost."""
        self._stale = max(0, self._stale - 1)
        self._captured = False
        self._begin_s = self._end_s = _FOR_EVER
        self.position = 0

    def start(self, now_s: float, frames: int, hears: bool = True) -> None:
        """Capture `frames` frames from the sensor's next frame start; 0 fills the memory.

        `hears` : whether the bridge sees the sensor's VSYNC; without it no frame ever starts.
        """
        self._old = self._new or self._old  # a frame that nobody looked at leaves no trace
        self._new = b""
        self._wanted = frames
        self._captured = True
        self.position = 0
        self._begin_s = self._end_s = _FOR_EVER
        if not (self._sensor.running and hears):
            return
        period, since = self._sensor.period_s(), self._sensor.since_s
        ahead = -(-(now_s - since) // period) if now_s > since else 0.0
        self._begin_s = since + ahead * period
        self._period_s = period
        self._fault = self.last_fault = self._chance.draw(FRAME_FAULTS)
        self._end_s = self._begin_s + max(1, frames) * period
        if frames == 0:
            self._end_s = self._begin_s + len(self._content()) / self._frame_B * period
        self.frames += max(1, frames)

    # -- what a reader sees ----------------------------------------------------------------------

    def done(self, now_s: float) -> bool:
        """The capture-done flag."""
        early = 0.5 * (self._end_s - self._begin_s) if self._fault == "early_done" and self._captured else 0.0
        return self._stale > 0 or now_s >= self._end_s - early

    def length(self, now_s: float) -> int:
        """Bytes that the length registers say: grows while the frame comes in."""
        if not self._captured or now_s < self._begin_s:
            return 0
        if self._fault == "size_zero":
            return 0
        if self._fault == "over_size":
            return self._rows.fifo_size_B
        return self._written(now_s)

    def read(self, now_s: float, count: int) -> bytes:
        """The next bytes behind the read pointer; zeros past what was ever written."""
        memory = self._memory(now_s)
        data = memory[self.position : self.position + count]
        self.position += count
        return data if len(data) == count else data + bytes(count - len(data))

    def content(self, now_s: float) -> bytes:
        """What lies in the memory now, by a perfect reader."""
        return self._memory(now_s)

    def _memory(self, now_s: float) -> bytes:
        if not self._captured:
            return b""
        if now_s >= self._end_s:
            return self._content()
        if now_s < self._begin_s:
            return self._old
        written = self._written(now_s)
        return self._content()[:written] + self._old[written:]

    def _written(self, now_s: float) -> int:
        content = self._content()
        part = (now_s - self._begin_s) / (self._end_s - self._begin_s)
        return len(content) if part >= 1.0 else int(len(content) * part)

    # -- what a capture writes -------------------------------------------------------------------

    def _content(self) -> bytes:
        """The capture as it will lie in the memory when it is complete."""
        if not self._new:
            whole = self._padded(self._spoiled(self._sensor.frame(self._begin_s)))
            limit = self._rows.fifo_size_B
            self._frame_B = len(whole)
            if self._wanted == 0:
                whole *= limit // len(whole) + 1
            else:
                for index in range(1, self._wanted):
                    whole += self._padded(self._sensor.frame(self._begin_s + index * self._period_s))
            self._new = whole[:limit]
        return self._new

    def _padded(self, frame: bytes) -> bytes:
        step, offset = self._rows.length_step_B, self._rows.length_offset_B
        length = -(-max(0, len(frame) - offset) // step) * step + offset
        padded = frame.ljust(length, b"\x00")
        if self._fault == "stale_tail":
            padded += (self._old or frame)[_HEAD_B : _HEAD_B + step].ljust(step, b"\x55")
        return padded

    def _spoiled(self, frame: bytes) -> bytes:
        """The frame with this capture's fault on its way into the memory."""
        fault, chance = self._fault, self._chance.random
        middle = chance.randrange(_HEAD_B, max(_HEAD_B + 1, len(frame) - 2)) if fault else 0
        if fault == "short_frame":
            return frame[: chance.randrange(8, 900)]
        if fault == "truncated":
            return frame[:middle]
        if fault == "second_start":
            return frame[:middle] + frame[: len(frame) - middle]
        if fault == "flipped_in_fifo":
            spoiled = bytearray(frame)
            for _ in range(chance.randrange(1, 4)):
                spoiled[chance.randrange(len(spoiled))] ^= 0x20
            return bytes(spoiled)
        if fault == "no_start":
            return chance.randbytes(len(frame)).replace(b"\xff\xd8", b"\x3f\xef")
        if fault == "lost_first":
            return frame[1:]
        return {"leading_zero": b"\x00", "leading_ff": b"\xff"}.get(fault, b"") + frame
