"""What a bench logger in the battery's lead reads while the board is in its real sleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from statistics import fmean, pstdev
from tempfile import TemporaryDirectory

from sim.log import LogRow
from station.doctor_lines import Told
from station.errors import StationError
from station.record_capture import Capture
from station.record_file import LogFile
from station.record_frames import Frame
from station.record_ports import choose, seen
from station.record_time import Timeline

BAUD = 115200
#: Of the sleep of ten seconds, by the logger's clock: after the board's last work and before a fast clock
#: wakes it. A frame of readings comes up to 0.6 s after its first one.
FROM_s, UNTIL_s = 3.0, 8.5
#: Fewer seconds of readings than this tell nothing.
LEAST_s = 2.0
#: So long without a reading, and the logger is given up.
QUIET_s = 3.0


@dataclass(slots=True)
class Logger:
    """A logger that is listened to, from `with` on. Raises StationError where its port cannot be opened."""

    port: str
    _rows: list[LogRow] = field(default_factory=list)
    _begin_s: float = 0.0
    _wrong: list[Exception] = field(default_factory=list)
    _folder: TemporaryDirectory[str] = field(init=False)
    _capture: Capture = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Logger:
        chosen = choose(self.port, seen())
        self._folder = TemporaryDirectory()
        path = Path(self._folder.name) / "asleep.csv"
        self._capture = Capture(chosen, BAUD, lambda frame: LogFile(path, "asleep"), self, Timeline())
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        while self._thread.is_alive() and not self._capture.plugged:
            time.sleep(0.01)
        if self._wrong:
            self.__exit__()
            raise self._wrong[0]
        return self

    def __exit__(self, *exc: object) -> None:
        self._capture.stop = True
        self._thread.join()
        self._folder.cleanup()

    def turn(self, capture: Capture, rows: Iterable[LogRow]) -> None:
        """A `station.record_capture.Watcher`."""
        del capture
        self._rows += rows

    def begins(self) -> None:
        """The board goes to sleep now."""
        self._begin_s = self._capture.timeline.t_s

    def told(self) -> Told:
        """The mean of the sleep that began, with what it may be off; or that nothing was read."""
        start_s, end_s = self._begin_s + FROM_s, self._begin_s + UNTIL_s
        while self._goes_on and self._capture.timeline.t_s < end_s:
            time.sleep(0.02)
        rows = [row for row in list(self._rows) if start_s <= row.t_s and row.t_s + row.dt_s <= end_s]
        frame = self._capture.timeline.last
        if frame is None or sum(row.dt_s for row in rows) < LEAST_s:
            return Told("deep.unread", {"port": self.port, "silent": self._capture.timeline.silent})
        mA = fmean(row.mA for row in rows)
        volts = fmean(row.V for row in rows)
        off_mA = _off_mA(frame, mA, volts) + 2.0 * pstdev(row.mA for row in rows) / sqrt(len(rows))
        figures = {"uA": 1000 * mA, "off_uA": 1000 * off_mA, "mV": 1000 * volts, "readings": len(rows)}
        return Told("deep.read", {name: round(value) for name, value in figures.items()})

    @property
    def _goes_on(self) -> bool:
        return self._thread.is_alive() and self._capture.quiet_s < QUIET_s

    def _listen(self) -> None:
        try:
            self._capture.run()
        except (StationError, OSError) as error:
            self._wrong.append(error)


def _off_mA(frame: Frame, mA: float, volts: float) -> float:
    """How far the logger's INA219 may be off, by the chip's rows: zero, gain, what its own inputs take."""
    from analysis.meters import chip

    meter = chip(frame.shunt_mohm / 1000.0, frame.config >> 11 & 3)
    zero_mA = meter.drift_mA if frame.zero_uV else meter.worst_mA
    return zero_mA + meter.gain * abs(mA) + meter.input_mA(volts)
