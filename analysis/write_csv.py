"""Write a log as CSV in the schema of the house: t_s, dt_s, V, mA, state, marker, quality."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .log import IntArray, Log
from .whole_file import whole_file

#: Digits behind the point: microseconds, and finer than any meter's step.
_DIGITS = {"t_s": 6, "dt_s": 6, "V": 4, "mA": 5}


def write_csv(log: Log, path: Path) -> Path:
    """Write a log; a voltage or current that it does not have is left out as a column.

    Raises
    ------
    OSError : the file cannot be written.
    """
    import pandas as pd

    columns: dict[str, object] = {}
    for name, digits in _DIGITS.items():
        values = getattr(log, name)
        if not np.isnan(values).all():
            columns[name] = np.round(values, digits)
    columns |= {
        "state": _names(log.state, log.states), "marker": log.marker,
        "quality": _names(log.quality, log.qualities),
    }  # fmt: skip
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {log.source.replace(chr(10), ' ')}{_started(log)}\n")
        pd.DataFrame(columns).to_csv(file, index=False, lineterminator="\n")
    return path


def _started(log: Log) -> str:
    return f", from {log.start.isoformat()}" if log.start else ""


def _names(codes: IntArray, names: tuple[str, ...]) -> np.ndarray:
    return np.array([*names, ""], dtype=object)[codes]
