"""One piece of work of `bench logs` in a process of its own: `python -m benchmarks.logs_work WHAT FILE OUT`.

It prints how long the work took, and how much memory the process held at most.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.logs_file import write_csv
from benchmarks.twin import rss_mb

_BEGAN = time.perf_counter()


def ours(path: Path, out: Path) -> dict[str, float]:
    """From the file to tables and a picture."""
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401

    from analysis.plot_log import log_png
    from analysis.read import read_log
    from analysis.states import state_table

    if path.suffix == ".csv":
        import pandas  # noqa: F401

        from analysis.parse_plain import parse_plain

        parse_plain(b"1,2\n3,4\n", 0, ",", 2, [0, 1], [])  # its compiled code is a library, too
    else:
        import pyarrow.parquet  # noqa: F401
    began, cpu = time.perf_counter(), time.process_time()
    log = read_log(path)
    read = time.perf_counter()
    table = state_table(log)
    found = time.perf_counter()
    log_png(log, out, table)
    drawn = time.perf_counter()
    return {
        "work_s": drawn - began, "read_s": read - began, "table_s": found - read, "plot_s": drawn - found,
        "started_s": drawn - _BEGAN, "cpu_s": time.process_time() - cpu,
    }  # fmt: skip


def polars(path: Path, out: Path) -> dict[str, float]:
    """Mean, highest and count of the current, as its lazy engine does it."""
    import polars as pl

    began, cpu = time.perf_counter(), time.process_time()
    scan, name = (pl.scan_csv(path), "current_mA") if path.suffix == ".csv" else (pl.scan_parquet(path), "mA")
    column = pl.col(name)
    scan.select(column.mean().alias("mean"), column.max().alias("most"), pl.len()).collect(engine="streaming")
    return {"work_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}


def pandas(path: Path, out: Path) -> dict[str, float]:
    """The same by pandas, which is told types and columns."""
    import numpy as np
    import pandas as pd

    began, cpu = time.perf_counter(), time.process_time()
    column = pd.read_csv(path, usecols=["current_mA"], dtype={"current_mA": np.float64})["current_mA"]
    assert column.mean() < column.max()
    return {"work_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}


def duckdb(path: Path, out: Path) -> dict[str, float]:
    """The same by duckdb."""
    import duckdb as db

    began, cpu = time.perf_counter(), time.process_time()
    db.execute(f"select avg(current_mA), max(current_mA), count(*) from read_csv('{path}')").fetchall()
    return {"work_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}


def convert(path: Path, out: Path) -> dict[str, float]:
    """The log as our Parquet."""
    from analysis.read import read_log
    from analysis.write_parquet import write_parquet

    write_parquet(read_log(path), out)
    return {}


def write(path: Path, out: Path) -> dict[str, float]:
    """The file itself: not in the process that starts the others, whose memory they would be charged with."""
    write_csv(out)
    return {}


WORK: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    "csv": ours, "parquet": ours, "polars": polars, "polars_parquet": polars, "pandas": pandas,
    "duckdb": duckdb, "convert": convert, "write": write,
}  # fmt: skip


def main(arguments: list[str]) -> None:
    """Do one piece of work and say what it took."""
    what, path, out = arguments
    done = WORK[what](Path(path), Path(out))
    print(json.dumps(done | {"rss_mb": rss_mb()}))


if __name__ == "__main__":
    main(sys.argv[1:])
