"""The page of all designs, from boards/."""

from __future__ import annotations

from collections.abc import Iterator

from boards import Design, list_designs, load_design, wake_ways
from boards.ways import half_full_V

_HEAD = """\
# Designs

<!-- This page is made by station/handbook_boards.py from boards/: change it there. -->

A design is a file: parts, pins, how it sleeps. `torpor boards NAME` prints every figure of one with its uncertainty and its
source; an estimate says so. [A design of your own](../adding-a-board.md) is one more file.
"""


def boards_page() -> str:
    """Return docs/reference/boards.md."""
    designs = [load_design(name) for name in list_designs()]
    return (
        "\n".join([_HEAD, design_table(), *(line for each in designs for line in _design(each))]).rstrip()
        + "\n"
    )


def design_table() -> str:
    """Return one row for each design."""
    lines = ["| design | what it is | asleep | wakes by | heartbeat |", "|---|---|---|---|---|"]
    for design in map(load_design, list_designs()):
        way = wake_ways(design)[0]
        by = " and ".join(word for word, can in (("pin", way.by_pin), ("clock", way.by_clock)) if can)
        beat = "yes" if way.by_clock else "no"
        lines.append(f"| `{design.name}` | {design.title} | {1000 * way.watts:.1f} mW | {by} | {beat} |")
    return "\n".join(lines) + "\n"


def _design(design: Design) -> Iterator[str]:
    yield f"## {design.name}\n"
    yield f"{design.title}.\n"
    yield from (f"- {note[0].upper()}{note[1:]}" for note in design.notes)
    yield ""
    yield "| part | |"
    yield "|---|---|"
    yield from (f"| {part.kind.replace('_', ' ')} | {part.title} |" for part in design.parts)
    yield ""
    pins = ", ".join(f"{role.replace('_', ' ')} {pin}" for role, pin in design.pins.items())
    yield f"Pins: {pins} ([drawing and wires](../wiring.md#{design.name})).\n"
    yield f"| way to sleep (cell at {half_full_V(design):.2f} V) | ends by | draws |"
    yield "|---|---|---|"
    for way in wake_ways(design):
        ends = " or ".join(word for word, can in (("pin", way.by_pin), ("clock", way.by_clock)) if can)
        yield f"| {way.name} | {ends} | {1000 * way.watts:.2f} mW |"
    yield ""
