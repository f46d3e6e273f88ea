"""node.py: the constants of one design, generated from its rows, so that firmware and simulator pay
the same prices."""

from __future__ import annotations

from itertools import pairwise

from boards import CLOCK, Design, Part, heartbeat_way, picture_places, watts_of

STATES = ("BOOT", "TRIAGE", "CAMERA", "CAPTURE", "STORE", "CONNECT", "UPLOAD", "SETTLE", "SLEEP", "RECOVER")


#: At least one sign of life a day where a clock can give it in the cheap sleep.
_HEARTBEAT_H = 24


def node_source(design: Design) -> str:
    """The text of node.py: flat assignments of integers, strings and tuples."""
    lines = [f"# Made by torpor from the design {design.name}; change the design, not this file."]
    lines += [f"{name} = {value!r}" for name, value in node_values(design).items()]
    return "\n".join(lines) + "\n"


def node_values(design: Design) -> dict[str, object]:
    """Everything that node.py says, by name; units in the names."""
    board, cell = design.board, design.cell
    width, height = (int(part) for part in str(design.options["frame_size"]).split("x"))
    pins = {name.upper(): pin for name, pin in design.pins.items() if not name.endswith("_power")}
    cells = int(str(design.options.get("cells_parallel", 1)))
    return {
        "DESIGN": design.name,
        **pins,
        "RAILS": _rails(design),
        "WATCHDOG_MS": int(min(board.v("watchdog_max"), 8.0) * 1000),
        "TIMER_SLEEP": int("time" in _list(board, "alarms")),
        "SPOOL": _spool(design),
        "I2C_Hz": int(str(design.options["i2c_Hz"])),
        "CLOCK": _address(design.clock) if design.clock else 0,
        "HEARTBEAT_H": _HEARTBEAT_H if _heartbeat(design) else 0,
        "SENSOR": sensor_module(design),
        "SPI_Hz": int(str(design.options["spi_Hz"])),
        "METER_ADDRESS": _address(design.meter),
        "SHUNT_mohm": round(design.meter.v("shunt") * 1000),
        "WIDTH": width,
        "HEIGHT": height,
        "SETTLE_ms": round(design.camera.v("settle") * 1000),
        "CELL_mohm": round(cell.v("resistance") * 1000 / cells),
        "OCV": _curve(cell),
        "LOW_PCT": _percent(cell, float(str(design.options["lockout_enter_mV"])) / 1000.0),
        "HIGH_PCT": _percent(cell, float(str(design.options["lockout_leave_mV"])) / 1000.0),
        "BURST_mV": _burst_mV(design, cells, board_mW(design, "radio_tx")),
        "LIGHT_mV": _light_mV(design, cells),
        "LIGHT_mW": round(part_mW(design, design.light, "run")) if design.light else 0,
        "HOLDOFF_MAX_s": 3600,
        "PIR_s": round(design.pir.v("hold") + design.pir.v("block")) + 1,
        "MIN_AWAKE_ms": round(board.v("min_awake") * 1000),
        "BOOT_mW": round(board_mW(design, "busy")),
        "JOIN_mW": round(board_mW(design, "radio_join")),
        "SLEEP_PIN_uW": round(sleep_W(design, "deep_sleep_pin") * 1e6),
        "SLEEP_TIMER_uW": round(sleep_W(design, "deep_sleep_timer") * 1e6),
        "PRICES_mW": tuple(round(price) for price in state_mW(design)),
    }


def board_mW(design: Design, row: str) -> float:
    """A current row of the board as power at the battery, mW."""
    found = design.board.rows[row]
    return found.value * (found.at_V or design.board.v("rail_3V3"))


def part_mW(design: Design, part: Part, row: str) -> float:
    """A current row of a part as power at the battery, mW: through the regulator, or straight from a
    half-full battery."""
    return watts_of(design, part, part.rows[row]) * 1000.0


def sensor_module(design: Design) -> str:
    """The firmware's module for the camera's sensor: "ov2640"."""
    return str(design.camera.caps["sensor"]).lower()


def sleep_W(design: Design, row: str) -> float:
    """What the whole node draws asleep, W: the board's row, the PIR, the meter powered down."""
    parts = [(design.pir, "standing"), (design.meter, "power_down")]
    if design.clock:
        parts.append((design.clock, "standing"))
    if design.sd:
        parts.append((design.sd, "off"))
    return (board_mW(design, row) + sum(part_mW(design, *part) for part in parts)) / 1000.0


def state_mW(design: Design) -> list[float]:
    """The price of each state where nothing was measured, mW, in the order of STATES."""
    standing = sleep_W(design, "deep_sleep_pin") * 1000.0 - board_mW(design, "deep_sleep_pin")
    camera = part_mW(design, design.camera, "run")
    busy, idle = board_mW(design, "busy"), board_mW(design, "idle")
    prices = {
        "BOOT": busy,
        "TRIAGE": busy,
        "CAMERA": busy + camera,
        "CAPTURE": idle + camera,
        "STORE": busy + camera,
        "CONNECT": board_mW(design, "radio_join"),
        "UPLOAD": board_mW(design, "radio_tx"),
        "SETTLE": idle,
        "SLEEP": board_mW(design, "deep_sleep_pin"),
        "RECOVER": busy,
    }
    if design.sd:
        prices["STORE"] += part_mW(design, design.sd, "write")
        prices["UPLOAD"] += part_mW(design, design.sd, "read")
    return [prices[state] + standing for state in STATES]


def _heartbeat(design: Design) -> bool:
    """Whether the cheapest sleep is one that the design's own clock ends too."""
    way = heartbeat_way(design)
    return way is not None and way.name == CLOCK


def _rails(design: Design) -> tuple[tuple[str, str, int], ...]:
    """Name, pin and rise in ms of each load switch."""
    rise_s = {"camera": design.rail.v("rise") + design.camera.v("power_up")}
    if design.sd and "sd_power" in design.pins:
        rise_s["sd"] = design.sd.v("power_up")
    if design.light:
        rise_s["light"] = design.light.v("rise")
    return tuple(
        (name, design.pins[f"{name}_power"], max(1, round(rise * 1000))) for name, rise in rise_s.items()
    )


def _spool(design: Design) -> tuple[str, ...]:
    """Where pictures may wait."""
    places = tuple(place.name for place in picture_places(design))
    return ("fifo",) if design.options.get("spool") == "fifo" else places


def _light_mV(design: Design, cells: int) -> int:
    """The same for the light, with board and camera awake beside it; 0 without a light."""
    if not design.light:
        return 0
    camera = part_mW(design, design.camera, "run") + board_mW(design, "busy")
    return _burst_mV(design, cells, camera + part_mW(design, design.light, "run"))


def _burst_mV(design: Design, cells: int, burst_mW: float) -> int:
    """Rest voltage below which a burst (of Wi-Fi) on a cold cell would pull the supply down: the lowest
    supply plus the burst's drop over a resistance three times the row (ageing and frost)."""
    lowest = max(design.protection.v("cut_off"), design.board.v("supply_min"))
    burst_W = burst_mW / 1000.0
    return round((lowest + 3.0 * design.cell.v("resistance") / cells * burst_W / lowest) * 1000)


def _curve(cell: Part) -> tuple[tuple[int, int], ...]:
    return tuple((round(volts * 1000), round(soc * 100)) for soc, volts in cell.table("ocv"))


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
