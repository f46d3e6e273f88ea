"""Says a number with the board's LED, for somebody who stands before a node that does not work: which key of
settings.toml is wrong. Imported only then.

The number is the key's place in validate.KEYS, from 1: a long flash for each five, then a short one for each
one, and all of it once more. What is no key (too long a set, too old a core) is one very long flash.
"""

import time

import board
import digitalio

import rows

LONG_ms, SHORT_ms, DARK_ms = 600, 150, 250
PAUSE_ms = 1000
OTHER_ms = 2000
REPEATS = 2


def flashes(index):
    """How long each flash lasts, ms."""
    if index >= 100:
        return (OTHER_ms,)
    fives, ones = divmod(index + 1, 5)
    return (LONG_ms,) * fives + (SHORT_ms,) * ones


def say(wake, index):
    """Some seconds, never more than ten; the watchdog is fed between flashes, the ledger pays them."""
    if not rows.LED:
        return
    lamp = digitalio.DigitalInOut(getattr(board, rows.LED))
    try:
        lamp.switch_to_output(value=not rows.LED_ON)
        for _ in range(REPEATS):
            _wait(wake, PAUSE_ms)
            for lit_ms in flashes(index):
                lamp.value = bool(rows.LED_ON)
                _wait(wake, lit_ms)
                lamp.value = not rows.LED_ON
                _wait(wake, DARK_ms)
    finally:
        lamp.deinit()
    wake.ledger.skip(rows.BLINK_mW)


def _wait(wake, ms):
    time.sleep(ms / 1000)
    wake.feed()
