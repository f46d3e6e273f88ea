"""Logs of every odd shape through the page's bytes and its script's own reading: what comes out went in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import log_page as page_module
from analysis import log_page_blocks as blocks_module
from analysis.log import SAMPLES, VISITS, FloatArray, Log
from analysis.log_page import log_page
from analysis.log_page_grid import Grid, grid_of
from analysis.states import StateTable, state_table
from benchmarks.node_js import node
from tests.analysis.page_logs import log_of

SCRIPT = Path(page_module.__file__).with_name("log_page_data.js")
DECODE = Path(__file__).with_name("page_decode.js")
SEEDS = range(400, 424)


def odd(seed: int) -> Log:
    """A log of a shape that the seed chooses: times, gaps, steps, sizes, states."""
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 6000))
    dt = {
        0: np.full(rows, 10.0 ** rng.integers(-5, 3)),
        1: np.rint(rng.exponential(2000, rows)) * 1e-3,
        2: rng.uniform(1e-4, 2e-3, rows),
    }[int(rng.integers(3))]
    gaps = np.where(rng.random(rows) < 0.01, rng.exponential(10.0 ** rng.integers(0, 7), rows), 0.0)
    t = np.concatenate(([0.0], np.cumsum(dt + gaps)))[:-1] + rng.choice([0.0, -3.5, 1.7e9])
    size = 10.0 ** rng.integers(-2, 4)
    mA = size * np.repeat(rng.normal(0.5, 1, rows), rng.integers(1, 40, rows))[:rows] + rng.normal(
        0, size / 50, rows
    )
    step = {0: 0.1, 1: 0.01, 2: 0.0}[int(rng.integers(3))]
    V = None if rng.random() < 0.3 else rng.normal(4, 0.2, rows)
    if step:
        mA = np.rint(mA / step) * step
        V = None if V is None else np.rint(V / 0.004) * 0.004
    named = rng.random() < 0.6
    return log_of(
        t, dt, mA, V, kind=VISITS if rng.random() < 0.3 else SAMPLES,
        state=rng.integers(0, 3, rows) if named else np.full(rows, -1),
        states=("BOOT", "CAMERA", "SLEEP") if named else (),
    )  # fmt: skip


def written(log: Log, path: Path, heavy: bool) -> StateTable:
    """The page of a log; a heavy one may weigh so little that it must become blocks."""
    table = state_table(log)
    with pytest.MonkeyPatch.context() as patch:
        if heavy:
            patch.setattr(page_module, "MOST_BLOCKS", 10)
            patch.setattr(blocks_module, "MOST_BLOCKS", 600)
        log_page(log, table, path)
    return table


def within(found: Any, expected: FloatArray, step: float) -> None:
    """Each value lies within half a step (and a float's own grain) of the log's."""
    values = np.array(found, dtype=np.float64)
    assert values.shape == expected.shape
    off = np.abs(values - expected) - 0.5001 * step - 1e-9 * np.abs(expected)
    assert off.max(initial=0.0) <= 0, float(off.max())


def check(log: Log, table: StateTable, grid: Grid, found: dict[str, Any]) -> None:
    rows = np.array(found["rows"])
    first = np.cumsum(rows) - rows
    assert rows.sum() == len(log.mA)
    last = first + rows - 1
    within(found["start"], log.t_s[first], grid.tick_s * 1.01)
    within(found["end"], (log.t_s + log.dt_s)[last], grid.tick_s * 1.01)
    within(found["s"], np.add.reduceat(log.dt_s, first), grid.tick_s)
    within(found["low"], np.minimum.reduceat(log.mA, first), grid.step_mA)
    within(found["high"], np.maximum.reduceat(log.mA, first), grid.step_mA)
    unit_mC = grid.step_mA * grid.row * grid.tick_s
    alone = np.where(
        rows == 1, 0.5 * grid.step_mA * log.dt_s[first] + np.abs(log.mA[first]) * grid.tick_s, 0.0
    )
    slack = 1.01 * unit_mC + 2.0 * np.cumsum(alone)  # single rows follow from their rounded values
    charge = np.cumsum(np.add.reduceat(log.charge_mC, first))
    assert (np.abs(np.array(found["mC"])[1:] - charge) <= slack + 1e-9 * np.abs(charge).max()).all()
    for i, j, low, high in found["extremes"]:
        assert (low, high) == (min(found["low"][i:j]), max(found["high"][i:j]))
    if grid.volts:
        within(found["V"][0], np.minimum.reduceat(log.V, first), grid.step_V)
        within(found["V"][1], np.maximum.reduceat(log.V, first), grid.step_V)
    assert np.array_equal(first[found["visits"]], table.visits.first)
    assert log.t_s[first[found["cycles"]]].tolist() == [cycle.t_s for cycle in table.cycles]


@pytest.mark.parametrize("heavy", [False, True], ids=["every row", "blocks"])
def test_what_comes_out_is_what_went_in(tmp_path: Path, heavy: bool) -> None:
    logs = {seed: odd(seed) for seed in SEEDS}
    paths = [tmp_path / f"{seed}.html" for seed in SEEDS]
    tables = [written(logs[seed], path, heavy) for seed, path in zip(SEEDS, paths, strict=True)]
    done = subprocess.run([node(), DECODE, SCRIPT, *paths], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    for seed, table, found in zip(SEEDS, tables, json.loads(done.stdout), strict=True):
        print(f"replay with odd({seed})")
        assert (
            heavy is False
            or len(logs[seed].mA) < 100
            or max(found["rows"]) > 1
            or len(table.visits.first) > 500
        )
        check(logs[seed], table, grid_of(logs[seed]), found)
