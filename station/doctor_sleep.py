"""The real sleep of a board behind an adapter: it ends the program, and the console is quiet until the clock
wakes the board. With USB the sleep is only played, so it is not asked for there."""

from __future__ import annotations

from contextlib import suppress

from station.deploy_route import RouteError
from station.doctor_console import AtConsole, source
from station.doctor_lines import Heard, Told, read_lines
from station.doctor_logger import Logger
from station.raw_repl import Garbled

ASKED_s = 10.0  # firmware/doctor/check_deep.py
#: How much longer a sleep may take: timers of whole seconds, a slow clock, the start itself.
LATE_s = 15.0
#: A sleep shorter than this share of it was cut off: what a logger read then is no sleep.
EARLY = 0.9
#: What a board says in its last moment and what comes from the wire itself are no sign of life.
SETTLED_s = 2.0


def sleep_for_real(board: AtConsole, logger: Logger | None = None) -> Heard:
    """Send it to sleep, wait for its first word, ask why it started. `logger`: measures meanwhile."""
    board.send(source("check_deep") + "\nrun(tell)\n")
    if logger:
        logger.begins()
    said, after_s = board.wait(ASKED_s + LATE_s, SETTLED_s)
    begun = read_lines(said.decode("utf-8", "replace").splitlines())
    if after_s is None:
        return begun + Heard((Told("deep.silent", {"waited_s": ASKED_s + LATE_s}),))
    slept = Heard((Told("deep.slept", {"ms": round(1000 * after_s), "asked_ms": round(1000 * ASKED_s)}),))
    if logger and after_s > ASKED_s * EARLY:
        slept += Heard((logger.told(),))
    with suppress(Garbled, RouteError):
        return begun + slept + board.ask(source("check_deep") + "\nwoke(tell)\n")
    return begun + slept
