"""States of one base current that differ in their bursts only, on drawn nodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.states import StateTable, state_table
from benchmarks.logs_cycles import Cycles, Node, State, cycles
from benchmarks.logs_quality import bursts_found

PLAIN = State(60.0, 0.8, 0.05, 0.0, 0.004, 0.2, False, 0.0, 0.0)
BURSTY = replace(PLAIN, burst_mA=120.0)


def node(*states: State) -> Node:
    return Node(rest_mA=0.5, rest_s=2.0, noise_mA=0.2, ripple=0.01, states=states, cut_short=0.0)


def found(drawn: Cycles) -> StateTable:
    return state_table(drawn.log)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("order", [(PLAIN, BURSTY), (BURSTY, PLAIN)])
def test_bursts_alone_make_a_state(order: tuple[State, ...], seed: int) -> None:
    drawn = cycles(seed, 1000.0, 12, node=node(*order))
    table = found(drawn)
    names = [row.name for row in table.states if row.name != "asleep"]
    levels = [float(name.split("(")[1].split()[0]) for name in names]
    assert levels == pytest.approx([84.0 if one.burst_mA else 60.0 for one in order], rel=0.06)
    edges = table.visits.first[1:]
    true = drawn.first[1:][drawn.state[1:] == 2]
    apart = np.abs(edges[:, None] - true).min(axis=0)
    assert np.median(apart) < 60 and (apart < 150).mean() > 0.8, f"seed {seed}"


def test_one_state_is_not_parted_by_its_inrush_or_by_chance() -> None:
    """A low state with a large inrush, and bursts that come as they may."""
    inrush = replace(PLAIN, mA=15.0, inrush_mA=240.0, settling_s=0.005)
    for seed in range(3):
        drawn = cycles(seed, 1000.0, 12, node=node(inrush, BURSTY))
        assert len(found(drawn).states) == 3, f"seed {seed}"


def test_what_few_wakes_show_is_no_state() -> None:
    """Bursts in three wakes of twelve: a visit that was retried, not another state."""
    drawn = cycles(4, 1000.0, 12, node=node(PLAIN))
    mA = drawn.log.mA.copy()
    begins = drawn.first[drawn.state == 1]
    for begin in begins[:3]:
        mA[begin + 400 : begin + 700 : 10] += 120.0
    assert len(state_table(replace(drawn.log, mA=mA)).states) == 2


@pytest.mark.parametrize(("rate_hz", "at_least"), [(1000.0, 0.7), (100.0, 0.3)])
def test_on_drawn_nodes(rate_hz: float, at_least: float) -> None:
    """A bursty state gets a part without bursts before it."""
    assert bursts_found(range(6000, 6024), rate_hz) >= at_least, "seeds 6000 to 6023"
