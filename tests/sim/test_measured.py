"""A node that draws what was measured: its energy is that of the node with the changed rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boards import load_design
from boards.reading import HOME
from sim.air import Link
from sim.differences import Expected, differences_of, expected_of, with_measured
from sim.kernel import Prices
from sim.kernel_prices import prices_of
from sim.measured import PART, Difference
from sim.result import RunResult
from sim.run import run
from sim.scenario import Scenario
from sim.visitors import Garden

DESIGN = "pico-w-arducam-2mp"
SHORT = Scenario(DESIGN, days=0.4, start_day=165)
#: Rows of a node that draws three times as much asleep, and 40 % more on Wi-Fi.
CHANGED = {"deep_sleep_pin": 3.0, "radio_join": 1.4, "radio_tx": 1.4}


def changed_design(folder: Path, factors: dict[str, float]) -> Path:
    """The default design with some of its board's rows times a factor."""
    board = load_design(DESIGN).board
    lines = ["", "[rows.board]"]
    for name, factor in factors.items():
        row = board.rows[name]
        lines.append(
            f'{name} = {{ value = {row.value * factor}, unit = "{row.unit}", at_V = {row.at_V}, '
            f'load = "{row.load}", plus_minus = {row.plus_minus}, condition = "test", source = "test" }}'
        )
    path = folder / "changed.toml"
    path.write_text((HOME / f"{DESIGN}.toml").read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
    return path


def means(result: RunResult, volts: float | None = None) -> dict[str, tuple[float, float | None]]:
    """Mean mW of each state of a run."""
    return {
        state: (3.6e6 * Wh / result.time_by_state_s[state], volts)
        for state, Wh in result.energy_by_state_Wh.items()
        if result.time_by_state_s[state] > 0.0
    }


def whole_Wh(result: RunResult) -> float:
    return sum(result.energy_by_state_Wh.values())


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    path = changed_design(tmp_path_factory.mktemp("boards"), CHANGED)
    return run(SHORT.change(design=str(path)))[0]


def test_a_profile_reproduces_the_node_that_it_was_taken_from(changed: RunResult) -> None:
    by_rows, _ = run(SHORT)
    found, twin = run(with_measured(SHORT, means(changed)))
    assert whole_Wh(by_rows) < 0.7 * whole_Wh(changed)
    assert whole_Wh(found) == pytest.approx(whole_Wh(changed), rel=0.005)
    for state, (mW, _) in means(changed).items():
        assert means(found)[state][0] == pytest.approx(mW, rel=0.01), state
    assert max(abs(error) for error in found.books.values()) < 1e-9
    assert found.energy_by_part_Wh[PART] == pytest.approx(whole_Wh(changed) - whole_Wh(by_rows), rel=0.02)
    assert twin.life.crashes == []
    assert found.notes[-1].startswith(f"its states draw what was measured, in the books as {PART}: ")


def test_a_profile_of_other_days_and_visitors_does_as_well(changed: RunResult, tmp_path: Path) -> None:
    other = SHORT.change(seed=7, start_day=40)
    truth, _ = run(other.change(design=str(changed_design(tmp_path, CHANGED))))
    found, _ = run(with_measured(other, means(changed)))
    assert whole_Wh(found) == pytest.approx(whole_Wh(truth), rel=0.02)


def test_a_node_that_takes_less_than_its_rows(tmp_path: Path) -> None:
    less = {"deep_sleep_pin": 0.1, "busy": 0.7, "idle": 0.7, "radio_join": 0.6}
    truth, _ = run(SHORT.change(design=str(changed_design(tmp_path, less))))
    found, twin = run(with_measured(SHORT, means(truth)))
    assert whole_Wh(found) == pytest.approx(whole_Wh(truth), rel=0.01)
    assert found.energy_by_part_Wh[PART] < 0.0
    assert min(twin.world.mA) >= 0.0


def test_awake_as_a_whole_is_shared_by_the_states_of_a_wake() -> None:
    expected = expected_of(SHORT)
    design = load_design(DESIGN)
    found = differences_of(expected, {"AWAKE": (expected["AWAKE"].mW(4.0) + 50.0, 4.0)}, design)
    assert found["CONNECT"] == found["BOOT"] == found["FLOOR"]
    assert found["CONNECT"].watts == pytest.approx(0.050)
    assert "SLEEP" not in found


def test_behind_a_linear_regulator_more_is_a_current() -> None:
    by_rows = {"SLEEP": Expected(watts=0.001, amps=0.002)}
    found = differences_of(by_rows, {"SLEEP": (13.0, 4.0)}, load_design(DESIGN))  # 9 mW at 4 V by its rows
    assert found["SLEEP"].watts == 0.0
    assert found["SLEEP"].amps == pytest.approx(0.001)


def test_what_was_never_seen_has_its_price() -> None:
    expected = expected_of(Scenario(DESIGN, days=0.1, quiet=True, start_day=165))
    assert expected["RECOVER"].seconds == 0.0
    assert expected["RECOVER"].mW(3.7) == pytest.approx(170.41, abs=0.01)
    assert expected["SLEEP"].seconds > 0.0


def test_nothing_measured_changes_nothing() -> None:
    assert with_measured(SHORT, {}) is SHORT
    plain, _ = run(SHORT.change(days=0.2))
    same, _ = run(SHORT.change(days=0.2, differences={}))
    assert np.array_equal(plain.hour_load_Wh, same.hour_load_Wh)


def test_a_state_that_took_nothing_leaves_a_thousandth() -> None:
    found = differences_of(expected_of(SHORT.change(days=0.1)), {"SLEEP": (0.0, None)}, load_design(DESIGN))
    assert found["SLEEP"] == Difference(share=-0.999)


@pytest.mark.full
def test_the_odds_price_what_was_measured_as_the_changed_node_would(
    changed: RunResult, tmp_path: Path
) -> None:
    measured = tuple((state, mW, volts) for state, (mW, volts) in means(changed).items())
    truth = prices_of(str(changed_design(tmp_path, CHANGED)), Garden(), Link())
    found = prices_of(DESIGN, Garden(), Link(), measured)
    for name in ("refused_J", "dark_J", "picture_J", "small_J", "join_J", "kib_J"):
        assert getattr(found, name) == pytest.approx(getattr(truth, name), rel=0.02), name

    def day_J(prices: Prices) -> float:
        """40 motions with their pictures: what a hold-off takes is told apart from a sleep by no log."""
        picture_J = prices.wake_J + prices.picture_J + prices.join_J + prices.big_KiB * prices.kib_J
        return prices.sleep_W * 86_400.0 + 40.0 * picture_J

    assert day_J(found) == pytest.approx(day_J(truth), rel=0.01)


@pytest.mark.parametrize(("design", "state"), [("pico-w-latched", "OFF"), ("xiao-s3-sense", "SLEEP")])
@pytest.mark.parametrize("factor", [1.5, 0.6])
def test_other_designs_too(design: str, state: str, factor: float) -> None:
    """A latched node is off between events; what a XIAO's camera takes is a constant current."""
    short = Scenario(design, days=0.1, start_day=165)
    truth, _ = run(short.change(currents=factor))
    found, _ = run(with_measured(short, means(truth)))
    assert means(found)[state][0] == pytest.approx(means(truth)[state][0], rel=0.01)
    assert whole_Wh(found) == pytest.approx(whole_Wh(truth), rel=0.01)
    assert max(abs(error) for error in found.books.values()) < 1e-9
