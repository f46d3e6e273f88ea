"""A board's regulator over load: what a part on 3V3 costs at the battery, in prices and in the twin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from boards import BoardsError, list_designs, load_design, regulator_efficiency, watts_of
from sim.run import build
from sim.scenario import Scenario

Change = Callable[..., Path]
HEAD = "[raspberry-pi-pico-w.tables.regulator_efficiency]"
TABLE = f"""
{HEAD}
points = [[0.0, 0.5], [1.0, 0.7], [10.0, 0.8], [100.0, 0.9]]
condition = "made up"
source = "estimate: a test"
"""


@pytest.fixture
def curved(changed_part: Change) -> Path:
    """The default design on a Pico W whose regulator has a curve."""
    path = changed_part("board-pico-w.toml")
    part = path.parent / "parts" / "board-pico-w.toml"
    part.write_text(part.read_text(encoding="utf-8") + TABLE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("mA", "share"), [(0.0, 0.5), (0.5, 0.6), (1.0, 0.7), (5.5, 0.75), (100.0, 0.9), (400.0, 0.9)]
)
def test_the_curve_is_straight_between_its_points(curved: Path, mA: float, share: float) -> None:
    assert regulator_efficiency(load_design(curved).board, mA) == pytest.approx(share)


def test_no_shipped_board_has_one_yet() -> None:
    """Nobody has measured theirs: the row holds at any load, and their own currents hold at the battery."""
    for name in list_designs():
        board = load_design(name).board
        assert "regulator_efficiency" not in board.tables
        assert regulator_efficiency(board, 0.01) == regulator_efficiency(board, 300.0)
        assert regulator_efficiency(board, 5.0) == board.v("regulator_efficiency")


def test_prices_and_twin_read_the_same_curve(curved: Path) -> None:
    design = load_design(curved)
    row = design.meter.rows["converting"]
    watts = watts_of(design, design.meter, row)
    share = regulator_efficiency(design.board, row.value)
    assert 0.5 < share < 0.75
    assert watts == pytest.approx(row.value / 1000.0 * (row.at_V or 0.0) / share)
    plain, bent = (build(Scenario(str(path), days=0.02)) for path in ("pico-w-arducam-2mp", curved))
    for twin in (plain, bent):
        twin.hardware.on_3V3("lamp", 50.0)
    ratio = bent.world.load_W / plain.world.load_W
    assert ratio == pytest.approx(0.85 / (0.8 + 0.1 * 40 / 90), abs=0.01)


def test_a_curve_that_makes_power_is_refused(curved: Path) -> None:
    part = curved.parent / "parts" / "board-pico-w.toml"
    text = part.read_text(encoding="utf-8")
    part.write_text(text.replace("[100.0, 0.9]", "[100.0, 1.1]"), encoding="utf-8")
    with pytest.raises(BoardsError, match=r"points\[3\].y is 1.1, but must be a number from 0.01 to 1."):
        load_design(curved)
