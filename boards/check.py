"""Cross rules: what a design may ask of its parts. Every rule reads capability rows, never names."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

from boards.check_pins import check_camera_pins, check_pins
from boards.model import BoardsError, Design, Part
from boards.places import place_names
from boards.reading import missing, one_of, refused, shown
from boards.schema import NEEDS
from boards.ways import share_at

_KIB = 1024
#: A charger must fill its cell at least so far: more than an owner who spares his cells gives away.
_LEAST_FILLED = 0.5
#: The only chip that the project's own application for a sensor reads.
_SOIL_CHIP = "seesaw"
#: Where an IR-cut filter ends.
_VISIBLE_nm = 700


def check_design(design: Design) -> None:
    """Refuse a design that cannot work; BoardsError with one sentence."""
    check_sleep(design)
    check_pins(design)
    check_spool(design)
    if design.camera:
        check_camera(design, design.camera)
        check_light(design, design.camera)
    check_charging(design)
    if design.pir:
        check_pir(design, design.pir)
    check_lockout(design)
    check_meter(design)
    check_panel_meter(design)
    check_sensor(design)


def check_sleep(design: Design) -> None:
    """Alarms, edges, combinations and holds that the board does not have."""
    board, plan = design.board, design.sleep
    asked, alarms = list(plan.alarms), board.words("alarms")
    if asked and not alarms:
        must = f"[], since {board.name} has no alarm module and so no deep sleep"
        raise refused(design.path, "sleep.alarms", asked, must)
    if not set(asked) <= set(alarms):
        raise refused(design.path, "sleep.alarms", asked, f"made of {one_of(alarms)} on {board.name}")
    if len(set(asked)) > 1 and not board.caps["combine_pin_and_time"]:
        must = f'["pin"] or ["time"], since {board.name} cannot combine them in one deep sleep'
        raise refused(design.path, "sleep.alarms", asked, must)
    if plan.edge and not board.caps["edge"]:
        raise refused(design.path, "sleep.edge", True, f"false, since {board.name} wakes on levels only")
    if "pin" in asked and not plan.wake:
        raise refused(design.path, "sleep.wake", [], 'at least one pin role, such as ["pir"]')
    if design.rail and design.rail.caps["needs_hold"] and asked and not board.caps["preserve_dios"]:
        must = f"a switch that stays off by itself, since {board.name} holds no pin in deep sleep"
        raise refused(design.path, "parts.rail", design.rail.name, must)


def check_spool(design: Design) -> None:
    """The spool's place must be there, and be large enough."""
    place, size_KiB = cast(str, design.options["spool"]), cast(int, design.options["spool_KiB"])
    _check_card(design, place)
    places = tuple(dict.fromkeys((*design.board.words("spool_places"), *place_names(design))))
    if place not in places:
        raise refused(design.path, "options.spool", place, f"{one_of(places)} on {design.board.name}")
    if place == "fifo" and (design.camera is None or "fifo_size" not in design.camera.rows):
        who = design.camera.name if design.camera else design.name
        raise refused(design.path, "options.spool", place, f"another place, since {who} has no FIFO")
    room_KiB = _room_KiB(design, place)
    if size_KiB > room_KiB:
        must = f"at most {room_KiB:.0f}, all that {place} has"
        raise refused(design.path, "options.spool_KiB", size_KiB, must)


def _check_card(design: Design, place: str) -> None:
    card = design.sd
    if card is None:
        if place == "sd" and "sd" in design.board.words("spool_places"):
            raise missing(design.path, "parts.sd", "the card that is the spool")
        return
    if place != "sd":
        raise refused(design.path, "options.spool", place, f'"sd", since {card.name} is there for it')
    if card.caps["slot"] == "board" and not design.board.words("sd_pins"):
        must = f"a card on pins of its own, since {design.board.name} has no slot"
        raise refused(design.path, "parts.sd", card.name, must)


def _room_KiB(design: Design, place: str) -> float:
    """Return the size of a spool place."""
    if place == "sd" and design.sd:
        return design.sd.v("size")
    return design.board.v("drive") if place == "flash" else design.part("camera").v("fifo_size") / _KIB


