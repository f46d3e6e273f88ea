"""Cross rules of the pins: roles, doubles, wake pins, hardware buses."""

from __future__ import annotations

from boards.model import Design, Part
from boards.reading import missing, one_of, refused

#: A jumper to ground that leaves the drive to the computer; a role of the node itself.
BENCH = "bench"
#: Lines that a camera connector must have for espcamera; `pwdn` and `reset` are not on every board.
_CONNECTOR = ("data", "xclk", "pclk", "vsync", "href", "sda", "scl")
#: Signals that together make one bus, by the ending of the role ("meter_sda", "meter_scl").
_BUSES = {"i2c": ("sda", "scl"), "spi": ("sck", "mosi", "miso")}


def roles_of(design: Design) -> list[str]:
    """Return the pin roles that the design's parts need."""
    return [role for part in design.parts if part.kind != "board" for role in part.words("pins")]


def check_pins(design: Design) -> None:
    """Refuse roles nobody needs, pins that are not there or taken twice, and pins that cannot do the job."""
    _check_roles(design)
    _check_places(design)
    _check_wake(design)
    for group in dict.fromkeys(role.rsplit("_", 1)[0] for role in design.pins if "_" in role):
        for bus, signals in _BUSES.items():
            _check_bus(design, bus, {s: f"{group}_{s}" for s in signals if f"{group}_{s}" in design.pins})


def check_camera_pins(design: Design, camera: Part) -> None:
    """A camera on the board's connector needs its lines; so does a switch that is one of them."""
    rail, connector = design.part("rail"), design.board.camera_pins
    own = rail.caps.get("board_pin")
    on_connector = camera.caps["bus"] == "espcamera"
    absent = [line for line in _CONNECTOR if line not in connector] if on_connector else []
    if absent:
        must = f"one for another bus, since {design.board.name} names no camera pins for {', '.join(absent)}"
        raise refused(design.path, "parts.camera", camera.name, must)
    if own is not None and not (on_connector and own in connector):
        why = f"{design.board.name} has no camera line {own} for {camera.name}"
        raise refused(design.path, "parts.rail", rail.name, f"a switch of its own, since {why}")


def _check_roles(design: Design) -> None:
    roles = (*roles_of(design), BENCH)
    for role, pin in design.pins.items():
        if role not in roles:
            must = f"absent: the roles of its parts are {', '.join(roles)}"
            raise refused(design.path, f"pins.{role}", pin, must)
    for role in roles:
        if role not in design.pins and role != BENCH:
            raise missing(design.path, f"pins.{role}", f"a pin of {design.board.name}")


def _check_places(design: Design) -> None:
    there = design.board.words("pins")
    in_slot = design.options["spool"] == "sd" and not (design.sd and design.sd.caps["slot"] == "breakout")
    sd_pins = design.board.words("sd_pins") if in_slot else ()
    taken: dict[str, str] = {}
    for role, pin in design.pins.items():
        if pin not in there:
            raise refused(design.path, f"pins.{role}", pin, one_of(there))
        if pin in taken:
            raise refused(design.path, f"pins.{role}", pin, f"another pin: {taken[pin]} has it")
        if pin in sd_pins:
            raise refused(design.path, f"pins.{role}", pin, "another pin: the SD slot of the spool has it")
        taken[pin] = role


def _check_wake(design: Design) -> None:
    wake, board = design.sleep.wake, design.board
    for role in wake:
        if role not in design.pins:
            raise refused(
                design.path, "sleep.wake", list(wake), f"made of roles in [pins], and {role} is not"
            )
        if "pin" in design.sleep.alarms and design.pins[role] not in board.words("wake_pins"):
            must = f"{one_of(board.words('wake_pins'))} to wake {board.name}"
            raise refused(design.path, f"pins.{role}", design.pins[role], must)
    if len(set(wake)) > 1 and not board.caps["several_pins"]:
        raise refused(design.path, "sleep.wake", list(wake), f"one role: {board.name} wakes by one pin only")


def _check_bus(design: Design, bus: str, roles: dict[str, str]) -> None:
    """Some one hardware bus must reach all pins of these roles (a board without the list routes any pin)."""
    lines = [line.split() for line in design.board.words("bus_signals")]
    reach = {(line[0], line[1]): line[2:] for line in lines}
    buses = dict.fromkeys(name for name, _ in reach if name.startswith(bus))
    if not roles or not lines:
        return
    if not any(all(design.pins[role] in reach.get((b, s), []) for s, role in roles.items()) for b in buses):
        first = next(iter(roles.values()))
        pins = ", ".join(f"{s} {design.pins[role]}" for s, role in roles.items())
        must = f"on the same {bus.upper()} bus as the others, and {design.board.name} has none with {pins}"
        raise refused(design.path, f"pins.{first}", design.pins[first], must)
