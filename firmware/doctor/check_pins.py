"""Every pin of the design by its pulls: what hangs low or high whatever one does, and pins that touch."""

import time

import board
from digitalio import DigitalInOut, Pull

import node
import rows

SETTLE_s = 0.002  # 50 kohm against a metre of wire


def run(tell):
    names = _names()
    read = {}
    for name in names:
        try:
            read[name] = _levels(name)
        except ValueError:
            read[name] = None  # somebody has it: the bus of the board, the latch
    tell.say("pins.read", pins=read)
    free = [name for name in names if read[name] == [1, 0]]
    for at, name in enumerate(free):
        touched = _moved(name, free[at + 1 :])
        if touched:
            tell.say("pins.bridged", pin=name, to=touched)


def _names():
    found = []  # type: ignore[var-annotated]
    for module in (node, rows):
        for key in dir(module):
            if key[0] != "_":
                _collect(getattr(module, key), found)
    kept = {pin for pin, _ in node.HOLD}
    return sorted(name for name in set(found) - kept if name not in ("", rows.LED, node.LATCH))


def _collect(value, found):
    """Pins by their names, wherever they stand; not those of the camera's own connector."""
    if isinstance(value, str):
        if hasattr(board, value) and value not in ("I2C", "SPI", "UART"):
            found.append(value)
    elif isinstance(value, dict):
        for pin, _ in value.values():
            _collect(pin, found)
    elif isinstance(value, tuple) and value and isinstance(value[0], str):
        for one in value:
            _collect(one, found)


def _levels(name):
    """[with its pull-up, with its pull-down]."""
    line = DigitalInOut(getattr(board, name))
    try:
        return [_read(line, Pull.UP), _read(line, Pull.DOWN)]
    finally:
        line.deinit()


def _read(line, pull):
    try:
        line.switch_to_input(pull=pull)
    except ValueError:  # a pin without pulls
        line.switch_to_input()
    time.sleep(SETTLE_s)
    return int(line.value)


def _moved(name, others):
    """Which of `others`, pulled up, follow when this one goes low."""
    line = DigitalInOut(getattr(board, name))
    try:
        return [other for other in others if _follows(line, other)]
    finally:
        line.deinit()


def _follows(line, other):
    seen = DigitalInOut(getattr(board, other))
    try:
        line.switch_to_output(value=False)
        low = not _read(seen, Pull.UP)
        line.switch_to_input(pull=Pull.DOWN)
        return low
    finally:
        seen.deinit()
