"""The log: one schema, whatever wrote it.

A node log has one row per state visit, a bench log one row per sample; both have
these columns, so that everything downstream takes either.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("t_s", "dt_s", "V", "mA", "state", "marker", "quality")

#: What stands behind a row: read by a meter, priced from rows, partly read, or exact (the twin).
QUALITIES = ("measured", "inferred", "not sampled", "exact")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of a log.

    Attributes
    ----------
    t_s : seconds since the start of the log (start of the row's interval).
    dt_s : length of the interval, s.
    V, mA : mean supply voltage and mean current of the interval (positive: out of the battery).
    state : name of the firmware state, "" if unknown.
    marker : integer marker (the wake number in a node log, a GPIO code in a bench log).
    quality : one of QUALITIES.
    """

    t_s: float
    dt_s: float
    V: float
    mA: float
    state: str
    marker: int
    quality: str


def write_log(path: Path, rows: Iterable[LogRow], comment: str = "") -> int:
    """Write rows as CSV; `comment` goes into a first line that starts with '#'. Returns the row count."""
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        if comment:
            file.write(f"# {comment}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(
                (
                    f"{row.t_s:.3f}",
                    f"{row.dt_s:.3f}",
                    f"{row.V:.4f}",
                    f"{row.mA:.4f}",
                    row.state,
                    row.marker,
                    row.quality,
                )
            )
            count += 1
    return count
