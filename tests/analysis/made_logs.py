"""Small hand-made logs: a node that wakes for two seconds in ten."""

from __future__ import annotations

import numpy as np

from analysis.log import SAMPLES, Log
from analysis.recording import everywhere


def log_of(mA: np.ndarray, rate_hz: float = 100.0, V: float = 4.0) -> Log:
    """Samples of a current, evenly in time."""
    rows = len(mA)
    step = np.broadcast_to(np.float64(1 / rate_hz), (rows,))
    return Log(
        source="made.csv", kind=SAMPLES, t_s=np.arange(rows) / rate_hz, dt_s=step,
        V=np.broadcast_to(np.float64(V), (rows,)), mA=mA, state=everywhere(-1, rows), states=(),
        marker=everywhere(0, rows), has_marker=False, quality=everywhere(-1, rows), qualities=(),
    )  # fmt: skip


def duty(cycles: int = 20, long: int | None = None, spike: int | None = None) -> np.ndarray:
    """Wakes of 1 s at 50 and 1 s at 100 mA, then 8 s at 1 mA; one may be longer, one has a spike of a row."""
    parts = [np.full(500, 1.0)]
    for cycle in range(cycles):
        parts += [np.full(100, 50.0), np.full(300 if cycle == long else 100, 100.0), np.full(800, 1.0)]
        if cycle == spike:
            parts[-2][37] = 390.0
    mA = np.concatenate(parts)
    return np.round(mA + 0.1 * np.random.default_rng(1).standard_normal(len(mA)), 1)


def four_days(zone: str = "+02:00") -> str:
    """A CSV of four days from 18:00 on 1 May: 10 mA of load, 300 mA of sun from 8 to 16 o'clock."""
    lines = ["time,Load_V,Load_mA,Solar_mA"]
    for minute in range(4 * 1440):
        day, rest = divmod(18 * 60 + minute, 1440)
        sun = 300 if 480 <= rest < 960 else 0
        lines.append(f"2024-05-{1 + day:02d}T{rest // 60:02d}:{rest % 60:02d}:00{zone},4.0,10,{sun}")
    return "\n".join(lines) + "\n"


def csv_of(mA: np.ndarray, rate_hz: float = 100.0, V: float | None = 4.0) -> str:
    """What an INA219 logger writes."""
    title = "timestamp_ms,voltage_V,current_mA\n" if V else "timestamp_ms,current_mA\n"
    volts = f"{V:g}," if V else ""
    return title + "".join(f"{1000 * n / rate_hz:.0f},{volts}{value:.1f}\n" for n, value in enumerate(mA))
