"""A question in parts: whoever works them out, wherever, in whatever order, they come to the same."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from boards import load_design
from sim.errors import SimError
from sim.kernel import Prices
from sim.odds.case import Case
from sim.odds.question import PART, Question, answer, prepared
from sim.odds.resuming import Shelf, packed, unpacked
from sim.odds.tally import Tally, total
from sim.odds.tolerances import spread, tolerances
from sim.weather import default_weather

PRICES = Prices(
    sleep_W=0.0085, booked_W=0.0085, awake_W=0.2, wake_J=3.0, scarce_J=3.0, refused_J=0.8, dark_J=1.0,
    picture_J=3.0, small_J=2.0, join_J=6.0, kib_J=0.05, big_KiB=40.0, small_KiB=10.0,
)  # fmt: skip


def question(years: int = 2 * PART + 3, **changes: object) -> Question:
    """A node that often has too little."""
    case = Case(load_design("pico-w-arducam-2mp"), (default_weather(),), prices=PRICES,
                panel_x=0.2, battery_x=0.25)  # fmt: skip
    return Question("test", case.change(**changes), years)


def same(one: Tally, other: Tally) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))


def test_the_parts_are_the_blocks_in_their_order() -> None:
    asked = question(35)
    assert [asked.numbers(part) for part in range(asked.parts)] == [range(16), range(16, 32), range(32, 35)]
    assert question(20, span=5).blocks == 4


def test_years_that_do_not_fill_whole_lives_are_refused() -> None:
    with pytest.raises(SimError, match=r"^7 years of weather cannot be lived in spans of 5"):
        question(7, span=5)


def test_more_years_leave_the_first_parts_as_they_are() -> None:
    few, many = question(16), question(40)
    assert same(answer(few, 0), answer(many, 0))


def test_one_worker_and_two_say_the_same_and_another_seed_does_not() -> None:
    asked = question(4)
    first = answer(asked, 0, workers=1)
    assert same(first, answer(asked, 0, workers=2))
    other = answer(replace(asked, case=asked.case.change(seed=2)), 0)
    assert not same(first, other)
    assert (first.node_years, first.weather_years) == (512, 4)


def test_a_part_comes_back_from_the_disk_exactly(tmp_path: Path) -> None:
    part = answer(question(4), 0)
    shelf = Shelf(tmp_path)
    shelf.put("a", packed(part))
    assert shelf.get("a") is None  # not asked to resume
    kept = Shelf(tmp_path, resume=True).get("a")
    assert kept is not None and same(unpacked(kept), part)


def test_a_damaged_part_is_made_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, resume=True)
    shelf.put("a", packed(Tally.empty()))
    path = tmp_path / "parts" / "a.json"
    path.write_text(path.read_text("utf-8")[:-20], "utf-8")
    assert shelf.get("a") is None
    assert shelf.get("never") is None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("a file")
    with pytest.raises(SimError, match=r"a\.json: cannot be written"):
        Shelf(tmp_path).put("a", {})


def test_the_fingerprint_follows_what_is_asked_not_how_it_is_called() -> None:
    asked = question()
    assert asked.fingerprint() == replace(asked, name="else", weather_years=99).fingerprint()
    different = [
        replace(asked, tolerances=True), replace(asked, monthly=(50.0,) * 12),
        question(seed=2), question(tilt_deg=30.0), question(settings={"TORPOR_LOW_PCT": 5}),
    ]  # fmt: skip
    assert len({one.fingerprint() for one in [asked, *different]}) == 6


def test_sizes_share_their_tables() -> None:
    small, large = question(4), question(4, panel_x=2.0, battery_x=2.0)
    assert prepared(small)[0].hours is prepared(large)[0].hours
    assert prepared(small)[0].case.panel_x == 0.2
    assert answer(small, 0).probability()[0] < 0.9
    assert answer(large, 0).probability()[0] == 1.0


def test_a_run_begins_in_summer_and_its_winter_is_whole() -> None:
    asked = question(2)
    _, years = prepared(asked)
    assert years.day.shape == (2, 365)
    day_of_year = years.day % 365
    expected = (181 + np.arange(365)) % 365
    apart = np.abs((day_of_year - expected + 182) % 365 - 182)
    assert apart.max() <= 15  # blocks of five days from within ten days of their place


def test_nodes_differ_evenly() -> None:
    numbers = spread(np.random.default_rng(1))
    assert numbers.shape == (128,)
    assert abs(numbers.mean()) < 1e-9 and numbers.min() == -1.0 and numbers.max() == 1.0
    assert numbers.std() == pytest.approx(0.475, abs=0.02)
    panel, battery, load, gauge = tolerances(question().case)
    assert panel.min() == pytest.approx(0.7) and panel.max() == pytest.approx(1.3)  # effective 0.5 +-0.15
    assert battery.max() == pytest.approx(1.05)  # 3.0 +-0.15 Ah
    assert load.max() == pytest.approx(1.1) and gauge.min() == pytest.approx(-5.0)


def test_tolerances_cost_a_node_that_only_just_lives() -> None:
    sharp = question(16, panel_x=0.28, battery_x=0.35)
    alike, apart = (total([answer(replace(sharp, tolerances=told), 0)]) for told in (False, True))
    assert apart.mean("down_h") > alike.mean("down_h")


def test_years_are_dealt_some_parts_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk of years is the same as its stretch of all of them."""
    from sim.odds import question as module

    asked = question(5 * PART, seed=11)
    whole = prepared(asked)[1]
    alone = [answer(asked, part) for part in range(5)]
    monkeypatch.setattr(module, "CHUNK", 2)
    chunk = prepared(asked, 3)[1]
    assert (chunk.first, chunk.day.shape) == (32, (32, 365))
    assert np.array_equal(chunk.day, whole.day[32:64]) and np.array_equal(chunk.factor, whole.factor[32:64])
    assert all(same(answer(asked, part), alone[part]) for part in (4, 0, 3))
