"""The page of a log in headless Chromium: it shows what the log holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.log import Log
from analysis.log_page import MOST_BYTES
from analysis.log_page_grid import grid_of
from analysis.read import read_log
from tests.analysis.page_in_browser import Open, Page
from tests.analysis.page_logs import (
    MILLIONS,
    SPIKE_MA,
    SPIKE_ROW,
    clipped,
    duty,
    jittery,
    noise,
    single,
    visits,
)  # fmt: skip
from tests.browser import needs_chromium

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def ten_millions(opens: Open) -> Page:
    return opens("millions", lambda: duty(MILLIONS))


@pytest.fixture
def millions(ten_millions: Page) -> Page:
    """Opened only if another page was looked at in between."""
    if ten_millions.path.name not in ten_millions.browser.run("location.pathname"):
        ten_millions.open()
    ten_millions.run("torpor.look(0, 10000)")
    return ten_millions.drawn()


def rows_of(log: Log, found: dict[str, Any]) -> slice:
    """The rows of a log that a selection counted, by the borders it told."""
    tiny = 1e-6 * log.step_s
    return slice(*(int(np.searchsorted(log.t_s, found[end] - tiny)) for end in ("from", "to")))


def agrees(log: Log, found: dict[str, Any]) -> None:
    """Statistics are numpy's, to the page's own units."""
    inside, grid = rows_of(log, found), grid_of(log)
    dt, mA = log.dt_s[inside], log.mA[inside]
    charge = float((mA * dt).sum())
    unit_mC = grid.step_mA * grid.row * grid.tick_s
    assert found["n"] == len(mA)
    assert found["s"] == pytest.approx(float(dt.sum()), rel=1e-9)
    cut = 0.0 if grid.exact else 0.5 * grid.step_mA * float(dt.sum())  # what rounding of each row may add to
    assert abs(found["mC"] - charge) <= 1.1 * unit_mC + 1e-9 * abs(charge) + cut
    assert found["min"] == pytest.approx(float(mA.min()), abs=0.51 * grid.step_mA)
    assert found["max"] == pytest.approx(float(mA.max()), abs=0.51 * grid.step_mA)
    mean = charge / float(dt.sum())
    assert found["sd"] == pytest.approx(float(np.sqrt((dt * (mA - mean) ** 2).sum() / dt.sum())), rel=2e-3)
    if grid.volts:
        power = log.V[inside] * mA
        unit_mW = grid.step_mA * grid.step_V * grid.volts
        energy = float((power * dt).sum())
        assert abs(found["mJ"] - energy) <= 1.1 * unit_mW * grid.row * grid.tick_s + 1e-6 * abs(energy)
        assert found["mW"] == pytest.approx(
            [float(power.min()), float(power.max())], abs=0.51 * unit_mW, rel=1e-6
        )
        volts = log.V[inside]
        assert found["V"] == pytest.approx([float(volts.min()), float(volts.max())], abs=0.51 * grid.step_V)


@pytest.mark.parametrize(
    ("name", "log"),
    [
        ("small", lambda: duty(60_000)),
        ("bare", lambda: duty(30_000, volts=False)),
        ("jittery", jittery),
        ("noise", lambda: noise(200_000)),
    ],
    ids=["small", "without voltage", "jittery", "noise"],
)  # fmt: skip
def test_statistics_are_those_of_numpy(opens: Open, name: str, log: Callable[[], Log]) -> None:
    page = opens(name, log)
    first, last = page.log.t_s[0], page.log.t_s[-1]
    rng = np.random.default_rng(5)
    for a, b in [(first, last + 1), *np.sort(rng.uniform(first, last, (7, 2)), axis=1)]:
        agrees(page.log, page.statistics(float(a), float(b)))
    assert page.browser.said == []


def test_ten_million_rows_keep_spike_sums_and_weight(millions: Page) -> None:
    assert millions.path.stat().st_size < MOST_BYTES
    whole = millions.statistics(0.0, 10_000.0)
    agrees(millions.log, whole)
    assert (whole["n"], round(whole["max"], 6)) == (MILLIONS, SPIKE_MA)
    drawn = millions.run("torpor.drawn('mA', torpor.state.a, torpor.state.b, 1200)")
    spike = int(SPIKE_ROW / MILLIONS * 1200)
    assert drawn["data"][1].index(max(drawn["data"][1])) == spike
    assert drawn["data"][1][spike] == pytest.approx(SPIKE_MA)
    assert drawn["words"] == "each pixel: lowest to highest and mean of 8,333 rows (8.33 s)"
    rng = np.random.default_rng(9)
    for a, b in [(3400.2, 3411.7), *np.sort(rng.uniform(3000, 3600, (4, 2)), axis=1)]:
        agrees(millions.log, millions.statistics(float(a), float(b)))
    awake = int(np.flatnonzero(millions.table.codes == 1)[5000])
    exact = millions.run(f"torpor.drawn('mA', {awake / 1000}, {awake / 1000 + 0.2}, 1200)")
    assert exact["words"] == "every row as it is"
    assert millions.browser.said == []


def test_a_spike_of_one_row_is_a_mark_on_the_screen(millions: Page) -> None:
    """At full width the spike's own column is drawn above everything else in the log."""
    found = millions.run(
        "(() => { torpor.drawNow(); const { plot } = torpor.panes.get('mA');"
        "const at = plot.valToPos(305, 'y', true), left = Math.round(plot.bbox.left);"
        f"const x = Math.round(plot.valToPos({SPIKE_ROW / 1000}, 'x', true));"
        "const line = plot.ctx.getImageData(left, at, plot.bbox.width, 1).data;"
        "const grey = (i) => line[4 * i] < 200 && line[4 * i + 2] < 230 && line[4 * i + 3] > 100;"
        "return [...Array(Math.floor(plot.bbox.width)).keys()].filter(grey).map((i) => i + left - x); })()"
    )
    assert found, "nothing is drawn at 305 mA"
    assert max(map(abs, found)) <= 2


