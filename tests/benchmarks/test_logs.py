"""The logs benchmark's own parts: its file is read as it was written, its score counts each edge once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.logs_cycles import Score, cycles, score
from benchmarks.logs_file import write_csv


def test_a_found_edge_counts_once() -> None:
    true_s, found_s = np.array([1.0, 2.0, 3.0]), np.array([0.99, 1.01, 2.02, 3.0])
    assert score(true_s, found_s, 0.015) == Score(3, 4, 2)
    assert score(true_s, np.array([1.0]), 0.015).precision == 1.0
    assert score(true_s, np.array([1.0]), 0.015).recall == 1 / 3


def test_seeds_are_nodes_of_their_own() -> None:
    """Nothing is shared between seeds, and a seed always gives the same log."""
    assert cycles(7, 100.0, 3).node != cycles(8, 100.0, 3).node
    assert np.array_equal(cycles(7, 100.0, 3).log.mA, cycles(7, 100.0, 3).log.mA)


def test_every_kind_of_work_reads_the_file(tmp_path: Path) -> None:
    """A fortieth of a percent of the benchmark: ours and the peers in processes of their own."""
    csv, parquet = tmp_path / "small.csv", tmp_path / "small.parquet"
    write_csv(csv, rows=2500)
    assert csv.read_text().splitlines()[0] == '"time_us","bus_V","shunt_mV","current_mA"'
    for what, path, out in (
        ("convert", csv, parquet), ("parquet", parquet, tmp_path / "a.png"), ("polars", csv, csv),
        ("duckdb", csv, csv), ("polars_parquet", parquet, csv),
    ):  # fmt: skip
        command = [sys.executable, "-m", "benchmarks.logs_work", what, str(path), str(out)]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert what == "convert" or said["work_s"] > 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
