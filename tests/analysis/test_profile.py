"""From a log to a profile and back: a changed node's log makes the plain design live like the changed one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.firmware_states import firmware_states
from analysis.floor import sleep_floor
from analysis.floor_options import FloorOptions
from analysis.left_on import suspects
from analysis.log import Log
from analysis.profile import LogProfile, measured_profile
from analysis.profile_diff import LESS, MORE, SAME, UNLIKE, row_differences
from analysis.profile_sums import common_cause
from analysis.read import read_log
from analysis.states import state_table
from boards import load_design
from boards.reading import HOME
from sim import output
from sim.differences import Expected, differences_of, expected_of
from sim.odds.profile import MeasuredState, Profile, read_profile
from sim.odds.profile_text import profile_text
from sim.result import RunResult
from sim.run import run
from sim.scenario import Scenario
from sim.state_parts import plus_minus_mW

NAME = "pico-w-arducam-2mp"
DESIGN = load_design(NAME)
DAY = Scenario(NAME, days=0.6, start_day=165)
#: The changed node: three times as much asleep, and 40 % more on Wi-Fi.
ROWS = """
[rows.board]
deep_sleep_pin = { value = 4.2, unit = "mA", at_V = 5.0, load = "power", plus_minus = 0.1, ROW }
radio_join = { value = 119.0, unit = "mA", at_V = 5.0, load = "power", plus_minus = 20.0, ROW }
radio_tx = { value = 154.0, unit = "mA", at_V = 5.0, load = "power", plus_minus = 30.0, ROW }
""".replace("ROW", 'condition = "test", source = "test"')


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Path]:
    """A day of the changed node, and the folder with its node log and a stretch of a bench log."""
    folder = tmp_path_factory.mktemp("changed")
    path = folder / "changed.toml"
    path.write_text((HOME / f"{NAME}.toml").read_text("utf-8") + ROWS, "utf-8")
    result, twin = run(DAY.change(design=str(path)))
    output.write_run(twin, folder)
    output.write_bench_log(twin, folder / "bench.csv", 20.0, 30_000.0, 36_000.0)
    return result, folder


@pytest.fixture(scope="module")
def expected() -> dict[str, Expected]:
    return expected_of(DAY)


def living(expected: dict[str, Expected], profile: Profile) -> RunResult:
    """The plain design with the profile's differences."""
    return run(DAY.change(differences=differences_of(expected, profile.means, DESIGN)))[0]


def profile_of(log: Log, **options: object) -> LogProfile:
    table = state_table(log)
    floor = sleep_floor(log, table, FloorOptions(**options))  # type: ignore[arg-type]
    return measured_profile(log, table, floor, DESIGN)


def whole_Wh(result: RunResult) -> float:
    return sum(result.energy_by_state_Wh.values())


def test_a_node_log_and_a_stated_sleep_make_the_twin_live_like_the_node(
    changed: tuple[RunResult, Path], expected: dict[str, Expected], tmp_path: Path
) -> None:
    truth, folder = changed
    log = read_log(folder / "node_log.csv")
    found = profile_of(log, stated_mA=21.5 / 4.15)
    (tmp_path / "p.toml").write_text(profile_text(found.profile, found.sentences), "utf-8")
    again = read_profile(tmp_path / "p.toml")
    assert set(again.measured) == {
        "CONNECT", "UPLOAD", "CAMERA", "CAPTURE", "STORE", "SETTLE", "TRIAGE", "SLEEP",
    }  # fmt: skip
    assert again.measured["SLEEP"].mW == pytest.approx(21.5, rel=0.01)
    assert again.measured["CONNECT"].mW == pytest.approx(495.0, rel=0.02)
    assert again.measured["CONNECT"].off_mW > 50.0  # half of it the node only priced
    assert whole_Wh(living(expected, again)) == pytest.approx(whole_Wh(truth), rel=0.02)
    join_mJ = 3.6e6 * truth.energy_by_state_Wh["CONNECT"] / truth.journal_counts["SENT"]
    assert again.states["join_mJ"] == pytest.approx(join_mJ, rel=0.03)
    assert found.sentences == (
        "The node only reckoned BOOT: there the design's rows stand.",
        "Its sleep is what you said, not what this log shows.",
    )


def test_without_a_stated_sleep_a_node_log_has_none(changed: tuple[RunResult, Path]) -> None:
    found = profile_of(read_log(changed[1] / "node_log.csv"))
    assert "SLEEP" not in found.profile.measured
    assert found.sentences[1] == (
        "Its sleep is not in the profile, since this log cannot tell it: there the design's rows stand "
        "unless --sleep-current says more."
    )


