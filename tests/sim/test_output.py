"""What a run writes: exact history, bench logs that keep charge and time, and refused windows."""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from pathlib import Path

import numpy as np
import pytest

from sim.errors import SimError
from sim.history import charged_mC, stretch
from sim.output import write_bench_log, write_history, write_pictures, write_run
from sim.run import Twin, build, run, summarise
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def twin() -> Twin:
    """Six hours of the default node: two visits."""
    made = build(Scenario(days=0.25, start_day=100, quiet=True, visits=((3600.0, 30.0), (14_400.0, 30.0))))
    made.live()
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.mark.parametrize(
    ("rate", "from_s", "until_s"),
    [(1.0, 3590.0, 3650.0), (50.0, 3599.5, 3612.25), (0.01, 0.0, 21_600.0), (7.0, 3601.3, 3601.4)],
)
def test_a_bench_log_keeps_charge_and_time(
    twin, tmp_path, rate: float, from_s: float, until_s: float
) -> None:
    count = write_bench_log(twin, tmp_path / "bench.csv", rate, from_s, until_s)
    rows = rows_of(tmp_path / "bench.csv")
    assert count == len(rows) == max(1, round((until_s - from_s) * rate))
    exact = stretch(twin.world, from_s, until_s)
    assert exact.dt_s.sum() == pytest.approx(until_s - from_s, abs=1e-3)
    assert min(exact.dt_s) > -1e-9
    dt_s = np.array([float(row["dt_s"]) for row in rows])
    assert dt_s.sum() == pytest.approx(until_s - from_s, abs=0.001 * len(rows))
    step = (until_s - from_s) / len(rows)
    charge = sum(float(row["mA"]) for row in rows) * step
    assert charge == pytest.approx(float((exact.mA * exact.dt_s).sum()), rel=2e-4)
    assert float(rows[0]["t_s"]) == pytest.approx(from_s, abs=1e-3)
    assert {row["quality"] for row in rows} == {"exact"}


def test_a_bench_log_has_the_states(twin, tmp_path) -> None:
    write_bench_log(twin, tmp_path / "bench.csv", 20.0, 3599.0, 3625.0)
    rows = rows_of(tmp_path / "bench.csv")
    assert [rows[0]["state"], rows[40]["state"]] == ["SLEEP", "BOOT"]
    assert {"CAMERA", "CAPTURE", "CONNECT"} < {row["state"] for row in rows}
    asleep = float(rows[0]["mA"])
    assert 1.0 < asleep < 4.0 < 40.0 < float(rows[40]["mA"])


def test_a_bench_log_in_the_batterys_lead_shows_the_charge(tmp_path) -> None:
    """Half an hour of the night and one of noon, of a node that charges on its own board."""
    _, twin = run(Scenario("xiao-s3-sense", days=0.55, start_day=170, quiet=True, panel_scale=3.0, soc=0.6))
    for name, from_s in (("night", 10_000.0), ("noon", 43_200.0)):
        write_bench_log(twin, tmp_path / f"{name}.csv", 0.1, from_s, from_s + 1800.0)
    night, noon = (
        [float(row["mA"]) for row in rows_of(tmp_path / f"{name}.csv")] for name in ("night", "noon")
    )
    assert min(night) > 0.0
    assert max(noon) < -10.0
    load = stretch(twin.world, 43_200.0, 45_000.0)
    charged_mA = 1000.0 * twin.plant.books.charged_C[12] / 3600.0
    assert sum(noon) / len(noon) == pytest.approx(load.mA.mean() - charged_mA, abs=0.05)


def test_a_full_battery_is_held_while_its_node_works(tmp_path) -> None:
    """What the node draws at a visit the charger gives, not the battery; the hour's mean does not show it."""
    noon_s = 43_200.0
    twin = build(
        Scenario(
            "xiao-s3-sense", days=0.55, start_day=170, quiet=True, panel_scale=3.0, soc=0.985,
            visits=((noon_s, 20.0),),
        )
    )  # fmt: skip
    twin.live()
    write_bench_log(twin, tmp_path / "visit.csv", 10.0, noon_s, noon_s + 20.0)
    said = [float(row["mA"]) for row in rows_of(tmp_path / "visit.csv")]
    world = twin.world
    visit = slice(bisect_right(world.t_s, noon_s + 0.1), bisect_left(world.t_s, noon_s + 20.0))
    assert max(world.mA[visit]) > 90.0
    assert max(said) == pytest.approx(max(world.battery_mA[visit]), abs=0.5)
    assert max(said) < 40.0


