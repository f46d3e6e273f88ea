"""The file that `bench logs` reads: a node at 1 kHz for ten thousand seconds, as a sketch writes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.logs_cycles import Node, State, cycles

ROWS, RATE_Hz = 10_000_000, 1000.0


def _state(mA: float, length_s: float, burst_mA: float = 0.0) -> State:
    return State(mA, length_s, 0.03, burst_mA, 0.004, 0.18, True, 0.0, 0.0)


#: Rest 30 uA, boot, camera, Wi-Fi with bursts of 4 ms, a moment before sleep; the noise of an INA219.
NODE = Node(
    0.03, 17.0, 0.15, 0.005,
    (_state(45, 0.35), _state(120, 0.9), _state(90, 1.6, burst_mA=170), _state(30, 0.12)), 0.0,
)  # fmt: skip


def write_csv(path: Path, rows: int = ROWS) -> None:
    """Write time, voltage, the shunt's voltage and current, as sketches print them (250 MB)."""
    import pyarrow as pa
    from pyarrow import csv

    wakes = int(rows / RATE_Hz / 19.8) + 3
    mA = np.round(cycles(1, RATE_Hz, wakes, node=NODE).log.mA[:rows], 1)
    noise = np.random.default_rng(1).standard_normal(rows)
    columns = {
        "time_us": np.arange(rows) * 1000,
        "bus_V": np.round(4.0 - 0.0005 * mA + 0.002 * noise, 3),
        "shunt_mV": np.round(mA / 10, 2),
        "current_mA": mA,
    }
    csv.write_csv(pa.table(columns), path)
