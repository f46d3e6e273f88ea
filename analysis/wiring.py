"""Which wire goes where in a node, read from its design: boxes with terminals, and wires between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.wiring_words import notes_of_wire, title_of, warnings_of
from boards import Design
from boards.check_pins import BENCH

BOARD = "board"
#: What a wire carries. RAIL and GROUND are drawn as flags, since many meet there; the others as lines.
SIGNAL, SUPPLY, MINUS, RAIL, GROUND = "signal", "supply", "minus", "3V3", "ground"
#: Terminals by the ending of a pin's role; any other is the ending itself.
_TERMINALS = {"pir": "OUT", "int": "INT", "hold": "HOLD", BENCH: "1"}


@dataclass(frozen=True, slots=True)
class End:
    """A terminal: `box` is a key of Wiring.titles."""

    box: str
    pin: str


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire. `role` is the design's word for the board's pin, empty for supply and ground."""

    here: End
    there: End
    kind: str
    role: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wiring:
    """All of a node.

    Attributes
    ----------
    titles : box -> what it is, for people. edges : the board's header, (edge, pins from the top).
    own : roles whose part is on the board: nothing to wire. warnings : sentences.
    """

    name: str
    title: str
    titles: dict[str, str]
    edges: tuple[tuple[str, tuple[str, ...]], ...]
    wires: tuple[Wire, ...]
    own: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def wiring_of(design: Design) -> Wiring:
    """The wiring of a design; a pure function of its parts and pins."""
    wires = (*_signals(design), *_power_path(design), *_supplies(design))
    noted = tuple(
        Wire(w.here, w.there, w.kind, w.role, w.note or notes_of_wire(design, w.here.box, w.here.pin, w.role))
        for w in wires
    )
    boxes = dict.fromkeys(end.box for wire in wires for end in (wire.here, wire.there))
    return Wiring(
        design.name,
        design.title,
        {box: title_of(design, box) for box in boxes},
        edges_of(design, wires),
        noted,
        tuple((role, pin) for role, pin in design.pins.items() if _on_board(role, pin)),
        warnings_of(design),
    )


