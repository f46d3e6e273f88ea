"""The same on one computer and on many; a worker that dies takes nothing along."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boards import load_design
from sim.errors import SimError
from sim.kernel import Prices
from sim.odds.case import Case
from sim.odds.question import PART, Question
from sim.odds.resuming import Shelf
from sim.odds.spread import Map, carry_out, client, surveys, tallies, tasks_of
from sim.weather import default_weather

distributed: Any = pytest.importorskip("distributed")

PRICES = Prices(
    sleep_W=0.0085, booked_W=0.0085, awake_W=0.2, wake_J=3.0, scarce_J=3.0, refused_J=0.8, dark_J=1.0,
    picture_J=3.0, small_J=2.0, join_J=6.0, kib_J=0.05, big_KiB=40.0, small_KiB=10.0,
)  # fmt: skip


def question(name: str = "test", years: int = 3 * PART, **changes: object) -> Question:
    case = Case(load_design("pico-w-arducam-2mp"), (default_weather(),), prices=PRICES,
                panel_x=0.2, battery_x=0.25)  # fmt: skip
    return Question(name, case.change(**changes), years)


def done_all(*asked: Any, **how: Any) -> list[dict[str, Any]]:
    return list(carry_out(*asked, **how))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Real processes, as many as there are cores for."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as own:
        yield own


def test_a_cluster_says_what_one_computer_says(cluster: Any) -> None:
    asked = [question(), question("other", 20, tilt_deg=30.0)]
    here = done_all(tasks_of(asked))
    there = done_all(tasks_of(asked), dask=cluster.scheduler_address)
    assert here == there
    first, second = tallies(asked, iter(here))
    assert (first.weather_years, second.weather_years) == (48, 20)
    assert first.probability()[0] < 1.0


def test_a_map_as_well(cluster: Any) -> None:
    asked = [question(years=6 * PART)]
    sizes = Map((0.1, 0.3, 1.0), (0.2, 1.0))
    here, there = (done_all(tasks_of(asked, sizes), dask=dask) for dask in (None, cluster.scheduler_address))
    assert here == there
    (found,) = surveys(asked, iter(here))
    assert found.years == 96 and found.chance.shape == (3, 2)


def test_a_worker_that_is_killed_takes_nothing_along(cluster: Any) -> None:
    asked = [question(years=24 * PART, seed=7)]
    tasks = tasks_of(asked)
    killed: list[int] = []

    def kill() -> None:
        process = next(iter(cluster.workers.values())).process.process
        killed.append(process.pid)
        os.kill(process.pid, signal.SIGKILL)

    def told(done: int, of: int) -> None:
        if done >= 2 and not killed:
            kill()

    there = done_all(tasks, dask=cluster.scheduler_address, progress=told)
    assert killed and there == done_all(tasks)
    wait_for_workers(cluster)


def wait_for_workers(cluster: Any) -> None:
    """The nanny starts another; the next test has both again."""
    ends = time.monotonic() + 60.0
    while len(cluster.scheduler_info["workers"]) < 2 and time.monotonic() < ends:
        time.sleep(0.1)


def test_what_was_interrupted_goes_on_to_the_same_end(tmp_path: Path) -> None:
    asked = [question(years=4 * PART)]
    tasks = tasks_of(asked)
    whole = done_all(tasks)

    def stop(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        done_all(tasks, Shelf(tmp_path), progress=stop)
    kept = sorted(path.name for path in (tmp_path / "parts").iterdir())
    name = asked[0].fingerprint()
    assert kept == [f"{name}-0-16.json", f"{name}-16-32.json"]
    done: list[int] = []
    resumed = done_all(tasks, Shelf(tmp_path, resume=True), progress=lambda at, of: done.append(at))
    assert resumed == whole
    assert done == [2, 3, 4]


def test_more_years_take_up_what_fewer_have_done(tmp_path: Path) -> None:
    done_all(tasks_of([question(years=2 * PART)]), Shelf(tmp_path))
    done: list[int] = []
    more = [question(years=3 * PART)]
    found = done_all(tasks_of(more), Shelf(tmp_path, resume=True), progress=lambda at, of: done.append(at))
    assert done == [2, 3]
    assert found == done_all(tasks_of(more))


def test_a_scheduler_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(SimError, match=r"--dask nonsense: no scheduler answers there"), client("nonsense"):
        pass


def test_the_thread_that_asks_is_the_only_one_left() -> None:
    done_all(tasks_of([question(years=2)]))
    assert not [one for one in threading.enumerate() if one.name.startswith("ThreadPoolExecutor")]


def test_parts_are_handed_on_as_they_come() -> None:
    """Nothing waits for the last: memory does not grow with the years."""
    told: list[int] = []
    parts = carry_out(tasks_of([question(years=3 * PART)]), progress=lambda at, of: told.append(at))
    next(parts)
    assert told == [0, 1]
    next(parts)
    assert told == [0, 1, 2]
    parts.close()  # type: ignore[attr-defined]


def test_without_dask_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SimError, match=r"--dask needs Dask, which is not installed: .* install distributed"):
        next(carry_out(tasks_of([question(years=2)]), dask="local"))
