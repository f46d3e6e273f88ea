"""Where a wiring's boxes stand: the board in the middle with its pins in their order, parts left and right.

Everything is in steps of the grid on which wires run; y grows downwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from analysis.wiring import BOARD, GROUND, RAIL, SUPPLY, End, Wire, Wiring

#: Rows of terminals, the head of a box, its width, the board's, the room of a flag, of a gap between boxes.
PITCH, HEAD, WIDE, BOARD_WIDE, FLAG, GAP = 2, 5, 20, 18, 7, 3
#: Between a column and the board: room for so many wires beside each other, and some more.
CHANNEL, MARGIN, TOP = 8, 3, 6
#: Letters of a title's line that fit into a box.
TITLE_LETTERS = 25
#: The way of the power, in the order in which its boxes stand from the board's supply pin downwards.
POWER_PATH = ("meter", "latch", "charger", "panel_meter", "panel", "battery")
#: Power terminals in the order that lets their wires lie inside one another.
_ORDER = ("VOUT", "VIN-", "VIN+", "OUT+", "VIN", "LED+", "VCC", "BAT+", "BAT-", "IN+", "IN-", "-", "+")


@dataclass(frozen=True, slots=True)
class Spot:
    """A terminal's place on the edge of its box. `edge` : left, right, under. `flag` : RAIL, GROUND or "".
    `tag` : the board's pin that it goes to."""

    end: End
    x: int
    y: int
    edge: str
    flag: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its terminals; `lines` is its title."""

    key: str
    x: int
    y: int
    w: int
    h: int
    lines: tuple[str, ...]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """All boxes, the board first, and the size of the whole."""

    boxes: tuple[Box, ...]
    w: int
    h: int

    @property
    def spots(self) -> dict[End, Spot]:
        """Terminals by their ends; of pins with one name that of the first."""
        found: dict[End, Spot] = {}
        for box in self.boxes:
            for spot in box.spots:
                found.setdefault(spot.end, spot)
        return found


def places_of(wiring: Wiring) -> Places:
    """A pure function of the wiring."""
    columns = {"left": _column(wiring, "left"), "right": _column(wiring, "right")}
    channel = max(CHANNEL, 4 + sum(1 for wire in wiring.wires if wire.kind not in (RAIL, GROUND)) // 2)
    left_x = MARGIN + FLAG
    board_x = left_x + WIDE + channel
    right_x = board_x + BOARD_WIDE + channel
    board = _board(wiring, board_x, TOP + 6)
    boxes = [board]
    for side, x in (("left", left_x), ("right", right_x)):
        boxes += _stacked(wiring, columns[side], side, x)
    bottom = max(box.y + box.h for box in boxes)
    return Places(tuple(boxes), right_x + WIDE + FLAG + MARGIN, bottom + 4)


def _board(wiring: Wiring, x: int, y: int) -> Box:
    spots = [spot for edge, pins in wiring.edges for spot in _pins(wiring, edge, pins, x, y)]
    rows = max(len(pins) for edge, pins in wiring.edges if edge != "under")
    height = HEAD + rows * PITCH + 1
    moved = [Spot(s.end, s.x, y + height, s.edge, s.flag, s.tag) if s.edge == "under" else s for s in spots]
    return Box(BOARD, x, y, BOARD_WIDE, height, _title(wiring.titles[BOARD], TITLE_LETTERS - 5), tuple(moved))


def _pins(wiring: Wiring, edge: str, pins: tuple[str, ...], x: int, y: int) -> Iterator[Spot]:
    for row, pin in enumerate(pins):
        if edge == "under":
            yield Spot(End(BOARD, pin), x + 4 + 10 * row, y, edge)
        else:
            at = x if edge == "left" else x + BOARD_WIDE
            yield Spot(End(BOARD, pin), at, y + HEAD + row * PITCH, edge)


def _rows_of_pins(wiring: Wiring) -> dict[str, tuple[str, int]]:
    """Pin -> edge and row; of pins with one name (GND) the first."""
    found: dict[str, tuple[str, int]] = {}
    for edge, pins in wiring.edges:
        for row, pin in enumerate(pins):
            found.setdefault(pin, (edge, row))
    return found


def _column(wiring: Wiring, side: str) -> tuple[str, ...]:
    """The boxes of a side from the top: the power path stands right, before all others."""
    boxes = [box for box in wiring.titles if box != BOARD]
    path = [box for box in POWER_PATH if box in boxes]
    others = [box for box in boxes if box not in path]
    mine = sorted((_row(wiring, box), box) for box in others if _side(wiring, box) == side)
    return (*(path if side == "right" else ()), *(box for _, box in mine))


def _side(wiring: Wiring, box: str) -> str:
    fed = box.removesuffix(" switch")
    edges = [edge for edge, _ in _pins_of(wiring, fed if fed in wiring.titles else box)]
    return "right" if edges and edges.count("left") * 2 < len(edges) else "left"


def _row(wiring: Wiring, box: str) -> float:
    """How far down its pins are; a switch stands just below what it feeds."""
    fed = box.removesuffix(" switch")
    rows = [row for _, row in _pins_of(wiring, fed if fed in wiring.titles else box)]
    mean = sum(rows) / len(rows) if rows else 99.0
    return mean + (0.01 if fed != box else 0.0)


def _pins_of(wiring: Wiring, box: str) -> list[tuple[str, int]]:
    rows = _rows_of_pins(wiring)
    return [rows[w.there.pin] for w in wiring.wires if w.here.box == box and w.there.box == BOARD and w.role]


def _stacked(wiring: Wiring, keys: Iterable[str], side: str, x: int) -> Iterator[Box]:
    y = TOP
    for key in keys:
        box = _box(wiring, key, side, x, y)
        yield box
        y += box.h + GAP


def _box(wiring: Wiring, key: str, side: str, x: int, y: int) -> Box:
    inner, outer = _terminals(wiring, key)
    lines = _title(wiring.titles[key])
    head = HEAD + 1 if len(lines) > 1 else HEAD - 1
    near, far = (x + WIDE, x) if side == "left" else (x, x + WIDE)
    edges = ("right", "left") if side == "left" else ("left", "right")
    spots = [
        Spot(end, near, y + head + row * PITCH, edges[0], "", tag) for row, (end, tag) in enumerate(inner)
    ]
    spots += [Spot(end, far, y + head + row * PITCH, edges[1], flag) for row, (end, flag) in enumerate(outer)]
    height = head + (max(len(inner), len(outer)) - 1) * PITCH + 2
    return Box(key, x, y, WIDE, height, lines, tuple(spots))


def _terminals(wiring: Wiring, key: str) -> tuple[list[tuple[End, str]], list[tuple[End, str]]]:
    """Those with wires (and the board's pin), in order; those with flags (and which)."""
    rows = _rows_of_pins(wiring)
    inner: dict[End, tuple[float, str]] = {}
    outer: dict[End, str] = {}
    for wire in wiring.wires:
        for mine, other in ((wire.here, wire.there), (wire.there, wire.here)):
            if mine.box == key and wire.kind in (RAIL, GROUND):
                outer[mine] = wire.kind
            elif mine.box == key:
                inner.setdefault(mine, (_rank(wire, mine, other, rows), _tag(wire, other)))
    ordered = sorted(inner.items(), key=lambda item: item[1][0])
    return [(end, tag) for end, (_, tag) in ordered], sorted(outer.items(), key=lambda item: item[1])


def _rank(wire: Wire, mine: End, other: End, rows: dict[str, tuple[str, int]]) -> float:
    if wire.role and other.box == BOARD:
        first = -50.0 if mine.pin == "ON" else 0.0
        return -first / 50 * 90 + rows[other.pin][1]
    known = _ORDER.index(mine.pin) if mine.pin in _ORDER else len(_ORDER)
    return 60.0 + known


def _tag(wire: Wire, other: End) -> str:
    return other.pin if other.box == BOARD and wire.kind != SUPPLY else ""


def _title(text: str, letters: int = TITLE_LETTERS) -> tuple[str, ...]:
    """At most two lines; a figure stays beside its unit."""
    lines = wrap(re.sub(r"(\d) ([a-zA-Z]+\b)", "\\1\u00a0\\2", text), letters)
    if len(lines) > 2:
        lines = [lines[0], lines[1][: letters - 1].rstrip(" ,") + "\u2026"]
    return tuple(lines)
