"""Sums over stretches of long columns, a piece at a time."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.pieces import PIECE, pieces, stretch_sums

SEED = 20261201


def test_every_row_is_in_one_piece() -> None:
    found = list(pieces(2 * PIECE + 3, 5))
    assert found == [slice(5, PIECE + 5), slice(PIECE + 5, 2 * PIECE + 3)]
    assert list(pieces(0)) == []


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
