"""Load switches: on only inside a `with`, off on every way out."""

import board
import digitalio

from torpor import clock


class Rails:
    """`rows`: name: (pin, rise in ms); active high, pulled low outside; pin "": its driver switches it."""

    def __init__(self, rows):
        self._rows = rows
        self._on = {}  # name: (pin, release)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for name in list(self._on):
            try:
                self.off(name)
            except Exception:
                pass  # its switch is open all the same; now the next one

    def on(self, name, release=None):
        """Returns when it is up (`clock.now`). `release` is called before it goes off: bus lines would feed
        the part through its inputs."""
        at, rise_ms = self._rows[name]
        if name not in self._on:
            pin = at and digitalio.DigitalInOut(getattr(board, at))
            if pin:
                pin.switch_to_output(value=True)
            self._on[name] = pin, release
        return clock.after(rise_ms)

    def off(self, name):
        pin, release = self._on.pop(name, (None, None))
        try:
            if release:
                release()
        finally:
            if pin:
                pin.value = False
                pin.deinit()  # an input again: the resistor at the switch holds it off