def test_states_and_cycles_are_those_of_the_table(millions: Page) -> None:
    cycles = millions.run("torpor.cycles.slice(0, 40)")
    for row, cycle in zip(millions.table.cycles, cycles, strict=False):
        assert cycle["name"] == row.name
        assert (cycle["t"], cycle["s"], cycle["rest"]) == pytest.approx((row.t_s, row.awake_s, row.rest_s))
        assert (cycle["mC"], cycle["mJ"]) == pytest.approx((row.awake_mC, row.awake_mJ), abs=2e-3)
        assert cycle["peak"] == pytest.approx(row.peak_mA)
    assert millions.run("torpor.cycles.length") == len(millions.table.cycles)
    text = millions.run("document.getElementById('states').textContent")
    assert f"asleep<1 %{millions.table.states[0].count}" in text


def test_visits_of_a_node_and_the_gap_between(opens: Open) -> None:
    page = opens("visits", visits)
    bands = page.run("torpor.bandsIn(torpor.state.a, torpor.state.b, 1000)")
    lengths = {(code, round(to - since, 2)) for code, since, to in bands}
    assert {(0, 1.6), (2, 5.25), (3, 900.0), (3, 3600.0)} <= lengths
    drawn = page.run("torpor.drawn('mA', torpor.state.a, torpor.state.b, 1000)")
    x, high = drawn["data"][0], drawn["data"][1]
    gap = high.index(None)
    assert (round(x[gap], 2), round(x[gap + 1], 2)) == (906.85, 4506.85)
    cut = page.statistics(100.0, 200.0)  # inside one visit: cut, for it has one current
    assert (cut["mC"], cut["mJ"]) == pytest.approx((140.0, 553.0))
    over = page.statistics(900.0, 4507.85)
    assert (over["missing"], over["s"]) == (pytest.approx(3600.0), pytest.approx(7.85))
    page.click("[data-do=wall]")
    assert " 06:00" in page.run("document.getElementById('words').textContent")
    assert [cycle["name"] for cycle in page.run("torpor.cycles")] == ["7", "8"]
    assert page.browser.said == []


def test_one_row_is_a_page_as_well(opens: Open) -> None:
    page = opens("single", single)
    assert (page.figure("mean"), page.figure("charge"), page.figure("rows")) == (
        "12.5 mA", "25 mC (0.006944 mAh)", "1",
    )  # fmt: skip
    for key in "+-0npmhsz":
        page.key(key, key)
    assert page.browser.said == []


