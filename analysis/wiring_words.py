"""What a wiring says to people: the titles of boxes, notes on wires, warnings."""

from __future__ import annotations

from collections.abc import Iterator

from boards import Design, Part
from boards.check_pins import BENCH
from boards.ways import PULL_DOWN_MOST_kohm

_TITLES = {
    "panel_meter": "INA219 in the panel's lead",
    "latch": "TPS22918 that switches all of it",
}
_DIODE = "through a diode, its ring at the latch"
_PULL_UPS = "its pull-ups belong on its own supply, behind the switch"


def title_of(design: Design, box: str) -> str:
    """What is in a box, short enough to stand in it."""
    if box == BENCH:
        return "Bench switch"
    if box.endswith(" switch"):
        fed = box.removesuffix(" switch").replace("sd", "card")
        return f"TPS22918 load switch of the {fed}"
    if box == "meter":
        return f"INA219 in the {design.meter.caps['lead']}'s lead"
    if box in _TITLES:
        return _TITLES[box]
    if box == "battery":
        count = int(str(design.options["cells_parallel"]))
        one = f"{_short(design.cell)}, {1000 * design.cell.v('capacity'):g} mAh"
        return f"{count} in parallel: {one}" if count > 1 else one
    part = design.part(box)
    return f"Panel, {part.v('rated'):g} W" if box == "panel" else _short(part)


def _short(part: Part) -> str:
    title = part.title
    for stop in (" (", ": ", " with ", ", ", " in the ", " behind "):
        title = title.split(stop)[0]
    return title


def notes_of_wire(design: Design, box: str, pin: str, role: str) -> str:
    """What to know about this wire; empty for most."""
    found = {
        (BENCH, "1"): "closed at power-up: the drive belongs to your computer",
        ("latch", "HOLD"): _DIODE,
        ("meter", "VIN+"): f"the meter sits in the {design.meter.caps['lead']}'s lead",
        ("panel_meter", "VIN+"): "the second meter sits in the panel's lead",
        ("panel_meter", "SDA"): "its A0 bridged: address 0x41",
        ("light", "GATE"): "100 kohm to ground at the gate",
        ("battery", "+"): f"behind its protection ({design.protection.title})",
    }
    if (box, pin) in found:
        return found[box, pin]
    if pin == "ON":
        return f"{_pull_down(design)} from ON to ground"
    switched = role.startswith("camera_") or "sensor_power" in design.pins
    if role in ("camera_sda", "camera_scl", "sensor_sda", "sensor_scl") and switched:
        return _PULL_UPS
    return ""


def _pull_down(design: Design) -> str:
    row = design.rail.rows.get("pull_down") if design.rail else None
    ohm = row.value if row else 100.0
    if design.board.caps["reset_pull"] == "up":
        ohm = min(ohm, PULL_DOWN_MOST_kohm)
    return f"{ohm:g} kohm"


def warnings_of(design: Design) -> tuple[str, ...]:
    """What destroys something, or makes it measure nonsense, if it is overlooked."""
    return tuple(_warnings(design))


def _warnings(design: Design) -> Iterator[str]:
    top_V = design.board.v("supply_max")
    yield "Signals are 3.3 V only: 5 V on a pin of the board can destroy it."
    yield "All grounds are one: every GND flag goes to a GND pin of the board."
    yield f"Look at plus and minus twice before the battery goes in; the board bears {top_V:g} V there."
    if design.meter.caps["lead"] == "battery":
        yield (
            "The charger is on the board: its charge flows backwards through the meter, which then shows the"
            " load less the charge."
        )
    else:
        yield "The meter sits between the charger's OUT+ and the board, so that it sees the load alone."
    if design.charger.caps["ntc"]:
        cold_C = design.cell.v("charge_min")
        yield f"Fix the charger's NTC to the cell: below {cold_C:g} C it must not be charged."
    if design.pir and float(design.pir.v("supply_min")) > 4.0:
        yield "This PIR needs 4.5 V or more, more than one cell gives: its supply needs a step-up."
    if design.camera and design.camera.caps["bus"] == "espcamera":
        yield "The camera sits on the board: its ribbon cable is all that it needs."
    yield from design.board.words("wiring_notes")
