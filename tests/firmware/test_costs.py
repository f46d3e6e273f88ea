"""What the node learns of its actions' costs: codes of one byte, a running median."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def costs(shared: Any) -> Any:
    return shared.load("torpor.costs")


def test_every_code_stands_for_itself(costs: Any) -> None:
    assert [costs.encode(costs.decode(code)) for code in range(80, 256)] == list(range(80, 256))
    assert (costs.decode(255), costs.encode(10**9), costs.encode(0)) == (62752, 255, 1)


def test_no_cost_is_off_by_more_than_the_step(costs: Any) -> None:
    off = [abs(costs.decode(costs.encode(cost)) / cost - 1.0) for cost in range(30, 20_000)]
    assert max(off) < 0.034  # half a step of 4.4 %, and whole millijoules


def test_one_wild_reading_does_little(costs: Any) -> None:
    code = costs.encode(1500)
    assert costs.decode(costs.learned(code, 0, 60_000)) == pytest.approx(1500 * 2**0.25, rel=0.04)
    assert costs.learned(code, 0, 1500) == code
    assert costs.learned(code, 0, 1600) == code + 1
    assert costs.learned(code, 0, 1400) == code - 1


def test_a_board_that_is_twice_as_dear_is_known_after_some_actions(costs: Any) -> None:
    code = 0
    for _ in range(16):
        code = costs.learned(code, 1500, 3000)
    assert costs.decode(code) == pytest.approx(3000, rel=0.03)


def test_the_row_counts_until_something_was_learned(shared: Any, costs: Any) -> None:
    rows, record = shared.load("rows"), shared.load("torpor.record").Record()
    record.load(bytes(256))
    assert costs.of(record, costs.JOIN) == rows.COSTS[costs.JOIN]
    costs.saw(record, costs.JOIN, 0)  # nothing was measured
    assert record.join_c == 0
    costs.saw(record, costs.JOIN, rows.COSTS[costs.JOIN])
    assert costs.of(record, costs.JOIN) == pytest.approx(rows.COSTS[costs.JOIN], rel=0.03)
