"""Ten million rows of a bench log: how fast they become tables and a picture, beside who only sums them up.

All read the same file in the same call, each in a process of its own, in turn; figures are medians.
`analyse_s` is everything from the file to tables and PNG, `polars_s` what polars needs to open it and say
mean, highest and count of one column; both without the time that Python takes to load the libraries, which
`started_s` has for ours. `cpu_ratio` compares the processor time of both: others on the machine move it less.
`edge_recall` and `edge_precision` are of the states' edges at 1 kHz within 15 ms, on drawn nodes that nobody
tuned on (`logs_cycles`, seeds from 7000 on); `at_100_hz` the same where samples are few.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.contract import Figure, Progress, Result
from benchmarks.logs_file import ROWS
from benchmarks.logs_quality import quality

RUNS = 5
OURS, PEERS = ("csv", "parquet"), ("polars", "pandas", "duckdb", "polars_parquet")


def run(progress: Progress) -> Result:
    """Measure everything (about three minutes)."""
    with TemporaryDirectory() as folder:
        progress("writing ten million rows", 0.0)
        csv, parquet = Path(folder, "bench.csv"), Path(folder, "bench.parquet")
        _child("write", csv, csv)
        _child("convert", csv, parquet)
        timed: dict[str, list[dict[str, float]]] = {name: [] for name in (*OURS, *PEERS)}
        for number in range(RUNS):
            for name in timed:
                progress(f"{name}, {number + 1} of {RUNS}", 0.1 + 0.7 * number / RUNS)
                path = parquet if "parquet" in name else csv
                timed[name].append(_child(name, path, Path(folder, "log.png")))
    progress("edges on nodes that nobody tuned on", 0.8)
    middle = {name: _medians(found) for name, found in timed.items()}
    return Result(_figures(middle) | quality(), {name: middle[name]["work_s"] for name in PEERS})


def _child(what: str, path: Path, out: Path) -> dict[str, float]:
    """What a fresh process says of one piece of work."""
    command = [sys.executable, "-m", "benchmarks.logs_work", what, str(path), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(median(one[key] for one in found), 3) for key in found[0]}


def _figures(middle: Mapping[str, Mapping[str, float]]) -> dict[str, Figure]:
    csv, parquet, polars = middle["csv"], middle["parquet"], middle["polars"]["work_s"]
    return {
        "rows": ROWS,
        "analyse_s": csv["work_s"],
        "polars_s": polars,
        "ratio": round(csv["work_s"] / polars, 2),
        "cpu_s": csv["cpu_s"],
        "cpu_ratio": round(csv["cpu_s"] / middle["polars"]["cpu_s"], 2),
        "read_s": csv["read_s"],
        "table_s": csv["table_s"],
        "first_plot_s": csv["plot_s"],
        "started_s": csv["started_s"],
        "rss_mb": csv["rss_mb"],
        "parquet_s": parquet["work_s"],
        "parquet_read_s": parquet["read_s"],
        "parquet_ratio": round(csv["work_s"] / parquet["work_s"], 2),
        "parquet_read_ratio": round(csv["read_s"] / parquet["read_s"], 2),
        "parquet_rss_mb": parquet["rss_mb"],
    }