def edges_of(design: Design, wires: tuple[Wire, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The board's header; without one the pins that a design may use, and what else has a wire."""
    lines = [line.split() for line in design.board.words("header")]
    if lines:
        return tuple((line[0], tuple(line[1:])) for line in lines)
    pins = design.board.words("pins")
    others = (wire.there.pin for wire in wires if wire.there.box == BOARD and wire.there.pin not in pins)
    return (("left", pins), ("right", tuple(dict.fromkeys(others))))


def supply_pin(design: Design) -> str:
    return str(design.board.caps.get("supply_pin", "BAT+"))


def minus_pin(design: Design) -> str:
    return str(design.board.caps.get("minus_pin", "GND"))


def rail_pin(design: Design) -> str:
    return str(design.board.caps.get("rail_pin", "3V3"))


def _on_board(role: str, pin: str) -> bool:
    """A button of the board stands for the bench switch."""
    return role == BENCH and pin == "BUTTON"


def switch_of(role: str) -> str:
    """The load switch on this pin: what it feeds is the part that the role begins with."""
    return f"{role.rsplit('_', 1)[0]} switch"


def _end_of(role: str) -> End:
    """The terminal that a board's pin goes to."""
    group, _, ending = role.rpartition("_")
    if ending == "power" and group == "light":
        return End("light", "GATE")
    if ending == "power":
        return End(switch_of(role), "ON")
    return End(group or role, _TERMINALS.get(ending, ending.upper()))


def _signals(design: Design) -> Iterator[Wire]:
    for role, pin in design.pins.items():
        if not _on_board(role, pin):
            yield Wire(_end_of(role), End(BOARD, pin), SIGNAL, role)
    bus = {ending: design.pins.get(f"meter_{ending}") for ending in ("sda", "scl")}
    for sharer in ("clock", "panel_meter"):
        if sharer in {part.kind for part in design.parts}:
            for ending, shared in bus.items():
                if shared:
                    yield Wire(End(sharer, ending.upper()), End(BOARD, shared), SIGNAL, f"meter_{ending}")
    if design.latch:
        yield Wire(
            End("latch", "START"), End("pir", "OUT"), SIGNAL, "pir", "through a diode, its ring at the latch"
        )


def _power_path(design: Design) -> Iterator[Wire]:
    """From the sun to the board: panel, charger, battery, latch, meter."""
    own_input = design.charger.caps.get("board_pin")
    sun = [End("panel", "+")]
    if design.panel_meter:
        yield Wire(sun[0], End("panel_meter", "VIN+"), SUPPLY)
        sun = [End("panel_meter", "VIN-")]
    if own_input:
        yield Wire(sun[0], End(BOARD, str(own_input)), SUPPLY)
        yield Wire(End("panel", "-"), End(BOARD, "GND"), GROUND)
        yield Wire(End("battery", "-"), End(BOARD, minus_pin(design)), MINUS)
        yield from _to_board(design, End("battery", "+"))
        return
    yield Wire(sun[0], End("charger", "IN+"), SUPPLY)
    yield Wire(End("panel", "-"), End("charger", "IN-"), MINUS)
    yield Wire(End("battery", "+"), End("charger", "BAT+"), SUPPLY)
    yield Wire(End("battery", "-"), End("charger", "BAT-"), MINUS)
    yield from _to_board(design, End("charger", "OUT+"))
    at_pad = minus_pin(design) != "GND"
    yield Wire(End("charger", "OUT-"), End(BOARD, minus_pin(design)), MINUS if at_pad else GROUND)


def _to_board(design: Design, source: End) -> Iterator[Wire]:
    if design.latch:
        yield Wire(source, End("latch", "VIN"), SUPPLY)
        source = End("latch", "VOUT")
    yield Wire(source, End("meter", "VIN+"), SUPPLY)
    yield Wire(End("meter", "VIN-"), End(BOARD, supply_pin(design)), SUPPLY)


def _battery(design: Design) -> End:
    """Where a part gets the battery's voltage: behind the meter, which then counts it."""
    return End(BOARD, supply_pin(design))


def _supplies(design: Design) -> Iterator[Wire]:
    """3.3 V (or the battery) and ground of every part that has a supply."""
    kinds = {"pir", "meter", "panel_meter", "clock", "light"}
    kinds |= set() if "sensor_power" in design.pins else {"sensor"}
    for part in (part for part in design.parts if part.kind in kinds):
        yield _feed(design, part.kind, str(part.caps["rail"]))
        yield _ground(part.kind)
    yield from _switched(design)
    if design.latch:
        yield _ground("latch")
    if BENCH in design.pins and not _on_board(BENCH, design.pins[BENCH]):
        yield Wire(End(BENCH, "2"), End(BOARD, "GND"), GROUND)


def _feed(design: Design, box: str, rail: str) -> Wire:
    if box == "pir" and design.latch:  # it must see while all else is off
        return Wire(End("pir", "VCC"), End("charger", "OUT+"), SUPPLY)
    if rail == "battery":
        return Wire(End(box, "LED+" if box == "light" else "VCC"), _battery(design), SUPPLY)
    return Wire(End(box, "VCC"), End(BOARD, rail_pin(design)), RAIL)


def _ground(box: str) -> Wire:
    return Wire(End(box, "GND"), End(BOARD, "GND"), GROUND)


def _switched(design: Design) -> Iterator[Wire]:
    """Load switches and what they feed."""
    kinds = {part.kind: part for part in design.parts}
    for role in design.pins:
        group, _, ending = role.rpartition("_")
        if ending != "power" or group == "light":
            continue
        switch = switch_of(role)
        from_rail = kinds[group].caps["rail"] == "3V3"
        there, kind = (End(BOARD, rail_pin(design)), RAIL) if from_rail else (_battery(design), SUPPLY)
        yield Wire(End(switch, "VIN"), there, kind)
        yield _ground(switch)
        yield Wire(End(group, "VCC"), End(switch, "VOUT"), SUPPLY)
        yield _ground(group)
