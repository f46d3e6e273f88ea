"""A node that draws, state by state, what was measured of a real one.

Where it takes more than its rows say, an extra part draws the difference; where it takes less, that part
gives back a share of what all others draw, so that no load falls below zero. It is a part like any other,
so the books close as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.plant import Plant
from sim.world import World

#: The extra part's name in the books.
PART = "measured difference"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a state takes beyond its rows: `watts` and `amps` more, or `share` (below 0) of all the rest."""

    watts: float = 0.0
    amps: float = 0.0
    share: float = 0.0


@dataclass(slots=True)
class Drawn:
    """What one state has taken so far: s, C, J, and the part of its charge that is constant current, C."""

    seconds: float = 0.0
    coulombs: float = 0.0
    joules: float = 0.0
    steady_C: float = 0.0


class MeasuredWorld(World):
    """A world whose states draw what was measured, and that keeps account of each.

    Attributes
    ----------
    drawn : by state.
    """

    def __init__(
        self,
        plant: Plant,
        end_s: float,
        seed: int,
        currents: float,
        gauge_points: float,
        differences: Mapping[str, Difference],
    ) -> None:
        super().__init__(plant, end_s, seed, currents, gauge_points)
        self.drawn: dict[str, Drawn] = {}
        self._differences = differences
        self._unscaled = 1.0 / currents  # `draw` multiplies by them

    def draw(self, part: str, watts: float, amps: float = 0.0) -> None:
        super().draw(part, watts, amps)
        self._differ()

    def enter_state(self, state: str) -> None:
        super().enter_state(state)
        self._differ()

    def _differ(self) -> None:
        """Let the extra part draw what the present state and the other parts ask for."""
        found = self._differences.get(self.state)
        if found is None:
            super().draw(PART, 0.0)
            return
        watts, amps = found.watts, found.amps
        if found.share:
            scale = found.share * self._unscaled
            watts += scale * (self.load_W - self._watts.get(PART, 0.0))
            amps += scale * (self.load_A - self._amps.get(PART, 0.0))
        super().draw(PART, watts, amps)

    def _remember(self, start: float) -> None:
        joules, coulombs = self._history_J, self._history_C
        super()._remember(start)
        passed = self.now - start
        if passed > 0.0:
            one = self.drawn.setdefault(self.state, Drawn())
            one.seconds += passed
            one.joules += self._history_J - joules
            one.coulombs += self._history_C - coulombs
            one.steady_C += self.load_A * passed


def measured_notes(differences: Mapping[str, Difference] | None) -> list[str]:
    """A sentence for the owner; none for a node that lives by its rows."""
    if not differences:
        return []
    each = ", ".join(f"{state} {_in_words(one)}" for state, one in differences.items())
    return [f"its states draw what was measured, in the books as {PART}: {each}."]


def _in_words(one: Difference) -> str:
    if one.share:
        return f"{100.0 * one.share:.0f} %"
    return f"+{1000.0 * one.amps:.2g} mA" if one.amps else f"+{1000.0 * one.watts:.3g} mW"