def test_a_bench_log_tells_the_sleep_as_well(
    changed: tuple[RunResult, Path], expected: dict[str, Expected]
) -> None:
    truth, folder = changed
    found = profile_of(read_log(folder / "bench.csv"))
    sleep = found.profile.measured["SLEEP"]
    assert sleep.mW == pytest.approx(21.5, rel=0.01)
    assert sleep.off_mW < 0.2
    assert found.profile.origin["meter"] == "the twin's exact history"
    assert whole_Wh(living(expected, found.profile)) == pytest.approx(whole_Wh(truth), rel=0.02)


def test_a_log_of_awake_and_asleep_alone(changed: tuple[RunResult, Path]) -> None:
    log = read_log(changed[1] / "bench.csv")
    bare = replace(log, state=np.full(len(log.mA), -1), states=(), has_marker=False, marker=log.marker * 0)
    table = state_table(bare)
    names = firmware_states(table, DESIGN)
    assert names["asleep"] == "SLEEP"
    found = measured_profile(bare, table, sleep_floor(bare, table), DESIGN)
    assert found.profile.measured["SLEEP"].mW == pytest.approx(21.5, rel=0.01)
    if names.get("awake") == "AWAKE":
        assert 200.0 < found.profile.measured["AWAKE"].mW < 400.0


def test_the_difference_names_the_sleep_and_the_radio(
    changed: tuple[RunResult, Path], expected: dict[str, Expected]
) -> None:
    found = profile_of(read_log(changed[1] / "node_log.csv"), stated_mA=21.5 / 4.15, stated_off_mA=0.1)
    compared = row_differences(found.profile, DESIGN, expected)
    verdicts = {row.state: row.verdict for row in compared.rows}
    assert (verdicts["SLEEP"], verdicts["CONNECT"]) == (MORE, MORE)
    assert {verdicts[state] for state in ("CAMERA", "CAPTURE", "STORE", "SETTLE")} == {SAME}
    assert compared.rows[0].state == "SLEEP"
    asleep, radio = compared.sentences[:2]
    assert asleep.startswith("Asleep it takes 21.6 \N{PLUS-MINUS SIGN} 0.4 mW, the rows say 7.6")
    assert "radio_join of raspberry-pi-pico-w first" in radio


def sleeping(mW: float, off_mW: float = 0.4) -> str:
    profile = Profile("", {}, {}, {"SLEEP": MeasuredState(mW, off_mW, 3.8, 60.0, 9)})
    return " ".join(row_differences(profile, DESIGN, {"SLEEP": Expected(0.0074, 0.0)}).sentences)


@pytest.mark.parametrize(
    ("over_mW", "said"),
    [
        (42.7, "the camera is fed through its bus lines although its supply is off"),
        (116.0, "the camera is in standby, its supply is never switched off"),
        (232.9, "the camera is still on"),
        (103.5, "the board dozes in light sleep and is never in deep sleep"),
        (23.0, "the board sleeps by its timer, whose clocks run on"),
        (2.7, "the meter goes on converting"),
        (11.0, "the board's LED is lit"),
    ],
)
def test_what_was_left_on(over_mW: float, said: str) -> None:
    assert said in sleeping(7.4 + over_mW)


def test_no_part_is_named_where_the_doubt_would_fit_any() -> None:
    assert sleeping(9.0, 2.0) == "As the rows say, within both doubts: SLEEP."
    assert "nothing left on would fit that" in sleeping(60.0, 40.0)
    assert suspects(DESIGN, "SLEEP", 50.0, 40.0) == ()
    assert "so the rows are on the safe side" in sleeping(2.0)
    profile = Profile("", {}, {}, {"SLEEP": MeasuredState(2.0, 0.1, 3.8)})
    assert row_differences(profile, DESIGN, {"SLEEP": Expected(0.0074, 0.0)}).rows[0].verdict == LESS


def test_one_wrong_shunt_scales_everything() -> None:
    states = [("SLEEP", 7.4), ("BOOT", 172.0), ("CAMERA", 400.0), ("CONNECT", 425.0)]
    twice = [(state, 2.0 * mW, 0.02 * mW, mW, 0.1 * mW) for state, mW in states]
    assert common_cause(twice)[0].startswith(
        "Every state is 2 times what its rows say, asleep as well: that is"
    )
    added = [(state, mW + 60.0, 2.0, mW, 0.02 * mW) for state, mW in states]
    assert common_cause(added)[0].startswith("Every state takes some 60 mW more than its rows say")
    vague = [
        (state, mW + 15.0 * (state == "SLEEP"), 20.0 * (state != "SLEEP"), mW, 40.0) for state, mW in states
    ]
    assert common_cause(vague) == ()
    assert common_cause(twice[1:]) == ()


