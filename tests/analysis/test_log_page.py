"""The page of a log without a browser: its bytes, its weight, its words, and what it is made from."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis import log_page as page_module
from analysis.errors import AnalysisError
from analysis.log_page import log_page
from analysis.log_page_blocks import CHUNK, Chooser, borders
from analysis.log_page_body import HANDS, KEYS
from analysis.log_page_code import packed, sums
from analysis.log_page_grid import grid_of, step_of
from analysis.states import state_table
from tests.analysis.page_logs import duty, jittery, log_of, noise, visits

UPLOT = Path(page_module.__file__).parent / "uplot"
#: As in the npm package uplot 1.6.32.
SHA256 = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def test_the_library_is_the_one_of_its_package() -> None:
    assert {path.name: digest(path.read_bytes()) for path in UPLOT.iterdir()} == SHA256


def test_a_log_without_currents_has_no_page(tmp_path: Path) -> None:
    log = duty(2000)
    mA = log.mA.copy()
    mA[:7] = np.nan
    with pytest.raises(AnalysisError, match=r"^log.csv tells no current in 7 of its rows; the page shows"):
        log_page(replace(log, mA=mA), state_table(log), tmp_path / "a.html")


@pytest.mark.full
def test_the_package_has_the_same_files(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this computer")
    done = subprocess.run([npm, "pack", "uplot@1.6.32"], cwd=tmp_path, capture_output=True, timeout=120)
    if done.returncode:
        pytest.skip("npm found no way to the package")
    with tarfile.open(tmp_path / "uplot-1.6.32.tgz") as package:
        for name, expected in SHA256.items():
            member = package.extractfile("package/" + ("" if name == "LICENSE" else "dist/") + name)
            assert member is not None and digest(member.read()) == expected


@pytest.mark.parametrize(
    ("values", "step", "exact"),
    [
        ([0.0, 0.1, 350.7, -0.3], 0.1, True),
        ([4.0, 4.004, 3.996], 0.004, True),
        ([12.0, 24.0, 36.0], 12.0, True),
        ([0.00125, 2.5], 0.00125, True),
        ([np.pi, -1.0, 250.0], 1e-5, False),
        ([0.0, 0.0], 1.0, True),
    ],
    ids=["INA219", "bus", "whole", "small", "none", "zero"],
)
def test_the_step_of_a_meter(values: list[float], step: float, exact: bool) -> None:
    assert step_of(np.array(values)) == (pytest.approx(step, rel=1e-9), exact)


def test_float32_values_still_lie_on_their_step() -> None:
    values = (np.arange(-50, 4000) * np.float32(0.1)).astype(np.float32).astype(np.float64)
    assert step_of(values) == (pytest.approx(0.1), True)


def test_rows_alike_are_the_tick_and_others_have_a_decimal_one() -> None:
    assert grid_of(duty(5000)).tick_s == pytest.approx(1e-3)
    assert grid_of(jittery()).tick_s == pytest.approx(1e-6)
    assert (grid_of(visits()).tick_s, grid_of(visits()).row) == (pytest.approx(0.01), 475)


def test_no_block_reaches_over_a_gap_or_a_state() -> None:
    log = visits()
    assert borders(log, state_table(log).visits.first).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert borders(log, np.array([0, 7])).tolist() == [0, 4, 7]


def test_detail_goes_where_the_current_moves() -> None:
    log = duty(200 * CHUNK)
    table = state_table(log)
    sizes = Chooser(log, table.visits.first, grid_of(log)).sizes(40_000)
    awake = table.codes.reshape(-1, CHUNK).mean(axis=1)
    assert sizes[awake == 0].min() >= 32 >= sizes[awake == 1].max()
    assert np.median(sizes[awake == 1]) == 1
    finer = Chooser(log, table.visits.first, grid_of(log)).sizes(80_000)
    assert (finer <= sizes).all()
    assert (finer < sizes).any()


def test_sums_of_blocks_do_not_drift() -> None:
    log = duty(500_000)
    grid = grid_of(log)
    first = np.arange(0, 500_000, 40)
    blocks = sums(log, first, grid)
    unit_mC = grid.step_mA * grid.row * grid.tick_s
    assert (
        np.abs(np.cumsum(blocks.charge) * unit_mC - np.cumsum(log.charge_mC)[39::40]).max() <= 0.51 * unit_mC
    )
    assert blocks.low.min() * grid.step_mA == pytest.approx(log.mA.min())
    assert blocks.high.max() * grid.step_mA == pytest.approx(log.mA.max())


def test_streams_hold_any_whole_number() -> None:
    values = np.array([0, 1, -1, 127, -128, 32_511, -32_640, 32_640, 10**12, -(10**12)])
    raw = zlib.decompress(packed([values]), -15)
    low, high = np.frombuffer(raw[:10], np.uint8), np.frombuffer(raw[10:20], np.uint8)
    folded = (low + 256 * high.astype(np.int64)).tolist()
    assert folded[:6] == [0, 2, 1, 254, 255, 65022]
    assert folded[6:] == [65279, 65535, 65535, 65535]
    assert np.frombuffer(raw[20:], "<f8").tolist() == [65280.0, 2e12, 2e12 - 1]


def test_same_log_same_bytes_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    log = visits()
    first = log_page(log, state_table(log), tmp_path / "a.html").read_bytes()
    again = log_page(log, state_table(log), tmp_path / "b.html").read_bytes()
    assert first == again
    text = first.decode("utf-8").replace("https://github.com/leeoniya/uPlot", "")
    assert not re.search(r'(src|href)="|@import|url\(|\bfetch\(|https?://|\beval\(|new Function', text)
    assert "default-src 'none'" in text
    assert (
        "prefers-color-scheme: dark" in text and "prefers-reduced-motion" in text and "@media print" in text
    )


def test_names_are_text_and_never_markup(tmp_path: Path) -> None:
    attack = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    log = replace(visits(), source=attack, states=("BOOT", attack, "UPLOAD", "SLEEP"), notes=(attack,))
    text = log_page(log, state_table(log), tmp_path / "a.html", notes=(attack,)).read_text("utf-8")
    assert "<img" not in text
    assert text.count("<script") == 3
    document = re.search(r'id="data">(.*?)</script>', text)
    assert document is not None
    assert json.loads(document[1])["states"][1]["name"] == attack


def test_the_page_says_what_it_carries(tmp_path: Path) -> None:
    small, jitter = duty(60_000), jittery()
    text = log_page(small, state_table(small), tmp_path / "a.html").read_text("utf-8")
    assert "This page carries every one of the 60,000 rows. Values are exact: whole steps of 0.1 mA" in text
    node = visits()
    text = log_page(node, state_table(node), tmp_path / "c.html").read_text("utf-8")
    assert "8 rows, 2 cycles, 60 min missing, from 2026-11-30 06:00</p>" in text
    text = log_page(jitter, state_table(jitter), tmp_path / "b.html").read_text("utf-8")
    assert "Values are rounded to 1e-06 mA and 1e-07 V." in text


def test_a_log_of_nothing_but_noise_is_light_enough(tmp_path: Path) -> None:
    log = noise(1_600_000)
    page = log_page(log, state_table(log), tmp_path / "a.html")
    assert 2_000_000 < page.stat().st_size < page_module.MOST_BYTES
    kept = re.search(r'id="blocks">([^<]*)<', page.read_text("utf-8"))
    assert kept is not None and len(base64.b64decode(kept[1])) <= page_module.MOST_PACKED


def test_a_log_of_nothing_but_borders_gives_them_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second row another state, with more borders than the page may weigh."""
    monkeypatch.setattr(page_module, "MOST_PACKED", 20_000)
    monkeypatch.setattr(page_module, "MOST_BLOCKS", 1000)
    rng = np.random.default_rng(1)
    rows = 50_000
    log = log_of(
        np.arange(rows) * 0.1, np.full(rows, 0.1), rng.normal(50, 20, rows),
        state=np.arange(rows) // 2 % 2, states=("CAMERA", "UPLOAD"),
    )  # fmt: skip
    page = log_page(log, state_table(log), tmp_path / "a.html")
    assert page.stat().st_size < 250_000
    assert page_module.TOO_MANY in page.read_text("utf-8")


def test_the_documentation_tells_the_same_keys() -> None:
    told = Path(page_module.__file__).parents[1].joinpath("docs", "analysis.md").read_text("utf-8")
    for key, does in (*KEYS, *HANDS):
        assert f"| {key} | {does} |" in told
