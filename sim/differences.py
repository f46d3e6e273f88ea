"""By how much a real node's states part from their rows: the twin lives some days by its rows alone, and
what each state took there is held against what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from boards import Design, half_full_V, load_design
from sim.measured import Difference, Drawn, MeasuredWorld
from sim.prices import state_mW, states_of
from sim.run import build
from sim.scenario import Scenario

#: Days that the twin lives by its rows alone, at most. Ours: some hundred wakes.
DAYS = 4.0
#: The name for all states of a wake together, where a log tells them not apart.
AWAKE = "AWAKE"
#: Of a state that took nothing so much is taken away, and not quite all. Ours.
LEAST = -0.999
#: States that are no part of a wake.
NO_WAKE = frozenset({"SLEEP", "OFF", "DOWN"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a state takes by its rows: `watts + amps V` at a battery voltage V. In the twin a mean visit took
    `seconds` (0: never visited, so told by the rows' prices alone), at the voltage `V` (0: not known)."""

    watts: float
    amps: float
    seconds: float = 0.0
    V: float = 0.0

    def mW(self, volts: float) -> float:
        """At a battery voltage, mW."""
        return 1000.0 * (self.watts + self.amps * volts)


def expected_of(scenario: Scenario) -> dict[str, Expected]:
    """What every state takes by the rows of the scenario's design, AWAKE (all of a wake) included.

    A state that these days do not come to has the price that the firmware starts with.
    """
    days = min(DAYS, scenario.days)
    twin = build(scenario.change(days=days, differences={}))
    twin.live()
    assert isinstance(twin.world, MeasuredWorld)
    drawn = dict(twin.world.drawn)
    priced = dict(zip(states_of(twin.design), state_mW(twin.design), strict=True))
    found = {state: Expected(mW / 1000.0, 0.0) for state, mW in priced.items() if state != "-"}
    drawn[AWAKE] = _together([one for state, one in drawn.items() if state not in NO_WAKE])
    visits = _visits(list(twin.world.states))
    found |= {
        state: _expected(one, visits.get(state, 0)) for state, one in drawn.items() if one.seconds > 0.0
    }
    return found


def _together(several: list[Drawn]) -> Drawn:
    """The sum over several states."""
    names = ("seconds", "coulombs", "joules", "steady_C")
    return Drawn(*(sum(getattr(one, name) for one in several) for name in names))


def _expected(drawn: Drawn, visits: int) -> Expected:
    volts = drawn.joules / drawn.coulombs if drawn.coulombs > 0.0 else 0.0
    amps = drawn.steady_C / drawn.seconds
    return Expected(drawn.joules / drawn.seconds - amps * volts, amps, drawn.seconds / max(1, visits), volts)


def _visits(states: list[str]) -> dict[str, int]:
    """How often each state was entered."""
    counts: dict[str, int] = {}
    before = ""
    for state in states:
        if state != before:
            counts[state] = counts.get(state, 0) + 1
            counts[AWAKE] = counts.get(AWAKE, 0) + (before in (*NO_WAKE, "") and state not in NO_WAKE)
        before = state
    return counts


def differences_of(
    expected: Mapping[str, Expected], measured: Mapping[str, tuple[float, float | None]], design: Design
) -> dict[str, Difference]:
    """What the twin's states must draw beyond their rows.

    Parameters
    ----------
    measured : by state (mean mW, V at the battery or None: as the twin's); AWAKE stands for every state of a
        wake that is not named itself.
    """
    usual_V = half_full_V(design)
    found = {
        state: _difference(expected[state], mW, volts or expected[state].V or usual_V)
        for state, (mW, volts) in measured.items()
        if state in expected
    }
    whole = found.pop(AWAKE, None)
    if whole is not None:
        named = NO_WAKE | set(found) | {AWAKE}
        found |= {state: whole for state in [*expected, "FLOOR"] if state not in named}
    return found


def _difference(by_rows: Expected, mW: float, volts: float) -> Difference:
    """More is constant power or constant current, as most of the state's load is; less is a share of it."""
    told = by_rows.mW(volts)
    if mW < told:
        return Difference(share=max(mW / told - 1.0, LEAST))
    more_W = (mW - told) / 1000.0
    if by_rows.amps * volts > by_rows.watts:
        return Difference(amps=more_W / volts)
    return Difference(watts=more_W)


def with_measured(scenario: Scenario, measured: Mapping[str, tuple[float, float | None]]) -> Scenario:
    """The scenario with a node that draws what was measured; SimError for a design that does not exist."""
    if not measured:
        return scenario
    design = load_design(scenario.design)
    return scenario.change(differences=differences_of(expected_of(scenario), measured, design))
