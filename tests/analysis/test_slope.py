"""A battery's voltage as a second opinion on the current: known truths, the sun, and a real year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.battery_series import Hours, dark_stretches, hours_of
from analysis.floor import sleep_floor
from analysis.log import SAMPLES, Log
from analysis.read import read_log
from analysis.slope import Slope, battery_slope, slope_of
from analysis.states import state_table
from boards import load_design
from sim import output
from sim.cell import Cell, MONTH_s
from sim.run import run
from sim.scenario import Scenario
from sim.visitors import Garden

CELL = load_design("pico-w-arducam-2mp").cell
REAL = Path(__file__).parents[3] / "shared" / "data" / "logs" / "watertank_thingspeak_1year.csv"


def hours(mA: np.ndarray, begin: float = 0.9, noise_V: float = 0.004, seed: int = 1) -> Hours:
    """Voltages of a 3 Ah cell from which so much is taken in each hour, self-discharge beside it."""
    cell = Cell(CELL)
    leak_C = CELL.v("self_discharge") / MONTH_s * 3600.0 * cell.capacity_C * 0.7
    charge_C = begin * cell.capacity_C - np.cumsum(3.6 * mA + leak_C)
    V = np.array([cell.ocv_V(float(one)) for one in charge_C])
    V += np.random.default_rng(seed).normal(0.0, noise_V, len(V))
    return Hours((np.arange(len(mA)) + 0.5) * 3600.0, np.round(V / 0.004) * 0.004)


@pytest.mark.parametrize("true_mA", [0.5, 1.9, 5.0])
def test_weeks_without_sun(true_mA: float) -> None:
    found = slope_of(hours(np.full(24 * 20, true_mA)), CELL, 3.0)
    assert found.mean_mA == pytest.approx(true_mA, rel=0.06)
    assert abs(found.mean_mA - true_mA) < found.off_mA
    curve_mA = min(0.05 * 3000.0 / (19.9 * 24.0), 0.3 * true_mA)
    assert found.off_mA == pytest.approx(np.hypot(curve_mA, 0.05 * true_mA), rel=0.25)
    assert found.stretches == 1


def test_longer_is_surer() -> None:
    short, long = (slope_of(hours(np.full(24 * days, 1.9)), CELL, 3.0) for days in (6, 40))
    assert long.off_mA < short.off_mA / 3.0


def test_the_sun_by_day_is_left_out() -> None:
    """10 mA all the time, 35 mA of sun from 8 to 16: what counts are the nights."""
    hour = np.arange(24 * 10) % 24
    found = slope_of(hours(10.0 - 35.0 * ((hour >= 8) & (hour < 16)), 0.6), CELL, 3.0)
    assert found.stretches > 6
    assert abs(found.mean_mA - 10.0) < found.off_mA
    assert found.mean_mA == pytest.approx(10.0, rel=0.15)


def test_stretches() -> None:
    t_s = np.arange(48) * 3600.0
    assert [len(rows) for rows in dark_stretches(t_s, np.linspace(0.9, 0.5, 48))] == [48]
    saw = np.concatenate((np.linspace(0.9, 0.6, 24), np.linspace(0.65, 0.9, 8), np.linspace(0.88, 0.6, 16)))
    found = dark_stretches(t_s, saw)
    assert [(int(rows[0]), int(rows[-1])) for rows in found] == [(2, 21), (32, 47)]


@pytest.mark.parametrize(
    ("some", "said"),
    [
        (hours(np.full(20, 1.9)), "the log is shorter than a day, or has too few readings"),
        (hours(np.full(48, 0.1), noise_V=0.0), "its charge fell by "),
    ],
)
def test_what_tells_nothing_says_so(some: Hours, said: str) -> None:
    found = slope_of(some, CELL, 3.0)
    assert np.isnan(found.mean_mA)
    assert found.sentences[0].startswith(f"The battery's voltage tells no current: {said}")


def test_hours_are_medians_of_what_counts() -> None:
    none = np.zeros(4, dtype=int)
    log = Log(
        "x", SAMPLES, np.array([0.0, 10.0, 20.0, 4000.0]), np.ones(4), np.array([4.0, 3.9, 3.5, 3.8]),
        np.zeros(4), none - 1, (), none, False, none, ("measured",),
    )  # fmt: skip
    assert hours_of(log).V.tolist() == [3.9, 3.8]
    assert hours_of(log, np.array([True, False, True, False])).V.tolist() == [3.5]
    assert hours_of(log, np.zeros(4, dtype=bool)).V.size == 0


def test_the_twins_node_log_without_sun(tmp_path: Path) -> None:
    """Seed 3: what the node's own voltages say of its sleep, which its meter cannot tell."""
    garden = Garden(visitors_per_day=3.0, false_per_day=1.0)
    asked = Scenario(panel_scale=0.01, days=12.0, soc=0.8, start_day=100, seed=3, garden=garden)
    _, twin = run(asked)
    output.write_run(twin, tmp_path)
    log = read_log(tmp_path / "node_log.csv")
    table = state_table(log)
    found = battery_slope(log, CELL, 3.0, table, sleep_floor(log, table))
    truth_mA = float(np.average(np.array(twin.world.mA), weights=np.array(twin.world.dt_s)))
    assert abs(found.mean_mA - truth_mA) < found.off_mA
    assert found.off_mA < 0.8
    assert found.floor_mA < found.mean_mA
    assert found.sentences[1].startswith("Less the charge awake that leaves 1.")


