"""The virtual microcontroller of one node, as the stand-ins see it: what a reset changes."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from sim.costs import Prices
from sim.errors import PowerLost, Reload
from sim.hardware import Hardware

#: From `supervisor.reload()` to the next script's first line (estimate: memory is cleared, pins are reset).
RELOAD_s = 0.3


class Machine:
    """One board between two resets.

    Attributes
    ----------
    booted_s : time of the reset that began this wake.
    reset_reason : name as in microcontroller.ResetReason. wake_alarm : "pin", "time" or None; wake_pin : the
        pin of it ("" unknown).
    environment : keys of settings.toml as os.getenv gives them.
    """

    def __init__(self, hardware: Hardware, environment: Mapping[str, str]) -> None:
        self.hardware = hardware
        self.world = hardware.world
        self.prices = Prices.of(hardware.design.board)
        self.environment = environment
        self.booted_s = 0.0
        self.reset_reason = "POWER_ON"
        self.wake_alarm: str | None = None
        self.wake_pin = ""
        self.safe_mode: str | None = None  # why code.py does not run
        self.next_script = "code.py"
        self.console: list[str] = []
        self.radio_mode: str | None = None
        self.cores: dict[str, ModuleType] = {}
        self.on_loaded: Callable[[str, ModuleType], None] = lambda name, module: None
        self._idle_W = hardware.board_row("idle")
        self._busy_W = hardware.board_row("busy")
        self._radio_W = {
            # less what the board itself drew in the condition of each row
            "left": hardware.board_row("radio_left") - hardware.board_row("light_sleep"),
            "idle": hardware.board_row("radio_idle") - self._idle_W,
            "join": hardware.board_row("radio_join") - self._busy_W,
            "tx": hardware.board_row("radio_tx") - self._busy_W,
        }

    def busy(self) -> None:
        self.world.draw("board", self._busy_W)

    def idle(self, seconds: float) -> None:
        """The CPU waits for an interrupt: `time.sleep`."""
        world = self.world
        world.sync()
        if seconds <= 0.0:
            return
        world.draw("board", self._idle_W)
        world.pass_until(world.now + seconds)
        world.draw("board", self._busy_W)

    def leave_air(self) -> None:
        """Wi-Fi is off: some radios stay powered all the same until the chip sleeps."""
        self.radio("left" if self.hardware.design.board.caps["radio_off"] == "at sleep" else None)

    def radio(self, mode: str | None) -> None:
        """What the radio chip adds: None (never woken), "left", "idle", "join" or "tx"."""
        self.radio_mode = mode
        self.world.draw("radio", self._radio_W[mode] if mode else 0.0)

    def charge(self, nanoseconds: float) -> None:
        """Native work: it becomes time at the next access."""
        self.world.counter[0] += int(nanoseconds)

    def to_its_end(
        self,
        script: str,
        execute: Callable[[str], None],
        end: Callable[[], None],
        enter: Callable[[str], None],
    ) -> None:
        """Run a script, and what it wants to be run in its place, which is a state of its own ("INSTALL")."""
        while script:
            try:
                execute(script)
                return
            except Reload as reload:
                script = reload.script
            end()
            enter(script.removesuffix(".py").upper())
            self.world.pass_until(self.world.now + RELOAD_s)

    def print(self, *values: Any, sep: str = " ", end: str = "\n") -> None:
        self.console.append(f"{self.world.now:.3f} " + sep.join(str(value) for value in values) + end)
        del self.console[:-200]


@contextmanager
def swept() -> Iterator[None]:
    """Around a whole life. What was there before it is not looked at by its sweeps, which would take longer
    than its wakes."""
    gc.freeze()
    try:
        yield
        sweep()
    finally:
        gc.unfreeze()


def to_be_swept(always: bool) -> None:
    """A wake begins. One that is `always` cut off is swept after it, of what came with it alone."""
    if always:
        gc.freeze()


def bare(end: PowerLost) -> PowerLost:
    """It without the frames that it went through: with them the wake would outlive its sweep."""
    end.__traceback__ = end.__context__ = None
    return end


def sweep() -> None:
    """Let go of a virtual machine that was cut off. Its coroutines stood still in the middle, which
    Python would warn about whenever it came to collect them (or tell what their way out ran into); on
    the board they are simply gone."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda found: None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            gc.collect()
    finally:
        sys.unraisablehook = hook
