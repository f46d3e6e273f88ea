"""node.py and rows.py: the constants of one design, generated from its rows, so that firmware and simulator
pay the same prices. node.py is what the shutter needs: it is compiled at every wake before the picture."""

from __future__ import annotations

from itertools import pairwise

from boards import CLOCK, DEEP_BOTH, Design, Part, heartbeat_way, picture_places
from sim.node_camera import camera_lines
from sim.node_meter import meter_lines
from sim.prices import (
    PICTURES_KiB,
    action_mJ,
    best_day_J,
    blink_mW,
    board_mW,
    burst_mV,
    busy_mW,
    cell_J,
    light_mV,
    off_W,
    part_mW,
    sag_mV,
    sleep_W,
    state_mW,
)  # fmt: skip

#: The longest hold-off, and how often a locked node looks for the sun where that is cheap.
_HOLDOFF_MAX_s = 3600

#: Pins that stand under another name.
_ELSEWHERE = ("latch_hold",)
#: Bytes at the end of nvm for the record of a node whose sleep memory dies with its supply
#: (docs/memory.md; a test holds it against the firmware's own).
_RECORD_B = 976
#: The same for the readings that declared tasks keep.
_READINGS_B = 1008
#: At least one sign of life a day where a clock can give it in the cheap sleep.
_HEARTBEAT_H = 24


#: What the shutter needs (and every pin, by its role).
_BEFORE_SHUTTER = frozenset(
    "BENCH CAMERA CLOCK HOLD I2C_Hz LATCH RAILS SENSOR SETTLE_ms SIZES SPI_Hz WATCHDOG_MS".split()
)


def node_source(design: Design) -> str:
    """The text of node.py: flat assignments of integers, strings and tuples."""
    return _source(design, before_shutter=True)


def rows_source(design: Design) -> str:
    """The text of rows.py: prices and thresholds, which can wait until the shutter is open."""
    return _source(design, before_shutter=False)


def _source(design: Design, before_shutter: bool) -> str:
    lines = [f"# from {design.name}"]
    lines += [
        f"{name} = {value!r}"
        for name, value in node_values(design).items()
        if _is_early(design, name) is before_shutter
    ]
    return "\n".join(lines) + "\n"


def _is_early(design: Design, name: str) -> bool:
    role = name.lower()
    return (
        name in _BEFORE_SHUTTER
        or role.startswith("camera_")
        or (role in design.pins and not role.startswith(("meter_", "sd_")))
    )


def node_values(design: Design) -> dict[str, object]:
    """Everything that node.py and rows.py say, by name; units in the names."""
    board, cell = design.board, design.cell
    pins = {
        role.upper(): pin
        for role, pin in design.pins.items()
        if not role.startswith("camera") and not role.endswith("_power") and role not in _ELSEWHERE
    }
    cells = int(str(design.options.get("cells_parallel", 1)))
    return {
        "BENCH": "",
        **pins,
        **(camera_lines(design, design.camera) if design.camera else {}),
        **_sensor(design),
        "RAILS": _rails(design),
        "HOLD": _hold(design),
        "LATCH": design.pins.get("latch_hold", ""),
        "LED": str(board.caps.get("led_pin", "")),
        "LED_ON": int(board.caps.get("led_active") == "high"),
        "BLINK_mW": round(blink_mW(design)),
        "JOURNAL_END": int(board.v("nvm"))
        - (_RECORD_B if design.latch else 0)
        - (_READINGS_B if design.runs_tasks else 0),
        "WATCHDOG_MS": int(min(board.v("watchdog_max"), 8.0) * 1000),
        "SPOOL": _spool(design),
        "I2C_Hz": int(str(design.options["i2c_Hz"])),
        "CLOCK": _address(design.clock) if design.clock else 0,
        "HEARTBEAT_H": _HEARTBEAT_H if _heartbeat(design) else 0,
        **meter_lines(design),
        "CELL": _cell(design, cells),
        "CHIP_WARM_C": round(board.v("chip_warm")) if "chip_warm" in board.rows else 0,
        "LOW_PCT": _percent(cell, float(str(design.options["lockout_enter_mV"])) / 1000.0),
        "HIGH_PCT": _percent(cell, float(str(design.options["lockout_leave_mV"])) / 1000.0),
        "BURST_mV": burst_mV(design, cells, board_mW(design, "radio_tx")),
        "SAG_mV": sag_mV(design),
        "COSTS": action_mJ(design),
        "KIB": PICTURES_KiB,
        "CELL_J": cell_J(design, cells),
        "HARVEST_J": best_day_J(design),
        "BASE_J": round(86_400 * ways_uW(design)[0] / 1e6),
        "TILT_deg": round(float(str(design.options["tilt_deg"]))),
        "SPOOL_FITS": _spool_fits(design),
        "WAYS_uW": ways_uW(design),
        **(_light(design, cells) if design.camera else {}),
        "EDGE": int(design.sleep.edge),
        "HOLDOFF_MAX_s": _HOLDOFF_MAX_s,
        "RECHECK_s": _HOLDOFF_MAX_s if _clock_is_cheap(design) else 0,
        "OWN_CLOCK": int(_own_clock(design)),
        "TLS": int(bool(board.caps["psram"])),
        "NEARBY": int(bool(board.caps["heeds_bssid"])),
        "PIR_s": round(design.pir.v("hold") + design.pir.v("block")) + 1 if design.pir else 0,
        "MIN_AWAKE_ms": round(board.v("min_awake") * 1000),
        "BOOT_mW": round(busy_mW(design)),
        "JOIN_mW": round(board_mW(design, "radio_join")),
        "SLEEP_PIN_uW": ways_uW(design)[0],
        "SLEEP_TIMER_uW": round(sleep_W(design, "deep_sleep_timer") * 1e6),
        "PRICES_mW": tuple(round(price) for price in state_mW(design)),
    }


