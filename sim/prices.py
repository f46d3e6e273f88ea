"""What a design's node takes in each state and sleep, from its rows: the firmware hears the same figures."""

from __future__ import annotations

from itertools import pairwise

from boards import Design, Part, half_full_V, watts_of

#: Sizes of a usual and of a small picture (OV2640, 800x600 and 320x240), KiB.
PICTURES_KiB = (40, 9)
#: First beliefs of a node that has measured nothing: a join, s; a garden's Wi-Fi, KiB/s; a good day's sun, h.
JOIN_s, SENT_KiB_s, SUN_h = 3.5, 70.0, 4.5

#: The firmware's states in the order of its tables: a camera's, and those of declared tasks.
STATES = ("BOOT", "TRIAGE", "CAMERA", "CAPTURE", "STORE", "CONNECT", "UPLOAD", "SETTLE", "SLEEP", "RECOVER")
TASK_STATES = ("BOOT", "PLAN", "TASK", "-", "-", "CONNECT", "UPLOAD", "SETTLE", "SLEEP", "RECOVER")


def states_of(design: Design) -> tuple[str, ...]:
    """The states of a design's application, by number."""
    return STATES if design.camera else TASK_STATES


def board_mW(design: Design, row: str) -> float:
    """A current row of the board as power at the battery, mW."""
    found = design.board.rows[row]
    return found.value * (found.at_V or design.board.v("rail_3V3"))


def part_mW(design: Design, part: Part, row: str) -> float:
    """A current row of a part as power at the battery, mW: through the regulator, or straight from a
    half-full battery."""
    return watts_of(design, part, part.rows[row]) * 1000.0


def sleep_W(design: Design, row: str) -> float:
    """What the whole node draws asleep, W: the board's row and all that stands beside it."""
    return (board_mW(design, row) + standing_mW(design)) / 1000.0


def asleep_A(design: Design) -> float:
    """The part of a sleep that is a constant current at the battery, A: behind a linear regulator, or
    none."""
    if design.latch:
        rows = [design.part("pir").rows["standing"], design.latch.rows["standing"]]
    else:
        rows = [part.rows[name] for part, name in standing_parts(design)]
    return sum(row.value for row in rows if row.load == "current") / 1000.0


def spared_A(design: Design) -> float:
    """What a camera that nothing switches takes less, A, as long as nobody has used it since power-up."""
    camera = design.camera
    if (
        camera is None
        or design.rail is None
        or design.rail.caps["switched"]
        or "untouched" not in camera.rows
    ):
        return 0.0
    return (
        (part_mW(design, camera, "phantom") - part_mW(design, camera, "untouched"))
        / half_full_V(design)
        / 1000.0
    )


def standing_parts(design: Design) -> list[tuple[Part, str]]:
    """Parts that draw in every sleep, and by which row: the PIR, the meter powered down, a camera that
    nothing switches, a pin that is held."""
    asleep = (
        (design.pir, "standing"), (design.meter, "power_down"), (design.clock, "standing"),
        (design.latch, "standing"), (design.sd, "off"), (design.sensor, "off"),
        (design.panel_meter, "power_down"),
    )  # fmt: skip
    parts = [(part, name) for part, name in asleep if part]
    if design.camera and design.rail:
        held = design.rail.caps["switched"] and design.rail.caps["needs_hold"]
        if held or not design.rail.caps["switched"]:
            parts.append((design.camera, "phantom"))
        if held:
            parts.append((design.rail, "off"))
    return parts


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
    return (
        part_mW(design, design.part("pir"), "standing") + part_mW(design, design.latch, "standing")
    ) / 1000.0


def asleep_W(design: Design) -> float:
    """What a node draws between events in its cheapest sleep, W: its latch open, or asleep until a pin."""
    return off_W(design) if design.latch else sleep_W(design, "deep_sleep_pin")


def standing_mW(design: Design) -> float:
    """What the parts beside the board draw all the time, mW."""
    return sum(part_mW(design, *part) for part in standing_parts(design))


def busy_mW(design: Design) -> float:
    """Awake with the CPU busy and nothing else on, mW: the firmware's measure of how dear its board is."""
    return board_mW(design, "busy") + standing_mW(design)


