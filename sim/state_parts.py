"""Which rows of which parts stand behind each state of the firmware, and how far they may be off together."""

from __future__ import annotations

from math import hypot

from boards import Design, Part
from sim.prices import part_mW, standing_parts

#: The board's own row in a state; any other keeps its CPU busy.
BOARD_ROW = {
    "SLEEP": "deep_sleep_pin", "CONNECT": "radio_join", "UPLOAD": "radio_tx", "SETTLE": "idle",
}  # fmt: skip
#: Parts that run beside the board: state -> (kind, row).
BESIDE = {
    "CAMERA": (("camera", "run"),), "CAPTURE": (("camera", "run"),),
    "STORE": (("camera", "run"), ("sd", "write")), "UPLOAD": (("sd", "read"),), "TASK": (("sensor", "run"),),
}  # fmt: skip


def parts_of(design: Design, state: str) -> tuple[tuple[Part, str], ...]:
    """Part and row of everything that draws in a state, by its rows."""
    if state == "OFF" and design.latch:
        return ((design.part("pir"), "standing"), (design.latch, "standing"))
    board = BOARD_ROW.get(state, "busy")
    if state == "SLEEP" and "pin" not in design.sleep.alarms and "time" in design.sleep.alarms:
        board = "deep_sleep_timer"
    beside = [(getattr(design, kind), row) for kind, row in BESIDE.get(state, ())]
    return ((design.board, board), *((part, row) for part, row in beside if part), *standing_parts(design))


def plus_minus_mW(design: Design, state: str) -> float:
    """How far a state's rows may be off together, mW: rows are independent of each other."""
    return hypot(*(row_off_mW(design, part, row) for part, row in parts_of(design, state)))


def row_off_mW(design: Design, part: Part, row: str) -> float:
    """How far one current row may be off, mW at the battery."""
    found = part.rows[row]
    return part_mW(design, part, row) * found.plus_minus / found.value if found.value else 0.0
