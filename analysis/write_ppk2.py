"""Write a log as .ppk2, for Nordic's Power Profiler: samples, states on its eight inputs, the overview.

Laid out as the program's own source reads it (pc-nrfconnect-ppk, formatVersion 2).
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .even_samples import EvenSamples, even_samples
from .finding import RESTING
from .log import FloatArray, IntArray, Log
from .read_ppk2 import FRAME, META_FILE, SAMPLES_FILE, WRITTEN_FROM
from .whole_file import whole_file

#: The profiler's own rate; a faster log is averaged.
MOST_hz = 100_000
OVERVIEW_FILE = "minimap.raw"
#: The program keeps fewer than so many points of its overview, and draws nothing below 200 nA.
_POINTS, _LEAST_nA = 10_000, 200.0
_LINES = 8


def write_ppk2(log: Log, path: Path) -> tuple[str, ...]:
    """Write a log; returns what a person should know of it.

    Raises
    ------
    LogError : it would be too many samples. OSError : the file cannot be written.
    """
    samples = even_samples(log, MOST_hz)
    inputs, notes = _inputs(log, samples.row)
    frames = np.zeros(len(samples.mA), dtype=FRAME)
    frames["uA"], frames["inputs"] = samples.mA * 1e3, inputs
    packed = zipfile.ZIP_DEFLATED
    with whole_file(path) as part, zipfile.ZipFile(part, "w", packed, compresslevel=6) as archive:
        archive.writestr(META_FILE, json.dumps(_meta(log, samples.rate_hz)))
        archive.writestr(SAMPLES_FILE, frames.tobytes())
        archive.writestr(OVERVIEW_FILE, json.dumps(_overview(samples)))
    return (*notes, f"It is laid out at {samples.rate_hz:,} samples per second.")


def _meta(log: Log, rate_hz: int) -> dict[str, object]:
    meta: dict[str, object] = {"samplesPerSecond": rate_hz, WRITTEN_FROM: log.source}
    if log.start is not None:
        meta["startSystemTime"] = round(1000 * (log.start.timestamp() + float(log.t_s[0])))
    return {"metadata": meta, "formatVersion": 2}


def _inputs(log: Log, row: IntArray) -> tuple[NDArray[np.uint16], tuple[str, ...]]:
    """Two bits to a line (1 low, 2 high, 0 not known): a line for each state, else the marker's bits."""
    if log.has_states:
        shown, more = _shown(log)
        high = [log.state[row] == code for code in shown]
        names = ", ".join(f"D{line} {log.states[code]}" for line, code in enumerate(shown))
        notes = (f"States on the inputs: {names or 'none'}{f'; {more} more have none' if more else ''}.",)
    elif log.has_marker and log.marker.min() >= 0 and log.marker.max() < 1 << _LINES:
        high = [(log.marker[row] >> line & 1).astype(bool) for line in range(_LINES)]
        notes = ("The marker's bits are on the inputs, D0 worth 1.",)
    else:
        return np.zeros(len(row), dtype=np.uint16), ()
    pairs = np.zeros(len(row), dtype=np.uint16)
    for line, one in enumerate(high):
        pairs |= np.where(one, 2, 1).astype(np.uint16) << np.uint16(2 * line)
    return np.where(row >= 0, pairs, 0).astype(np.uint16), notes


def _shown(log: Log) -> tuple[list[int], int]:
    """Codes of the states that get a line, and how many get none; at rest all lines are low."""
    awake = [code for code, name in enumerate(log.states) if name not in RESTING]
    return awake[:_LINES], len(awake[_LINES:])


def _overview(samples: EvenSamples) -> dict[str, object]:
    """Lowest and highest of ever more samples together, as the program folds them: x in us, y in nA."""
    count, together = len(samples.mA), 1
    while -(-count // together) >= _POINTS:
        together *= 2
    first = np.arange(0, count, together)
    middle_us = (first + (np.minimum(first + together, count) - 1 - first) / 2) * (1e6 / samples.rate_hz)
    nA = np.maximum(samples.mA * 1e6, _LEAST_nA)
    unseen = sys.float_info.max
    return {
        "lastElementFoldCount": count % together,
        "data": {
            "length": len(first),
            "min": _points(middle_us, np.nan_to_num(np.fmin.reduceat(nA, first), nan=unseen)),
            "max": _points(middle_us, np.nan_to_num(np.fmax.reduceat(nA, first), nan=-unseen)),
        },
        "maxNumberOfElements": _POINTS, "numberOfTimesToFold": together,
    }  # fmt: skip


def _points(x: FloatArray, y: FloatArray) -> list[dict[str, float]]:
    return [{"x": at, "y": value} for at, value in zip(x.tolist(), y.tolist(), strict=True)]
