"""Maps of sizes, what to buy of them, catalogues."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boards import load_design
from sim.errors import SimError
from sim.kernel import Prices
from sim.odds.case import Case
from sim.odds.catalogue import read_catalogue
from sim.odds.question import Question, answer, prepared
from sim.odds.sizing import Sizes, Survey, best, offers, steps, survey
from sim.weather import default_weather

PRICES = Prices(
    sleep_W=0.0085, booked_W=0.0085, awake_W=0.2, wake_J=3.0, scarce_J=3.0, refused_J=0.8, dark_J=1.0,
    picture_J=3.0, small_J=2.0, join_J=6.0, kib_J=0.05, big_KiB=40.0, small_KiB=10.0,
)  # fmt: skip


def question(years: int = 8, **changes: object) -> Question:
    case = Case(load_design("pico-w-arducam-2mp"), (default_weather(),), prices=PRICES)
    return Question("test", case.change(**changes), years)


def by_hand(chance: list[list[float]], years: int = 100) -> Survey:
    kept = np.array(chance) * years
    return Survey(years, kept, kept, 0.0 * kept, 365.0 * 20.0 * years + 0.0 * kept)


MAP = [[0.10, 0.50, 0.99], [0.20, 0.99, 1.00], [0.50, 1.00, 1.00]]  # panel by panel


def test_for_each_panel_the_smallest_battery_and_none_that_another_beats() -> None:
    found = offers(by_hand(MAP), Sizes((1.0, 2.0, 3.0), (10.0, 20.0, 30.0)), 0.99)
    assert [(one.panel_W, one.battery_Ah, one.chance) for one in found] == [
        (1.0, 30.0, 0.99),
        (2.0, 20.0, 0.99),
    ]
    assert found[0].price is None and found[0].pictures == pytest.approx(20.0)
    assert found[0].least == pytest.approx(0.9455, abs=1e-4)


def test_sizes_need_no_order() -> None:
    sizes = Sizes((3.0, 1.0, 2.0), (30.0, 10.0, 20.0))
    turned = [[MAP[row][at] for at in (2, 0, 1)] for row in (2, 0, 1)]
    found = offers(by_hand(turned), sizes, 0.99)
    assert [(one.panel_W, one.battery_Ah) for one in found] == [(1.0, 30.0), (2.0, 20.0)]


def test_without_prices_the_least_product_with_prices_the_cheapest() -> None:
    sizes = Sizes((1.0, 2.0, 3.0), (10.0, 20.0, 30.0))
    chosen = best(by_hand(MAP), sizes, 0.99)
    assert chosen is not None and (chosen.panel_W, chosen.battery_Ah) == (1.0, 30.0)
    dear = Sizes(sizes.panels_W, sizes.batteries_Ah, (1.0, 2.0, 3.0), (1.0, 2.0, 9.0))
    chosen = best(by_hand(MAP), dear, 0.99)
    assert chosen is not None and (chosen.panel_W, chosen.battery_Ah, chosen.price) == (2.0, 20.0, 4.0)
    odd = Sizes(sizes.panels_W, sizes.batteries_Ah, (9.0, 9.0, 0.5), (9.0, 9.0, 0.5))  # larger is cheaper
    chosen = best(by_hand(MAP), odd, 0.99)
    assert chosen is not None and (chosen.panel_W, chosen.battery_Ah, chosen.price) == (3.0, 30.0, 1.0)


@pytest.mark.parametrize(("promise", "panel"), [(0.99, 1.0), (0.9901, 2.0), (1.0, 2.0)])
def test_the_promise_is_met_to_the_point(promise: float, panel: float) -> None:
    chosen = best(by_hand(MAP), Sizes((1.0, 2.0, 3.0), (10.0, 20.0, 30.0)), promise)
    assert chosen is not None and chosen.panel_W == panel


def test_a_promise_that_nothing_keeps() -> None:
    assert best(by_hand([[0.5]]), Sizes((1.0,), (1.0,)), 0.9) is None
    assert offers(by_hand([[0.5]]), Sizes((1.0,), (1.0,)), 0.9) == ()


@pytest.mark.parametrize("wrong", [(), (0.0,), (-1.0, 2.0), (2.0, 2.0)])
def test_sizes_that_cannot_be(wrong: tuple[float, ...]) -> None:
    with pytest.raises(SimError, match=r"panel sizes .*: expected one or more, all different and above 0"):
        Sizes(wrong, (1.0,))


def test_steps_are_even_by_ratio() -> None:
    found = steps(2.0, 4.0, 5)
    assert found == pytest.approx((0.5, 1.0, 2.0, 4.0, 8.0))


def test_the_map_grows_with_panel_and_battery() -> None:
    one, years = prepared(question())
    found = survey(one, years, (0.1, 0.3, 2.0), (0.1, 0.3, 2.0))
    assert found.years == 8 and found.chance.shape == (3, 3)
    assert found.chance[0, 0] == 0.0 and found.chance[2, 2] == 1.0
    assert (np.diff(found.down_h, axis=0) <= 0.0).all() and (np.diff(found.down_h, axis=1) <= 0.0).all()


def test_pictures_belong_to_the_promise() -> None:
    one, years = prepared(question(4))
    free = survey(one, years, (2.0,), (1.0,))
    assert free.kept[0, 0] == 4.0
    usual = float(free.pictures_a_day()[0, 0])
    assert survey(one, years, (2.0,), (1.0,), pictures=0.5 * usual).kept[0, 0] == 4.0
    assert survey(one, years, (2.0,), (1.0,), pictures=2.0 * usual).kept[0, 0] == 0.0


def test_more_sizes_than_lanes_and_more_workers_change_nothing() -> None:
    one, years = prepared(question(4))
    panels, batteries = steps(0.4, 4.0, 13), steps(0.4, 4.0, 11)  # 143 sizes, 128 lanes
    whole = survey(one, years, panels, batteries, workers=1)
    other = survey(one, years, panels, batteries, workers=2)
    halves = survey(one, years, panels, batteries, numbers=range(2)).plus(
        survey(one, years, panels, batteries, numbers=range(2, 4))
    )
    for name in ("alive", "kept", "down_h", "pictures"):
        assert np.array_equal(getattr(whole, name), getattr(other, name))
        assert np.allclose(getattr(whole, name), getattr(halves, name), rtol=1e-12)


def test_the_map_and_the_node_alone_agree() -> None:
    """One cell of the map is the node that viability asks about."""
    one, years = prepared(question(8, panel_x=0.25, battery_x=0.3))
    cells = survey(one, years, (1.0,) * 1, (1.0,))
    alone = answer(question(8, panel_x=0.25, battery_x=0.3), 0)
    mean_h = cells.down_h[0, 0] / cells.years
    assert abs(mean_h - alone.mean("down_h")) < 0.35 * alone.mean("down_h") + 5.0


def test_a_catalogue_as_toml_and_as_csv(tmp_path: Path) -> None:
    toml, table = tmp_path / "shop.toml", tmp_path / "shop.csv"
    toml.write_text("[[panel]]\nW=2\nprice=8.5\n[[panel]]\nW=1\nprice=5\n[[battery]]\nAh=3\nprice=4\n")
    table.write_text("kind,size,price\npanel,2,8.5\nbattery,3,4\npanel,1,5\n")
    assert read_catalogue(toml) == read_catalogue(table) == Sizes((1.0, 2.0), (3.0,), (5.0, 8.5), (4.0,))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "kind,size\npanel,1\n", "expected the columns kind, size, price."),
        ("a.csv", "kind,size,price\nlamp,1,2\n", "line 2: kind is 'lamp', expected panel or battery."),
        ("a.csv", "kind,size,price\npanel,1,\n", "line 2: price is missing, expected a number."),
        ("a.csv", "kind,size,price\npanel,-1,2\n", "line 2: size is -1, expected 0 or more."),
        ("a.csv", "kind,size,price\npanel,1,2\n", "offers no battery, expected one or more."),
        (
            "a.csv",
            "kind,size,price\npanel,1,2\npanel,1,3\nbattery,1,1\n",
            "panel sizes 1, 1: expected one or",
        ),
        ("a.toml", "[[panel]]\nWatt=1\n", "panel 1: 'Watt' is unknown; there are W, price."),
        ("a.toml", "[[lamp]]\nW=1\n", "'lamp' is unknown; there are [[panel]] and [[battery]]."),
        ("a.toml", "panel = 3\n", "panel is no list of tables, expected [[panel]]."),
        ("a.toml", "[[panel]]\nW=inf\nprice=1\n", "panel 1: W is inf, expected 0 or more."),
        ("a.toml", "[[\n", "is no valid TOML"),
    ],
)
def test_a_wrong_catalogue_is_one_sentence(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SimError) as problem:
        read_catalogue(path)
    assert str(problem.value).startswith(f"{path}: {said}")
