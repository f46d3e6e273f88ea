"""What the pages make of a node's standing: which card comes first, what the curves draw and hint at."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from station.forecast import HALVES, Forecast, Half
from station.front_page import front_page
from station.node_curves import charge_curve
from station.page import gauge
from station.standing import Standing
from station.store import Store
from tests.station.test_quiet import event, standing

FULL = Forecast("", "Greensboro", (Half(0.9, 0.95, 1.0, 0.2, 0.2, 10.0, 0.0),) * HALVES)


def named(name: str, node: Standing) -> Standing:
    return dataclasses.replace(node, node=dataclasses.replace(node.node, name=name))


def test_trouble_comes_first_and_whom_all_is_well_with_last(tmp_path: Path) -> None:
    nodes = [
        named("a-well", standing()),
        named("b-rests", standing(event("LOW_BATTERY"))),
        named("c-new", standing(silent_h=None)),
        named("d-late", standing(silent_h=100.0)),
        named("e-well", standing()),
    ]
    with Store(tmp_path) as store:
        page = front_page(store, nodes)
    assert re.findall(r'<h2><a href="/nodes/([^"]+)"', page) == [
        "d-late",
        "c-new",
        "b-rests",
        "a-well",
        "e-well",
    ]
    assert "<title>Your nodes: 1 in trouble</title>" in page


def test_a_node_that_lost_its_supply_says_for_how_long_at_most(tmp_path: Path) -> None:
    cold = standing(event("WOKE", 500.0), event("WOKE", 20.0))
    last = cold.told[0]
    first = dataclasses.replace(last, received_s=cold.now_s - 30 * 3600.0)
    cold = dataclasses.replace(cold, told=(first, last))
    with Store(tmp_path) as store:
        page = front_page(store, [cold])
    assert "<dt>no supply (30 days)</dt><dd>at most 29 h</dd>" in page


@pytest.mark.parametrize(("soc", "far"), [(64, True), (65, True), (66, False)])
def test_a_charge_far_below_what_was_to_be_expected_is_a_hint(soc: int, far: bool) -> None:
    drawn = str(charge_curve(standing(soc=soc), FULL, 30))
    hint = f"{90 - soc} points below: is the panel shaded, dirty, or turned away from the sun?"
    assert (hint in drawn) is far


def test_the_charge_of_a_week_leaves_out_what_is_older() -> None:
    known = [event("BATTERY", hours, argument=90) for hours in (300.0, 250.0, 160.0, 20.0)]
    drawn = charge_curve(standing(*known, silent_h=None), None, 7)
    path = re.search(r'd="([^"]+)" class="measured"', str(drawn))
    assert path is not None and len(re.findall("[ML]", path[1])) == 2


@pytest.mark.parametrize(("soc", "kind"), [(24, "low"), (25, "high")])
def test_a_low_charge_is_red(soc: int, kind: str) -> None:
    assert f'class="{kind}"' in gauge(soc)