def test_what_leaves_the_page_says_whether_it_is_full(millions: Page, tmp_path: Path) -> None:
    millions.browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    millions.run("torpor.look(0, 1000)")
    millions.drawn().click("[data-do=csv]")
    reduced = tmp_path / "log-reduced.csv"
    ends = time.monotonic() + 30
    while not reduced.exists() and time.monotonic() < ends:
        time.sleep(0.02)
    lines = reduced.read_text("utf-8").splitlines()
    assert lines[0].startswith("# log.csv: reduced, each line stands for several rows")
    assert lines[1] == "t_s,dt_s,rows,mA_min,mA_mean,mA_max,V_min,V_max,energy_mJ"
    table, inside = np.loadtxt(lines[2:], delimiter=","), slice(1_000_000)
    assert int(table[:, 2].sum()) == 1_000_000
    assert table[:, 5].max() == pytest.approx(millions.log.mA[inside].max())
    assert (table[:, 1] * table[:, 4]).sum() == pytest.approx(millions.log.charge_mC[inside].sum(), rel=1e-6)
    full = millions.run("(() => { torpor.look(18.25, 18.35); return torpor.viewCsv(); })()")
    assert full["name"] == "log-full.csv"
    lines = full["text"].splitlines()
    assert lines[:2] == ["# log.csv: full, every row in view", "t_s,dt_s,mA,V"]
    table = np.loadtxt(lines[2:], delimiter=",")
    assert table[:, 2] == pytest.approx(millions.log.mA[18_250:18_350])
    assert table[:, 3] == pytest.approx(millions.log.V[18_250:18_350])
    again = tmp_path / full["name"]
    again.write_text(full["text"], "utf-8")
    assert read_log(again).mA == pytest.approx(millions.log.mA[18_250:18_350])
    text = millions.run("torpor.statisticsText(true)").splitlines()
    assert text[0] == "figure,value,unit" and text[1].startswith("mean,") and text[1].endswith(",mA")


def test_the_running_charge_begins_at_the_left_edge(small: Page) -> None:
    small.run("torpor.look(17, 20)")
    small.drawn().key("q", "q")
    data = small.run("Array.from(torpor.panes.get('mC').plot.data, (column) => Array.from(column))")
    inside = slice(17_000, 20_000)
    assert (data[0][0], data[0][-1], data[3][0]) == (17, 20, 0)
    assert data[3][-1] == pytest.approx(float(small.log.charge_mC[inside].sum()), abs=0.2)
    assert (np.diff(data[3]) >= 0).all()
    assert small.click("[data-do=mC]").run("torpor.panes.has('mC')") is False


def test_the_dearest_stretch_is_found(small: Page) -> None:
    """By trying every row, numpy finds no dearer second."""
    small.type("window", "1").click("#find")
    found = small.run("torpor.statistics(torpor.state.selection.a, torpor.state.selection.b)")
    total = np.concatenate(([0.0], np.cumsum(small.log.charge_mC)))
    assert found["n"] == 1000
    assert found["mC"] == pytest.approx(float((total[1000:] - total[:-1000]).max()), rel=1e-9)
    small.type("window", "0.0001").click("#find")
    assert small.run("document.getElementById('told').textContent") == (
        "A length from 1 ms to less than 60 s, please."
    )


def test_full_scale_is_shown_and_the_dearest_states_come_first(opens: Open) -> None:
    page = opens("clipped", clipped)
    assert page.run("torpor.META.full_scale_mA") == 400
    rows = "document.querySelectorAll('#states tr').length"
    assert page.run(rows) == 16
    first = page.run(
        "[...document.querySelectorAll('#states tr:first-child > *')].map((one) => one.textContent)"
    )
    assert (first[0], first[2], first[4], first[7]) == ("step 20", "1", "at least 60 ± 3.2 mC", "400")
    assert page.click("#all-states").run(rows) == 60
    assert page.browser.said == []


def test_states_too_many_to_see_keep_their_share_of_each_pixel(opens: Open) -> None:
    page = opens("clipped", clipped)
    few = page.run("torpor.bandsIn(0, 9, 20)")
    by_pixel: dict[int, float] = {}
    for _, since, to in few:
        by_pixel[int(since / 0.45 + 1e-6)] = by_pixel.get(int(since / 0.45 + 1e-6), 0.0) + to - since
    assert len(few) == 60
    assert by_pixel == {pixel: pytest.approx(0.45) for pixel in range(20)}
    each = {code: to - since for code, since, to in page.run("torpor.bandsIn(0, 9, 100)")}
    assert each == {code: pytest.approx(0.15) for code in range(60)}
