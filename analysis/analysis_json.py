"""What was found in a log as plain JSON values; null is what the log cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from .analysed import Analysed
from .cycle_spread import Spread
from .log_limits import Judged
from .states import CycleRow, StateRow

#: Raised whenever a key changes its meaning or goes away.
VERSION = 1


def analysis_json(
    found: Analysed, judged: Sequence[Judged] = (), written: Sequence[Path] = ()
) -> dict[str, Any]:
    """The whole analysis.

    Keys
    ----
    log, kind, rows, duration_s, missing_s, rate_hz, start (ISO or null), at_least (the meter clipped).
    states, total : one row each, with the half widths of their 95 % intervals (`_off_`).
    cycles : one row each.  spread : percentiles and means of the cycles, or null.
    stands_out : the cycles that differ, with a reason.  floor : what it draws at rest, `below` true where
        only less than `high_mA` is known.  duty, gains, life : null or empty without a wake.
    slope : what the battery's voltage says over days, or null.
    against : per state of the design what was measured, what its rows say and the verdict; null without one.
    limits : each with kept (true, false, null where the log cannot tell).
    """
    log, table = found.log, found.table
    return {
        "version": VERSION, "log": log.source, "kind": log.kind, "rows": len(log.t_s),
        "duration_s": log.duration_s, "missing_s": log.missing_s, "rate_hz": log.rate_hz,
        "start": log.start.isoformat() if log.start else None, "at_least": bool(table.at_least),
        "states": [state_json(row) for row in table.states], "total": state_json(table.total),
        "cycles": [cycle_json(row) for row in table.cycles], "spread": _spread(found),
        "stands_out": [{"cycle": one.name, "t_s": one.t_s, "why": one.why} for one in found.outstanding],
        "floor": _floor(found), "duty": _duty(found),
        "gains": [{"state": one.name, "share": one.share, "longer": one.longer} for one in found.gains],
        "life": _life(found), "slope": _slope(found), "against": _against(found),
        "limits": [{"limit": one.limit.name, "value": one.limit.value, "is": or_null(one.figure.value),
                    "kept": one.kept, "sentence": one.sentence} for one in judged],
        "notes": list(dict.fromkeys(found.notes)), "files": [str(path) for path in written],
    }  # fmt: skip


def state_json(row: StateRow) -> dict[str, Any]:
    """One state, or the total."""
    return {
        "state": row.name, "count": row.count, "cycles": row.cycles, "duration_s": row.duration_s,
        "charge_mC": row.charge_mC, "charge_off_mC": or_null(row.charge_off_mC),
        "energy_mJ": or_null(row.energy_mJ), "energy_off_mJ": or_null(row.energy_off_mJ),
        "mean_mA": row.mean_mA, "peak_mA": row.peak_mA, "V": or_null(row.V), "at_least": bool(row.at_least),
        "visit_mC": [or_null(value) for value in row.each_mC],
    }  # fmt: skip


def cycle_json(row: CycleRow) -> dict[str, Any]:
    """One cycle."""
    return {
        "cycle": row.name, "t_s": row.t_s, "awake_s": row.awake_s, "awake_mC": row.awake_mC,
        "awake_mJ": or_null(row.awake_mJ), "peak_mA": row.peak_mA, "rest_s": row.rest_s,
        "rest_mJ": or_null(row.rest_mJ), "states": list(row.states),
    }  # fmt: skip


def _spread(found: Analysed) -> dict[str, Any] | None:
    spread = found.spread
    if spread is None:
        return None
    named = {"charge_mC": spread.charge_mC, "energy_mJ": spread.energy_mJ, "awake_s": spread.awake_s,
             "rest_s": spread.rest_s}  # fmt: skip
    return {name: None if one is None else _values(one) for name, one in named.items()}


def _values(one: Spread) -> dict[str, Any]:
    return {"p5": one.low, "median": one.median, "p95": one.high, "mean": one.mean, "off": or_null(one.off)}


def _floor(found: Analysed) -> dict[str, Any]:
    floor = found.floor
    return {
        "how": floor.how, "known": bool(floor.known), "value_mA": or_null(floor.value_mA),
        "low_mA": or_null(floor.low_mA), "high_mA": or_null(floor.high_mA), "below": bool(floor.below),
        "no_sleep": bool(floor.no_sleep),
        "meter": floor.meter.title, "share": or_null(floor.share.now.share) if floor.share else None,
        "sentences": list(floor.sentences),
    }  # fmt: skip


def _duty(found: Analysed) -> dict[str, Any] | None:
    duty = found.duty
    if duty is None:
        return None
    return {
        "period_s": duty.period_s, "awake_s": duty.awake_s, "awake_mC": duty.awake_mC,
        "rest_mA": duty.rest_mA, "rest_off_mA": duty.rest_off_mA, "rest_share": duty.rest_share,
        "mean_mA": duty.mean_mA, "mean_off_mA": duty.off_mA,
    }  # fmt: skip


def _life(found: Analysed) -> dict[str, Any] | None:
    life, battery = found.life, found.asked.battery
    if life is None or battery is None:
        return None
    return {
        "capacity_Ah": battery.capacity_Ah, "temperature_C": battery.temperature_C,
        "usable_mAh": list(battery.usable_mAh), "leak_mA": life.leak_mA, "days": life.days,
        "worst_days": life.worst_days, "best_days": or_null(life.best_days),
    }  # fmt: skip


def _slope(found: Analysed) -> dict[str, Any] | None:
    slope = found.slope
    if slope is None:
        return None
    return {"mean_mA": or_null(slope.mean_mA), "off_mA": or_null(slope.off_mA), "why": slope.why,
            "floor_mA": or_null(slope.floor_mA), "floor_off_mA": or_null(slope.floor_off_mA)}  # fmt: skip


def _against(found: Analysed) -> list[dict[str, Any]] | None:
    if found.against is None:
        return None
    return [
        {"state": row.state, "measured_mW": row.measured_mW, "off_mW": row.off_mW, "rows_mW": row.rows_mW,
         "rows_off_mW": row.rows_off_mW, "verdict": row.verdict, "sentence": row.sentence}
        for row in found.against.rows
    ]  # fmt: skip


def or_null(value: float) -> float | None:
    """The value, or None for what is not finite."""
    return value if isfinite(value) else None
