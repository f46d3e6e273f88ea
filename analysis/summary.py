"""A run's figures for machines: summary.json, hours.csv, pictures.csv."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sim.result import RunResult

from . import periods
from .advice_view import Advice

#: Raised whenever a key changes its meaning or goes away.
SUMMARY_VERSION = 1


def summary_json(result: RunResult, advice: Advice | None = None) -> dict[str, Any]:
    """The run as plain JSON values.

    Keys
    ----
    version, design, title, seed, days, start (ISO, local standard time), wall_s (time to compute).
    site : name, latitude, longitude.
    verdict : survives (never without power), down_h, days_down, lowest_soc (0..1),
        lowest_at (ISO), worst_day.
    months : per month name, year, days, available_Wh, harvest_Wh, load_Wh, down_h, soc_low.
    visitors : total and count per fate; they add up.
    readings : null without a sensor, else taken, by_fate, longest_gap_s.
    pictures : taken, dark, bytes, empties, empties_Wh, pir_to_frame_s (median, p90, max; null without any).
    energy : load_Wh, harvest_Wh, available_Wh, by_state_Wh, by_part_Wh, time_by_state_s,
        battery_Wh (or null).
    wakes : total, by_cause.  journal : count per reason.
    books : relative closing errors.  notes : sentences.
    advice : null, or title, why, predicted, confirmed, rows (candidate, hourly_model, full_run).
    """
    return {
        "version": SUMMARY_VERSION, "design": result.design, "title": result.title, "seed": result.seed,
        "days": result.days, "start": result.start.isoformat(), "wall_s": round(result.wall_s, 3),
        "site": {"name": result.site, "latitude": result.latitude, "longitude": result.longitude},
        "verdict": _verdict(result), "months": [_month(month) for month in periods.months(result)],
        "visitors": {"total": sum(result.fates.values()), "by_fate": dict(result.fates)},
        "pictures": _pictures(result), "readings": _readings(result), "energy": _energy(result),
        "wakes": {"total": result.wakes, "by_cause": dict(result.wakes_by_cause)},
        "journal": dict(result.journal_counts), "books": {k: float(v) for k, v in result.books.items()},
        "notes": list(result.notes), "advice": _advice(advice),
    }  # fmt: skip


def _verdict(result: RunResult) -> dict[str, Any]:
    soc, when = periods.lowest(result)
    down_h = periods.down_hours(result)
    return {
        "survives": down_h == 0, "down_h": round(down_h, 4), "lowest_soc": round(soc, 6),
        "days_down": int((periods.days(result).down_h > 0).sum()),
        "lowest_at": when.isoformat(), "worst_day": periods.worst_day(result).isoformat(),
    }  # fmt: skip


def _month(month: periods.Month) -> dict[str, Any]:
    return {
        "name": month.name, "year": month.year, "days": round(month.days, 4),
        "available_Wh": round(month.available_Wh, 6), "harvest_Wh": round(month.harvest_Wh, 6),
        "load_Wh": round(month.load_Wh, 6), "down_h": round(month.down_h, 4),
        "soc_low": round(month.soc_low, 6),
    }  # fmt: skip


def _pictures(result: RunResult) -> dict[str, Any]:
    waits = result.pir_to_frame_s
    wait = None
    if len(waits):
        wait = {
            "median": round(float(np.median(waits)), 4), "p90": round(float(np.percentile(waits, 90)), 4),
            "max": round(float(waits.max()), 4),
        }  # fmt: skip
    return {
        "taken": len(result.pictures), "dark": sum(item.dark for item in result.pictures),
        "bytes": sum(item.size for item in result.pictures), "empties": result.empties,
        "empties_Wh": round(result.empties_Wh, 6), "pir_to_frame_s": wait,
    }  # fmt: skip


def _readings(result: RunResult) -> dict[str, Any] | None:
    if result.readings is None:
        return None
    times = [reading.t_s for reading in result.readings if reading.fate != "lost"]
    gaps = np.diff([0.0, *times, result.days * 86_400.0])
    return {
        "taken": len(result.readings),
        "by_fate": dict(Counter(reading.fate for reading in result.readings)),
        "longest_gap_s": round(float(gaps.max()), 1),
    }


def _energy(result: RunResult) -> dict[str, Any]:
    battery = periods.battery_Wh(result)
    return {
        "load_Wh": round(float(result.hour_load_Wh.sum()), 6),
        "harvest_Wh": round(float(result.hour_harvest_Wh.sum()), 6),
        "available_Wh": round(float(result.hour_available_Wh.sum()), 6),
        "by_state_Wh": {name: round(float(value), 6) for name, value in result.energy_by_state_Wh.items()},
        "by_part_Wh": {name: round(float(value), 6) for name, value in result.energy_by_part_Wh.items()},
        "time_by_state_s": {name: round(float(value), 3) for name, value in result.time_by_state_s.items()},
        "battery_Wh": None if battery is None else round(battery, 3),
    }


def _advice(advice: Advice | None) -> dict[str, Any] | None:
    if advice is None:
        return None
    keys = ("candidate", "hourly_model", "full_run")
    return {
        "title": advice.title, "why": advice.why, "predicted": advice.predicted,
        "confirmed": advice.confirmed, "rows": [dict(zip(keys, row, strict=True)) for row in advice.rows],
    }  # fmt: skip


def write_summary(path: Path, result: RunResult, advice: Advice | None = None) -> Path:
    """Write summary.json; returns the path."""
    path.write_text(json.dumps(summary_json(result, advice), indent=2) + "\n", encoding="utf-8")
    return path


HOURS_COLUMNS = ("time", "soc", "harvest_Wh", "available_Wh", "load_Wh", "down_s", "temp_C", "poa_W_m2")
READINGS_COLUMNS = ("time", "t_s", "said_s", "fate")
PICTURES_COLUMNS = ("key", "time", "t_s", "size", "crc32", "fate", "visitors", "dark")


def write_readings(path: Path, result: RunResult) -> int:
    """Write readings.csv: one row per reading with the node's own time of it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*READINGS_COLUMNS, *result.of))
        for item in result.readings or ():
            when = periods.moment(result, item.t_s).isoformat(timespec="seconds")
            writer.writerow((when, f"{item.t_s:.1f}", f"{item.said_s:.0f}", item.fate, *item.values))
    return len(result.readings or ())


def write_hours(path: Path, result: RunResult) -> int:
    """Write hours.csv: one row per hour, `time` is the hour's start in local standard time."""
    arrays = (
        result.hour_soc, result.hour_harvest_Wh, result.hour_available_Wh, result.hour_load_Wh,
        result.hour_down_s, result.hour_temp_C, result.hour_poa_W_m2,
    )  # fmt: skip
    begin = periods.start_of(result)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HOURS_COLUMNS)
        for hour, values in enumerate(zip(*arrays, strict=True)):
            time = (begin + timedelta(hours=hour)).isoformat()
            writer.writerow((time, *(f"{value:.6g}" for value in values)))
    return periods.hours(result)


def write_pictures(path: Path, result: RunResult) -> int:
    """Write pictures.csv: one row per picture with its digest; crc32 in hexadecimal."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PICTURES_COLUMNS)
        for item in result.pictures:
            when = periods.moment(result, item.t_s).isoformat(timespec="seconds")
            writer.writerow(
                (item.key, when, f"{item.t_s:.3f}", item.size, f"{item.crc32:08x}", item.fate, item.visitors,
                 int(item.dark))
            )  # fmt: skip
    return len(result.pictures)
