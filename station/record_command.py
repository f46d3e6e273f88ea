"""`torpor record`: the bench logger's readings from a serial port into a log, with a plot as they come."""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import rich_click as click

from station.errors import Exit, StationError
from station.screen import console

if TYPE_CHECKING:
    from rich.live import Live

    from sim.log import LogRow
    from station.record_capture import Capture
    from station.record_file import LogFile
    from station.record_frames import Frame

#: Readings of so many seconds stand as figures above the plot; the plot itself shows 30.
FIGURES_s = 10.0
HEIGHT = 12
QUIET_s = 3.0


@click.command(name="record")
@click.argument("port", required=False)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="[default: bench-DATE-TIME.csv]")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End after so many of the log.")
@click.option("--baud", type=click.IntRange(min=300), default=115200, show_default=True,
              help="For a board without USB of its own.")  # fmt: skip
@click.option("--plot/--no-plot", "wanted", default=None, help="The live plot.  [default: on a terminal]")
def command(
    port: str | None, out: Path | None, seconds: float | None, baud: int, wanted: bool | None
) -> None:
    """Record what the bench logger at PORT measures, until Ctrl-C. Without PORT: which ports there are.

    PORT is a path such as /dev/ttyACM1 or COM5, or a word that only one port says of itself, such as its
    serial number. What a logger is, and how to make one: docs/recording.md.
    """
    from station.record_capture import Capture
    from station.record_ports import choose, seen
    from station.record_time import Timeline

    chosen = choose(port, seen())
    path = out or Path(f"bench-{datetime.now():%Y%m%d-%H%M%S}.csv")
    if path.exists():
        raise StationError(f"{path} is there already; a recording begins a file of its own.", Exit.USAGE)
    watcher = _Screen(sys.stdout.isatty() if wanted is None else wanted)
    capture = Capture(chosen, baud, lambda frame: _begin(path, frame), watcher, Timeline(seconds or math.inf))
    with _Ended(capture) as ended, watcher:
        capture.run()
    _tell(capture, path)
    if ended.by and seconds is not None:
        raise KeyboardInterrupt


def _begin(path: Path, frame: Frame) -> LogFile:
    """The file, with what its readings are in the first line."""
    from station.record_file import LogFile

    return LogFile(
        path,
        f"torpor bench log, begun {datetime.now().astimezone().isoformat(timespec='seconds')}; INA219, "
        f"{frame.shunt_mohm / 1000:g} ohm, full scale {frame.full_scale_mA:g} mA, zero {frame.zero_uV} uV; "
        f"means of {frame.averages} conversions, {frame.coverage:.1%} of the time",
    )


class _Ended:
    """Ctrl-C and SIGTERM end the recording in peace; `by` is the signal that came."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self.by = 0

    def _end(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.by, self._capture.stop = number, True

    def __enter__(self) -> _Ended:
        self._before = {
            number: signal.signal(number, self._end) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


class _Screen:
    """The plot, four times a second; without one, a line when something is the matter."""

    def __init__(self, drawn: bool) -> None:
        from station.record_live import Recent

        self._drawn = drawn
        self._recent = Recent()
        self._next_s = 0.0
        self._console = console()
        self._live: Live | None = None
        self._said = ""

    def __enter__(self) -> _Screen:
        if self._drawn:
            from rich.live import Live

            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._live:
            self._live.stop()

    def turn(self, capture: Capture, rows: Iterable[LogRow]) -> None:
        self._recent.add(rows)
        now = time.monotonic()
        if now < self._next_s:
            return
        self._next_s = now + 0.25
        trouble = _trouble(capture)
        if self._live:
            from rich.text import Text

            self._live.update(Text("\n".join(self._lines(capture, trouble))), refresh=True)
        elif trouble != self._said:
            self._said = trouble
            if trouble:
                self._console.print(trouble, markup=False, soft_wrap=True)

    def _lines(self, capture: Capture, trouble: str) -> list[str]:
        from station.record_live import plot

        recent, tally, last = self._recent.over(FIGURES_s), capture.timeline.tally, capture.timeline.last
        volts = last.readings[-1].V if last else math.nan
        lines = [
            f"{capture.timeline.t_s:,.1f} s, {tally.readings:,} readings, {tally.charge_mC / 3.6e3:,.4f} mAh"
        ]
        if recent.weight:
            lines[0] += f"; the last {FIGURES_s:g} s: mean {recent.mean:.3f} mA, least {recent.least:.2f}, "
            lines[0] += f"most {recent.most:.2f}; {volts:.3f} V"
        width = max(20, self._console.width - 10)
        return [*lines, *plot(list(self._recent.columns), width, HEIGHT), trouble]


def _trouble(capture: Capture) -> str:
    """What a person should know of it now, or nothing."""
    name = capture.port.device
    if not capture.plugged:
        return f"{name} is away; it goes on when it is back."
    if capture.quiet_s < QUIET_s:
        return ""
    if capture.timeline.silent:
        return "The logger's INA219 does not answer: look at its wires, its supply, its address."
    said = f" The last line was: {capture.decoder.text}" if capture.decoder.text else ""
    return f"No frame has come from {name} for {QUIET_s:g} s.{said}"


def _tell(capture: Capture, path: Path) -> None:
    """What was recorded, and what is missing. StationError if nothing was."""
    from station.record_capture import gap_words

    tally, last = capture.timeline.tally, capture.timeline.last
    if not tally.readings or last is None:
        raise StationError(f"Nothing was recorded. {_trouble(capture) or 'It ended before a frame came.'}")
    screen = console()
    mean = tally.charge_mC / tally.logged_s
    screen.print(
        f"{tally.readings:,} readings in {tally.logged_s:,.3f} s ({tally.readings / tally.logged_s:.1f} a "
        f"second, {last.coverage:.1%} of the time looked at): mean {mean:.4f} mA, "
        f"{tally.charge_mC / 3600:.5f} mAh, {tally.energy_mJ / 1000:.4f} J.",
        soft_wrap=True,
    )
    for line in gap_words(tally.gaps):
        screen.print(f"- missing, {line}", markup=False, soft_wrap=True)
    if capture.decoder.damaged:
        screen.print(f"- damaged on the way: {capture.decoder.damaged} frames or parts", soft_wrap=True)
    if capture.unplugged:
        screen.print(f"- the port went away {capture.unplugged} time(s)", soft_wrap=True)
    screen.print(f"Log: {path}", markup=False, soft_wrap=True)
