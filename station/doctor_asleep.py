"""The current of the real sleep, as a logger read it, beside the design's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from boards import Design, watts_of
from sim.prices import sleep_W, standing_parts
from station.doctor_case import Case
from station.doctor_table import Finding, finding

_ROW = "deep_sleep_timer"


def of_asleep(case: Case) -> Iterator[Finding]:
    if unread := case.heard.one("deep.unread"):
        why = ": its INA219 does not answer" if unread["silent"] else ""
        yield finding("deep.unread", port=unread["port"], why=why)
    read = case.heard.one("deep.read")
    if read:
        row, row_off = asleep_mA(case.design, read["mV"] / 1000.0)
        yield _beside(read["uA"] / 1000.0, read["off_uA"] / 1000.0, row, row_off)


def _beside(mA: float, off: float, row: float, row_off: float) -> Finding:
    """What was read, give or take `off`, and what the rows say, give or take `row_off`; mA."""
    code = "deep.as_designed"
    if mA - off > row + row_off:
        code = "deep.dear"
    elif mA + off < row - row_off:
        code = "deep.cheap"
    elif off > row / 2.0:
        code = "deep.coarse"
    return finding(code, mA=mA, off=off, row=row, row_off=row_off)


def asleep_mA(design: Design, volts: float) -> tuple[float, float]:
    """What the node should take in a sleep by its clock at a battery's voltage, and how sure its rows are of
    that, mA."""
    board = design.board.rows[_ROW]
    off_mW = board.plus_minus * (board.at_V or design.board.v("rail_3V3"))
    for part, name in standing_parts(design):
        row = part.rows[name]
        off_mW += 1000.0 * watts_of(design, part, replace(row, value=row.plus_minus))
    return 1000.0 * sleep_W(design, _ROW) / max(volts, 1.0), off_mW / max(volts, 1.0)