def test_sentences() -> None:
    said = Slope(1.8, 0.4, 3.0, 18.3 * 86_400.0, 1, 0.27, 0.03).sentences
    assert said[0] == (
        "The battery's voltage says 1.8 \N{PLUS-MINUS SIGN} 0.4 mA in the mean: it lost 27 % of 3 Ah within "
        "18.3 days, 30.0 uA of it by itself."
    )


@pytest.mark.skipif(not REAL.exists(), reason="the real logs are not part of the project")
def test_a_real_year_of_a_water_tank() -> None:
    """ThingSpeak: field3 is the battery of an ESP node; what it draws is not logged."""
    import csv
    from datetime import datetime

    with REAL.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["field3"]]
    t_s = np.array([datetime.fromisoformat(row["created_at"]).timestamp() for row in rows])
    none = np.zeros(len(t_s), dtype=int)
    log = Log(
        REAL.name, SAMPLES, t_s - t_s[0], np.ones(len(t_s)), np.array([float(row["field3"]) for row in rows]),
        np.zeros(len(t_s)), none - 1, (), none, False, none, ("measured",),
    )  # fmt: skip
    found = battery_slope(log, CELL, 3.0)
    assert found.seconds > 300 * 86_400.0
    assert found.mean_mA == pytest.approx(0.16, abs=0.03)
    assert found.off_mA < 0.05


def test_sun_that_mostly_cannot_be_seen_is_no_darkness() -> None:
    """A battery that is full every noon, less a little each week: no slow discharge of many days."""
    hour = np.arange(24 * 60)
    mA = np.where(hour % 24 < 16, 2.0, -4.0)
    mA[(hour // 24) % 8 == 0] += 8.0  # a busy day in eight, which the next days make good
    mA[(hour // 24) % 8 != 0] -= 8.0 / 7
    found = slope_of(hours(mA, 0.8), CELL, 3.0)
    assert found.why == "the sun charges it, and no night shows it falling for hours"


def test_what_a_cell_loses_by_itself_is_no_current_of_the_node() -> None:
    """0.1 mA over five months, and about 0.03 mA of leak beside it."""
    found = slope_of(hours(np.full(24 * 150, 0.1)), CELL, 3.0)
    assert found.leak_mA == pytest.approx(0.03, rel=0.3)
    assert found.mean_mA == pytest.approx(0.1, rel=0.12)


def test_nights_that_differ_are_less_sure() -> None:
    """Ten nights at 12 mA each, or at 7 and 17 mA in turn: the same mean, but who knows the next one."""
    hour = np.arange(24 * 10)
    sun = 35.0 * ((hour % 24 >= 8) & (hour % 24 < 16))
    steady, unlike = np.full(len(hour), 12.0), 12.0 + 5.0 * (-1.0) ** ((hour + 12) // 24)
    found = [slope_of(hours(mA - sun, 0.6), CELL, 3.0) for mA in (steady, unlike)]
    assert all(one.stretches > 6 for one in found)
    assert found[1].off_mA > 1.2 * found[0].off_mA
