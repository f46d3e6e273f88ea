"""Wiring: which wire goes where, and that its drawing can be read: nothing lies on anything else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

import matplotlib
import pytest
from PIL import ImageFont

from analysis.wiring import BOARD, GROUND, RAIL, End, Wiring, wiring_of
from analysis.wiring_list import wire_rows, wiring_markdown
from analysis.wiring_places import FLAG, Places, places_of
from analysis.wiring_routes import Route, crossings, routes_of, steps_of
from analysis.wiring_svg import colours_of, wiring_svg
from boards import list_designs, load_design

DESIGNS = list_designs()


@cache
def drawn(name: str) -> tuple[Wiring, Places, tuple[Route, ...]]:
    """A design's wiring, its places and its routes, made once."""
    wiring = wiring_of(load_design(name))
    places = places_of(wiring)
    return wiring, places, routes_of(wiring, places)


_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
BOLD = ImageFont.truetype(str(_FONTS / "DejaVuSans-Bold.ttf"), 13)
SVG = "{http://www.w3.org/2000/svg}"


def test_the_default_node_wire_by_wire() -> None:
    rows = wire_rows(wiring_of(load_design("pico-w-arducam-2mp")))
    assert [(row["from"], row["to"], row["kind"]) for row in rows] == [
        ("pir OUT", "board GP13", "signal"),
        ("camera SCK", "board GP2", "signal"),
        ("camera MOSI", "board GP3", "signal"),
        ("camera MISO", "board GP4", "signal"),
        ("camera CS", "board GP5", "signal"),
        ("camera SDA", "board GP8", "signal"),
        ("camera SCL", "board GP9", "signal"),
        ("camera switch ON", "board GP14", "signal"),
        ("meter SDA", "board GP6", "signal"),
        ("meter SCL", "board GP7", "signal"),
        ("bench 1", "board GP22", "signal"),
        ("panel +", "charger IN+", "supply"),
        ("panel -", "charger IN-", "minus"),
        ("battery +", "charger BAT+", "supply"),
        ("battery -", "charger BAT-", "minus"),
        ("charger OUT+", "meter VIN+", "supply"),
        ("meter VIN-", "board VSYS", "supply"),
        ("charger OUT-", "board GND", "ground"),
        ("pir VCC", "board 3V3", "3V3"),
        ("pir GND", "board GND", "ground"),
        ("meter VCC", "board 3V3", "3V3"),
        ("meter GND", "board GND", "ground"),
        ("camera switch VIN", "board 3V3", "3V3"),
        ("camera switch GND", "board GND", "ground"),
        ("camera VCC", "camera switch VOUT", "supply"),
        ("camera GND", "board GND", "ground"),
        ("bench 2", "board GND", "ground"),
    ]


def path_of_power(name: str) -> list[str]:
    """Box after box from the sun, by the thick wires; switched parts are not of it."""
    wires = [w for w in wiring_of(load_design(name)).wires if w.kind == "supply"]
    return [f"{w.here.box} {w.here.pin} > {w.there.box} {w.there.pin}" for w in wires]


def test_the_latch_stands_before_the_meter_and_the_pir_before_the_latch() -> None:
    assert path_of_power("pico-w-latched")[2:6] == [
        "charger OUT+ > latch VIN",
        "latch VOUT > meter VIN+",
        "meter VIN- > board VSYS",
        "pir VCC > charger OUT+",
    ]


def test_the_second_meter_sits_in_the_lead_of_the_panel() -> None:
    assert path_of_power("pico-w-two-meters")[:2] == [
        "panel + > panel_meter VIN+",
        "panel_meter VIN- > charger IN+",
    ]


def test_a_board_with_a_charger_takes_panel_and_battery_itself() -> None:
    wiring = wiring_of(load_design("xiao-s3-sense"))
    assert path_of_power("xiao-s3-sense") == [
        "panel + > board 5V",
        "battery + > meter VIN+",
        "meter VIN- > board BAT+",
    ]
    assert wiring.titles["meter"] == "INA219 in the battery's lead"
    assert any("backwards through the meter" in sentence for sentence in wiring.warnings)


def test_five_megapixels_hang_on_the_battery_behind_the_meter() -> None:
    assert "camera switch VIN > board VSYS" in path_of_power("pico-w-arducam-5mp")


def test_a_button_of_the_board_is_no_wire() -> None:
    wiring = wiring_of(load_design("memento"))
    assert wiring.own == (("bench", "BUTTON"),)
    assert "bench is BUTTON of the board itself: nothing to wire." in wiring_markdown(wiring)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_pin_of_the_design_is_one_wire_to_one_place_of_the_board(name: str) -> None:
    design = load_design(name)
    wiring = wiring_of(design)
    own = dict(wiring.own)
    first: dict[str, str] = {}
    for wire in wiring.wires:
        if wire.role and wire.there.box == BOARD:
            first.setdefault(wire.role, wire.there.pin)
    assert {**first, **own} == dict(design.pins)
    spots = [spot.end.pin for spot in places_of(wiring).boxes[0].spots]
    assert [pin for pin in design.pins.values() if spots.count(pin) != 1] == []