def test_names_of_the_owner(changed: tuple[RunResult, Path]) -> None:
    log = read_log(changed[1] / "bench.csv")
    table = state_table(
        replace(log, states=tuple("Mine" if name == "UPLOAD" else name for name in log.states))
    )
    assert "Mine" not in firmware_states(table, DESIGN)
    assert firmware_states(table, DESIGN, {"Mine": "upload"})["Mine"] == "UPLOAD"
    with pytest.raises(AnalysisError, match="Mine=party: expected a state of the firmware: AWAKE, BOOT"):
        firmware_states(table, DESIGN, {"Mine": "party"})
    with pytest.raises(AnalysisError, match="'Yours' is no state of this log; it has"):
        firmware_states(table, DESIGN, {"Yours": "UPLOAD"})


def test_a_log_without_a_voltage() -> None:
    log = Log(
        "x.csv", "samples", np.arange(4.0), np.ones(4), np.full(4, np.nan), np.array([1.0, 90.0, 1.0, 1.0]),
        np.array([0, 1, 0, 0]), ("SLEEP", "BOOT"), np.zeros(4, dtype=int), False, np.zeros(4, dtype=int),
        ("measured",),
    )  # fmt: skip
    with pytest.raises(AnalysisError, match=r"x\.csv: has no voltage, which a profile needs"):
        profile_of(log)


def test_through_a_chip_with_steps_noise_gain_and_a_zero_of_its_own(
    changed: tuple[RunResult, Path], expected: dict[str, Expected]
) -> None:
    """Seed 2: 0.3 mA of offset and 0.2 % of gain, of which a zero recording takes the first."""
    truth, folder = changed
    log = read_log(folder / "bench.csv")
    draws = np.random.default_rng(2)

    def read(mA: np.ndarray) -> np.ndarray:
        return np.round((1.002 * mA + 0.3 + draws.normal(0.0, 0.07, len(mA))) / 0.1) * 0.1

    chip = replace(log, mA=read(log.mA), qualities=("measured",))
    zero = replace(chip, source="zero.csv", mA=read(np.zeros(len(log.mA))))
    found = profile_of(chip, zero=zero, gain=1).profile
    sleep = found.measured["SLEEP"]
    assert abs(sleep.mW - 21.5) < sleep.off_mW < 0.8
    assert found.measured["CONNECT"].mW == pytest.approx(495.0, rel=0.06)  # of few visits
    assert found.origin["meter"] == "INA219 on 0.1 ohm"
    assert whole_Wh(living(expected, found)) == pytest.approx(whole_Wh(truth), rel=0.02)


@pytest.mark.parametrize(("doubts_apart", "verdict"), [(1.2, SAME), (1.4, SAME), (1.43, MORE), (-1.43, LESS)])
def test_two_doubts_of_one_size_are_independent(doubts_apart: float, verdict: str) -> None:
    """Together they are 1.414 times one: neither the larger alone (1) nor their sum (2)."""
    off_mW = plus_minus_mW(DESIGN, "SLEEP")
    measured = {"SLEEP": MeasuredState(7.4 + doubts_apart * off_mW, off_mW, 4.0)}
    row = row_differences(Profile("", {}, {}, measured), DESIGN, {"SLEEP": Expected(0.0074, 0.0)}).rows[0]
    assert row.verdict == verdict and row.over_off_mW == pytest.approx(2**0.5 * off_mW)


@pytest.mark.parametrize(
    ("mW", "s", "verdict"),
    [
        (206.0, 0.17, UNLIKE),
        (206.0, 0.50, MORE),
        (700.0, 0.17, MORE),
        (140.0, 1.5, UNLIKE),
        (140.0, 0.17, LESS),
    ],
)
def test_visits_of_another_length_are_not_told_by_their_mean_power(mW: float, s: float, verdict: str) -> None:
    """A short SETTLE has a higher mean, but costs less: no part draws too much."""
    measured = {"SETTLE": MeasuredState(mW, 1.3, 4.18, s, 13)}
    found = row_differences(
        Profile("", {}, {}, measured), DESIGN, {"SETTLE": Expected(0.168, 0.0, 0.52, 4.18)}
    )
    assert found.rows[0].verdict == verdict
    assert (" ".join(found.sentences).count("so its mean power is not compared")) == (verdict == UNLIKE)
    assert ("As the rows say" in found.sentences[0]) is False


def test_a_factor_that_may_be_none_is_not_claimed() -> None:
    states = [("SLEEP", 7.4), ("BOOT", 172.0), ("CAMERA", 400.0), ("CONNECT", 425.0)]
    sure, unsure = (
        [(state, 1.3 * mW, off * mW, mW, 0.01 * mW) for state, mW in states] for off in (0.02, 0.9)
    )
    assert common_cause(sure)[0].startswith("Every state is 1.3 times") and common_cause(unsure) == ()
