"""The page of all designs and the tables of their wires, from boards/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from boards import Design, list_designs, load_design, wake_ways
from boards.ways import half_full_V

#: Begin of a pin's role -> (what it goes to, the line there); a role that is none of these stands as it is.
_GOES_TO: Mapping[str, str] = {
    "pir": "output of the motion sensor; wakes the node",
    "clock_int": "SQW/INT of the clock; wakes the node",
    "latch_hold": "holds the switch in the battery's lead",
    "bench": "a switch to ground: closed at power-up, the drive belongs to your computer",
    "camera_power": "ON of the camera's load switch, with a pull-down of 100 kΩ",
    "sensor_power": "ON of the sensor's load switch, with a pull-down of 100 kΩ",
    "sd_power": "ON of the card's load switch, with a pull-down of 100 kΩ",
    "light_power": "gate of the light's MOSFET, with a pull-down",
}
_OF = {"camera": "camera", "meter": "INA219", "sensor": "sensor", "sd": "card", "panel": "panel's INA219"}
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


def wiring() -> str:
    """Return the wires of every design, one after the other."""
    return "\n".join(line for each in map(load_design, list_designs()) for line in _wires(each, "###"))


def goes_to(role: str) -> str:
    """Return where a pin's wire ends, in words."""
    if role in _GOES_TO:
        return _GOES_TO[role]
    part, _, line = role.partition("_")
    return f"{_OF[part]} {line.upper()}" if part in _OF and line else role


def _wires(design: Design, heading: str) -> Iterator[str]:
    yield f"{heading} {design.name}\n"
    yield f"{design.title}. Pins as the board names them.\n"
    yield "| pin | goes to |"
    yield "|---|---|"
    for role, pin in design.pins.items():
        yield f"| {pin} | {goes_to(role)} |"
    yield ""


def _design(design: Design) -> Iterator[str]:
    yield f"## {design.name}\n"
    yield f"{design.title}.\n"
    yield from (f"- {note[0].upper()}{note[1:]}" for note in design.notes)
    yield ""
    yield "| part | |"
    yield "|---|---|"
    yield from (f"| {part.kind.replace('_', ' ')} | {part.title} |" for part in design.parts)
    yield ""
    yield "| pin | goes to |"
    yield "|---|---|"
    yield from (f"| {pin} | {goes_to(role)} |" for role, pin in design.pins.items())
    yield ""
    yield f"| way to sleep (cell at {half_full_V(design):.2f} V) | ends by | draws |"
    yield "|---|---|---|"
    for way in wake_ways(design):
        ends = " or ".join(word for word, can in (("pin", way.by_pin), ("clock", way.by_clock)) if can)
        yield f"| {way.name} | {ends} | {1000 * way.watts:.2f} mW |"
    yield ""
