"""The recording itself: bytes from the port into the log; a port that goes away is waited for."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import serial

from sim.log import LogRow
from station.errors import Exit, StationError
from station.record_file import LogFile
from station.record_frames import Decoder, Frame
from station.record_ports import Seen, again, seen
from station.record_time import Gap, Timeline

#: How long a read waits for a byte, and how often a port that is away is looked for, s.
READ_s, LOOK_s = 0.1, 0.2


class Watcher(Protocol):
    """Whoever looks on. Called at every turn, some times a second."""

    def turn(self, capture: Capture, rows: Iterable[LogRow]) -> None: ...


@dataclass(slots=True)
class Capture:
    """One recording.

    Attributes
    ----------
    port, baud : where from; a port of USB does not care for the rate. begin : makes the file, when the
        first frame tells what the logger is set to. timeline : where its `until_s` is, the recording ends.
    plugged : whether the port is there. unplugged : how often it went away. stop : set to end.
    """

    port: Seen
    baud: int
    begin: Callable[[Frame], LogFile]
    watcher: Watcher
    timeline: Timeline
    decoder: Decoder = field(default_factory=Decoder)
    log: LogFile | None = None
    plugged: bool = False
    unplugged: int = 0
    stop: bool = False
    _line: serial.Serial | None = None
    _began_s: float = 0.0
    _heard_s: float = 0.0

    def run(self) -> None:
        """Record until the timeline ends or `stop` is set.

        Raises
        ------
        StationError : the port cannot be opened at the beginning. OSError : the file cannot be written on.
        """
        self._began_s = self._heard_s = time.monotonic()
        self._line = self._opened()
        self.plugged = True
        try:
            while not (self.stop or self.passed_s >= self.timeline.until_s):
                self.watcher.turn(self, self._turn())
        finally:
            self._close()
            if self.log:
                self.log.close()

    @property
    def passed_s(self) -> float:
        """Seconds of the log, and those since its last reading where nothing comes."""
        return self.timeline.t_s + max(0.0, self.quiet_s - 1.0)

    @property
    def quiet_s(self) -> float:
        """How long no reading has come."""
        return time.monotonic() - self._heard_s

    def _turn(self) -> list[LogRow]:
        """What came within a tenth of a second, in the log; or one look for the port."""
        if self._line is None:
            self._look()
            return []
        try:
            data = self._line.read(max(1, self._line.in_waiting))
        except (OSError, TypeError):  # serial.SerialException is an OSError; a closed handle has no number
            self._close()
            self.plugged = False
            self.unplugged += 1
            return []
        rows: list[LogRow] = []
        for frame in self.decoder.feed(data):
            rows += self._take(frame)
        return rows

    def _take(self, frame: Frame) -> list[LogRow]:
        now = time.monotonic()
        gap, rows = self.timeline.take(frame, now - self._began_s)
        if frame.readings:
            self._heard_s = now
            self.log = self.log or self.begin(frame)
            self.log.write(gap, rows)
        return rows

    def _opened(self) -> serial.Serial:
        try:
            return serial.Serial(self.port.device, self.baud, timeout=READ_s, exclusive=True)
        except serial.SerialException as error:
            raise StationError(_why(self.port.device, error), Exit.READ_ONLY) from None
        except ValueError as error:
            raise StationError(f"{self.port.device} cannot be opened: {error}.", Exit.USAGE) from None

    def _look(self) -> None:
        """Open the port if it is there again."""
        device = again(self.port, seen() if self.port.usb else [])
        if device is not None:
            with suppress(OSError):  # it is there, but may not be ready yet
                self._line = serial.Serial(device, self.baud, timeout=READ_s, exclusive=True)
                self.plugged = True
                return
        time.sleep(LOOK_s)

    def _close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError):  # it is gone
                line.close()


def gap_words(gaps: list[Gap]) -> list[str]:
    """What is missing, by reason: one line each."""
    lines = []
    for why in dict.fromkeys(gap.why for gap in gaps):
        found = [gap for gap in gaps if gap.why == why]
        readings = sum(gap.readings for gap in found)
        times = "once" if len(found) == 1 else f"{len(found)} times"
        lost = f"{readings:,} readings, " if readings else ""
        lines.append(f"{why}: {times}, {lost}{sum(gap.dt_s for gap in found):.3f} s")
    return lines


def _why(device: str, error: serial.SerialException) -> str:
    said = str(error)
    if "lock" in said:
        return f"{device} is in use by another program."
    told = re.search(r"\((\d+), ", said)  # the library puts the system's reason into its own words
    number = error.errno or (int(told[1]) if told else 0)
    if number == errno.ENOTTY:
        return f"{device} is no serial port."
    return f"{device} cannot be opened: {os.strerror(number) if number else said}."
