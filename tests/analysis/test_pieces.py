"""Long columns, a piece at a time: what lies on a seam is found like everything else."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.clock import backward_row
from analysis.histogram import charge_by_state, histogram
from analysis.pieces import HUGE_FROM, PIECE, pieces, room, stretch_sums
from analysis.quiet import looked_at, looked_at_inside
from analysis.sampling import spread
from analysis.spells import spells
from tests.analysis.made_logs import log_of

SEED = 20261201


def test_every_row_is_in_one_piece() -> None:
    found = list(pieces(2 * PIECE + 3, 5))
    assert found == [slice(5, PIECE + 5), slice(PIECE + 5, 2 * PIECE + 3)]
    assert list(pieces(0)) == []


@pytest.mark.parametrize("rows", [0, 1, HUGE_FROM // 16 - 1, HUGE_FROM // 16, HUGE_FROM])
def test_room_holds_what_is_written(rows: int) -> None:
    columns = [*room(2, rows)]
    columns[0][:], columns[1][:] = np.arange(rows), 7.0
    assert [float(column.sum()) for column in columns] == [rows * (rows - 1) / 2, 7.0 * rows]


@pytest.mark.parametrize(
    "first",
    [[0], [7], [0, 1, PIECE - 1, PIECE, PIECE + 1], [3, 3 * PIECE], [PIECE, 2 * PIECE], [0, 3 * PIECE + 9]],
)
def test_stretches_over_the_seams_of_pieces(first: list[int]) -> None:
    draws = np.random.default_rng(SEED)
    one, two, three = draws.integers(-9, 10, (3, 3 * PIECE + 10)).astype(np.float64)
    ends = [*first[1:], len(one)]
    found = stretch_sums(np.array(first), one, two, three)
    products = (one, one * two, one * two * three)
    wanted = [[float(sum(p[a:b])) for a, b in zip(first, ends, strict=True)] for p in products]
    assert [sums.tolist() for sums in found] == wanted, f"seed {SEED}"
    later = stretch_sums(np.array(first), one, two, three, factors=2)
    assert [sums.tolist() for sums in later] == wanted[1:], f"seed {SEED}"


def test_spells_at_the_seams_of_pieces() -> None:
    mA = np.zeros(3 * PIECE)
    on = [(0, 2), (PIECE - 1, PIECE + 1), (2 * PIECE, 2 * PIECE + 1), (2 * PIECE + 5, 3 * PIECE)]
    for begin, end in on:
        mA[begin:end] = 9.0
    first, behind = spells(mA, 5.0, 2.0)
    assert list(zip(first.tolist(), behind.tolist(), strict=True)) == on
    mA[PIECE] = 3.0  # between the thresholds it stays as it was
    assert spells(mA, 5.0, 2.0)[1].tolist() == [end for _, end in on]


@pytest.mark.parametrize("rows", [1_000, 900_000])
def test_what_is_looked_at_inside_stretches_is_what_would_be_if_they_were_the_log(rows: int) -> None:
    values = np.random.default_rng(SEED).normal(size=rows)
    first, end = np.array([3, 40, rows // 3]), np.array([5, 200, rows])
    wanted = looked_at(np.concatenate([values[a:b] for a, b in zip(first, end, strict=True)]))
    assert looked_at_inside(values, first, end).tolist() == wanted.tolist(), f"seed {SEED}"


def test_the_first_fall_of_a_clock_at_a_seam() -> None:
    t_s = np.arange(2.0 * PIECE)
    assert backward_row(t_s) is None
    for row in (2 * PIECE - 1, PIECE + 1, PIECE, PIECE - 1, 1):
        t_s[row] = t_s[row - 1] - 0.5
        assert backward_row(t_s) == row


def test_the_charge_of_each_state_in_a_histogram_of_several_pieces() -> None:
    mA = np.repeat([1.0, 40.0, 7.0], PIECE)
    log = log_of(mA, 1000.0)
    codes = np.repeat([0, 1, 0], PIECE)
    by_state = charge_by_state(log, histogram(log), codes, 2)
    assert by_state.sum(axis=1).tolist() == pytest.approx([8 * PIECE / 1000, 40 * PIECE / 1000])


def test_how_alike_neighbouring_samples_are() -> None:
    """Each sample is 0.8 of the one before and a new part."""
    new = np.random.default_rng(SEED).normal(size=100_000)
    mA = new.copy()
    for row in range(1, len(mA)):
        mA[row] += 0.8 * mA[row - 1]
    variance, white, likeness = spread(mA, np.array([0]), np.array([len(mA)]))
    assert (variance, white, likeness) == pytest.approx((1 / 0.36, 0.0, 0.8), abs=0.05), f"seed {SEED}"