def state_mW(design: Design) -> list[float]:
    """The price of each state where nothing was measured, mW, in the order of `states_of`."""
    standing = standing_mW(design)
    camera = part_mW(design, design.camera, "run") if design.camera else 0.0
    sensor = part_mW(design, design.sensor, "run") if design.sensor else 0.0
    busy, idle = board_mW(design, "busy"), board_mW(design, "idle")
    prices = {
        "BOOT": _boot_mW(design),
        "TRIAGE": busy,
        "PLAN": busy,
        "TASK": busy + sensor,
        "-": 0.0,
        "CAMERA": busy + camera,
        "CAPTURE": busy + camera,
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
    if any(part is design.camera for part, _ in standing_parts(design)):
        at_rest = part_mW(design, design.part("camera"), "phantom")
        for state in ("CAMERA", "CAPTURE", "STORE"):
            prices[state] -= at_rest  # it runs: what it takes at rest is in that
    return [prices[state] + standing for state in states_of(design)]


def _boot_mW(design: Design) -> float:
    """The mean from reset to the first line of code: busy, and the radio's own start."""
    board = design.board
    boot_s, radio_s = board.v("boot"), board.v("radio_boot")
    taken = boot_s * board_mW(design, "busy") + radio_s * board_mW(design, "radio_boot_current")
    return taken / (boot_s + radio_s)


def action_mJ(design: Design) -> tuple[int, int, int, int, int]:
    """What a wake without a picture, a picture, a small one, a join (mJ) and a KiB sent (0.1 mJ) cost.

    The node believes them until it has measured its own, so the seconds in here need not be right.
    """
    board = design.board
    camera = part_mW(design, design.camera, "run") if design.camera else 0.0
    settle_s = design.camera.v("settle") if design.camera else 0.0
    busy, idle = board_mW(design, "busy"), board_mW(design, "idle")
    boot_s = board.v("boot") + board.v("radio_boot") + 0.5
    wake = boot_s * busy + max(0.0, board.v("min_awake") - boot_s) * idle
    picture, small = (
        (0.3 + settle_s) * (busy + camera) + KiB * 0.04 * (busy + camera) for KiB in PICTURES_KiB
    )
    sent = board_mW(design, "radio_tx") / SENT_KiB_s
    return (
        round(wake),
        round(picture),
        round(small),
        round(JOIN_s * board_mW(design, "radio_join")),
        round(10 * sent),
    )


def best_day_J(design: Design) -> int:
    """What the panel by its label gives the cell on a day of the best season, J: also only a first belief."""
    panel = design.panel
    through = _through_charger(design)
    return round(panel.v("rated") * panel.v("effective") * through * SUN_h * 3600.0)


def _through_charger(design: Design) -> float:
    """Share of the panel's best power that arrives: a linear charger passes current, a buck power."""
    charger = design.charger
    if charger.caps["kind"] == "buck":
        best = max(share for _, share in charger.table("efficiency"))
        return best * (1.0 - charger.v("dropout") / charger.v("mppt"))
    return half_full_V(design) / design.panel.v("v_mp")


def cell_J(design: Design, cells: int) -> int:
    """Energy of the full cells, J."""
    curve = design.cell.table("ocv")
    mean_V = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve))
    return round(design.cell.v("capacity") * cells * 3600.0 * mean_V)


def light_mV(design: Design, cells: int) -> int:
    """The same for the light, with board and camera awake beside it; 0 without a light."""
    if not design.light:
        return 0
    camera = part_mW(design, design.part("camera"), "run") + board_mW(design, "busy")
    return burst_mV(design, cells, camera + part_mW(design, design.light, "run"))


def burst_mV(design: Design, cells: int, burst_mW: float) -> int:
    """Rest voltage below which a burst (of Wi-Fi) on a cold cell would pull the supply down: the lowest
    supply plus the burst's drop over a resistance three times the row (ageing and frost)."""
    lowest = max(design.protection.v("cut_off"), design.board.v("supply_min"))
    burst_W = burst_mW / 1000.0
    return round((lowest + 3.0 * design.cell.v("resistance") / cells * burst_W / lowest) * 1000)


def sag_mV(design: Design) -> int:
    """Voltage under the radio's load below which a session ends: the lowest supply, and 50 mV for the next
    picture."""
    return round(max(design.protection.v("cut_off"), design.board.v("supply_min")) * 1000) + 50
