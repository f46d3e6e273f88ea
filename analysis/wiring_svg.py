"""A wiring as one SVG: the board with its pins in their order, parts as boxes, wires at right angles.

It follows the reader's light or dark screen and prints light. Plus is thick and red, minus thick and without
colour; signals have the colours of Okabe and Ito in turn, and each terminal also names its pin of the board.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from textwrap import wrap

from analysis.wiring import BOARD, MINUS, RAIL, SIGNAL, SUPPLY, Wiring
from analysis.wiring_places import Box, Places, Spot, places_of
from analysis.wiring_routes import Route, joints, routes_of

#: Pixels of a step of the grid, of a line of text below; letters of such a line for each step.
G, LINE, LETTERS = 10, 18, 1.55
SIGNALS = 6
_STYLE = """
svg { --paper: #ffffff; --ink: #222222; --faint: #6b6b6b; --box: #f4f4f2; --board: #e7eef2; --edge: #8a8a8a;
  --plus: #b2182b; --minus: #222222; --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #b8578f;
  --c4: #9a6b00; --c5: #2f8fc4; background: var(--paper);
  font-family: 'DejaVu Sans', Verdana, Arial, sans-serif; }
@media screen and (prefers-color-scheme: dark) { svg {
  --paper: #16191d; --ink: #ececec; --faint: #a9aeb4; --box: #23282e; --board: #1d2f3a; --edge: #6a7078;
  --plus: #ff6b6b; --minus: #ececec; --c0: #56b4e9; --c1: #ff8f3f; --c2: #2fd3a4; --c3: #e69ac4;
  --c4: #f0e442; --c5: #9fc6ff; } }
text { fill: var(--ink); font-size: 12px; dominant-baseline: central; }
.head { font-weight: bold; font-size: 13px; }
.title { font-weight: bold; font-size: 18px; }
.faint { fill: var(--faint); }
.tag { font-size: 11px; }
.used { font-weight: bold; }
.box { fill: var(--box); stroke: var(--edge); stroke-width: 1.5; }
.board { fill: var(--board); stroke: var(--ink); stroke-width: 2; }
.line { fill: none; stroke-linejoin: round; }
.halo { stroke: var(--paper); stroke-width: 8; }
.signal { stroke-width: 2.2; }
.thick { stroke-width: 4; }
.supply { stroke: var(--plus); }
.minus { stroke: var(--minus); }
.flag { fill: none; stroke: var(--plus); stroke-width: 1.8; }
.flagtext { fill: var(--plus); font-size: 11px; font-weight: bold; }
.earth { fill: none; stroke: var(--minus); stroke-width: 1.8; }
.pad { stroke: var(--ink); fill: var(--paper); }
"""


def wiring_svg(wiring: Wiring) -> str:
    """The drawing. A pure function; WiringError if its wires find no room."""
    places = places_of(wiring)
    routes = routes_of(wiring, places)
    below = _below(wiring, places.w)
    height = places.h * G + LINE * (len(below) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {places.w * G} {height}" role="img" '
        f'width="{places.w * G}" height="{height}"><title>Wiring of {escape(wiring.name)}</title>',
        f'<style>{_STYLE}{"".join(f".c{n} {{ stroke: var(--c{n}); }}" for n in range(SIGNALS))}</style>',
        f'<rect width="{places.w * G}" height="{height}" fill="var(--paper)"/>',
        f'<text x="30" y="28" class="title">{escape(wiring.title)}</text>',
        *_wires(routes), *_joints(routes),
        *(text for box in places.boxes for text in _box(box, wiring)),
        *_text_below(below, places),
        "</svg>",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _wires(routes: tuple[Route, ...]) -> Iterator[str]:
    """Net by net: a halo first, so that a wire below has a gap where it is crossed."""
    colours = colours_of(routes)
    above = sorted(routes, key=lambda route: route.wire.kind != SIGNAL)  # the power's ways are never cut up
    for net in dict.fromkeys(route.net for route in above):
        mine = [route for route in routes if route.net == net]
        yield from (f'<path class="line halo" d="{_path(route)}"/>' for route in mine)
        yield from (f'<path class="line {_class(r, colours)}" d="{_path(r)}"/>' for r in mine)


def colours_of(routes: tuple[Route, ...]) -> dict[int, int]:
    """Net -> number of its colour: in turn from the top, so that neighbours differ."""
    signals = [route for route in routes if route.wire.kind == SIGNAL]
    ordered = sorted(signals, key=lambda route: (route.points[-1][0], route.points[-1][1]))
    nets = dict.fromkeys(route.net for route in ordered)
    numbers = {net: count % SIGNALS for count, net in enumerate(nets)}
    return {route.net: numbers[route.net] for route in ordered}


def _class(route: Route, colours: dict[int, int]) -> str:
    if route.wire.kind == SIGNAL:
        return f"signal c{colours[route.net]}"
    return "thick supply" if route.wire.kind == SUPPLY else "thick minus"


def _path(route: Route) -> str:
    return "M" + " L".join(f"{x * G} {y * G}" for x, y in route.points)


def _joints(routes: tuple[Route, ...]) -> Iterator[str]:
    colours = colours_of(routes)
    kinds = {point: route for route in routes for point in (route.points[0], route.points[-1])}
    for x, y in dict.fromkeys(joints(routes)):
        route = kinds[x, y]
        name = {SUPPLY: "plus", MINUS: "minus"}.get(route.wire.kind, f"c{colours.get(route.net, 0)}")
        yield f'<circle class="joint" cx="{x * G}" cy="{y * G}" r="5" fill="var(--{name})"/>'


def _box(box: Box, wiring: Wiring) -> Iterator[str]:
    x, y, w, h = (G * value for value in (box.x, box.y, box.w, box.h))
    name = "board" if box.key == BOARD else "box"
    yield f'<rect class="{name}" x="{x}" y="{y}" width="{w}" height="{h}" rx="6"/>'
    for number, line in enumerate(box.lines):
        yield _text(x + w / 2, y + 18 + 16 * number, line, "head", "middle")
    used = used_pins(wiring)
    for spot in box.spots:
        yield from _board_pin(spot, used) if box.key == BOARD else _terminal(spot)


def used_pins(wiring: Wiring) -> dict[str, str]:
    """The board's pins that have a wire -> what it carries."""
    found = {wire.there.pin: wire.kind for wire in wiring.wires if wire.there.box == BOARD}
    return {**found, **{pin: SIGNAL for _, pin in wiring.own}}


def _board_pin(spot: Spot, used: dict[str, str]) -> Iterator[str]:
    x, y, kind = spot.x * G, spot.y * G, used.get(spot.end.pin)
    yield f'<rect class="pad" x="{x - 4}" y="{y - 4}" width="8" height="8"/>'
    style = {RAIL: "flagtext", SUPPLY: "flagtext", None: "faint tag"}.get(kind, "used")
    if spot.edge == "under":
        yield _text(x, y - 14, spot.end.pin, style, "middle")
    else:
        at, anchor = (x + 12, "start") if spot.edge == "left" else (x - 12, "end")
        yield _text(at, y, spot.end.pin, style, anchor)


def _terminal(spot: Spot) -> Iterator[str]:
    x, y = spot.x * G, spot.y * G
    inward = 1 if spot.edge == "left" else -1
    anchor = "start" if spot.edge == "left" else "end"
    yield f'<circle class="pad" cx="{x}" cy="{y}" r="4"/>'
    yield _text(x + 12 * inward, y, spot.end.pin, "used", anchor)
    if spot.tag:
        yield _text(x + 62 * inward, y, spot.tag, "faint tag", anchor)
    if spot.flag:
        yield from _flag(x, y, -inward, spot.flag)


def _flag(x: int, y: int, way: int, kind: str) -> Iterator[str]:
    """A pennant for 3.3 V, the sign of earth for ground."""
    yield f'<path class="{"flag" if kind == RAIL else "earth"}" d="M{x + 4 * way} {y} H{x + 18 * way}"/>'
    if kind == RAIL:
        left = min(x + 18 * way, x + 56 * way)
        yield f'<rect class="flag" x="{left}" y="{y - 8}" width="38" height="16" rx="8"/>'
        yield _text(x + 37 * way, y + 0.5, "3V3", "flagtext", "middle")
        return
    bars = "".join(f"M{x + (18 + 4 * n) * way} {y - 8 + 2.5 * n} V{y + 8 - 2.5 * n}" for n in range(3))
    yield f'<path class="earth" d="{bars}"/>'
    yield _text(x + 31 * way, y, "GND", "tag used", "start" if way > 0 else "end")


def _below(wiring: Wiring, width: int) -> list[tuple[str, str]]:
    """Lines of text below the drawing, (class, text)."""
    letters = int((width - 6) * LETTERS)
    rail = next((wire.there.pin for wire in wiring.wires if wire.kind == RAIL), "")
    how = (f"3V3: a wire to the board's pin {rail}. " if rail else "") + (
        "GND: a wire to any GND pin of the board. Thick lines: the battery's and the panel's, red is plus."
        " A gap: wires that only cross. A dot: wires that are joined."
    )
    found = [("faint", line) for line in wrap(how, letters)]
    for text in (*_notes(wiring), *wiring.warnings):
        lines = wrap(text, letters)
        found += [("", f"\N{BULLET} {lines[0]}"), *(("", f"   {line}") for line in lines[1:])]
    return found


def _notes(wiring: Wiring) -> list[str]:
    """Notes on wires, terminals with the same note together."""
    found: dict[str, list[str]] = {}
    for wire in wiring.wires:
        if wire.note:
            found.setdefault(wire.note, []).append(f"{name_of(wiring, wire.here.box)} {wire.here.pin}")
    own = [f"{role} is {pin} of the board itself: nothing to wire." for role, pin in wiring.own]
    return [f"{', '.join(ends)}: {note}." for note, ends in found.items()] + own


def name_of(wiring: Wiring, box: str) -> str:
    """How a box is called in a sentence."""
    return {"pir": "PIR", "sd": "SD card"}.get(box, box.replace("_", " ")).replace(
        "sd switch", "SD card's switch"
    )


def _text_below(lines: list[tuple[str, str]], places: Places) -> Iterator[str]:
    for row, (style, line) in enumerate(lines):
        yield _text(30, places.h * G + LINE * row, line, style, "start")


def _text(x: float, y: float, text: str, style: str, anchor: str) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}" xml:space="preserve"'
    return f'<text class="{style}" {place}>{escape(text)}</text>'
