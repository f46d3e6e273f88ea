"""States within wakes: edges on nodes that nobody tuned on, and no more than the samples carry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.log import FloatArray, Log
from analysis.read import read_log
from analysis.read_options import ReadOptions
from analysis.recording import everywhere
from analysis.states import FindOptions, state_table
from benchmarks.logs_cycles import Cycles, Node, Score, State, cycles, score


def scored(drawn: Cycles, within_s: float) -> Score:
    """How well the edges of a drawn node's states were found."""
    found = state_table(drawn.log).visits.first[1:]
    step_s = drawn.log.step_s
    return score(drawn.first[1:] * step_s, found * step_s, within_s)


def state(mA: float, length_s: float, burst_mA: float = 0.0, duty: float = 0.2) -> State:
    return State(mA, length_s, 0.02, burst_mA, 0.004, duty, True, 0.0, 0.0)


def made(mA: FloatArray, rate_hz: float) -> Log:
    """A log of these samples."""
    rows = len(mA)
    return replace(
        cycles(1, rate_hz, 1, node=NODE).log, t_s=np.arange(rows) / rate_hz, mA=mA, V=np.full(rows, 4.0),
        dt_s=np.full(rows, 1 / rate_hz), state=everywhere(-1, rows), marker=everywhere(0, rows),
        quality=everywhere(-1, rows),
    )  # fmt: skip


#: Boot, camera, Wi-Fi with bursts of 4 ms, and a moment before sleep.
NODE = Node(
    0.03, 5.0, 0.15, 0.005,
    (state(45, 0.35), state(120, 0.9), state(90, 1.6, burst_mA=170), state(30, 0.15)), 0.0,
)  # fmt: skip


def test_edges_at_1_kHz() -> None:
    """Recall and precision within 15 ms on 20 unseen nodes of 2 to 6 states."""
    total = sum((scored(cycles(seed, 1000.0, 10), 0.015) for seed in range(6000, 6020)), Score(0, 0, 0))
    assert total.true > 900
    assert total.recall >= 0.99
    assert total.precision >= 0.99


def test_at_100_hz_hardly_an_edge_that_is_not_there() -> None:
    """States of less than 0.1 s are not looked for; what is found is there, within two rows."""
    total = sum((scored(cycles(seed, 100.0, 10), 0.02) for seed in range(6000, 6020)), Score(0, 0, 0))
    assert total.precision >= 0.98
    assert total.recall >= 0.95


def test_bursty_wifi_is_one_state() -> None:
    table = state_table(cycles(1, 1000.0, 20, node=NODE).log)
    assert [(row.name, row.count, row.cycles) for row in table.states] == [
        ("asleep", 21, 20), ("state 1 (45 mA)", 20, 20), ("state 2 (120 mA)", 20, 20),
        ("state 3 (124 mA)", 20, 20), ("state 4 (30 mA)", 20, 20),
    ]  # fmt: skip
    assert [row.duration_s / row.count for row in table.states[1:]] == pytest.approx(
        [0.35, 0.9, 1.6, 0.15], rel=0.02
    )


def test_a_lone_low_sample_in_every_block_is_no_state() -> None:
    """In the second half of each wake one sample of twenty is caught at 5 mA, as a short dropout is."""
    mA = np.tile(np.repeat([0.03, 60.0], [3000, 1000]), 8)
    for wake in range(8):
        mA[4000 * wake + 3500 : 4000 * (wake + 1) : 20] = 5.0
    mA += np.random.default_rng(4).normal(0, 0.15, len(mA))
    assert [row.name for row in state_table(made(mA, 1000.0)).states] == ["asleep", "awake"], "seed 4"


def test_it_says_what_the_rate_carries() -> None:
    drawn = cycles(1, 1000.0, 20, node=NODE)
    for every, says in (
        (1, "At 1000 samples per second a state of its own lasts 0.04 s or more."),
        (10, "At 100 samples per second a state of its own lasts 0.1 s or more."),
    ):
        rows = len(drawn.log.mA[::every])
        thin = replace(
            drawn.log, t_s=drawn.log.t_s[::every], mA=drawn.log.mA[::every], V=np.full(rows, 4.0),
            dt_s=np.full(rows, every / 1000), state=everywhere(-1, rows), marker=everywhere(0, rows),
            quality=everywhere(-1, rows),
        )  # fmt: skip
        assert says in state_table(thin).notes


