"""The hourly model against figures by hand, and which change is named first."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.advice import Candidate, HourlyModel, Outcome, advise, candidates, outcome_of
from sim.scenario import Scenario

#: 1 Ah in a straight line from 3.0 to 4.2 V: 3.6 Wh; cut off at 3.06 V: 5 % of the charge.
ROWS = {"capacity": 1.0, "cut_off": 3.06, "restart": 3.2}


@pytest.fixture
def model_of(make_plant):
    def make(
        load, available, harvest=None, soc=None, temp=None, down=None, start: float = 0.5
    ) -> HourlyModel:
        hours = len(load)
        arrays = {
            "hour_load_Wh": load,
            "hour_available_Wh": available,
            "hour_harvest_Wh": available if harvest is None else harvest,
            "hour_soc": [0.5] * hours if soc is None else soc,
            "hour_temp_C": [20.0] * hours if temp is None else temp,
            "hour_down_s": [0.0] * hours if down is None else down,
        }
        result = SimpleNamespace(**{name: np.array(values, dtype=float) for name, values in arrays.items()})
        return HourlyModel(SimpleNamespace(plant=make_plant(**ROWS), scenario=Scenario(soc=start)), result)

    return make


def test_an_even_load_by_hand(model_of) -> None:
    """0.036 Wh an hour is 1 % of 3.6 Wh: from 50 % it takes 45 hours to 5 %, and the rest is dark."""
    model = model_of([0.036] * 100, [0.0] * 100)
    hours_down, lowest = model.year()
    assert (hours_down, lowest) == (pytest.approx(54, abs=1), pytest.approx(0.05, abs=0.011))
    assert model.year(cell=2.0) == (pytest.approx(9, abs=1), pytest.approx(0.05, abs=0.006))
    assert model.year(more_W=-0.018) == (pytest.approx(9, abs=1), pytest.approx(0.05, abs=0.006))
    assert model.year(more_W=0.036) == (pytest.approx(77, abs=1), pytest.approx(0.05, abs=0.021))
    assert model.year(more_W=-1.0) == (0.0, 0.5)  # a load is never negative


def test_sun_fills_what_is_taken(model_of) -> None:
    night_and_day = [0.0] * 12 + [0.072] * 12
    model = model_of([0.036] * 240, night_and_day * 10)
    assert model.year() == (0.0, pytest.approx(0.38))
    assert model.year(panel=0.5)[0] == pytest.approx(80, abs=2)  # 8 hours in the fourth night, then 12 a day
    assert model.year(plane=np.full(240, 0.5)) == model.year(panel=0.5)


def test_what_comes_through_is_learned_where_the_cell_could_take_it(model_of) -> None:
    """Half of what the panel offers comes through; the full hours, in which nothing did, do not count."""
    available = [0.2] * 100
    harvest, soc = [0.1] * 50 + [0.0] * 50, [0.5] * 50 + [0.95] * 50
    model = model_of([0.1] * 100, available, harvest, soc)
    assert model.year() == (0.0, pytest.approx(0.5))


def test_no_charge_in_the_cold(model_of) -> None:
    model = model_of([0.036] * 100, [0.2] * 100, temp=[5.0] * 30 + [-5.0] * 70)
    assert model.year()[0] == 0.0
    frost = model_of([0.036] * 200, [0.2] * 200, temp=[5.0] * 30 + [-5.0] * 170)
    assert frost.year()[0] == pytest.approx(170 - 95, abs=2)  # full at first, 95 hours to the cut-off


def test_hours_without_supply_would_have_had_a_load(model_of) -> None:
    """40 hours off in the full run took nothing; a larger battery would not have got them for free."""
    model = model_of([0.036] * 60 + [0.0] * 40, [0.0] * 100, down=[0.0] * 60 + [3600.0] * 40)
    assert model.year(cell=100.0)[1] == pytest.approx(0.5 - 0.01)


def test_better_than_and_words() -> None:
    now = Outcome(100.0, 500.0, 0.10)
    assert Outcome(60.0, 500.0, 0.10).better_than(now) > Outcome(70.0, 900.0, 0.90).better_than(
        now
    )  # hours first
    assert Outcome(100.0, 510.0, 0.1).better_than(now) > Outcome(100.0, 505.0, 0.9).better_than(now)
    assert Outcome(60.0, 512.0, 0.25).words(now) == (
        "40 hours less without power, 12 visitors more on pictures, lowest charge 15 points higher"
    )
    assert Outcome(101.0, 499.0, 0.08).words(now) == (
        "1 hour more without power, 1 visitor fewer on pictures, lowest charge 2 points lower"
    )
    assert now.words(now) == "no difference"


def test_outcome_of_a_run() -> None:
    result = SimpleNamespace(
        hour_down_s=np.array([0.0, 1800.0, 3600.0]),
        fates={"delivered": 7},
        hour_soc=np.array([0.5, 0.1, 0.3]),
    )
    assert outcome_of(result) == Outcome(1.5, 7.0, 0.1)


def winter() -> tuple[SimpleNamespace, SimpleNamespace]:
    """A run that was ten hours down, with one visitor an hour."""
    result = SimpleNamespace(
        hour_down_s=np.array([0.0] * 90 + [3600.0] * 10),
        fates={"delivered": 90, "hold-off": 0},
        hour_soc=np.array([0.05] * 100),
    )
    return SimpleNamespace(scenario=Scenario(days=100 / 24)), result


def expect(monkeypatch, *found: Candidate) -> None:
    class Model:
        def __init__(self, twin, result) -> None: ...

        def year(self) -> tuple[float, float]:
            return 10.0, 0.05

    monkeypatch.setattr("sim.advice.HourlyModel", Model)
    monkeypatch.setattr("sim.advice._panel", lambda *_: list(found))
    monkeypatch.setattr("sim.advice._time", lambda *_: [])


def change(title: str, hours: float, visitors: float, soc: float) -> Candidate:
    return Candidate(title, "it works", Scenario(seed=9), Outcome(hours, visitors, soc))


def test_ranking_and_what_is_left_out(monkeypatch) -> None:
    twin, result = winter()
    expect(
        monkeypatch,
        change("reserve", 10.0, 90.0, 0.20),
        change("some hours", 6.0, 93.0, 0.05),
        change("all hours", 0.0, 100.0, 0.30),
        change("four visitors", 10.0, 94.0, 0.05),
        change("five visitors", 10.0, 95.0, 0.05),
        change("worse", 12.0, 190.0, 0.50),
        change("two points", 10.0, 90.0, 0.07),
    )
    assert [one.title for one in candidates(twin, result)] == [
        "all hours",
        "some hours",
        "five visitors",
        "reserve",
    ]


def test_the_first_is_confirmed_by_a_full_run(monkeypatch) -> None:
    twin, result = winter()
    expect(monkeypatch, change("some hours", 6.0, 93.0, 0.05), change("all hours", 0.0, 100.0, 0.30))
    asked = []

    def full_run(scenario: Scenario) -> SimpleNamespace:
        asked.append(scenario)
        return SimpleNamespace(
            hour_down_s=np.array([7200.0]), fates={"delivered": 98}, hour_soc=np.array([0.2])
        )

    advice = advise(twin, result, full_run)
    assert advice is not None
    assert (advice.title, len(asked), asked[0].seed) == ("all hours", 1, 9)
    words = "8 hours less without power, 8 visitors more on pictures, lowest charge 15 points higher"
    assert words in advice.confirmed
    assert [row[0] for row in advice.rows] == ["all hours", "some hours"]
    assert advice.rows[1][2] == ""


def test_no_advice_where_nothing_helps(monkeypatch) -> None:
    twin, result = winter()
    expect(monkeypatch, change("nothing", 10.0, 90.0, 0.05))
    assert advise(twin, result, lambda scenario: pytest.fail("no run is needed")) is None
