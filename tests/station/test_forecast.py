"""A node's typical year: the kernel's own, in plain Python, in a process of its own, kept as a file."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from station import nodes
from station.forecast import Asked, Forecast, from_json, half_of, to_json
from station.forecasting import Forecasts
from station.store import Store
from station.typical_year import forecast

DESIGN = "pico-w-arducam-2mp"
SOIL = "pico-w-soil"


@pytest.fixture(scope="module")
def typical() -> Forecast:
    return forecast(Asked.of(DESIGN, {}, ""))


def test_a_year_of_the_default_node(typical: Forecast) -> None:
    assert typical.site == "Greensboro Piedmont Triad Int, NC"
    assert len(typical.halves) == 24
    for half in typical.halves:
        assert 0.0 <= half.low <= half.middle <= half.high <= 1.0
    load = [half.load_Wh for half in typical.halves]
    assert min(load) > 0.17 and max(load) < 0.25  # README: 78 Wh a year in a garden's full run
    assert sum(half.load_Wh for half in typical.halves) / 24 * 365 == pytest.approx(78.2, rel=0.05)


def test_a_place_without_a_file_has_its_year_too(typical: Forecast) -> None:
    there = forecast(Asked.of(DESIGN, {}, "57.5,12.0"))
    assert there.site == "57.50N 12.00E" and there.key != typical.key
    assert min(half.low for half in there.halves) < min(half.low for half in typical.halves)  # winter at 57 N


def test_it_needs_nothing_that_only_the_tests_install() -> None:
    """numba is for tests and benchmarks: who only runs the station has none."""
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "from station.forecast import Asked\n"
        "from station.typical_year import forecast\n"
        f"print(len(forecast(Asked.of({DESIGN!r}, {{}}, '')).halves))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("24\n", "")


def test_a_node_without_a_camera_has_its_mean_load(typical: Forecast) -> None:
    soil = forecast(Asked.of(SOIL, {}, ""))
    assert {half.pictures for half in soil.halves} == {0.0}
    assert len({half.load_Wh for half in soil.halves}) == 1
    assert soil.key != typical.key


def test_it_comes_back_from_its_file_whole_or_not_at_all(typical: Forecast) -> None:
    text = to_json(typical)
    assert from_json(text) == typical
    assert [from_json(bad) for bad in ("", "[]", "{}", text[:-9], text.replace('"low"', '"lo"'))] == [
        None
    ] * 5


@pytest.mark.parametrize(
    ("month", "day", "half"), [(1, 1, 0), (1, 15, 0), (1, 17, 1), (6, 30, 11), (7, 3, 12), (12, 31, 23)]
)
def test_half_months(month: int, day: int, half: int) -> None:
    assert half_of(date(2025, month, day).timetuple().tm_yday) == half


def test_made_once_in_a_process_of_its_own_and_anew_for_other_settings(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        nodes.add(store, "bed", SOIL)
        nodes.add(store, "bare")
        nodes.add(store, "gone", "no-such-design.toml")
        said: list[str] = []
        made = Forecasts(store, "", said.append)

        async def until_tried() -> None:
            assert [made.of(node) for node in store.nodes()] == [None] * 3  # asked for, as a page does
            task = asyncio.create_task(made.run())
            try:
                ends = time.monotonic() + 120.0
                while made.of(nodes.known(store, "bed")) is None or made.pending(nodes.known(store, "gone")):
                    assert time.monotonic() < ends, "it was not made"
                    await asyncio.sleep(0.05)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

        asyncio.run(until_tried())
        found = made.of(nodes.known(store, "bed"))
        assert found is not None
        assert found.site == "Greensboro Piedmont Triad Int, NC"
        assert made.of(nodes.known(store, "bare")) is None
        assert made.of(nodes.known(store, "gone")) is None
        (trouble,) = said
        assert trouble.startswith("No forecast for gone: no-such-design.toml")
        assert "Traceback" not in trouble
        assert Forecasts(store, "").of(nodes.known(store, "bed")) == found  # after a restart as well
        nodes.queue_settings(store, "bed", {"TORPOR_FULL_PCT": 70})
        assert made.of(nodes.known(store, "bed")) is None
        assert made.pending(nodes.known(store, "bed"))