def test_too_few_samples_for_states() -> None:
    """At 5 rows a second a wake of 3.2 s is sixteen rows: it is found, its states are not looked for."""
    table = state_table(cycles(1, 5.0, 20, node=NODE).log)
    assert len(table.cycles) == 20
    assert table.names == ("asleep", "awake")
    assert table.notes[1] == (
        "At 5 samples per second a state of its own lasts 2 s or more. A wake lasts 3.2 s: no states are "
        "looked for in it."
    )


def test_nothing_shorter_than_the_owner_says() -> None:
    """The last 0.15 s at 30 mA are no state to an owner who wants none below 0.3 s."""
    table = state_table(cycles(1, 1000.0, 20, node=NODE).log, FindOptions(least_state_s=0.3))
    assert [row.count for row in table.states] == [21, 20, 20, 20]


def test_a_restless_node_is_no_heap_of_states() -> None:
    """One minute that flips between 12 and 18 mA as it likes and never rests: not a state for each flip."""
    draws = np.random.default_rng(9)
    flips = np.repeat(draws.integers(0, 2, 600), draws.integers(20, 200, 600))
    log = made(12 + 6.0 * flips, 1000.0)
    table = state_table(log, FindOptions(rest_mA=0.1))
    assert len(table.states) <= 2


def test_restless_wakes_are_no_heap_of_states() -> None:
    """Six wakes of a minute, each with dips of its own to any level: all is one state."""
    draws = np.random.default_rng(4)
    lengths = draws.integers(8, 150, 600)
    level = np.repeat(draws.uniform(8, 18, 600), lengths)
    wakes = np.array_split(level, 6)
    log = made(np.concatenate([np.concatenate((np.zeros(500), wake)) for wake in wakes]), 100.0)
    table = state_table(log)
    assert [(row.name, row.count) for row in table.states] == [("asleep", 6), ("awake", 6)]
    assert table.notes[-1] == (
        "Within a wake the current is restless: hardly any of its levels comes again in its place."
    )


def test_dips_of_one_long_wake_are_joined() -> None:
    """A minute and a half at 15 mA with thirty single dips to other levels, and no rest: one state."""
    draws = np.random.default_rng(11)
    parts = [part for _ in range(30) for part in (np.full(300, 15.0), np.full(12, draws.uniform(5, 11)))]
    table = state_table(made(np.concatenate([*parts, np.full(300, 15.0)]), 100.0), FindOptions(rest_mA=0.1))
    assert [(row.name, row.count) for row in table.states] == [("awake", 1)]
    assert "brief stretches, as a restless current has them, were joined." in table.notes[-1]


def test_real_capture_without_its_marker(real_logs: Path) -> None:
    """Wi-Fi at 100 Hz: the two edges of its marker are found, among few others, not 43."""
    log = read_log(real_logs / "xifi_wifi_1024B.csv")
    plain = replace(log, has_marker=False, marker=everywhere(0, len(log.mA)))
    edges_s = state_table(plain).visits.t_s[1:]
    assert len(edges_s) <= 8
    for marked_s in log.t_s[np.flatnonzero(np.diff(log.marker)) + 1]:
        assert np.abs(edges_s - marked_s).min() < 0.15


def test_a_real_restless_capture_is_no_heap_of_states(real_logs: Path) -> None:
    """A quarter of an hour of raw counts that never rests: one state but for its first seconds."""
    said = ReadOptions(current_unit="0.1 mA", rate_hz=100.0)
    table = state_table(read_log(real_logs / "currentsense_ina219_led_on2.log", said))
    assert len(table.states) <= 3
    assert max(row.duration_s for row in table.states) > 0.99 * table.total.duration_s