def readings_region(design: Design) -> tuple[int, int]:
    """Start and end of the readings in nvm."""
    end = int(design.board.v("nvm")) - (_RECORD_B if design.latch else 0)
    return end - _READINGS_B, end


def _sensor(design: Design) -> dict[str, object]:
    """Its address, where it has one."""
    sensor = design.sensor
    return {"SENSOR_ADDRESS": _address(sensor)} if sensor and "address" in sensor.caps else {}


def _light(design: Design, cells: int) -> dict[str, object]:
    mW = part_mW(design, design.light, "run") if design.light else 0.0
    return {"LIGHT_mV": light_mV(design, cells), "LIGHT_mW": round(mW)}


def _hold(design: Design) -> tuple[tuple[str, int], ...]:
    """(pin, level) of every output that must keep its level through deep sleep."""
    rail = design.rail
    if rail is None or not rail.caps["needs_hold"]:
        return ()
    pin = design.board.camera_pins.get(str(rail.caps.get("board_pin"))) or design.pins["camera_power"]
    return ((pin, int(rail.caps["off_level"] == "high")),)


def _own_clock(design: Design) -> bool:
    """Whether the board's clock runs on through the sleep that this design has: one that pin and timer end
    together, or the timer alone where there is no motion to wait for."""
    way = heartbeat_way(design)
    timed = design.pir is None or (way is not None and way.name == DEEP_BOTH)
    return timed and bool(design.board.caps["rtc_survives_sleep"])


def _heartbeat(design: Design) -> bool:
    """Whether a sleep that waits for motion can be promised an end by a clock too."""
    if design.pir is None:
        return False
    way = heartbeat_way(design)
    return (way is not None and way.name == CLOCK) or _own_clock(design)


def _clock_is_cheap(design: Design) -> bool:
    """Whether a sleep by clock costs no more than one by pin: then a locked node looks for the sun by it."""
    if design.clock:
        return True
    rows = design.board.rows
    timed = "time" in design.sleep.alarms
    return timed and rows["deep_sleep_timer"].value <= rows["deep_sleep_pin"].value


def _rails(design: Design) -> dict[str, tuple[str, int]]:
    """Pin ("" if the part's driver switches it) and rise in ms of each load switch, by name."""
    rise_s = {}
    if design.camera and design.rail:
        rise_s["camera"] = design.rail.v("rise") + design.camera.v("power_up")
    if design.sensor and "sensor_power" in design.pins:
        rise_s["sensor"] = design.sensor.v("power_up") + 0.002  # a clock of milliseconds may be one short
    if design.sd and "sd_power" in design.pins:
        rise_s["sd"] = design.sd.v("power_up")
    if design.light:
        rise_s["light"] = design.light.v("rise")
    return {
        name: (design.pins.get(f"{name}_power", ""), max(1, round(rise * 1000)))
        for name, rise in rise_s.items()
    }


def _spool(design: Design) -> tuple[str, ...]:
    """Where pictures may wait."""
    places = tuple(place.name for place in picture_places(design))
    return ("fifo",) if design.options.get("spool") == "fifo" else places


def _spool_fits(design: Design) -> int:
    """Pictures that find room where they wait, one left free; a card takes whatever comes."""
    places = _spool(design)
    if "sd" in places:
        return 255
    room = design.options.get("spool_KiB", 0) if "flash" in places else 0
    return max(1, int(str(room)) // PICTURES_KiB[0] - 1)


def ways_uW(design: Design) -> tuple[int, int, int, int]:
    """Price of each way to sleep, in the firmware's order: by pin, by timer, by an external clock's line, by
    pin and timer; 0 where this design has none."""
    pin = round((off_W(design) if design.latch else sleep_W(design, "deep_sleep_pin")) * 1e6)
    timer = round(sleep_W(design, "deep_sleep_timer") * 1e6)
    return (
        pin,
        timer if "time" in _list(design.board, "alarms") else 0,
        pin if design.clock else 0,
        max(pin, timer) if _own_clock(design) else 0,
    )


def _cell(design: Design, cells: int) -> tuple[object, ...]:
    """What the gauge knows of the battery: (mV at rest, charge in 1/100 %), J, mohm, (C, per cent of the
    charge withheld), (C, per cent of the warm cell's resistance), mV that a rest voltage may be off."""
    cell = design.cell
    withheld = cell.table("capacity_factor")
    return (
        tuple((round(volts * 1000), round(soc * 10_000)) for soc, volts in cell.table("ocv")),
        cell_J(design, cells),
        round(cell.v("resistance") * 1000 / cells),
        tuple((round(at), max(0, round(100 * (1 - share)))) for at, share in withheld),
        tuple((round(at), round(100 * factor)) for at, factor in cell.table("resistance_factor")),
        # half of it is what charging may have lifted the voltage by, where nobody tells of the sun
        3 if meter_lines(design)["SUN_METER"] else 6,
    )


def _percent(cell: Part, volts: float) -> int:
    """State of charge at a rest voltage, per cent, from the cell's curve."""
    curve = cell.table("ocv")
    for (below, low), (above, high) in pairwise(curve):
        if volts < high:
            return round(100 * (below + (above - below) * max(0.0, volts - low) / (high - low)))
    return 100


def _list(part: Part, cap: str) -> list[str]:
    value = part.caps[cap]
    assert isinstance(value, list)
    return [str(item) for item in value]


def _address(part: Part) -> int:
    value = part.caps["address"]
    return value if isinstance(value, int) else int(str(value), 0)
