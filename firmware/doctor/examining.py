"""The doctor as an application of its own: one check after the other, then the real sleep, then nothing."""

import gc
import sys

import diary
import telling
from microcontroller import cpu, watchdog
from watchdog import WatchDogMode

import node

WATCHDOG_s = node.WATCHDOG_MS / 1000


def main():
    """Go on where the last start was cut off. The watchdog ends a check that hangs."""
    book = diary.Diary()
    tell = telling.Teller(book.write, watchdog.feed)
    watchdog.timeout = WATCHDOG_s
    watchdog.mode = WatchDogMode.RESET
    _go_on(book, tell)
    name = book.next()
    while name:
        book.begin(name)
        _check(name, tell)
        book.end(name)
        name = book.next()
    watchdog.mode = None
    tell.alive = tell.nothing
    tell.say("doctor.ends")


def _go_on(book, tell):
    """What the start before did not end: it slept, as it should, or it hung."""
    name = book.cut_off()
    if name == "deep":
        import check_deep

        check_deep.woke(tell)
    elif name:
        tell.say("check.hung", check=name, reset=str(cpu.reset_reason).split(".")[-1])
    if name:
        book.end(name)


def _check(name, tell):
    """One check, and its modules forgotten."""
    gc.collect()
    module = "check_" + name
    try:
        __import__(module).run(tell)
    except Exception as error:
        tell.say("check.crashed", check=name, text=repr(error))
    sys.modules.pop(module, None)
