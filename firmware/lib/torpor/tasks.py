"""Async steps: a step, and beside it the watcher that samples the meter and holds the ceilings."""

import asyncio

from torpor import clock
from torpor.machine import DEADLINE

SAMPLE_ms = 200  # a meter reading every so often beside a running step


def supervise(step, wake, limit_mJ):
    """Run one async step to its outcome on a loop of its own; DEADLINE when a ceiling cut it off."""
    from torpor import idle

    try:
        return idle.run(_beside(step, wake, limit_mJ))
    finally:
        if wake.meter:
            wake.meter.off()


async def _beside(step, wake, limit_mJ):
    task = asyncio.create_task(step)
    watcher = asyncio.create_task(_watch(task, wake, limit_mJ))
    try:
        return await task
    except asyncio.CancelledError:
        return DEADLINE
    finally:
        watcher.cancel()


async def _watch(task, wake, limit_mJ):
    while not task.done():
        alive(wake)
        if not _over(wake, limit_mJ):  # else the step would block once more while the meter converts
            await sample(wake)
        if _over(wake, limit_mJ):
            task.cancel()
            return
        await asyncio.sleep_ms(min(SAMPLE_ms, max(1, clock.left(wake.end))))


def _over(wake, limit_mJ):
    wake.journal.too_dear = wake.ledger.spent_mJ() > limit_mJ
    return wake.journal.too_dear or clock.left(wake.end) <= 0


async def sample(wake):
    """One meter reading into the ledger; without a meter (or before it is opened), nothing."""
    if wake.meter is None:
        return
    try:
        wake.meter.start()
        await asyncio.sleep_ms(wake.meter.CONVERSION_ms)
        wake.ledger.sample(*wake.meter.read())
    except OSError:
        wake.meter = None  # the ceilings must outlive it; the next measurement looks for it again


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
