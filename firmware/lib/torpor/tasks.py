"""Async steps: a step, and beside it the watcher that samples the meter and holds the ceilings."""

import asyncio
import time
from asyncio import core

from torpor import clock
from torpor.machine import DEADLINE

SAMPLE_ms = 200  # a meter reading every so often beside a running step; four times as often while it changes


class Idle:
    """Where the event loop waits: Adafruit's polls at full current, this idles the CPU. It stands in for the
    loop's I/O queue (no streams are used) and only lets time pass."""

    map = ()  # nothing waits for I/O, so a loop without tasks ends

    def wait_io_event(self, dt_ms):
        if dt_ms > 0:
            time.sleep(dt_ms / 1000)

    def remove(self, task):
        pass


def run(coroutine):
    """Run one coroutine on a fresh loop; no task of an earlier run is left to disturb it."""
    core.new_event_loop()
    core._io_queue = Idle()  # type: ignore[attr-defined]
    try:
        return asyncio.run(coroutine)
    finally:
        core.new_event_loop()  # lets go of the watcher's task, and with it of all that the step held


def supervise(step, wake, limit_mJ):
    """Run one async step to its outcome on a loop of its own; DEADLINE when a ceiling cut it off."""
    try:
        return run(_beside(step, wake, limit_mJ))
    finally:
        if wake.meter:
            wake.meter.off()


async def _beside(step, wake, limit_mJ):
    # first: a step that blocks begins while the meter converts
    watcher = asyncio.create_task(_watch(wake, limit_mJ))
    wake.task = task = asyncio.create_task(step)
    try:
        return await task
    except asyncio.CancelledError:
        return DEADLINE
    finally:
        watcher.cancel()
        wake.task = None


async def _watch(wake, limit_mJ):
    task = wake.task
    pause_ms = SAMPLE_ms // 4
    while not task.done():
        alive(wake)
        if not _over(wake, limit_mJ):  # else the step would block once more while the meter converts
            pause_ms = SAMPLE_ms if await sample(wake) else SAMPLE_ms // 4
        if _over(wake, limit_mJ):
            task.cancel()
            return
        await asyncio.sleep_ms(min(pause_ms, max(1, clock.left(wake.end))))


def _over(wake, limit_mJ):
    wake.journal.too_dear = wake.ledger.spent_mJ() > limit_mJ
    return wake.journal.too_dear or clock.left(wake.end) <= 0


async def sample(wake):
    """One meter reading into the ledger; without a meter (or before it is opened), nothing. False if it was
    another than the one before."""
    meter = wake.meter
    if meter is None:
        return True
    try:
        turn = meter.start()
        await asyncio.sleep_ms(meter.CONVERSION_ms)
        if meter is wake.meter and turn == meter.turn:  # else the step itself has read it meanwhile
            return wake.ledger.sample(*meter.read())
    except OSError:
        wake.meter = None  # the ceilings must outlive it; the next measurement looks for it again
    return True


async def then(step, done, after):
    """A declared task to its end: its own outcome, or that of `after()`. `done(error)` on every way out,
    error None unless a part did not answer."""
    outcome = failed = None
    try:
        outcome = await step
    except (OSError, RuntimeError, ValueError) as error:
        failed = error
    finally:
        done(failed)
    return after() if outcome is None else outcome


async def breathe(wake):
    """Between two pieces of a long transfer: feed the watchdog, and let the watcher run."""
    alive(wake)
    await asyncio.sleep_ms(0)


def alive(wake):
    """A long step got one piece further: feed the watchdog, but only inside the step's time ceiling."""
    if clock.left(wake.end) > 0:
        wake.feed()
