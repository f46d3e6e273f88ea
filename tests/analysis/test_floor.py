"""The sleep floor of nodes whose truth is known, read by a chip with steps, noise and a zero of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.floor import HIDDEN, MEASURED, NONE, RECKONED, STATED, ZEROED, Floor, sleep_floor
from analysis.floor_options import FloorOptions, parse_current
from analysis.folding import unfold
from analysis.log import SAMPLES, VISITS, Log
from analysis.meters import fitting_pga, meter_of
from analysis.rest_noise import hidden_mA, standard_error, step_of
from analysis.rests import resting_of
from analysis.states import state_table

STEP_mA = 0.1
RATE_HZ = 100.0


def log_of(mA: np.ndarray, shunt_ohm: float = 0.1, source: str = "bench.csv", V: float = 4.0) -> Log:
    rows = len(mA)
    none, nought = np.full(rows, -1), np.zeros(rows, dtype=np.int64)
    t_s, dt_s = np.arange(rows) / RATE_HZ, np.full(rows, 1.0 / RATE_HZ)
    return Log(
        source, SAMPLES, t_s, dt_s, np.full(rows, V), mA, none, (), nought, False, nought, ("measured",),
        shunt_ohm=shunt_ohm,
    )  # fmt: skip


def read_by_chip(
    true_mA: np.ndarray, seed: int, zero_mA: float = 0.0, noise_mA: float = 0.07, step_mA: float = STEP_mA
) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0.0, noise_mA, len(true_mA))
    return np.round((true_mA + zero_mA + noise) / step_mA) * step_mA


def node(floor_mA: float, cycles: int = 20, rest_s: float = 17.0) -> np.ndarray:
    """Rest, then 3 s awake at 100 mA."""
    one = np.concatenate((np.full(int(rest_s * RATE_HZ), floor_mA), np.full(int(3 * RATE_HZ), 100.0)))
    return np.tile(one, cycles)


def found(mA: np.ndarray, options: FloorOptions | None = None, **more: float) -> Floor:
    log = log_of(mA, **more)  # type: ignore[arg-type]
    return sleep_floor(log, state_table(log), options)


def test_a_floor_far_above_the_meters_zero() -> None:
    floor = found(read_by_chip(node(5.0), 1))
    assert floor.how == MEASURED
    assert floor.known
    assert floor.value_mA == pytest.approx(5.0, abs=0.01)
    assert floor.off_mA == pytest.approx(2.075, abs=0.005)  # 200 uV at gain 1/8 on 0.1 ohm, and 1.5 % of gain
    assert floor.typical_mA == pytest.approx(0.4)
    assert floor.input_mA == pytest.approx(0.0325)  # 20 uA and 4 V over 320 kohm
    assert floor.awake_charge_mC == pytest.approx(20 * 3.0 * 100.0, rel=0.001)
    share = floor.share
    assert share is not None
    assert share.now.share == pytest.approx(17 * 5 / (17 * 5 + 300), rel=0.003)
    assert share.now.low == pytest.approx(17 * 2.925 / (17 * 2.925 + 300), rel=0.003)
    assert share.now.high == pytest.approx(17 * 7.075 / (17 * 7.075 + 300), rel=0.003)
    assert [round(part.share, 3) for part in share.longer] == [0.937, 0.984]


def test_gain_and_grade_make_it_surer() -> None:
    mA = read_by_chip(node(5.0), 1)
    for gain, grade, off_mA in ((1, "A", 1.0), (2, "A", 1.25), (1, "B", 0.5), (8, "B", 1.0)):
        floor = found(mA, FloorOptions(gain=gain, grade=grade))
        assert floor.off_mA == pytest.approx(off_mA, abs=0.08), (gain, grade)


def test_a_floor_below_what_the_chip_can_tell() -> None:
    floor = found(read_by_chip(node(0.03), 2))
    assert floor.how == MEASURED
    assert floor.below
    assert not floor.known
    assert floor.value_mA == pytest.approx(0.03, abs=0.01)
    assert floor.high_mA == pytest.approx(2.03, abs=0.02)
    assert floor.sentences[0].startswith("Asleep it takes less than 2.03 mA: the mean is ")


@pytest.mark.parametrize("seed", range(4))
def test_a_zero_recording_finds_20_uA_on_a_chip_that_is_half_a_milliampere_off(seed: int) -> None:
    """Seeds 0 to 3: what is said holds the truth, and is no wider than the drift that is left."""
    zero = log_of(read_by_chip(np.zeros(60_000), 100 + seed, zero_mA=0.5), source="zero.csv")
    floor = found(read_by_chip(node(0.3, 40), seed, zero_mA=0.5), FloorOptions(zero=zero))
    assert floor.how == ZEROED
    assert floor.known
    assert floor.low_mA < 0.3 < floor.high_mA
    assert floor.value_mA == pytest.approx(0.3, abs=0.01)
    assert floor.off_mA == pytest.approx(0.1, abs=0.02)  # 10 uV of drift on 0.1 ohm
    assert floor.awake_charge_mC == pytest.approx(40 * 300.0, rel=0.001)


def test_a_larger_shunt_tells_20_uA() -> None:
    """10 ohm: a step of 1 uA."""
    zero = log_of(read_by_chip(np.zeros(60_000), 5, 0.004, 0.0007, 0.001), 10.0, "zero.csv")
    chip = read_by_chip(np.full(60_000, 0.02), 6, 0.004, 0.0007, 0.001)
    log = log_of(chip, 10.0)
    table = state_table(log)
    floor = sleep_floor(log, table, FloorOptions(zero=zero))
    assert floor.value_mA == pytest.approx(0.02, abs=1e-4)
    assert floor.off_mA == pytest.approx(0.0013, abs=1e-4)


def test_steps_without_noise_hide_a_floor() -> None:
    floor = found(read_by_chip(node(0.02), 3, noise_mA=0.005))
    assert floor.how == HIDDEN
    assert floor.readings is not None
    assert floor.readings.zeros > 0.99
    assert floor.high_mA == pytest.approx(2.05, abs=0.02)  # half a step, and the zero
    assert floor.sentences[0] == (
        "Asleep it takes less than 2.05 mA: 100 % of the readings are exactly zero, so the meter's steps of "
        "100 uA hide the rest."
    )


@pytest.mark.parametrize(("dither_mA", "found_mA"), [(0.05, 0.0197), (0.03, 0.0148), (0.02, 0.0066)])
def test_what_steps_hide_is_bounded(dither_mA: float, found_mA: float) -> None:
    """20 uA under steps of 100 uA; the means are those that a simulation with such noise gave."""
    noise = np.random.default_rng(7).normal(0.02, dither_mA, 400_000)
    mean = float((np.round(noise / STEP_mA) * STEP_mA).mean())
    assert mean == pytest.approx(found_mA, abs=0.0005)
    assert abs(mean - 0.02) <= hidden_mA(dither_mA, STEP_mA) + 0.0005
    assert hidden_mA(dither_mA, STEP_mA) < 1.8 * max(abs(mean - 0.02), 0.0005)


def test_without_any_noise_half_a_step_is_hidden() -> None:
    assert hidden_mA(0.0, STEP_mA) == 0.05
    assert hidden_mA(0.1, STEP_mA) < 1e-9
    assert hidden_mA(0.0, 0.0) == 0.0


@pytest.mark.parametrize("true_mA", [0.0, 0.02, 0.07, 0.15])
def test_a_sign_that_was_dropped(true_mA: float) -> None:
    """E|x| of 20 uA under 65 uA of noise is 54 uA; the interval holds the truth all the same."""
    noise = np.random.default_rng(8).normal(true_mA, 0.065, 100_000)
    folded = np.abs(np.round(noise / STEP_mA) * STEP_mA)
    back = unfold(folded, STEP_mA)
    assert back.low_mA <= true_mA + 0.003
    assert back.high_mA >= true_mA - 0.003
    assert back.high_mA <= float(folded.mean()) + 1e-12
    floor = found(np.abs(read_by_chip(node(true_mA), 9, noise_mA=0.065)))
    assert any("dropped the sign" in note for note in floor.notes)
    assert not found(np.abs(read_by_chip(node(0.5), 9, noise_mA=0.065))).notes


def test_two_ways_to_rest() -> None:
    one = np.concatenate((np.full(1500, 1.4), np.full(300, 100.0), np.full(700, 4.0), np.full(300, 100.0)))
    log = log_of(read_by_chip(np.tile(one, 15), 10))
    log = replace(log, state=(log.mA > 50.0).astype(np.int64), states=("SLEEP", "BOOT"))
    floor = sleep_floor(log, state_table(log))
    assert [(round(rest.mA, 1), round(rest.seconds)) for rest in floor.rests] == [(1.4, 225), (4.0, 105)]
    assert floor.value_mA == pytest.approx((1.4 * 15 + 4.0 * 7) / 22, rel=0.01)
    assert any(said.startswith("It has 2 ways to rest: 1.4") for said in floor.sentences)
    assert len(found(read_by_chip(node(1.4), 11)).rests) == 1


def test_each_way_to_rest_has_its_own_time() -> None:
    """80 minutes at 2 mA, and ten rests of 12 s at 8 mA: one in forty of the time, however short each is."""
    long, short, wake = np.full(48_000, 2.0), np.full(1200, 8.0), np.full(100, 100.0)
    log = log_of(read_by_chip(np.tile(np.concatenate((long, wake, short, wake)), 10), 3))
    log = replace(log, state=(log.mA > 50.0).astype(np.int64), states=("SLEEP", "BOOT"))
    floor = sleep_floor(log, state_table(log))
    assert [(round(rest.mA), round(rest.seconds)) for rest in floor.rests] == [(2, 4800), (8, 120)]
    assert floor.value_mA == pytest.approx((48_000 * 2 + 1200 * 8) / 49_200, abs=0.005)


def test_of_a_long_log_each_rest_gives_the_same_part() -> None:
    """Of seventy rests each second lasts a fifth as long: a sixth of the rows looked at is theirs."""
    log = log_of(np.tile(np.repeat([2.0, 100.0, 8.0, 100.0], [10_000, 100, 2000, 100]), 35))
    log = replace(log, state=(log.mA > 50.0).astype(np.int64), states=("SLEEP", "BOOT"))
    resting = resting_of(log, state_table(log))
    assert resting is not None and len(resting.mA) <= 201_000
    assert float((resting.mA == 8.0).mean()) == pytest.approx(1 / 6, abs=0.01)


def test_a_charger_flows_backwards_and_a_small_offset_does_not() -> None:
    assert found(read_by_chip(node(-20.0), 1)).backwards
    assert not found(read_by_chip(node(-0.3), 1)).backwards
    assert not found(read_by_chip(node(0.03), 1)).backwards


def test_readings_that_flip_between_two_steps_are_one_rest() -> None:
    """5.05 mA and hardly any noise: each reading is 5.0 or 5.1 mA."""
    (rest,) = found(read_by_chip(node(5.05), 5, noise_mA=0.005)).rests
    assert rest.mA == pytest.approx(5.05, abs=0.01)


def test_a_node_that_never_rests() -> None:
    log = log_of(np.full(1000, 100.0))
    table = state_table(log)
    awake = replace(table, resting=tuple(False for _ in table.names))
    floor = sleep_floor(log, awake)
    assert floor.how == NONE
    assert np.isnan(floor.value_mA)
    assert floor.sentences == ("The node never rests in this log, so nothing is known of its sleep.",)


def test_what_the_owner_says_goes_first() -> None:
    floor = found(read_by_chip(node(0.03), 2), FloorOptions(stated_mA=0.022, stated_off_mA=0.003))
    assert (floor.how, floor.value_mA, floor.off_mA) == (STATED, 0.022, pytest.approx(0.003))
    assert floor.sentences[0] == "Asleep it takes 22.0 \N{PLUS-MINUS SIGN} 3.0 uA, as you said."
    assert floor.share is not None
    assert floor.share.now.share == pytest.approx(17 * 0.022 / 300, rel=0.01)


def test_what_a_node_reckons_is_no_measurement() -> None:
    rows = 3
    log = Log(
        "node_log.csv", VISITS, np.array([0.0, 3.0, 100.0]), np.array([3.0, 97.0, 3.0]), np.full(rows, 4.0),
        np.array([50.0, 1.9, 50.0]), np.array([0, 1, 0]), ("BOOT", "SLEEP"), np.array([1, 1, 2]), True,
        np.array([0, 1, 0]), ("measured", "inferred"),
    )  # fmt: skip
    floor = sleep_floor(log, state_table(log))
    assert (floor.how, floor.value_mA, floor.known) == (RECKONED, pytest.approx(1.9), False)


def test_other_meters_have_other_limits() -> None:
    log = replace(log_of(np.round(node(0.02), 4)), source="wake.ppk2")
    assert meter_of(log).name == "ppk2"
    floor = sleep_floor(log, state_table(log))
    assert floor.known
    assert floor.off_mA == pytest.approx(0.004, abs=0.0005)  # 15 % and 1 uA
    assert "Its gain may be off by 15 %, which is 3.00 uA here." in floor.sentences
    assert meter_of(log, "otii-ace").worst_mA == pytest.approx(25e-6)
    assert meter_of(replace(log, source="a.jls")).name == "joulescope"
    assert meter_of(replace(log, source="a.csv")).name == "ina219"
    assert meter_of(replace(log, qualities=("exact",))).name == "exact"


@pytest.mark.parametrize(
    ("zero", "said"),
    [
        (log_of(np.zeros(99), 1.0, "z"), "z: was read with a shunt of 1 ohm, bench.csv with 0.1 ohm"),
        (log_of(np.zeros(99), V=5.0, source="z"), "z: was made at 5.00 V, the rest of bench.csv at 4.00 V"),
        (log_of(np.full(99, 9.0), source="z"), "z: its mean is 9.00 mA, expected 2.33 mA at most"),
        (log_of(np.append(np.zeros(999), 60.0), source="z"), "z: reads 60.0 mA once, expected nothing"),
        (log_of(np.abs(read_by_chip(np.zeros(9999), 1)), source="z"), "z: no reading is below zero"),
    ],
)
def test_a_zero_recording_that_does_not_fit(zero: Log, said: str) -> None:
    with pytest.raises(AnalysisError) as problem:
        found(read_by_chip(node(1.0), 1), FloorOptions(zero=zero))
    assert str(problem.value).startswith(said)


def test_the_twins_own_history_has_no_zero() -> None:
    with pytest.raises(
        AnalysisError, match=r"z: bench\.csv is the twin's exact history, which has no zero to be"
    ):
        found(read_by_chip(node(1.0), 1), FloorOptions(zero=log_of(np.zeros(99), source="z"), meter="exact"))


@pytest.mark.parametrize(
    ("text", "mA", "off_mA"),
    [
        ("22uA", 0.022, 0.0), ("22 \N{MICRO SIGN}A", 0.022, 0.0), ("0,5mA", 0.5, 0.0),
        ("22+-3uA", 0.022, 0.003), ("850nA", 0.00085, 0.0), ("1.9mA +/- 20uA", 1.9, 0.02),
        ("0.001 A", 1.0, 0.0),
    ],
)  # fmt: skip
def test_currents_as_people_write_them(text: str, mA: float, off_mA: float) -> None:
    assert parse_current(text) == pytest.approx((mA, off_mA))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("22", "The current '22' has no unit, expected nA, uA, mA or A."),
        ("22 mW", "The current '22 mW' has the unit 'mw', expected nA, uA, mA or A."),
        ("lots", "The current 'lots' is no current, expected such as 22uA or 22+-3uA."),
        ("-2uA", "The current '-2uA' is no current, expected such as 22uA or 22+-3uA."),
    ],
)
def test_what_is_no_current(text: str, said: str) -> None:
    with pytest.raises(AnalysisError) as problem:
        parse_current(text)
    assert str(problem.value) == said


def test_readings_that_hang_together_are_worth_less() -> None:
    """A walk whose memory is 100 readings long: its mean is about 14 times less sure than it looks."""
    draws = np.random.default_rng(12).normal(0.0, 1.0, 100_000)
    walk = np.zeros(len(draws))
    for row in range(1, len(draws)):
        walk[row] = 0.99 * walk[row - 1] + draws[row]
    assert standard_error(draws) == pytest.approx(100_000**-0.5, rel=0.4)
    assert standard_error(walk) == pytest.approx(100.0 * 100_000**-0.5, rel=0.5)


def test_steps() -> None:
    assert step_of(np.array([0.0, 0.1, 0.3, -0.2, 0.1])) == pytest.approx(0.1)
    assert step_of(np.array([0.0, 0.1, 0.1234, 0.29])) == 0.0
    assert step_of(np.array([0.02, 0.02])) == 0.0


def test_the_gain_that_fits_a_peak() -> None:
    assert [fitting_pga(0.1, peak) for peak in (400.0, 400.1, 1600.0, 3200.0, 3200.1)] == [0, 1, 2, 3, None]
    assert fitting_pga(10.0, 32.0) == 3


def test_words_for_a_meter_nobody_knows() -> None:
    log = log_of(np.zeros(9))
    with pytest.raises(AnalysisError, match="The meter is 'fluke', expected one of ina219, exact"):
        meter_of(log, "fluke")
    with pytest.raises(AnalysisError, match="The meter's gain is 3, expected 1, 2, 4 or 8"):
        meter_of(log, None, 3)
    with pytest.raises(AnalysisError, match="The chip's grade is 'C', expected A or B"):
        meter_of(log, None, 1, "C")


def test_a_rest_that_is_none_and_a_meter_that_is_another() -> None:
    noise = np.random.default_rng(13).normal(1.0, 0.01, 5000)
    said = sleep_floor(log_of(noise), state_table(log_of(noise))).notes
    assert [one[:67] for one in said] == [
        "The readings are finer than the steps of an INA219 on 0.1 ohm (100 "
    ]
    busy = np.random.default_rng(14).uniform(20.0, 200.0, 5000)
    log = replace(log_of(np.round(busy, 1)), state=np.zeros(5000, dtype=np.int64), states=("SLEEP",))
    said = sleep_floor(log, state_table(log)).notes
    assert [one[:26] for one in said] == ["Its rest is not quiet: the"]


def test_readings_that_swing_are_judged_by_the_blocks_that_swing_most() -> None:
    """16 up and 16 down in turn: blocks of 16 differ by all of it, longer ones not at all."""
    swing = np.tile(np.repeat([1.0, -1.0], 16), 64)
    assert standard_error(swing) == pytest.approx(1.0 / 128**0.5, rel=0.01)
