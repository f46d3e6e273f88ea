"""The motion sensor for some seconds: how often it rose, how long it stayed high. The LED shows its level."""

import time

import board
from digitalio import DigitalInOut, Pull

import node
import rows
from torpor import clock

STEP_s = 0.02
LEAST_s = 12


def run(tell):
    if not hasattr(node, "PIR"):
        return
    seconds = max(LEAST_s, 3 * rows.PIR_s)
    tell.say("pir.begins", seconds=seconds)
    pir = DigitalInOut(getattr(board, node.PIR))
    light = _light()
    try:
        pir.switch_to_input(pull=Pull.DOWN)
        tell.say("pir.seen", seconds=seconds, **_watched(tell, pir, light, 1000 * seconds))
    finally:
        pir.deinit()
        if light:
            light.deinit()


def _watched(tell, pir, light, ms):
    """Level at both ends, how often it rose, how long it was high at most."""
    first = before = pir.value
    began = rose = clock.now()
    rises, longest = 0, 0
    while clock.since(began) < ms:
        time.sleep(STEP_s)
        tell.alive()
        high = pir.value
        if light:
            light.value = high == bool(rows.LED_ON)
        if high and not before:
            rises += 1
            rose = clock.now()
        if high:
            longest = max(longest, clock.since(rose))
        before = high
    return {"first": int(first), "last": int(before), "rises": rises, "longest_ms": longest}


def _light():
    if not rows.LED:
        return None
    light = DigitalInOut(getattr(board, rows.LED))
    light.switch_to_output(value=not rows.LED_ON)
    return light
