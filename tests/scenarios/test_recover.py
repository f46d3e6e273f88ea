"""RECOVER, the one step that no ordinary day visits: a cell that turns out empty between two wakes."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from sim.run import Twin, build
from sim.scenario import Scenario

#: The cell breaks down before the second visit; the node learns it in CONNECT, with a picture just stored.
STORY = Scenario(days=0.01, start_day=170, quiet=True, soc=0.9, visits=((300.0, 3.0), (500.0, 3.0)),
                 settings={"TORPOR_DARK_LUMA": 0})  # fmt: skip
SINKS_s, LEFT = 290.0, 0.1


def told_by(link, cuts: tuple[float, ...] = (), prepare: Callable[[Twin], None] | None = None) -> Twin:
    twin = build(STORY.change(link=link))
    twin.world.cuts = list(cuts)
    twin.life.keep_states = True
    if prepare:
        prepare(twin)

    def sink(now_s: float) -> None:
        plant = twin.plant
        if now_s > SINKS_s and plant.soc > LEFT:
            plant.charge_C = LEFT * plant.cell.capacity_C
            plant._set_bounds()

    twin.life._on_wake = sink
    twin.live()
    return twin


def states(twin: Twin) -> list[str]:
    return [state for t_s, _, state in twin.life.states if t_s >= 300.0]


def reasons(twin: Twin) -> list[str]:
    return [entry.reason for entry in twin.life.journal if entry.t_s > 300.0]


def waiting(twin: Twin) -> int:
    return sum(path.startswith("/spool/") for path in twin.hardware.files.files)


def test_an_empty_cell_ends_in_recover_and_keeps_the_picture(steady):
    twin = told_by(steady)
    assert states(twin)[:10] == [
        "BOOT", "BOOT", "TRIAGE", "CAMERA", "CAPTURE", "STORE", "CONNECT", "RECOVER", "SLEEP", "SLEEP",
    ]  # fmt: skip
    assert set(states(twin)[10:]) == {"BOOT", "TRIAGE", "SLEEP", "FLOOR"}
    assert reasons(twin)[:10] == [
        "WOKE",
        "LIGHT",
        "PICTURE",
        "GAIN",
        "LINES",
        "STORED",
        "CHARGE_JUMPED",
        "BATTERY",
        "LOW_BATTERY",
        "LOW_BATTERY",
    ]
    assert twin.life.crashes == []
    assert waiting(twin) == 1
    assert "radio" not in {part for part, joules in twin.world.part_J.items() if joules > 2.5}


@pytest.mark.parametrize("number", range(8))
def test_a_cut_in_recover(steady, number):
    """The lock-out was not saved yet: the cold boot measures, and locks by itself."""
    whole = told_by(steady)
    (span,) = [
        (t_s, end) for (t_s, _, state), (end, _, _) in pairwise(whole.life.states) if state == "RECOVER"
    ]
    at_s = span[0] + random.Random(f"recover {number}").random() * (span[1] - span[0])
    said = f"replay: recover {number}, {at_s:.6f} s"
    twin = told_by(steady, cuts=(at_s,))
    assert twin.life.crashes == [], said
    assert len(twin.life.down) == 1, said
    woke = [entry.argument for entry in twin.life.journal if entry.reason == "WOKE" and entry.t_s > at_s]
    assert woke[0] == 0, said
    after = [state for t_s, _, state in twin.life.states if t_s >= at_s]
    assert not {"CAMERA", "CONNECT"} & set(after), said
    assert after[-1] == "SLEEP", said
    assert waiting(twin) == 1, said
    assert len(twin.home.pictures) == 1, said


def test_recover_that_throws_still_sleeps(steady, patch):
    twin = told_by(steady, prepare=patch("resting", "def recover(wake):", "def recover(wake):\n    1 // 0"))
    assert twin.life.crashes == []
    assert [entry.argument for entry in twin.life.journal if entry.reason == "CRASH"] == [9]
    assert states(twin)[-1] == "SLEEP"
    assert states(twin).count("CONNECT") == 1  # the measurement had locked it all the same
