"""What the node itself booked while awake, and how sure that is: its readings are off by what its meter may
be off, its priced stretches by what its rows may be off."""

from __future__ import annotations

from collections.abc import Sequence

from boards import Design, Part
from sim.log import LogRow
from sim.node_meter import OFFSETS, pga_of
from sim.nodelog import node_log
from sim.prices import board_mW, part_mW, state_mW, states_of
from sim.result import Booked
from sim.watching import reason_names

#: What the board itself does in a state; the others keep its CPU busy.
_ROW_OF = {"CONNECT": "radio_join", "UPLOAD": "radio_tx", "SETTLE": "idle"}
#: Parts that run beside it, by state.
_BESIDE = {
    "CAMERA": ("camera",), "CAPTURE": ("camera",), "STORE": ("camera", "sd"), "UPLOAD": ("sd",),
    "TASK": ("sensor",),
}  # fmt: skip
_SD_ROW = {"STORE": "write", "UPLOAD": "read"}


def booked_at_home(batches: Sequence[tuple[float, bytes]], design: Design, zero_known: bool) -> Booked:
    """Of what came home: batches as (arrival in s, bytes)."""
    states = states_of(design)
    log = node_log(batches, states, reason_names(), states.index("SLEEP"))
    return booked(log.rows, design, zero_known)


def booked(rows: Sequence[LogRow], design: Design, zero_known: bool) -> Booked:
    """Sum up a node log; `zero_known`: the node was told its meter's zero (TORPOR_ZERO_UV). Errors of one
    meter, and of one row, do not even out: they are added."""
    meter = design.meter
    offset = meter.rows["zero_left"].value if zero_known else meter.rows[OFFSETS[pga_of(design)]].plus_minus
    offset_mA = offset / 1000.0 / meter.v("shunt")
    gain = meter.rows["gain_error"].value + meter.rows["gain_error"].plus_minus
    busy = gain + offset_mA * 3.7 / board_mW(design, "busy")
    by_state: dict[str, float] = {}
    unsure = measured = 0.0
    for row in rows:
        if row.state == "SLEEP":
            continue
        joules = row.mA * row.V / 1000.0 * row.dt_s
        by_state[row.state] = by_state.get(row.state, 0.0) + joules
        reading = gain * joules + offset_mA * row.V / 1000.0 * row.dt_s
        priced = joules * (busy + beside(design, row.state))
        if row.quality == "measured":
            unsure += reading
        elif row.quality == "inferred":
            unsure += priced
        else:
            unsure += (reading + priced) / 2.0  # less than half of it was read
        measured += 0.0 if row.quality == "inferred" else joules
    in_all = sum(by_state.values())
    return Booked(in_all, unsure, measured / in_all if in_all else 0.0, by_state)


def beside(design: Design, state: str) -> float:
    """By how much the price of a state may be off, relative, beyond that of a busy CPU, which the node has
    read."""
    names = states_of(design)
    if state not in names:
        return 1.0
    price = state_mW(design)[names.index(state)]
    off = 0.0
    if state in _ROW_OF:
        off += _off_mW(board_mW(design, _ROW_OF[state]), design.board, _ROW_OF[state])
    for kind in _BESIDE.get(state, ()):
        part: Part | None = getattr(design, kind)
        if part:
            row = _SD_ROW[state] if kind == "sd" else "run"
            off += _off_mW(part_mW(design, part, row), part, row)
    return off / price if price else 1.0


def _off_mW(mW: float, part: Part, row: str) -> float:
    found = part.rows[row]
    return mW * found.plus_minus / found.value if found.value else 0.0
