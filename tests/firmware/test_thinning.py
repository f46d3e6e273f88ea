"""Which waiting picture goes when a better one needs its room: literal answers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest


def paths(*names: str) -> list[str]:
    return [f"/spool/{name}.jpg" for name in names]


def named(*numbers: int, boot: str = "0000000a") -> list[str]:
    return paths(*(f"{boot}-{number:05d}" for number in numbers))


CASES = [
    # a dark one goes first, the oldest of them
    (paths("0000000a-00001", "0000000a-00002n", "0000000a-00003n"), False, "0000000a-00002n"),
    # unless the new one is dark itself
    (paths("0000000a-00001", "0000000a-00002n"), True, None),
    (named(1, 2, 3, 4), True, None),
    # of equals the second, and so on: what is left has even gaps
    (named(1, 2, 3, 4, 5, 6), False, "0000000a-00002"),
    (named(1, 3, 4, 5, 6), False, "0000000a-00004"),
    (named(1, 3, 5, 6, 7), False, "0000000a-00006"),
    (named(1, 3, 5, 7, 8, 9), False, "0000000a-00008"),
    # where the neighbours are nearest
    (named(1, 10, 11, 12, 40), False, "0000000a-00011"),
    # numbers wrap
    (named(65530, 65534, 65535, 0, 9), False, "0000000a-65535"),
    # too few to choose from
    (named(1, 2), False, None),
    ([], False, None),
    # those of other lives are far apart
    (named(1, 2) + named(3, 4, 5, boot="0000000b"), False, "0000000b-00004"),
    (named(1) + named(3, boot="0000000b") + named(4, boot="0000000c"), False, "0000000b-00003"),
]


@pytest.mark.parametrize(("waiting", "is_dark", "expected"), CASES)
def test_the_least(bench: Any, waiting: list[str], is_dark: bool, expected: str | None) -> None:
    found = bench.load("torpor.thinning").least(waiting, is_dark)
    assert found == (f"/spool/{expected}.jpg" if expected else None)


def test_a_long_outage_leaves_an_even_choice(bench: Any) -> None:
    """Room for 16, and 400 pictures come: no gap is more than four times another, and both ends are there."""
    least = bench.load("torpor.thinning").least
    kept: list[str] = []
    for number in range(400):
        kept += named(number)
        if len(kept) > 16:
            kept.remove(least(kept[:-1], False))
    numbers = [int(path[-9:-4]) for path in kept]
    assert (numbers[0], numbers[-1]) == (0, 399)
    gaps = [after - before for before, after in pairwise(numbers)][:-1]
    assert max(gaps) <= 4 * min(gaps)
