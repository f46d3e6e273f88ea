"""Which states recur, what they are called and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.naming import named
from analysis.read import read_log
from analysis.recording import everywhere
from analysis.states import FindOptions, state_table
from benchmarks.logs_cycles import cycles
from boards import load_design
from sim.prices import state_mW, states_of
from tests.analysis.test_substates import NODE, state


def test_the_owners_list_goes_by_order() -> None:
    options = FindOptions(states=("boot", "camera", "wifi", "settle", "sleep"))
    table = state_table(cycles(1, 1000.0, 12, node=NODE).log, options)
    assert table.names == ("sleep", "boot", "camera", "wifi", "settle")
    assert table.resting == (True, False, False, False, False)
    assert table.notes[-1] == (
        "Your names go by order: boot is 45 mA, camera is 120 mA, wifi is 124 mA, settle is 30 mA."
    )


def test_fewer_names_than_states_put_neighbours_together() -> None:
    """45, 120, 124 and 30 mA: three names join camera and Wi-Fi, whose currents are nearest."""
    table = state_table(cycles(1, 1000.0, 12, node=NODE).log, FindOptions(states=("boot", "work", "end")))
    assert [(row.name, row.count) for row in table.states] == [
        ("asleep", 13), ("boot", 12), ("work", 12), ("end", 12),
    ]  # fmt: skip
    assert "work is 120 mA and 124 mA" in table.notes[-1]


def test_more_names_than_states() -> None:
    options = FindOptions(states=("a", "b", "c", "d", "e"))
    table = state_table(cycles(1, 1000.0, 12, node=NODE).log, options)
    assert table.names[1] == "state 1 (45 mA)"
    assert table.notes[-1] == (
        "You named 5 states (a, b, c, d, e), but 4 can be told apart; they keep their numbers."
    )


def test_names_from_the_rows_of_a_design() -> None:
    """States drawn at the currents of a design's own rows get its names, others keep their numbers."""
    design = load_design("pico-w-arducam-2mp")
    rows = {name: mW / 4.0 for name, mW in zip(states_of(design), state_mW(design), strict=True)}
    node = replace(
        NODE, states=(state(rows["BOOT"], 0.6), state(rows["CAMERA"], 0.9), state(5.0, 0.5),
                      state(rows["UPLOAD"], 1.2)),
    )  # fmt: skip
    table = state_table(cycles(1, 1000.0, 12, node=node).log, FindOptions(design=design))
    assert [name.split(" ")[0] for name in table.names] == ["asleep", "BOOT", "CAMERA", "state", "UPLOAD"]
    assert any(
        note.startswith("BOOT is 4") and "mA: the rows of pico-w-arducam-2mp say 4" in note
        for note in table.notes
    )
    like = "is like no state in the rows of pico-w-arducam-2mp at its place, and keeps its number."
    assert f"state 3 (5 mA) {like}" in table.notes


def test_neighbours_like_one_row_share_its_name() -> None:
    """Two stretches 15 % above and below the row of SETTLE are one state to a design that has one."""
    design = load_design("pico-w-arducam-2mp")
    settle = state_mW(design)[states_of(design).index("SETTLE")] / 4.0
    node = replace(NODE, states=(state(settle * 0.87, 0.8), state(settle * 1.15, 0.8)))
    table = state_table(cycles(1, 1000.0, 12, node=node).log, FindOptions(design=design))
    assert [(row.name, row.count) for row in table.states] == [("asleep", 13), ("SETTLE", 12)]


