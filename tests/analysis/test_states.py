"""The tables: by names, by marker, by hysteresis."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.bands import log_of_segments
from analysis.read import read_log
from analysis.states import hysteresis, state_table, thresholds
from sim.log import LogRow, write_log
from sim.result import RunResult

Write = Callable[..., Path]


def test_by_names_and_wake_numbers(tmp_path: Path) -> None:
    rows = [
        LogRow(0.0, 2.0, 4.0, 50.0, "BOOT", 1, "measured"),
        LogRow(2.0, 1.0, 4.0, 100.0, "CAMERA", 1, "measured"),
        LogRow(3.0, 97.0, 4.0, 1.0, "SLEEP", 1, "inferred"),
        LogRow(100.0, 2.0, 4.0, 60.0, "BOOT", 2, "measured"),
        LogRow(102.0, 98.0, 4.0, 1.0, "SLEEP", 2, "inferred"),
    ]  # fmt: skip
    write_log(tmp_path / "n.csv", rows)
    table = state_table(read_log(tmp_path / "n.csv"))
    shown = [
        (r.name, r.count, r.duration_s, r.charge_mC, r.energy_mJ, r.mean_mA, r.peak_mA, r.V)
        for r in table.states
    ]
    assert shown == [
        ("BOOT", 2, 4.0, 220.0, 880.0, 55.0, 60.0, 4.0),
        ("CAMERA", 1, 1.0, 100.0, 400.0, 100.0, 100.0, 4.0),
        ("SLEEP", 2, 195.0, 195.0, 780.0, 1.0, 1.0, 4.0),
    ]
    assert (table.total.duration_s, table.total.charge_mC, table.total.energy_mJ) == (200.0, 515.0, 2060.0)
    assert table.total.charge_mAh == pytest.approx(515 / 3600)
    cycles = [
        (c.name, c.t_s, c.awake_s, c.awake_mC, c.awake_mJ, c.peak_mA, c.rest_s, c.rest_mJ)
        for c in table.cycles
    ]
    assert cycles == [
        ("1", 0.0, 3.0, 200.0, 800.0, 100.0, 97.0, 388.0),
        ("2", 100.0, 2.0, 120.0, 480.0, 60.0, 98.0, 392.0),
    ]
    assert table.cycles[0].states == ("BOOT", "CAMERA", "SLEEP")


def test_by_marker_phases(write: Write) -> None:
    rows = "".join(f"{n},3,{10 * (1 + m)},{m}\n" for n, m in enumerate([0, 0, 1, 1, 2, 0, 0, 1, 0]))
    table = state_table(read_log(write("t_s,V,mA,marker\n" + rows)))
    assert [(r.name, r.count, r.duration_s, r.charge_mC) for r in table.states] == [
        ("marker 0", 3, 5.0, 50.0), ("marker 1", 2, 3.0, 60.0), ("marker 2", 1, 1.0, 30.0),
    ]  # fmt: skip
    assert [(c.t_s, c.awake_s, c.rest_s, c.states) for c in table.cycles] == [
        (2.0, 3.0, 2.0, ("marker 1", "marker 2", "marker 0")), (7.0, 1.0, 1.0, ("marker 1", "marker 0")),
    ]  # fmt: skip
    assert table.notes == ("States are the values of the marker column; marker 0 is taken as rest.",)


def test_hysteresis_holds_between_its_thresholds() -> None:
    mA = np.array([4.0, 5.0, 5.1, 3.0, 2.0, 1.9, 3.0, 6.0])
    assert hysteresis(mA, wake_mA=5.0, sleep_mA=2.0).tolist() == [
        False, False, True, True, True, False, False, True,
    ]  # fmt: skip


def test_wakes_by_the_logs_own_noise(write: Write) -> None:
    """30 wakes of 2.5 s at 80 mA over a quiet level of 1.0 mA with 0.1 mA of noise; 100 rows a second."""
    draws = np.random.default_rng(3)
    mA = np.round(1.0 + 0.1 * draws.standard_normal(30 * 2000), 1)
    for wake in range(30):
        mA[wake * 2000 + 500 : wake * 2000 + 750] += 79.0
    rows = "".join(f"{10 * n},4,{value:.1f}\n" for n, value in enumerate(mA))
    log = read_log(write("timestamp_ms,voltage_V,current_mA\n" + rows))
    limit = thresholds(log)
    assert limit.floor_mA == pytest.approx(1.0, abs=0.05)
    assert limit.sd_mA == pytest.approx(0.1, abs=0.06)
    table = state_table(log)
    assert len(table.cycles) == 30
    assert [cycle.awake_s for cycle in table.cycles] == pytest.approx([2.5] * 30)
    assert [cycle.t_s for cycle in table.cycles[:2]] == pytest.approx([5.0, 25.0])
    assert table.notes[0].startswith("The log names no states; a wake starts above ")
    assert f"{limit.wake_mA:.2f} mA" in table.notes[0]


def test_without_a_voltage_there_is_no_energy(write: Write) -> None:
    table = state_table(read_log(write("t_s,mA\n0,1\n1,1\n2,50\n3,1\n")))
    assert np.isnan(table.total.energy_mJ)
    assert table.total.charge_mC == 53.0


def test_exact_segments_make_the_same_table(good_year: RunResult) -> None:
    table = state_table(log_of_segments(good_year.wake_trace))
    by_name = {row.name: row for row in table.states}
    assert by_name["UPLOAD"].mean_mA == pytest.approx(0.8 * 90 + 0.2 * 260)
    assert by_name["CAMERA"].energy_mJ == pytest.approx(0.9 * 98 * 3.9)
    assert by_name["SLEEP"].count == 2


def test_real_capture_by_marker(real_logs: Path) -> None:
    table = state_table(read_log(real_logs / "xifi_wifi_1024B.csv"))
    assert [(row.name, row.count) for row in table.states] == [("marker 0", 2), ("marker 1", 1)]
    assert table.states[1].duration_s == pytest.approx(5.012)
    assert table.states[1].energy_mJ == pytest.approx(1278.9, abs=0.1)
    assert table.at_least
