"""What a cycle draws, what half of a state would bring, how long a battery lasts, which limits are kept."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from analysis.amounts import charge_text, current_text, days_text, digits, joules_text, within
from analysis.battery_life import Battery, battery_of, life_of
from analysis.cycle_spread import cycle_spread
from analysis.duty import Drawn, Duty, duty_of, gains
from analysis.errors import LogError
from analysis.log_limits import Figure, judged, limit_of
from analysis.mean_doubt import mean_doubt
from analysis.states import state_table
from boards.parts_file import shipped_parts
from tests.analysis.made_logs import duty, log_of

#: The duty cycle of the house's reference: 17 s at 30 uA, then boot, camera, Wi-Fi, settling.
REFERENCE = Duty(
    (Drawn("boot", 15.75, 0.0), Drawn("camera", 108.0, 0.0), Drawn("wifi", 193.0, 0.0),
     Drawn("settle", 3.0, 0.0)),
    2.95, 0.0, 0.030, 0.030, 0.030, 19.95,
)  # fmt: skip
ROOMY = Battery(1.0, (1.0, 1.0), 1.0, (0.0, 0.0), 20.0, "no cell of this world")


def test_a_cycle_on_average() -> None:
    found = duty_of(state_table(log_of(duty(cycles=20))))
    assert found is not None
    assert found.awake_mC == pytest.approx(150.0, abs=0.2) and found.awake_s == pytest.approx(2.0)
    assert found.rest_mA == pytest.approx(1.0, abs=0.01) and found.period_s == pytest.approx(10.25)
    assert found.mean_mA == pytest.approx((150 + 8.25 * 1.0) / 10.25, abs=0.05)
    assert found.rest_share == pytest.approx(8.25 / 158.25, abs=0.001)
    assert found.off_mA == pytest.approx(found.awake_off_mC / 10.25)


def test_at_another_pace_the_rest_grows() -> None:
    slow = REFERENCE.every(900.0)
    assert slow.awake_mC == REFERENCE.awake_mC == pytest.approx(319.75)
    assert slow.rest_share == pytest.approx(0.078, abs=0.001)
    assert REFERENCE.every(1.0).period_s == 2.95  # never quicker than it lasts


def test_a_floor_that_is_known_better_takes_the_place_of_the_logs_own() -> None:
    table = state_table(log_of(duty(cycles=20)))
    found = duty_of(table, (0.022, 0.017, 0.027))
    assert found is not None and found.rest_mA == 0.022 and found.rest_off_mA == pytest.approx(0.005)
    assert found.off_mA > 0.005 * 0.75


def test_half_of_the_wifi_brings_most() -> None:
    """The known figure of this duty cycle: half of the Wi-Fi's charge lets a battery last 43 % longer."""
    found = gains(REFERENCE)
    assert [one.name for one in found] == ["wifi", "camera", "boot", "settle", "the rest"]
    assert found[0].share == pytest.approx(193 / 320.26, abs=1e-3)
    assert found[0].longer == pytest.approx(0.431, abs=0.001)
    assert gains(replace(REFERENCE, awake=(Drawn("charging", -500.0, 0.0),))) == ()


def test_one_amperehour_at_one_milliampere() -> None:
    one_mA = Duty((Drawn("awake", 10.0, 0.0),), 1.0, 0.0, 0.0, 0.0, 0.0, 10.0)
    life = life_of(one_mA, ROOMY)
    assert life is not None and life.days == life.worst_days == life.best_days == pytest.approx(1000 / 24)
    doubtful = life_of(
        replace(one_mA, awake_off_mC=2.0), replace(ROOMY, usable=(0.8, 1.0), leak_month=(0.0, 0.01))
    )
    assert doubtful is not None
    assert doubtful.worst_days == pytest.approx(800 / (1.2 + 0.01 * 1000 / 730.56) / 24)
    assert doubtful.best_days == pytest.approx(1000 / 0.8 / 24)
    assert life_of(replace(one_mA, awake=(Drawn("awake", -1.0, 0.0),)), ROOMY) is None
    assert life_of(replace(one_mA, awake_off_mC=11.0), ROOMY) is not None


def test_the_cold_leaves_less_and_the_warmth_leaks_more() -> None:
    cell = shipped_parts()["cell", "nmc-18650-3000"]
    room, frost, summer = (battery_of(2.6, cell, temperature_C=C) for C in (23.0, -10.0, 45.0))
    assert room.usable_mAh == pytest.approx((2080, 2600)) and frost.left == pytest.approx(0.65)
    assert summer.left == 1.0  # never more than the label
    assert summer.leak_mA[1] > 4 * room.leak_mA[1] > 20 * frost.leak_mA[1] > 0.0
    assert room.leak_mA[0] == 0.0


def test_spread_of_the_cycles() -> None:
    table = state_table(log_of(duty(cycles=20, long=12)))
    spread = cycle_spread(table)
    assert spread is not None and spread.count == 20
    assert spread.charge_mC.median == pytest.approx(150, abs=0.3)
    assert [cycle.name for cycle in spread.dearest][:1] == ["13"]
    assert spread.dearest[0].awake_mC == pytest.approx(350, abs=0.5)
    assert cycle_spread(state_table(log_of(np.full(100, 5.0)))) is None


def figure_of(value: float, off: float = nan, only: str = "") -> dict[str, Figure]:
    return {
        "wake_mJ": Figure(value, off, only),
        "sleep_uA": Figure(value, off, only),
        "life_days": Figure(value),
    }


