"""A wiring as a list for the bench: every wire with its two ends, and what to know about it."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.wiring import BOARD, GROUND, MINUS, RAIL, SIGNAL, SUPPLY, Wire, Wiring
from analysis.wiring_svg import name_of

_WIRES = {SIGNAL: "thin", SUPPLY: "red", MINUS: "black", RAIL: "red, thin", GROUND: "black"}
_HEADINGS = (
    ("Power, with the battery out", (SUPPLY, MINUS)),
    ("3.3 V and ground", (RAIL, GROUND)),
    ("Signals", (SIGNAL,)),
)


def wiring_markdown(wiring: Wiring) -> str:
    """Tables of wires in the order in which they are best soldered, and what is easily overlooked."""
    lines = [f"# Wiring: {wiring.title}", "", "![wiring](wiring.svg)", ""]
    for heading, kinds in _HEADINGS:
        wires = [wire for wire in wiring.wires if wire.kind in kinds]
        if wires:
            lines += [f"## {heading}", "", "| from | to | wire | note |", "|---|---|---|---|"]
            lines += [_row(wiring, wire) for wire in wires] + [""]
    return "\n".join([*lines, *_last(wiring)]) + "\n"


def wire_rows(wiring: Wiring) -> list[dict[str, str]]:
    """The same as plain data."""
    return [
        {
            "from": f"{wire.here.box} {wire.here.pin}",
            "to": f"{wire.there.box} {wire.there.pin}",
            "kind": wire.kind,
            "role": wire.role,
            "note": wire.note,
        }
        for wire in wiring.wires
    ]


def _row(wiring: Wiring, wire: Wire) -> str:
    ends = (f"{named(wiring, end.box)} {end.pin}" for end in (wire.here, wire.there))
    return f"| {' | '.join(ends)} | {_WIRES[wire.kind]} | {wire.note} |"


def named(wiring: Wiring, box: str) -> str:
    """What a row calls a box."""
    return "board" if box == BOARD else name_of(wiring, box)


def _last(wiring: Wiring) -> Iterator[str]:
    yield "## Before the battery goes in"
    yield ""
    yield from (f"- {role} is {pin} of the board itself: nothing to wire." for role, pin in wiring.own)
    yield from (f"- {sentence}" for sentence in wiring.warnings)
    yield ""
    yield "What is what:"
    yield ""
    yield from (f"- {named(wiring, box)}: {title}" for box, title in wiring.titles.items())
