"""Whole simulated days and weeks of the default node, told as literal lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from sim.air import Link
from sim.modules import SourceFile
from sim.run import Twin, build, summarise
from sim.scenario import Scenario

#: A link without chance: joining takes three seconds, nothing is lost.
STEADY = Link(join_spread=0.0, join_fails=0.0, short_send=0.0, stall=0.0, drop=0.0, lost_answer=0.0)

Story = Sequence[tuple[Any, ...]]


class Told:
    """A life that has been lived, and questions to it."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin

    def events(self, *wanted: str) -> list[tuple[float, str, int]]:
        """The journal as (time in s, reason, argument): all of it, or only some reasons."""
        return [
            (round(entry.t_s, 1), entry.reason, entry.argument)
            for entry in self.twin.life.journal
            if not wanted or entry.reason in wanted
        ]

    def states(self) -> list[tuple[float, str]]:
        """Every state with the time it was entered."""
        return [(round(t_s, 1), state) for t_s, _, state in self.twin.life.states]

    @staticmethod
    def same(told: Story, expected: Story, within_s: float = 0.6) -> None:
        """The same things in the same order, each within `within_s` of its time."""
        assert [tuple(entry[1:]) for entry in told] == [tuple(entry[1:]) for entry in expected]
        for entry, wanted in zip(told, expected, strict=True):
            assert entry[0] == pytest.approx(wanted[0], abs=within_s), (entry, wanted)

    def count(self, reason: str) -> int:
        return len(self.events(reason))

    def fates(self) -> dict[str, int]:
        """How the visitors ended; every one exactly once."""
        result = summarise(self.twin, 0.0)
        assert sum(result.fates.values()) == len(self.twin.visitors)
        return {fate: count for fate, count in result.fates.items() if count}


@pytest.fixture
def steady() -> Link:
    return STEADY


def patched(module: str, old: str, new: str) -> Callable[[Twin], None]:
    """What changes one place of one module on a twin's drive."""

    def prepare(twin: Twin) -> None:
        files = dict(twin.life.drive.modules)
        assert files[module].text.count(old) == 1
        files[module] = SourceFile(files[module].path, files[module].text.replace(old, new))
        object.__setattr__(twin.life.drive, "modules", files)

    return prepare


@pytest.fixture
def patch() -> Callable[[str, str, str], Callable[[Twin], None]]:
    return patched


@pytest.fixture
def hang() -> Callable[[Twin], None]:
    """Let the check of a picture never end."""
    head = "async def capture(wake):"
    return patched("picture", head, head + "\n    import time\n    time.sleep(1000)")


@pytest.fixture
def live() -> Callable[..., Told]:
    """Build a twin and let it live; nothing may crash that is not meant to, and both books close."""

    def run(
        scenario: Scenario, meant: bool = False, prepare: Callable[[Twin], None] | None = None, **faults: Any
    ) -> Told:
        twin = build(scenario, **faults)
        twin.life.keep_states = True
        if prepare:
            prepare(twin)
        twin.live()
        if not meant:
            assert twin.life.crashes == []
            assert [entry for entry in twin.life.journal if entry.reason == "CRASH"] == []
        errors = twin.plant.errors()
        assert errors["charge"] < 1e-6
        assert errors["energy"] < 1e-6
        return Told(twin)

    return run


@pytest.fixture(scope="session")
def _kept() -> dict[str, Told]:
    return {}


@pytest.fixture
def live_once(live: Callable[..., Told], _kept: dict[str, Told]) -> Callable[[Scenario], Told]:
    """Like `live`, but tests that ask about the same scenario share one life."""

    def run(scenario: Scenario) -> Told:
        key = repr(scenario)
        if key not in _kept:
            _kept[key] = live(scenario)
        return _kept[key]

    return run
