"""The world of one node: virtual time, what every part draws, and the exact history of it.

Time only moves here. Between two changes the load is constant, so the plant is advanced once per
change and not once per access.
"""

from __future__ import annotations

import random
from array import array
from bisect import bisect_right

from sim.errors import PowerLost, Reset, RunOver
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
    counter : one-element list; nanoseconds of interpreting not yet turned into time.
    state, wake : what the history is marked with.
    """

    def __init__(self, plant: Plant, end_s: float, seed: int) -> None:
        self.now = 0.0
        self.end_s = end_s
        self.plant = plant
        self.random = random.Random(f"world {seed}")
        self.counter = [0]
        self.state = "SLEEP"
        self.wake = 0
        self.watchdog_at: float | None = None
        self.energy_by_state_J: dict[str, float] = {}
        self.time_by_state_s: dict[str, float] = {}
        self.part_J: dict[str, float] = {}
        self._loads: dict[str, tuple[float, float]] = {}
        self._since: dict[str, float] = {}
        self.load_W = 0.0
        self.load_A = 0.0
        self._mark = 0.0
        self._state_mark = 0.0
        self._load_J = 0.0
        self._history_J = 0.0
        self.t_s = array("d")
        self.dt_s = array("f")
        self.volts = array("f")
        self.mA = array("f")
        self.states: list[str] = []
        self.wakes = array("l")

    # -- loads ---------------------------------------------------------------------------------

    def draw(self, part: str, watts: float, amps: float = 0.0) -> None:
        """From now on `part` draws `watts` (constant power) plus `amps` (constant current) at the battery."""
        new = (watts, amps)
        old = self._loads.get(part, (0.0, 0.0))
        if new == old:
            return
        self.flush()
        self._book_part(part, old)
        self._loads[part] = new
        self.load_W = sum(load[0] for load in self._loads.values())
        self.load_A = sum(load[1] for load in self._loads.values())

    def _book_part(self, part: str, load: tuple[float, float]) -> None:
        passed = self.now - self._since.get(part, 0.0)
        self._since[part] = self.now
        joules = (load[0] + load[1] * self.plant.volts) * passed
        self.part_J[part] = self.part_J.get(part, 0.0) + joules

    def all_off(self) -> None:
        """Nothing draws anything (the supply is gone)."""
        for part in list(self._loads):
            self._book_part(part, self._loads[part])
            self._loads[part] = (0.0, 0.0)
        self.load_W = self.load_A = 0.0

    def close_books(self) -> None:
        """Bring every account up to now (end of the run)."""
        self.end_s = float("inf")
        self.flush()
        for part, load in self._loads.items():
            self._book_part(part, load)
        self._book_state()

    # -- time ----------------------------------------------------------------------------------

    def sync(self) -> None:
        """Turn interpreting into time, and notice what became of the node meanwhile."""
        counter = self.counter
        if counter[0]:
            self.now += counter[0] * 1e-9
            counter[0] = 0
        if self.now - self._mark > _LONGEST_s:
            self.flush()
        if self.watchdog_at is not None and self.now >= self.watchdog_at:
            self.now = max(self._mark, self.watchdog_at)
            raise Reset("WATCHDOG")

    def spend(self, seconds: float) -> None:
        """Let time pass at the present load (a bus transfer, a flash write)."""
        self.now += seconds
        self.sync()

    def pass_until(self, t_s: float) -> None:
        """Let a long time pass at the present load; the watchdog and the supply may cut it short."""
        if self.watchdog_at is not None and self.watchdog_at < t_s:
            self.now = max(self.now, self.watchdog_at)
        else:
            self.now = max(self.now, t_s)
        self.flush()
        self.sync()

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
            self._remember(start)
            if alive and not self.plant.powered:
                raise PowerLost
        if over:
            raise RunOver

    def _remember(self, start: float) -> None:
        passed = self.now - start
        if passed <= 0.0:
            return
        plant = self.plant
        joules = plant.load_total_J
        self.t_s.append(start)
        self.dt_s.append(passed)
        self.volts.append(plant.volts)
        self.mA.append((joules - self._history_J) / passed / plant.volts * 1000.0)
        self._history_J = joules
        self.states.append(self.state)
        self.wakes.append(self.wake)

    def wait_for_supply(self) -> float:
        """Without a load, until the protection lets go; returns the time. RunOver if it never does."""
        start = self._mark
        back = self.plant.next_restart(self.end_s)
        self.now = self._mark = self.plant.t_s
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

    # -- what meters see -----------------------------------------------------------------------

    def mean_load(self, start_s: float, end_s: float) -> tuple[float, float]:
        """(mean mA, mean V) of the load over [start_s, end_s], both in the past."""
        self.flush()
        if not self.t_s:
            return 0.0, self.plant.volts
        index = bisect_right(self.t_s, end_s) - 1
        charge = volts = weight = 0.0
        while index >= 0:
            left = max(self.t_s[index], start_s)
            right = min(self.t_s[index] + self.dt_s[index], end_s)
            if right > left:
                charge += self.mA[index] * (right - left)
                volts += self.volts[index] * (right - left)
                weight += right - left
            if self.t_s[index] <= start_s:
                break
            index -= 1
        if not weight:
            return self.mA[-1], self.volts[-1]
        return charge / weight, volts / weight