def test_what_was_charged_is_the_books_by_whatever_bounds() -> None:
    """Of a whole run, of its hours asleep, and of the started part of its last hour."""
    scenario = Scenario("xiao-s3-sense", days=0.55, start_day=170, quiet=True, panel_scale=2.0, soc=0.6)
    twin = build(scenario.change(visits=((40_000.0, 20.0),)))
    twin.live()
    by_hour = [1000.0 * charge_C for charge_C in twin.plant.books.charged_C]
    assert (len(by_hour), sum(by_hour) > 1e6) == (14, True)
    end_s = 0.55 * 86_400.0
    edges = np.array([0.0, *(3600.0 * hour for hour in range(1, 14)), end_s])
    found = np.diff(charged_mC(twin.world, 0.0, end_s, edges))
    assert found == pytest.approx(np.array(by_hour), rel=1e-4, abs=1.0)
    parts = np.linspace(36_000.0, 39_600.0, 5)  # an hour of sleep
    evenly = np.diff(charged_mC(twin.world, 36_000.0, 39_600.0, parts))
    assert evenly == pytest.approx([by_hour[10] / 4.0] * 4, rel=1e-4)


@pytest.mark.parametrize(
    ("rate", "from_s", "until_s", "words"),
    [
        (10.0, -0.001, 10.0, "--from -0.001"),
        (10.0, 10.0, 10.0, "--from 10 --to 10"),
        (10.0, 20.0, 10.0, "expected 0 <= from < to <= 21600"),
        (10.0, 0.0, 21_600.001, "expected"),
        (10.0, float("nan"), 10.0, "nan"),
        (0.0, 0.0, 10.0, "--samples 0"),
        (-1.0, 0.0, 10.0, "--samples -1"),
        (100_001.0, 0.0, 10.0, "--samples 100001"),
        (100_000.0, 0.0, 501.0, "at most 50000000 rows"),
    ],
)
def test_bad_windows(twin, tmp_path, rate: float, from_s: float, until_s: float, words: str) -> None:
    with pytest.raises(SimError) as error:
        write_bench_log(twin, tmp_path / "bench.csv", rate, from_s, until_s)
    assert words in str(error.value)
    assert not (tmp_path / "bench.csv").exists()


def test_history_is_the_books(twin, tmp_path) -> None:
    write_history(twin, tmp_path / "history.npz")
    with np.load(tmp_path / "history.npz") as data:
        assert data["t_s"][0] == 0.0
        assert np.allclose(np.diff(data["t_s"]), data["dt_s"][:-1], atol=2e-3)
        assert data["dt_s"].sum(dtype=float) == pytest.approx(21_600.0, abs=0.01)
        energy = (data["V"].astype(float) * data["mA"] * data["dt_s"]).sum() / 1000.0
        names = [str(data["state_names"][number]) for number in data["state"]]
    assert energy == pytest.approx(twin.plant.load_total_J, rel=1e-5)
    assert names == list(twin.world.states)


def test_accounts_of_a_run_agree(twin) -> None:
    total = twin.plant.load_total_J
    assert sum(twin.world.energy_by_state_J.values()) == pytest.approx(total, rel=1e-9)
    assert sum(twin.world.part_J.values()) == pytest.approx(total, rel=1e-9)
    assert sum(twin.world.time_by_state_s.values()) == pytest.approx(21_600.0)
    awake = sum(note.load_J for note in twin.life.notes)
    assert 0 < awake < total
    assert all(note.load_J > 0 and note.asleep_s < 1e9 for note in twin.life.notes)


def test_files_of_a_run(twin, tmp_path) -> None:
    write_run(twin, tmp_path)
    visitors = rows_of(tmp_path / "visitors.csv")
    assert [(row["t_s"], row["stay_s"], row["fate"]) for row in visitors] == [
        ("3600.0", "30.0", "delivered"), ("14400.0", "30.0", "delivered"),
    ]  # fmt: skip
    journal = rows_of(tmp_path / "journal.csv")
    assert journal[0]["reason"] == "NEW_LIFE"
    assert sum(row["reason"] == "SENT" for row in journal) >= 2
    log = rows_of(tmp_path / "node_log.csv")
    assert {"BOOT", "CAPTURE", "SLEEP"} <= {row["state"] for row in log}
    times = [float(row["t_s"]) for row in log]
    assert times == sorted(times)
    charger = rows_of(tmp_path / "charger_log.csv")
    assert len(charger) == 6 and charger[0]["time"].endswith("-04-11T00:00:00-05:00")
    taken_C = 3.6 * sum(float(row["current_mA"]) for row in charger)
    assert taken_C == pytest.approx(twin.plant.books.charge_C["charged"], abs=0.01)
    keys = set(twin.pictures)
    assert write_pictures(twin, tmp_path / "pictures", keys | {"no such key"}) == len(keys) >= 2
    assert all((tmp_path / "pictures" / f"{key}.jpg").read_bytes()[:2] == b"\xff\xd8" for key in keys)


def test_a_result_counts_every_visitor_once(twin) -> None:
    result = summarise(twin, 0.0)
    assert sum(result.fates.values()) == 2 == result.fates["delivered"]
    assert result.wakes == len(twin.life.notes) == sum(result.wakes_by_cause.values())
    assert result.books["charge"] < 1e-6
    assert result.books["energy"] < 1e-6
    assert result.wake_trace.dt_s.sum() == pytest.approx(
        result.wake_trace.t_s[-1] + result.wake_trace.dt_s[-1] - result.wake_trace.t_s[0], abs=1e-3
    )
