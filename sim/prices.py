"""What a design's node takes in each state and sleep, from its rows: the firmware hears the same figures."""

from __future__ import annotations

from boards import Design, Part, watts_of

STATES = ("BOOT", "TRIAGE", "CAMERA", "CAPTURE", "STORE", "CONNECT", "UPLOAD", "SETTLE", "SLEEP", "RECOVER")


def board_mW(design: Design, row: str) -> float:
    """A current row of the board as power at the battery, mW."""
    found = design.board.rows[row]
    return found.value * (found.at_V or design.board.v("rail_3V3"))


def part_mW(design: Design, part: Part, row: str) -> float:
    """A current row of a part as power at the battery, mW: through the regulator, or straight from a
    half-full battery."""
    return watts_of(design, part, part.rows[row]) * 1000.0


def sleep_W(design: Design, row: str) -> float:
    """What the whole node draws asleep, W: the board's row, the PIR, the meter powered down, a camera that
    nothing switches, a pin that is held."""
    parts = [(design.pir, "standing"), (design.meter, "power_down")]
    if not design.rail.caps["switched"]:
        parts.append((design.camera, "phantom"))
    elif design.rail.caps["needs_hold"]:
        parts += [(design.camera, "phantom"), (design.rail, "off")]
    if design.clock:
        parts.append((design.clock, "standing"))
    if design.latch:
        parts.append((design.latch, "standing"))
    if design.sd:
        parts.append((design.sd, "off"))
    return (board_mW(design, row) + sum(part_mW(design, *part) for part in parts)) / 1000.0


def led_mW(design: Design) -> tuple[float, float]:
    """The board's LED at the battery, mW: what reaching it costs while it is dark, and what its light adds.
    Behind the radio chip that is the chip's waiting."""
    board = design.board
    if "led" not in board.rows:
        return 0.0, 0.0
    chip_mW = board_mW(design, "radio_left") - board_mW(design, "light_sleep")
    return (chip_mW if board.caps.get("led_on_radio") else 0.0), board_mW(design, "led")


def blink_mW(design: Design) -> float:
    """The mean while the LED blinks, dark as long as lit: the CPU only waits."""
    reach, lit = led_mW(design)
    return board_mW(design, "idle") + reach + lit / 2.0


def off_W(design: Design) -> float:
    """What a latched node draws while its latch is open, W: PIR and switch, both on the battery."""
    assert design.latch is not None
    return (part_mW(design, design.pir, "standing") + part_mW(design, design.latch, "standing")) / 1000.0


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


def light_mV(design: Design, cells: int) -> int:
    """The same for the light, with board and camera awake beside it; 0 without a light."""
    if not design.light:
        return 0
    camera = part_mW(design, design.camera, "run") + board_mW(design, "busy")
    return burst_mV(design, cells, camera + part_mW(design, design.light, "run"))


def burst_mV(design: Design, cells: int, burst_mW: float) -> int:
    """Rest voltage below which a burst (of Wi-Fi) on a cold cell would pull the supply down: the lowest
    supply plus the burst's drop over a resistance three times the row (ageing and frost)."""
    lowest = max(design.protection.v("cut_off"), design.board.v("supply_min"))
    burst_W = burst_mW / 1000.0
    return round((lowest + 3.0 * design.cell.v("resistance") / cells * burst_W / lowest) * 1000)
