"""From counts to what people ask; what would change it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from boards import load_design
from sim.errors import SimError
from sim.kernel import Prices
from sim.odds.case import Case
from sim.odds.comparing import by_policy, rows
from sim.odds.question import PART, Question
from sim.odds.sensitivity import Change, Effect, asked, changes, effect, first_step, ranked
from sim.odds.tally import SUMS, YEAR, Tally
from sim.odds.viability import grown_old, viability
from sim.weather import default_weather

PRICES = Prices(
    sleep_W=0.0085, booked_W=0.0085, awake_W=0.2, wake_J=3.0, scarce_J=3.0, refused_J=0.8, dark_J=1.0,
    picture_J=3.0, small_J=2.0, join_J=6.0, kib_J=0.05, big_KiB=40.0, small_KiB=10.0,
)  # fmt: skip


def question(**changes: object) -> Question:
    case = Case(load_design("pico-w-arducam-2mp"), (default_weather(),), prices=PRICES)
    return Question("test", case.change(**changes), 400)


def tally(alive: int = 80, ages: np.ndarray | None = None) -> Tally:  # type: ignore[type-arg]
    """A hundred node-years under ten weather years: 80 alive, ten down 5 h in January, ten 100 h."""
    made = Tally.empty()
    for at in range(13):
        made.alive[at] = alive if at in (0, YEAR) else 100
        made.alive_sq[at] = 10 * (0.01 * made.alive[at]) ** 2
        made.down[at, 0] = made.alive[at]
        made.pace[at, 40] = 100  # ten pictures a day
        made.sums[at, SUMS.index("load_J")] = 100 * 3600.0 * (12.0 if at == YEAR else 1.0)
        made.offered_J[at] = 100 * 3600.0 * (24.0 if at == YEAR else 1.5 if at == 0 else 2.0)
    made.down[0, 5] = made.down[YEAR, 5] = 10
    made.down[0, 100] = made.down[YEAR, 100] = 100 - alive - 10
    made.sums[0, 0] = made.sums[YEAR, 0] = 10 * 5.0 + (90 - alive) * 100.0
    made.least[30], made.least[60] = 10, 90
    for week in range(53):
        made.lowest[week, 20 if week == 27 else 80] = 100
    found = {
        name: getattr(made, name) for name in Tally.__slots__ if name not in ("node_years", "weather_years")
    }
    found["ages"] = np.array([[100.0, alive, 0.0]]) if ages is None else ages
    return Tally(100, 10, **found)


def test_the_figures_of_a_year_and_its_months() -> None:
    found = viability(question(), tally())
    year, january, june = found.year, found.months[0], found.months[5]
    assert (year.chance, january.chance, june.chance) == (0.8, 0.8, 1.0)
    assert year.down_h == (0.0, 5.0, 100.0) and year.down_mean_h == pytest.approx(10.5)
    assert june.down_h == (0.0, 0.0, 0.0)
    assert year.pictures == (10.0, 10.0)
    up = 1.0 - 10.5 / 730.0  # what it did not use while it was down it would have needed
    assert (january.margin, june.margin) == pytest.approx((1.5 * up, 2.0))
    assert year.margin == pytest.approx(2.0 * (1.0 - 10.5 / 8760.0))
    assert found.tightest.name == "Jan"
    assert year.least < 0.8 < year.most


def test_reserve_and_worst_week() -> None:
    found = viability(question(), tally())
    assert found.reserves == pytest.approx((0.6, 0.3, 0.3))
    # week 27 of a run that begins on 1 July (day 181)
    assert found.worst_week == date(2025, 1, 6)
    assert found.weeks[0][0] == date(2025, 7, 1) and found.weeks[27][1] == pytest.approx(0.2)


def test_hours_lost_in_classes() -> None:
    assert viability(question(), tally()).classes == pytest.approx((0.8, 0.1, 0, 0, 0.1, 0, 0, 0, 0))


def test_a_node_without_a_camera_takes_no_pictures() -> None:
    found = viability(question(design=load_design("esp32-soil")), tally())
    assert found.year.pictures == (0.0, 0.0)


def test_wear_is_told_only_where_it_was_lived() -> None:
    assert viability(question(), tally()).battery_years is None
    aged = tally(ages=np.array([[100.0, 80.0, 95.0], [100.0, 60.0, 90.0]]))
    found = viability(question(), tally(), aged)
    assert found.wear == pytest.approx((0.95, 0.9)) and found.alive_by_age == pytest.approx((0.8,))
    assert found.battery_years == pytest.approx(4.0)  # five points a year
    worn = tally(ages=np.array([[100.0, 80.0, 90.0], [100.0, 60.0, 70.0]]))
    found = viability(question(span=2), worn)
    assert found.battery_years == pytest.approx(1.5) and found.alive_by_age == pytest.approx((0.8, 0.6))
    assert grown_old(question(span=2)) is None
    old = grown_old(question())
    assert old is not None and (old.case.span, old.weather_years) == (10, 80)


def test_every_input_is_moved_alone() -> None:
    case = question().case
    found = changes(case)
    assert [(one.what, one.label) for one in found[:4]] == [
        ("panel", "4 W"), ("panel", "1 W"), ("battery", "6 Ah"), ("battery", "1.5 Ah"),
    ]  # fmt: skip
    inputs = {one.what for one in found}
    assert inputs == {
        "panel", "battery", "tilt", "shade", "snow", "latitude", "panel's real output", "sleep current",
        "visitors", "all energies", "charge as it is read", "joining Wi-Fi",
    }  # fmt: skip
    tilts = [one.case.tilt_deg for one in found if one.what == "tilt"]
    assert tilts == [75.0, 45.0]
    real = [one.case.panel_x for one in found if one.what == "panel's real output"]
    assert real == pytest.approx([1.3, 0.7])  # effective: 0.5 +-0.15
    joins = [one.case.prices.join_J for one in found if one.what == "joining Wi-Fi" and one.case.prices]
    assert joins == [3.0, 12.0]


def test_a_node_without_a_camera_has_no_visitors_to_move() -> None:
    inputs = {one.what for one in changes(question(design=load_design("esp32-soil")).case)}
    assert inputs == {
        "panel", "battery", "tilt", "shade", "snow", "panel's real output", "sleep current", "all energies",
    }  # fmt: skip


def test_the_sleep_is_moved_by_what_its_row_or_its_meter_leaves_open() -> None:
    def sleeps(**changed: object) -> list[tuple[str, float]]:
        found = changes(question(**changed).case)
        return [(one.label, one.case.sleep_x) for one in found if one.what == "sleep current"]

    assert sleeps() == [("-7 %", pytest.approx(1 - 0.1 / 1.4)), ("+7 %", pytest.approx(1 + 0.1 / 1.4))]
    assert sleeps(unsure={"sleep_W": 0.02}) == [("-2 %", pytest.approx(0.98)), ("+2 %", pytest.approx(1.02))]


def test_measured_prices_are_moved_by_their_uncertainty() -> None:
    found = changes(question(unsure={"join_J": 0.5, "sleep_W": 0.1}).case)
    joins = [
        (one.label, one.case.prices.join_J)
        for one in found
        if one.what == "measured join" and one.case.prices
    ]
    assert joins == [("-50 %", 3.0), ("+50 %", 9.0)]


def test_a_tilt_stays_between_level_and_upright() -> None:
    assert [one.label for one in changes(question(tilt_deg=85.0).case) if one.what == "tilt"] == [
        "70 degrees"
    ]
    assert [one.label for one in changes(question(tilt_deg=90.0).case) if one.what == "tilt"] == [
        "75 degrees"
    ]


def test_changes_are_judged_by_the_first_parts() -> None:
    assert {one.weather_years for _, one in asked(question())} == {3 * PART}


def made(what: str, chance: float, down_h: float, reserve: float, group: str = "buy") -> Effect:
    return Effect(Change(what, "so", group, question().case), chance, down_h, reserve, 0.0)


def test_what_matters_most_comes_first() -> None:
    small, hours, odds = made("a", 0.0, 0.4, 0.3), made("b", 0.0, -9.0, 0.0), made("c", -0.2, 50.0, -0.1)
    better = made("c", 0.1, -5.0, 0.1)
    found = ranked([small, hours, odds, better])
    assert [what for what, _ in found] == ["c", "b", "a"]
    assert found[0][1] == [better, odds]


def test_the_first_step_is_one_that_an_owner_can_take() -> None:
    know, buy, worse = (
        made("k", 0.5, -99.0, 0.5, "know"),
        made("b", 0.1, -5.0, 0.1),
        made("w", -0.3, 9.0, 0.0),
    )
    assert first_step([know, buy, worse]) is buy
    assert first_step([know, worse]) is None
    assert first_step([made("t", 0.0, 0.2, 0.004)]) is None


def test_an_effect_is_the_difference() -> None:
    one = effect(changes(question().case)[0], tally(80), tally(90))
    assert one.chance == pytest.approx(0.1) and one.down_h == pytest.approx(-10.0)


def test_policies_side_by_side() -> None:
    two = by_policy(question(), ["ours", "always_on"])
    assert [(one.name, one.case.policy) for one in two] == [("ours", "ours"), ("always_on", "always_on")]
    with pytest.raises(SimError, match="policy 'best' is unknown; there are ours, ramp, fixed"):
        by_policy(question(), ["best"])
    with pytest.raises(SimError, match="policy 'ours' is named twice"):
        by_policy(question(), ["ours", "ours"])


def test_what_takes_no_pictures_has_no_price_of_one() -> None:
    assert rows([question()], [tally()])[0].mJ_per_picture is None
    busy = tally()
    busy.sums[YEAR, SUMS.index("pictures")] = 100 * 3650.0
    assert rows([question()], [busy])[0].mJ_per_picture == pytest.approx(1000 * 12 * 3600 / 3650.0)