def check_light(design: Design, camera: Part) -> None:
    """A light that the lens does not let through is refused, not noted: it would only empty the battery."""
    light = design.light
    if light and camera.caps["ir_cut"] and light.v("wavelength") > _VISIBLE_nm:
        back = f"holds {light.v('wavelength'):.0f} nm back"
        must = f"absent, since the IR-cut filter of {camera.name} {back}"
        raise refused(design.path, "parts.light", light.name, must)


def check_camera(design: Design, camera: Part) -> None:
    """The camera's bus, memory, sizes and clock."""
    board = design.board
    buses = board.words("camera_buses")
    if camera.caps["bus"] not in buses:
        must = f"a camera whose bus is {one_of(buses)}, for {board.name}"
        raise refused(design.path, "parts.camera", camera.name, must)
    if camera.caps["bus"] == "espcamera" and not board.caps["psram"]:
        must = f"a camera with a FIFO, since {board.name} has no PSRAM"
        raise refused(design.path, "parts.camera", camera.name, must)
    check_camera_pins(design, camera)
    for key in ("frame_size", "frame_size_small"):
        if design.options[key] not in camera.words("sizes"):
            raise refused(design.path, f"options.{key}", design.options[key], one_of(camera.words("sizes")))
    _check_clock(design, camera)


def _check_clock(design: Design, camera: Part) -> None:
    clock_Hz = cast("int | None", design.options.get("spi_Hz"))
    if "spi_max" not in camera.rows:
        if clock_Hz is not None:
            raise refused(design.path, "options.spi_Hz", clock_Hz, f"absent, since {camera.name} has no SPI")
        return
    must = f"at most {camera.v('spi_max'):.0f}, since above it {camera.name} flips bits"
    if clock_Hz is None:
        raise missing(design.path, "options.spi_Hz", must)
    if clock_Hz > camera.v("spi_max"):
        raise refused(design.path, "options.spi_Hz", clock_Hz, must)


def check_charging(design: Design) -> None:
    """Charger against cell and panel, cell against board."""
    charger, cell, board, path = design.charger, design.cell, design.board, design.path
    if charger.v("float") > cell.v("full") + cell.rows["full"].plus_minus:
        must = f"one that ends at {cell.v('full'):g} V, where {cell.name} is full"
        raise refused(path, "parts.charger", charger.name, must)
    if cell.v("full") > board.v("supply_max"):
        must = f"a cell of at most {board.v('supply_max'):g} V when full, for {board.name}"
        raise refused(path, "parts.cell", cell.name, must)
    _check_filling(design)
    _check_chemistry(design)
    needed_V = max(charger.v("input_min"), charger.v("float") + charger.v("dropout"))
    if design.panel.v("v_mp") < needed_V:
        must = f"a panel of {needed_V:g} V or more, for {charger.name}"
        raise refused(path, "parts.panel", design.panel.name, must)

    if charger.caps["kind"] == "buck":
        _check_buck(design)


def _check_filling(design: Design) -> None:
    """A charger for another chemistry that ends long before the cell is full."""
    charger, cell = design.charger, design.cell
    share = share_at(cell, charger.v("float"))
    if share < _LEAST_FILLED:
        must = (
            f"one that fills {cell.name} further than {100 * share:.0f} %, where {charger.v('float'):g} V end"
        )
        raise refused(design.path, "parts.charger", charger.name, must)


def _check_chemistry(design: Design) -> None:
    """A charger whose voltage would do, but whose way to charge is another chemistry's."""
    charger, chemistry = design.charger, design.cell.caps["chemistry"]
    if chemistry not in charger.words("chemistries"):
        must = f"one whose chemistries hold {chemistry}, which {design.cell.name} is"
        raise refused(design.path, "parts.charger", charger.name, must)


def _check_buck(design: Design) -> None:
    """A buck charger that waits for a voltage that its panel never has, or that makes power."""
    charger, panel = design.charger, design.panel
    held_V, most_V = charger.v("mppt"), panel.v("v_oc")
    if held_V >= most_V:
        must = f"one that holds its panel below {most_V:g} V, where {panel.name} gives nothing any more"
        raise refused(design.path, "parts.charger", charger.name, must)
    ideal = [amps / share for amps, share in charger.table("efficiency")]
    if any(a >= b for a, b in pairwise(ideal)):
        raise BoardsError(
            f"{shown(charger.path)}: {charger.name}.tables.efficiency falls faster than the current rises, "
            "but more at the input must give more at the output."
        )


