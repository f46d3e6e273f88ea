"""Logs for the tests of the page: small ones with every trap, and ten million noisy rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from analysis.log import SAMPLES, VISITS, FloatArray, Log

MILLIONS = 10_000_000
#: One row in ten million that no reduction may lose.
SPIKE_ROW, SPIKE_MA = 3_333_333, 350.7


def log_of(
    t_s: FloatArray, dt_s: FloatArray, mA: FloatArray, V: FloatArray | None = None, **more: Any
) -> Log:
    rows = len(mA)
    zeros = np.zeros(rows, dtype=np.int64)
    volts = np.full(rows, np.nan) if V is None else V
    plain: dict[str, Any] = {
        "source": "log.csv", "kind": SAMPLES, "state": zeros - 1, "states": (), "marker": zeros,
        "has_marker": False, "quality": zeros, "qualities": ("measured",),
    }  # fmt: skip
    return Log(t_s=t_s, dt_s=dt_s, V=volts, mA=mA, **(plain | more))


def duty(rows: int, seed: int = 7, volts: bool = True) -> Log:
    """A node at 1 kHz that sleeps 17 s of 20, as an INA219 counts it: 0.1 mA and 4 mV.

    Its states have names. A long one repeats itself after 1,000 s and has the spike.
    """
    rng = np.random.default_rng(seed)
    phase = np.arange(20_000) / 1000
    levels = np.select([phase < 17, phase < 17.35, phase < 18.25, phase < 19.85], [0.03, 45, 120, 90], 30.0)
    bursts = (phase >= 18.25) & (phase < 19.85) & (np.arange(20_000) // 4 % 6 == 0)
    levels[bursts] = 260.0
    part = min(rows, 1_000_000)
    mA = np.rint((np.resize(levels, part) + rng.normal(0, 0.15, part)) / 0.1) * 0.1
    V = np.rint((4.1 - 3e-4 * mA - 1e-8 * np.arange(part)) / 0.004) * 0.004
    mA, V = np.resize(mA, rows), np.resize(V, rows)
    if rows > SPIKE_ROW:
        mA[SPIKE_ROW] = SPIKE_MA
    named = np.resize((phase >= 17).astype(np.int64), rows)
    return log_of(
        np.arange(rows) / 1000, np.full(rows, 1e-3), mA, V if volts else None, state=named,
        states=("asleep", "awake"),
    )  # fmt: skip


def noise(rows: int) -> Log:
    """The worst there is for a page: noise that no step fits, of current and voltage."""
    rng = np.random.default_rng(11)
    mA = rng.normal(80.0, 30.0, rows)
    return log_of(np.arange(rows) * 1e-4, np.full(rows, 1e-4), mA, rng.normal(4.0, 0.05, rows))


def visits() -> Log:
    """A node's log: visits of very different length, a gap of an hour, a state of no length, wall time."""
    names = ("BOOT", "CAMERA", "UPLOAD", "SLEEP")
    lengths, currents = (
        [1.6, 0.0, 5.25, 900.0, 1.6, 0.9, 4.75, 3600.0],
        [41.0, 98.5, 88.25, 1.4, 41.5, 99.0, 91.0, 1.375],
    )
    code = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    t = np.concatenate(([0.0], np.cumsum(lengths)))[:-1]
    t[4:] += 3600.0
    return log_of(
        t, np.array(lengths), np.array(currents), np.array([3.9, 3.9, 3.85, 3.95, 3.9, 3.9, 3.85, 3.95]),
        kind=VISITS, state=code, states=names, marker=np.array([7, 7, 7, 7, 8, 8, 8, 8]), has_marker=True,
        start=datetime(2026, 11, 30, 6, 0), missing_s=3600.0, source="node.csv",
    )  # fmt: skip


def jittery() -> Log:
    """Microseconds of a logger that is never on time, gaps, negative currents, and no step that fits."""
    rng = np.random.default_rng(3)
    dt = np.rint(rng.normal(10_000, 400, 30_000)) * 1e-6
    t = np.concatenate(([0.0], np.cumsum(dt)))[:-1] + 12.5
    t[20_000:] += 45.0
    mA = 3 + rng.normal(0, 5, 30_000) + 1e-7 * rng.random(30_000)
    return log_of(t, dt, mA, 3.7 + 0.01 * rng.random(30_000))


def clipped() -> Log:
    """Samples at a meter's full scale, and more states than anybody reads."""
    mA = np.resize(np.array([30.0, 90.0, 250.0]), 900)
    mA[300:320] = 400.0
    code = np.arange(900) // 15
    return log_of(
        np.arange(900) * 0.01, np.full(900, 0.01), mA, np.full(900, 3.3), state=code,
        states=tuple(f"step {number}" for number in range(60)),
    )  # fmt: skip


def single() -> Log:
    """One row and nothing else."""
    return log_of(np.array([5.0]), np.array([2.0]), np.array([12.5]))
