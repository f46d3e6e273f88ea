"""The world of one node: virtual time, what every part draws, and the exact history of it.

Time only moves here. Between two changes the load is constant, so the plant is advanced once per
change and not once per access.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable
from math import inf
from typing import NoReturn

from sim.errors import EndOfWake, PowerLost, Reset, RunOver, SwitchedOff
from sim.plant import Plant

#: A stretch of constant load longer than this is handed to the plant anyway, s (so that a failing
#: supply is noticed in time; the load itself does not change).
_LONGEST_s = 0.5


class World:
    """Virtual time and energy.

    Attributes
    ----------
    now : seconds since the start of the run.
    end_s : the run stops here (RunOver).
    currents : what the parts really draw, in multiples of what `draw` is told.
    gauge_points : how many points of charge too much the voltage at the meter seems to tell.
    battery_mA : by stretch, what flows out of the battery in the mean: the load (`mA`) less the charge.
    counter : one-element list; nanoseconds of interpreting not yet turned into time.
    state, wake : what the history is marked with.
    watchdog_at : when the watchdog bites (None: it is off). watchdog_raises : makes the exception that it
        raises in the firmware instead of a reset.
    opens_at : when the latch of a latched node opens, as things stand (None: it does not).
    """

    def __init__(
        self, plant: Plant, end_s: float, seed: int, currents: float = 1.0, gauge_points: float = 0.0
    ) -> None:
        self.now = 0.0
        self.end_s = end_s
        self.plant = plant
        self.random = random.Random(f"world {seed}")
        self.counter = [0]
        self.state = "SLEEP"
        self.wake = 0
        self._watchdog_s = inf
        self.watchdog_raises: Callable[[], Exception] | None = None
        self._opens_s = inf
        self.cuts: list[float] = []  # the supply is taken away at these times, in order
        self.energy_by_state_J: dict[str, float] = {}
        self.time_by_state_s: dict[str, float] = {}
        self.part_J: dict[str, float] = {}
        self._watts: dict[str, float] = {}
        self._amps: dict[str, float] = {}
        self._since: dict[str, tuple[float, float]] = {}
        self._volt_s = 0.0  # the terminal voltage summed over time, while there is a constant current
        self._currents = currents
        self.gauge_points = gauge_points
        self.load_W = 0.0
        self.load_A = 0.0
        self._mark = 0.0
        self._next_s = _LONGEST_s  # nothing happens to the node before this time
        self._ended: EndOfWake | None = None
        self._ended_s = 0.0
        self._state_mark = 0.0
        self._load_J = 0.0
        self._history_J = self._history_C = self._history_in_C = 0.0
        self.t_s = array("d")
        self.dt_s = array("f")
        self.volts = array("f")
        self.mA = array("f")
        self.battery_mA = array("f")
        self.states: list[str] = []
        self.wakes = array("l")

    # -- loads ---------------------------------------------------------------------------------

    def draw(self, part: str, watts: float, amps: float = 0.0) -> None:
        """From now on `part` draws `watts` (constant power) plus `amps` (constant current) at the battery."""
        watts, amps = watts * self._currents, amps * self._currents
        if watts == self._watts.get(part, 0.0) and amps == self._amps.get(part, 0.0):
            return
        self.flush()
        self._book_part(part)
        self._watts[part] = watts
        self._amps[part] = amps
        self.load_W = sum(self._watts.values())
        self.load_A = sum(self._amps.values())

    def _book_part(self, part: str) -> None:
        since, volt_s = self._since.get(part, (0.0, 0.0))
        self._since[part] = (self.now, self._volt_s)
        joules = self._watts.get(part, 0.0) * (self.now - since)
        joules += self._amps.get(part, 0.0) * (self._volt_s - volt_s)
        self.part_J[part] = self.part_J.get(part, 0.0) + joules

    def all_off(self, but: tuple[str, ...] = ()) -> None:
        """Nothing draws anything (the supply is gone), `but` what stands before the latch."""
        for part in [part for part in self._watts if part not in but]:
            self._book_part(part)
            self._watts[part] = self._amps[part] = 0.0
        self.load_W, self.load_A = sum(self._watts.values()), sum(self._amps.values())

    def close_books(self) -> None:
        """Bring every account up to now (end of the run)."""
        self.end_s = inf
        self.flush()
        for part in self._watts:
            self._book_part(part)
        self._book_state()

    # -- time ----------------------------------------------------------------------------------

    def sync(self) -> None:
        """Turn interpreting into time, and notice what became of the node meanwhile."""
        counter = self.counter
        if counter[0]:
            self.now += counter[0] * 1e-9
            counter[0] = 0
        if self.now >= self._next_s:
            self._due()

    def spend(self, seconds: float) -> None:
        """Let time pass at the present load (a bus transfer, a flash write)."""
        self.now += seconds
        self.sync()

    def pass_until(self, t_s: float) -> None:
        """Let a long time pass at the present load; the watchdog and the supply may cut it short."""
        self.now = max(self.now, min(t_s, self._watchdog_s, self._opens_s, self._cut_s()))
        self.flush()
        self.sync()

    def _cut_s(self) -> float:
        return self.cuts[0] if self.cuts else inf

    @property
    def watchdog_at(self) -> float | None:
        return None if self._watchdog_s == inf else self._watchdog_s

    @watchdog_at.setter
    def watchdog_at(self, t_s: float | None) -> None:
        self._watchdog_s = inf if t_s is None else t_s
        self._set_next()

    @property
    def opens_at(self) -> float | None:
        return None if self._opens_s == inf else self._opens_s

    @opens_at.setter
    def opens_at(self, t_s: float | None) -> None:
        self._opens_s = inf if t_s is None else t_s
        self._set_next()

    def stop(self, end: EndOfWake) -> NoReturn:
        """End the virtual machine. What unwinds in it from now on cannot touch the node any more."""
        self._ended, self._ended_s = end, self.now
        self._next_s = -inf
        raise end

    def restart(self) -> None:
        """The next virtual machine may begin: its watchdog is off, nothing is waiting to be paid."""
        self._ended = None
        self.counter[0] = 0
        self.watchdog_at = None

    def _set_next(self) -> None:
        if self._ended is None:
            self._next_s = min(self._mark + _LONGEST_s, self._watchdog_s, self._opens_s, self._cut_s())

    def _due(self) -> None:
        if self._ended is not None:
            self.now = self._ended_s
            raise self._ended.with_traceback(None)
        if self.now >= self._cut_s():
            self.now = max(self._mark, self.cuts.pop(0))
            self.flush()
            self.stop(PowerLost())
        if self.now >= self._opens_s:
            self.now = max(self._mark, self._opens_s)
            self.flush()
            self.stop(SwitchedOff())
        if self.now >= self._watchdog_s:
            self.now = max(self._mark, self._watchdog_s)
            self.flush()
            if self.watchdog_raises is not None:
                self.watchdog_at = None
                raise self.watchdog_raises()
            self.stop(Reset("WATCHDOG"))
        self.flush()

    def flush(self) -> None:
        """Advance the plant to now and write the stretch into the history."""
        start = self._mark
        over = self.now >= self.end_s
        if over:
            self.now = max(self.end_s, start)
        if self.now > start:
            alive = self.plant.powered
            if not self.plant.advance(self.now, self.load_W, self.load_A):
                self.now = self.plant.t_s
            self._mark = self.now
            self._set_next()
            self._remember(start)
            if alive and not self.plant.powered:
                self.stop(PowerLost())
        if over:
            raise RunOver

    def _remember(self, start: float) -> None:
        """One stretch of history: its mean current, and the voltage at which it took its energy."""
        passed = self.now - start
        if passed <= 0.0:
            return
        plant = self.plant
        joules, coulombs, brought_C = plant.load_total_J, plant.load_total_C, plant.charged_total_C
        taken_J, taken_C = joules - self._history_J, coulombs - self._history_C
        out_C = taken_C - (brought_C - self._history_in_C)
        self._history_J, self._history_C, self._history_in_C = joules, coulombs, brought_C
        if self.load_A:
            self._volt_s += (taken_J - self.load_W * passed) / self.load_A
        self.t_s.append(start)
        self.dt_s.append(passed)
        self.volts.append(taken_J / taken_C if taken_C > 0.0 else plant.volts)
        self.mA.append(taken_C / passed * 1000.0)
        self.battery_mA.append(out_C / passed * 1000.0)
        self.states.append(self.state)
        self.wakes.append(self.wake)

    def wait_for_supply(self) -> float:
        """Without a load, until the protection lets go; returns the time. RunOver if it never does."""
        start = self._mark
        back = self.plant.next_restart(self.end_s)
        self.now = self._mark = self.plant.t_s
        self._set_next()
        self._remember(start)
        if back is None:
            raise RunOver
        return back

    def enter_state(self, state: str) -> None:
        """The firmware (or the life cycle around it) enters a state: book the last one."""
        self.sync()
        self.flush()
        self._book_state()
        self.state = state

    def _book_state(self) -> None:
        joules = self.plant.load_total_J
        state = self.state
        self.energy_by_state_J[state] = self.energy_by_state_J.get(state, 0.0) + joules - self._load_J
        self.time_by_state_s[state] = self.time_by_state_s.get(state, 0.0) + self.now - self._state_mark
        self._load_J = joules
        self._state_mark = self.now