def check_pir(design: Design, pir: Part) -> None:
    """The PIR must run from its rail, down to the lock-out."""
    on_battery = pir.caps["rail"] == "battery"
    lowest_V = (
        cast(int, design.options["lockout_enter_mV"]) / 1000 if on_battery else design.board.v("rail_3V3")
    )
    if pir.v("supply_min") > lowest_V:
        must = f"a PIR that runs from {lowest_V:g} V, the least that its {pir.caps['rail']} rail gives"
        raise refused(design.path, "parts.pir", pir.name, must)


def lead_of(charger: Part) -> str:
    """The lead in which a meter can sit: a charger on the board feeds it where no wire is to be reached, so
    only the battery's is left; any other charger has an output, where the meter sees the load alone."""
    return "battery" if "board_pin" in charger.caps else "load"


def check_meter(design: Design) -> None:
    """The node's meter sits where its charger lets it."""
    charger, lead = design.charger, design.meter.caps["lead"]
    if lead == lead_of(charger):
        return
    where = "sits on the board, between which and its load no wire is to be reached"
    if lead_of(charger) == "load":
        where = "has an output of its own, in whose wire the meter sees the load without the charge"
    raise refused(design.path, "caps.meter.lead", lead, f'"{lead_of(charger)}", since {charger.name} {where}')


def check_panel_meter(design: Design) -> None:
    """Two meters on one bus: each with its own address, one in the load's lead and one in the panel's."""
    meter = design.panel_meter
    if meter is None:
        return
    if design.meter.caps["lead"] == "battery":
        must = f"absent, since {design.meter.name} sits in the battery's lead and tells of the sun itself"
        raise refused(design.path, "parts.panel_meter", meter.name, must)
    if meter.caps.get("lead") != "panel":
        raise refused(design.path, "parts.panel_meter", meter.name, "a meter in the panel's lead")
    if meter.caps["address"] == design.meter.caps["address"]:
        must = f"a meter at another address than {design.meter.name}"
        raise refused(design.path, "parts.panel_meter", meter.name, must)


def check_sensor(design: Design) -> None:
    """The project's own application reads one chip; another wants an application of its own."""
    sensor = design.sensor
    if sensor and design.application in NEEDS and sensor.caps["chip"] != _SOIL_CHIP:
        must = f"a {_SOIL_CHIP}, all that {design.application} reads: another wants an application of its own"
        raise refused(design.path, "parts.sensor", sensor.name, must)


def check_lockout(design: Design) -> None:
    """The two thresholds of the lock-out: one below the other, above every hard limit, below full."""
    enter, leave = (cast(int, design.options[f"lockout_{end}_mV"]) for end in ("enter", "leave"))
    _check_protection(design)
    if enter >= leave:
        must = f"below lockout_leave_mV, which is {leave}"
        raise refused(design.path, "options.lockout_enter_mV", enter, must)
    hard = ((design.protection, "cut_off"), (design.cell, "cut_off"), (design.board, "supply_min"))
    for part, row in hard:
        limit_mV = round(part.v(row) * 1000)
        if enter <= limit_mV:
            must = f"above {limit_mV}, the {row} of {part.name}"
            raise refused(design.path, "options.lockout_enter_mV", enter, must)
    full_mV = round(design.cell.v("full") * 1000)
    if leave >= full_mV:
        must = f"below {full_mV}, where {design.cell.name} is full"
        raise refused(design.path, "options.lockout_leave_mV", leave, must)


def _check_protection(design: Design) -> None:
    part = design.protection
    off_V, on_V = part.v("cut_off"), part.v("restart")
    if off_V >= on_V:
        raise BoardsError(
            f"{shown(part.path)}: {part.name}.rows.cut_off is {off_V:g}, but must be below restart {on_V:g}."
        )