def test_what_most_cycles_do_not_have_is_said_or_taken_in() -> None:
    """In 2 of 20 cycles something runs for 2 s: a state of its own. In 2 others for 0.1 s: taken in."""
    drawn = cycles(1, 1000.0, 20, node=NODE)
    mA = drawn.log.mA.copy()
    camera = drawn.first[drawn.state == 2]
    for begin in camera[[3, 9]]:
        mA[begin + 300 : begin + 400] = 60.0
    for begin in camera[[14, 5]]:
        mA = np.insert(mA, begin, np.full(2000, 200.0))
    rows = len(mA)
    log = replace(
        drawn.log, mA=mA, t_s=np.arange(rows) / 1000, dt_s=np.full(rows, 0.001), V=np.full(rows, 4.0),
        state=everywhere(-1, rows), marker=everywhere(0, rows), quality=everywhere(-1, rows),
    )  # fmt: skip
    table = state_table(log)
    seldom = [row for row in table.states if row.cycles == 2]
    assert [(row.count, round(row.duration_s, 1), round(row.mean_mA)) for row in seldom] == [(2, 4.0, 200)]
    assert f"{seldom[0].name} occurs in 2 of 20 cycles." in table.notes
    assert sorted(row.count for row in table.states) == [2, 20, 20, 20, 20, 21]


Write = Callable[..., Path]


def test_markers_bound_and_are_looked_into_if_asked(write: Write) -> None:
    """Marker 1 for 2 s at 50 and then 90 mA, marker 2 for 1 s at 20 mA, at 100 rows a second; six times."""
    wake = [(50, 1, 100), (90, 1, 100), (20, 2, 100)]
    rows, n = [], 0
    for _ in range(6):
        for mA, marker, count in [(1, 0, 200), *wake]:
            for _ in range(count):
                rows.append(f"{10 * n},4,{mA},{marker}")
                n += 1
    log = read_log(write("timestamp_ms,voltage_V,current_mA,marker\n" + "\n".join(rows) + "\n"))
    assert [(row.name, row.count) for row in state_table(log).states] == [
        ("marker 0", 6), ("marker 1", 6), ("marker 2", 6),
    ]  # fmt: skip
    named = state_table(log, FindOptions(states=("picture", "send")))
    assert named.names == ("marker 0", "picture", "send")
    inside = state_table(log, FindOptions(inside_markers=True))
    assert [(row.name, row.count, round(row.charge_mC, 9)) for row in inside.states] == [
        ("marker 0", 6, 12.0), ("marker 1, state 1 (50 mA)", 6, 300.0),
        ("marker 1, state 2 (90 mA)", 6, 540.0), ("marker 2", 6, 120.0),
    ]  # fmt: skip
    assert len(inside.cycles) == 6


def test_only_marker_0_rests_whatever_the_other_values_are(write: Write) -> None:
    """Marker -1 while it starts, 1 while it sends: both are awake, looked into or not."""
    steps = [(1, 0)] * 200 + [(50, -1)] * 100 + [(90, 1)] * 100
    rows = [f"{10 * n},4,{mA},{marker}" for n, (mA, marker) in enumerate(steps * 6)]
    log = read_log(write("timestamp_ms,voltage_V,current_mA,marker\n" + "\n".join(rows) + "\n"))
    for inside in (False, True):
        table = state_table(log, FindOptions(inside_markers=inside))
        assert dict(zip(table.names, table.resting, strict=True)) == {
            "marker -1": False, "marker 0": True, "marker 1": False,
        }  # fmt: skip
        assert [cycle.awake_s for cycle in table.cycles] == pytest.approx([2.0] * 6)


def test_a_state_that_no_row_is_near_keeps_its_number() -> None:
    """220 mA at the end is 1.7 times what the dearest row of the design says: no name, and that is told."""
    found = named(np.array([41.0, 220.0]), np.array([3.0, 3.0]), (), load_design("pico-w-arducam-2mp"), 4.1)
    assert found.names[1] == "state 2 (220 mA)"
    assert any("keeps its number" in note for note in found.notes)


def test_a_moment_joins_its_neighbour_before_two_long_states_join() -> None:
    """50 and 60 mA for ten seconds each are two states; 0.1 s at 75 mA belongs to the second."""
    naming = named(np.array([50.0, 60.0, 75.0]), np.array([10.0, 10.0, 0.1]), ("a", "b"), None, 4.0)
    assert naming.group == (0, 1, 1)
