"""Wakes in logs that name no states: thresholds from the log, floors that drift, nodes that never rest."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.log import SAMPLES, FloatArray, Log
from analysis.recording import everywhere
from analysis.states import FindOptions, StateTable, state_table
from analysis.wakes import find_wakes
from benchmarks.logs_cycles import cycles

#: 600 s at 100 rows a second, and 30 wakes of 2.5 s at 79 mA over the rest.
RATE_Hz, ROWS = 100.0, 60_000
BEGINS = np.arange(30) * 2000 + 500
T_s = np.arange(ROWS) / RATE_Hz
NOISE = 0.1 * np.random.default_rng(1).standard_normal(ROWS)
WAVE = np.zeros(ROWS)
for _begin in BEGINS:
    WAVE[_begin : _begin + 250] = 79.0


def log_of(mA: FloatArray, rate_hz: float = RATE_Hz) -> Log:
    rows = len(mA)
    return Log(
        source="made", kind=SAMPLES, t_s=np.arange(rows) / rate_hz, dt_s=np.full(rows, 1 / rate_hz),
        V=np.full(rows, 4.0), mA=np.round(mA, 1), state=everywhere(-1, rows), states=(),
        marker=everywhere(0, rows), has_marker=False, quality=everywhere(-1, rows), qualities=(),
    )  # fmt: skip


def begins(table: StateTable) -> list[int]:
    return [round(cycle.t_s * RATE_Hz) for cycle in table.cycles]


@pytest.mark.parametrize("rate_hz", [1000.0, 100.0])
def test_exact_on_nodes_that_nobody_tuned_on(rate_hz: float) -> None:
    """Every wake of 25 drawn nodes begins and ends at its very row (one row is left to rounding)."""
    for seed in range(5000, 5025):
        drawn = cycles(seed, rate_hz, 12)
        found = find_wakes(drawn.log, FindOptions())
        rest = drawn.state == 0
        true = drawn.first[np.flatnonzero(rest[:-1]) + 1], drawn.first[np.flatnonzero(rest)[1:]]
        assert len(found.first) == 12, f"seed {seed}"
        assert np.abs(found.first - true[0]).max() <= 1, f"seed {seed}"
        assert np.abs(found.end - true[1]).max() <= 1, f"seed {seed}"


@pytest.mark.parametrize(
    ("floor", "low_mA", "high_mA"),
    [
        (1 + 8 * T_s / 600, 1.0, 9.0),  # an offset that warms up
        (3 + 2 * np.sin(2 * np.pi * T_s / 600), 1.0, 5.0),
        (-200 * np.clip(np.sin(2 * np.pi * T_s / 600), 0, None), -200.0, 0.0),  # the panel charges
    ],
)
def test_a_floor_that_drifts_is_followed(floor: FloatArray, low_mA: float, high_mA: float) -> None:
    table = state_table(log_of(floor + NOISE + WAVE))
    assert begins(table) == BEGINS.tolist()
    assert [cycle.awake_s for cycle in table.cycles] == pytest.approx([2.5] * 30)
    assert table.limits is not None
    assert table.limits.low_mA == pytest.approx(low_mA, abs=0.015 * (high_mA - low_mA) + 0.2)
    assert table.limits.high_mA == pytest.approx(high_mA, abs=0.015 * (high_mA - low_mA) + 0.2)
    assert "thresholds drift with it" in table.notes[0]


def test_a_light_left_on_is_a_second_rest() -> None:
    light = np.where((T_s > 200) & (T_s < 520), 5.0, 0.0)
    table = state_table(log_of(1 + NOISE + WAVE + light))
    assert begins(table) == BEGINS.tolist()
    assert "It rests at two levels, 1.00 and 6.00 mA" in table.notes[0]


def test_a_long_last_state_is_no_second_rest() -> None:
    """Each wake ends in 6 s at 5 mA: that belongs to the wake, however long it is."""
    tail = np.zeros(ROWS)
    for begin in BEGINS:
        tail[begin + 250 : begin + 850] = 5.0
    table = state_table(log_of(1 + NOISE + WAVE + tail))
    assert [cycle.awake_s for cycle in table.cycles] == pytest.approx([8.5] * 30)


def test_a_dearer_sleep_inside_some_wakes_is_rest() -> None:
    """Every third wake dozes for 6 s at 7 mA and looks around once more for 0.5 s: that is two wakes."""
    again = WAVE.copy()
    for begin in BEGINS[::3]:
        again[begin + 250 : begin + 850] = 6.0
        again[begin + 850 : begin + 900] = 40.0
    table = state_table(log_of(1 + NOISE + again))
    assert begins(table) == sorted([*BEGINS.tolist(), *(begin + 850 for begin in BEGINS[::3])])
    assert {round(cycle.awake_s, 2) for cycle in table.cycles} == {2.5, 0.5}
    assert table.notes[1] == ("It rests at 7 mA, too: 60 s in 10 stretches that are longer than its wakes.")


def test_a_doze_at_the_end_of_some_wakes_begins_none() -> None:
    """And one that dozes at once: the wakes are what is busy."""
    mA = WAVE.copy()
    for begin in BEGINS[::3]:
        mA[begin + 250 : begin + 850] = 6.0
    for begin in BEGINS[1::3]:
        mA[begin - 400 : begin] = 6.0
    table = state_table(log_of(1 + NOISE + mA))
    assert begins(table) == BEGINS.tolist()
    assert [cycle.awake_s for cycle in table.cycles] == pytest.approx([2.5] * 30)


def test_what_is_not_far_below_busy_is_no_doze() -> None:
    """6 s at 27 mA in every third wake, of 80 mA when busy: a state."""
    mA = WAVE.copy()
    for begin in BEGINS[::3]:
        mA[begin + 250 : begin + 850] = 26.0
    table = state_table(log_of(1 + NOISE + mA))
    assert [round(cycle.awake_s, 1) for cycle in table.cycles] == [8.5, 2.5, 2.5] * 10


@pytest.mark.parametrize("every", [22, 100])
def test_bursts_without_rest_are_no_wakes(every: int) -> None:
    """30 mA with bursts of 4 ms in 22 or 100 ms: a node that never sleeps, whose Wi-Fi is on."""
    mA = 30 + NOISE[:6000] + 100.0 * (np.arange(6000) % every < 4)
    table = state_table(log_of(mA, rate_hz=1000.0))
    assert [row.name for row in table.states if row.duration_s > 0.1] == ["awake"]
    assert len(table.cycles) == 1
    assert any("never rests" in note or "hardly ever rests" in note for note in table.notes)


def test_a_log_without_a_wake() -> None:
    table = state_table(log_of(1 + NOISE))
    assert [(row.name, row.count) for row in table.states] == [("asleep", 1)]
    assert table.cycles == ()
    assert table.notes[1].endswith("the log has no wake.")


def test_a_node_that_rests_for_three_in_a_hundred() -> None:
    mA = np.full(6000, 81.0)
    mA[:100] = mA[-100:] = 1.0
    table = state_table(log_of(mA + NOISE[:6000]))
    assert [(row.name, round(row.duration_s, 2)) for row in table.states] == [
        ("asleep", 2.0), ("awake", 58.0),
    ]  # fmt: skip


def test_the_owner_goes_before() -> None:
    low = WAVE.copy()
    low[3000:3100] = 5.0  # something that is no wake to its owner
    assert len(state_table(log_of(1 + NOISE + low)).cycles) == 31
    table = state_table(log_of(1 + NOISE + low), FindOptions(wake_mA=20.0, sleep_mA=10.0))
    assert begins(table) == BEGINS.tolist()
    assert "a wake starts above 20.00 mA and ends below 10.00 mA" in table.notes[0]
    assert "as you said" in table.notes[0]


def test_a_rest_that_the_log_never_shows() -> None:
    """Cut out of one wake: without a word its lowest level is rest, with one all of it is awake."""
    mA = 45 + NOISE[:3000] + np.where(T_s[:3000] > 10, 60.0, 0.0)
    assert state_table(log_of(mA)).states[0].name == "asleep"
    table = state_table(log_of(mA), FindOptions(rest_mA=0.1))
    assert [row.name for row in table.states] == ["state 1 (45 mA)", "state 2 (105 mA)"]
    assert table.resting == (True, False, False)


def test_readings_that_failed_are_no_rest() -> None:
    """Five rows at nothing in ten minutes awake: nobody sleeps that little."""
    mA = 40 + NOISE
    mA[30_000:30_005] = 0.0
    table = state_table(log_of(mA), FindOptions(rest_mA=0.0))
    assert [(row.name, row.count) for row in table.states] == [("awake", 1)]
    assert table.notes[1] == "It rests for 50 ms in all, which is taken for readings that failed."


def test_a_short_dip_is_no_rest_and_a_spike_no_wake() -> None:
    """At 1000 rows a second: 30 ms at the floor within a wake, and one row of 60 mA in a rest."""
    mA = 1 + NOISE.copy()
    mA[10_000:13_000] += 80.0
    mA[11_000:11_030] -= 80.0
    mA[30_000] += 60.0
    table = state_table(log_of(mA, rate_hz=1000.0))
    assert [(cycle.t_s, round(cycle.awake_s, 3)) for cycle in table.cycles] == [(10.0, 3.0)]


def test_a_log_of_voltages_has_no_wakes() -> None:
    table = state_table(log_of(np.full(1000, np.nan)))
    assert (table.cycles, table.notes) == ((), ("The log has no current: no wakes.",))
