"""Sentences for the owner, from capability rows alone."""

from __future__ import annotations

from collections.abc import Iterator

from boards.model import Design
from boards.places import PICTURE_KiB, picture_places
from boards.ways import DEEP_PIN, DEEP_TIMER, PULL_DOWN_MOST_kohm, WakeWay, wake_ways, watts_of


def notes_of(design: Design) -> tuple[str, ...]:
    """Return what an owner of this design should know before building it."""
    parts = (*_firmware(design), *_clock(design), *_waking(design), *_power(design), *_storage(design))
    return (*parts, *_night(design))


def _firmware(design: Design) -> Iterator[str]:
    if design.firmware != "ready":
        yield "firmware not there yet: this design loads and can be priced, but it does not run."


def _clock(design: Design) -> Iterator[str]:
    ways = {way.name: way for way in wake_ways(design)}
    cheapest = wake_ways(design)[0]
    if cheapest.by_clock:
        yield f"wakes by clock in its cheap sleep ({cheapest.name}): a heartbeat can be promised."
    else:
        yield f"cannot wake by clock in its cheap sleep ({cheapest.name}): no heartbeat is promised."
    if cheapest.name == DEEP_PIN and DEEP_TIMER in ways and design.pir:
        pin, timer = (design.board.v(row) for row in ("deep_sleep_pin", "deep_sleep_timer"))
        yield (
            f"lock-out stays on pin sleep ({pin:g} mA against {timer:g} mA by timer): a motion then costs "
            "a short wake, and the first one after the battery has recovered ends it."
        )
    yield _price(cheapest)


def _price(way: WakeWay) -> str:
    return f"between events it draws {way.watts * 1000:.1f} mW from the battery ({way.name})."


def _waking(design: Design) -> Iterator[str]:
    board = design.board
    if board.v("min_awake") > 0 and design.sleep.alarms:
        yield f"every wake lasts at least {board.v('min_awake'):g} s, whatever it does."
    if board.v("radio_boot") > 0:
        yield f"its radio adds {board.v('radio_boot'):g} s to every boot, even when it is not used."
    if design.latch:
        yield from _held(design, design.latch.v("turn_on") + board.v("boot") + board.v("radio_boot"))
    if board.caps["radio_off"] == "at sleep":
        yield "its radio chip stays powered until it sleeps: nothing but sleep should follow an upload."
    if len(design.sleep.wake) > 1 and not board.caps["wake_pin_known"]:
        yield "the board does not tell which pin woke it: the clock's alarm flag does."


def _held(design: Design, needed_s: float) -> Iterator[str]:
    least_s = needed_s - design.part("pir").v("hold")
    if least_s > 0.0:
        yield (
            f"its PIR must stay high for {needed_s:.1f} s until the firmware holds the switch: "
            f"a motion of less than {least_s:.1f} s starts nothing."
        )


def _power(design: Design) -> Iterator[str]:
    if design.camera and design.rail and not design.rail.caps["switched"]:
        row = design.camera.rows["phantom"]
        yield f"nothing cuts the camera's supply: it draws {row.value:g} mA in every sleep once it was used."
        day_Wh = 24.0 * watts_of(design, design.camera, row)
        yield f"that alone is {day_Wh:.1f} Wh a day; a switch in the camera's supply would save it."
    yield from _enable(design)
    if not design.charger.caps["ntc"]:
        limit_C = design.cell.v("charge_min")
        yield f"its charger has no temperature sensor: keep it from charging below {limit_C:g} C."
    yield from _held_panel(design)


def _held_panel(design: Design) -> Iterator[str]:
    """A buck charger for a panel of another voltage."""
    row = design.charger.rows.get("mppt")
    best_V = design.panel.v("v_mp")
    if row and row.value > best_V:
        yield (
            f"its charger holds the panel at {row.value:g} V, above the {best_V:g} V where it gives most, "
            "and a warm panel gives less there: choose the module for a lower panel voltage."
        )


def _enable(design: Design) -> Iterator[str]:
    """A switch on a pin that the board pulls the wrong way while nobody drives it."""
    pulled = design.board.caps["reset_pull"] == "up"
    row = design.rail.rows.get("pull_down") if design.rail else None
    if pulled and row and row.value > PULL_DOWN_MOST_kohm:
        yield (
            f"the board pulls its pins up at every reset: the camera's switch comes on unless its "
            f"{row.value:g} kohm to ground are {PULL_DOWN_MOST_kohm:g} kohm or less."
        )


def _storage(design: Design) -> Iterator[str]:
    if design.latch:
        yield "its sleep memory is lost whenever the latch opens: the record is kept in nvm."
    elif not design.board.caps["sleep_memory_survives_reset"]:
        yield (
            "its sleep memory is lost at every reset that is no deep sleep: the node then begins a new life; "
            f"journal, settings and {'pictures' if design.camera else 'readings'} stay."
        )
    if design.sd:
        costs = {place.name: place.mJ for place in picture_places(design)}
        yield (
            f"a picture of {PICTURE_KiB} KiB costs {costs['sd']:.0f} mJ to keep on the card, "
            f"{costs['flash']:.0f} mJ on the drive."
        )


def _night(design: Design) -> Iterator[str]:
    if design.light:
        watts = watts_of(design, design.light, design.light.rows["run"])
        reach_m = design.light.v("reach")
        yield f"its light takes {watts:.1f} W during an exposure in the dark and reaches about {reach_m:g} m."
    if design.camera and not design.camera.caps["ir_cut"]:
        yield "its lens has no IR-cut filter: by day green leaves and dark cloth look pale and reddish."