@pytest.mark.parametrize("name", DESIGNS)
def test_boxes_and_their_flags_lie_apart(name: str) -> None:
    places = places_of(wiring_of(load_design(name)))
    areas = []
    for box in places.boxes:
        left = any(spot.flag and spot.edge == "left" for spot in box.spots)
        right = any(spot.flag and spot.edge == "right" for spot in box.spots)
        areas.append((box.x - left * FLAG, box.y, box.x + box.w + right * FLAG, box.y + box.h))
        assert areas[-1][0] > 0 and areas[-1][2] < places.w and areas[-1][3] < places.h
    for one, two in combinations(areas, 2):
        assert one[2] < two[0] or two[2] < one[0] or one[3] < two[1] or two[3] < one[1]


@pytest.mark.parametrize("name", DESIGNS)
def test_wires_run_from_terminal_to_terminal_through_nothing(name: str) -> None:
    wiring, places, routes = drawn(name)
    assert len(routes) == sum(wire.kind not in (RAIL, GROUND) for wire in wiring.wires)
    for route in routes:
        for box in places.boxes:
            for x, y in list(steps_of(route))[1:-1]:
                assert not (box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h)
                for spot in box.spots:
                    way = {"left": -1, "right": 1, "under": 0}[spot.edge]
                    beside = (x - spot.x) * way
                    assert not (spot.flag and 0 <= beside < FLAG and abs(y - spot.y) < 2)


@pytest.mark.parametrize("name", DESIGNS)
def test_wires_never_run_along_each_other_and_cross_at_right_angles(name: str) -> None:
    _, _, routes = drawn(name)
    steps: dict[frozenset[tuple[int, int]], int] = {}
    for route in routes:
        points = list(steps_of(route))
        for pair in pairwise(points):
            assert steps.setdefault(frozenset(pair), route.net) == route.net
    turns = {point: route.net for route in routes for point in route.points}
    assert [point for point in crossings(routes) if point in turns] == []
    assert len(crossings(routes)) <= 30


@pytest.mark.parametrize("name", DESIGNS)
def test_each_net_reaches_all_its_terminals(name: str) -> None:
    _, places, routes = drawn(name)
    spots = places.spots
    for net in {route.net for route in routes}:
        mine = [route for route in routes if route.net == net]
        touched = [set(steps_of(route)) for route in mine]
        whole = touched.pop()
        while touched:
            near = [one for one in touched if one & whole]
            assert near, "a piece of the net hangs in the air"
            whole |= near[0]
            touched.remove(near[0])
        ends = {end for route in mine for end in (route.wire.here, route.wire.there)}
        assert {(spots[end].x, spots[end].y) for end in ends} <= whole


@pytest.mark.parametrize("name", DESIGNS)
def test_the_text_of_a_box_fits_into_it(name: str) -> None:
    for box in places_of(wiring_of(load_design(name))).boxes:
        for line in box.lines:
            assert BOLD.getlength(line) <= 10 * box.w - 8, line
        first = min(spot.y for spot in box.spots if spot.edge != "under")
        assert 10 * (first - box.y) - 8 >= 18 + 16 * (len(box.lines) - 1) + 7


@pytest.mark.parametrize("name", DESIGNS)
def test_the_drawing_is_one_svg_that_says_all_pins_and_warnings(name: str) -> None:
    wiring = wiring_of(load_design(name))
    svg = wiring_svg(wiring)
    tree = ElementTree.fromstring(svg)
    texts = [text.text for text in tree.iter(f"{SVG}text")]
    width = float(tree.attrib["width"])
    for text in tree.iter(f"{SVG}text"):
        if text.get("text-anchor") == "start":
            assert float(text.attrib["x"]) + BOLD.getlength(text.text or "") * 12 / 13 < width + 20
    for pin in load_design(name).pins.values():
        assert pin in texts
    said = " ".join(text.strip("\N{BULLET} ") for text in texts if text)
    for sentence in wiring.warnings:
        assert sentence in said
    assert "prefers-color-scheme: dark" in svg


def test_neighbours_differ_in_colour() -> None:
    _, _, routes = drawn("pico-w-arducam-2mp")
    colours = colours_of(routes)
    camera = {r.wire.here.pin: colours[r.net] for r in routes if r.wire.here.box == "camera" and r.wire.role}
    assert len({camera[pin] for pin in ("SCK", "MOSI", "MISO", "CS")}) == 4


def test_a_board_without_a_header_shows_the_pins_that_a_design_may_use() -> None:
    design = load_design("xiao-s3-sense")
    caps = {name: value for name, value in design.board.caps.items() if name != "header"}
    bare = replace(design, board=replace(design.board, caps=MappingProxyType(caps)))
    wiring = wiring_of(bare)
    assert dict(wiring.edges)["left"] == design.board.words("pins")
    assert End(BOARD, "D4") in places_of(wiring).spots
    ElementTree.fromstring(wiring_svg(wiring))
