"""Where the event loop waits. Adafruit's loop polls at full current; this one idles the CPU."""

import asyncio
import time
from asyncio import core


class Idle:
    """Stands in for the loop's I/O queue (no streams are used): it only lets time pass."""

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