@pytest.mark.parametrize(
    ("limit", "figure", "kept"),
    [
        ("wake_mJ=100", figure_of(99), True), ("wake_mJ=100", figure_of(100), True),
        ("wake_mJ=100", figure_of(101), False), ("life_days=100", figure_of(99), False),
        ("life_days=100", figure_of(100), True), ("WAKE_MJ=100", figure_of(99), True),
        ("sleep_uA=50", figure_of(500, only="at most"), None),
        ("sleep_uA=50", figure_of(49, only="at most"), True),
        ("wake_mJ=100", figure_of(99, only="at least"), None),
        ("wake_mJ=100", figure_of(101, only="at least"), False),
    ],
)  # fmt: skip
def test_limits(limit: str, figure: dict[str, Figure], kept: bool | None) -> None:
    (one,) = judged((limit_of(limit),), figure)
    assert one.kept is kept
    assert limit.partition("=")[0] in one.sentence


def test_what_a_limit_says() -> None:
    near = judged((limit_of("wake_mJ=100"),), figure_of(98, off=5))[0]
    assert near.sentence == "wake_mJ is 98 ± 5, within 100, but its doubt reaches over it."
    told = judged((limit_of("sleep_uA=50"),), figure_of(500, only="at most"))[0]
    assert told.sentence == "sleep_uA is at most 500: the meter cannot tell at most 50."
    with pytest.raises(
        LogError, match="--limit wifi_mJ: this log has no such figure; it has wake_mJ, sleep_uA"
    ):
        judged((limit_of("wifi_mJ=1"),), figure_of(1))


@pytest.mark.parametrize("text", ["wake_mJ", "wake_mJ=", "=3", "wake_mJ=nan", "wake_mJ=lots"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(LogError, match="expected NAME=NUMBER"):
        limit_of(text)


def test_amounts_carry_no_more_digits_than_their_doubt() -> None:
    pairs = ((327.4, 4.2), (327.4, 12), (0.6, 0.1), (1234.5, 88.0), (5.0, 4e-4))
    assert [within(*pair) for pair in pairs] == [
        "327 ± 4", "327 ± 12", "0.60 ± 0.10", "1,234 ± 88", "5.000",
    ]  # fmt: skip
    assert [digits(value) for value in (1234.0, 12.345, 0.00123, 0.0, nan)] == [
        "1,234",
        "12.3",
        "0.00123",
        "0",
        "-",
    ]
    assert (current_text(0.022), current_text(0.0), current_text(1200.0)) == ("22.0 uA", "0 mA", "1.20 A")
    assert (charge_text(327.4, 4.2), charge_text(36_000.0)) == ("327 ± 4 mC", "10.0 mAh")
    assert (joules_text(nan), joules_text(1240.0, 22.0)) == ("-", "1.240 ± 0.022 J")
    assert [days_text(days) for days in (0.3, 5.83, 100, 2000, 1e9, inf)] == [
        "7.2 h", "5.8 days", "3.3 months", "5.5 years", "more than a hundred years", "for ever",
    ]  # fmt: skip


def test_a_meters_zero_is_taken_off_the_wakes() -> None:
    table = state_table(log_of(duty(cycles=20)))
    plain, zeroed = duty_of(table), duty_of(table, zero_mA=0.5)
    assert plain is not None and zeroed is not None
    assert plain.awake_mC - zeroed.awake_mC == pytest.approx(0.5 * 2.0)


def test_a_mean_of_few_is_hardly_sure() -> None:
    """Student's quantiles; 19 of 20 intervals over made-up cycles hold the truth, whatever their number."""
    from analysis.mean_doubt import mean_doubt, student_95

    assert [student_95(n) for n in (1, 2, 10, 30)] == [12.706, 4.303, 2.228, 2.042]
    assert (student_95(31), student_95(120)) == (
        pytest.approx(2.040, abs=0.003),
        pytest.approx(1.980, abs=0.001),
    )
    assert np.isnan(mean_doubt([3.0])) and mean_doubt([1.0, 3.0]) == pytest.approx(12.706)
    draws = np.random.default_rng(17)
    for count in (2, 5, 40):
        held = sum(
            abs((some := draws.normal(10.0, 2.0, count)).mean() - 10.0) < mean_doubt(some)
            for _ in range(2000)
        )
        assert held == pytest.approx(1900, abs=40), f"seed 17, {count} cycles"


def test_without_a_wake_all_of_the_log_is_the_duty() -> None:
    found = duty_of(state_table(log_of(np.full(5000, 5.0))))
    assert found is not None and found.awake == ()
    assert (found.mean_mA, found.rest_share) == (pytest.approx(5.0), pytest.approx(1.0))
    life = life_of(found, ROOMY)
    assert life is not None and life.days == pytest.approx(200 / 24)


@pytest.mark.parametrize(("days", "kept"), [(29.0, None), (31.0, False)])
def test_a_clipped_meter_makes_a_battery_last_at_most(days: float, kept: bool | None) -> None:
    found = {"life_days": Figure(30.0, only="at most")}
    assert judged((limit_of(f"life_days={days}"),), found)[0].kept is kept


def test_wakes_that_are_all_alike_are_no_surer_than_their_samples() -> None:
    table = state_table(log_of(duty()))
    found = duty_of(table)
    assert found is not None
    sampling = np.sqrt(sum(one.off_mC**2 for one in found.awake))
    assert found.awake_off_mC == sampling > 2.0 * mean_doubt([cycle.awake_mC for cycle in table.cycles])
