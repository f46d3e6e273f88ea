"""torpor viability, size and compare as a person meets them: what is said, written, drawn and refused."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from station import cli
from station.errors import Exit
from tests.browser import CHROMIUM, Browser, needs_chromium

#: A node that often has too little, and few years: a second's work.
SCARCE = ("--panel", "0.4", "--battery", "0.9", "--years", "32")


def spoken(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of one viability."""
    folder = tmp_path_factory.mktemp("viability") / "out"
    assert cli.main(["viability", *SCARCE, "--out", str(folder)]) == 0
    return folder


def test_the_report_begins_with_the_verdict(lived: Path) -> None:
    report = (lived / "report.txt").read_text("utf-8")
    lines = report.splitlines()
    assert lines[0] == "Raspberry Pi Pico W with Arducam Mini 2MP Plus, 2 W panel and one 18650 cell"
    assert lines[1].startswith("0.4 W panel, 0.9 Ah battery; Greensboro")
    assert lines[2] == "32 years of weather, each lived by 128 nodes"
    assert re.match(
        r"It (mostly survives|often does not survive): in \d+\.\d % \(\d+\.\d to \d+\.\d\) of", lines[4]
    )
    assert max(map(len, lines)) <= 80 + 8  # only the folder's name may be longer
    for heading in ("Month by month", "What would change it most", "What was assumed"):
        assert heading in lines
    assert [line.split()[0] for line in lines if re.match(r"  (Jan|Jun|Dec|year) ", line)] == [
        "Jan", "Jun", "Dec", "year",
    ]  # fmt: skip


def test_the_document_agrees_with_itself(lived: Path) -> None:
    found = json.loads((lived / "viability.json").read_text("utf-8"))
    assert (found["version"], found["kind"], found["node_years"], found["weather_years"]) == (
        1, "viability", 4096, 32,
    )  # fmt: skip
    assert found["asked"]["panel_W"] == 0.4 and found["asked"]["battery_Ah"] == 0.9
    year, months = found["year"], found["months"]
    assert year["least"] <= year["chance"] <= year["most"]
    assert year["chance"] <= min(month["chance"] for month in months)
    assert year["down_h"]["mean"] == pytest.approx(sum(month["down_h"]["mean"] for month in months), abs=0.02)
    assert year["used_Wh"] == pytest.approx(sum(month["used_Wh"] for month in months), rel=1e-4)
    assert year["offered_Wh"] == pytest.approx(sum(month["offered_Wh"] for month in months), rel=1e-4)
    assert sum(one["share"] for one in found["hours_down_classes"]) == pytest.approx(1.0, abs=1e-4)
    assert len(found["weeks"]) == 52 and found["weeks"][0]["from"] == "07-01"
    assert all(week["p50"] >= week["p90"] >= week["p99"] for week in found["weeks"])
    assert 0.0 < year["chance"] < 1.0
    january, july = (next(one for one in months if one["name"] == name) for name in ("Jan", "Jul"))
    assert january["chance"] < july["chance"] and january["margin"] < july["margin"]
    moved = {(one["what"], one["moved_to"]): one for one in found["sensitivity"]}
    assert moved["panel", "0.8 W"]["chance"] > 0.0 > moved["panel", "0.2 W"]["chance"]
    assert moved["battery", "1.8 Ah"]["reserve"] > 0.0 > moved["battery", "0.45 Ah"]["reserve"]
    assert found["first"]["what"] in ("panel", "battery")


def test_the_same_seed_says_the_same_and_json_is_all_that_is_printed(
    lived: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = spoken(capsys, "viability", *SCARCE, "--out", str(tmp_path / "again"), "--json")
    assert (code, err) == (0, "")
    assert out == (lived / "viability.json").read_text("utf-8")


def test_resuming_what_is_finished_says_the_same_at_once(
    lived: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (lived / "viability.json").read_text("utf-8")
    times = {path: path.stat().st_mtime_ns for path in (lived / "parts").iterdir()}
    code, out, _ = spoken(capsys, "viability", *SCARCE, "--out", str(lived), "--resume", "--json")
    assert (code, out) == (0, before)
    assert {path: path.stat().st_mtime_ns for path in (lived / "parts").iterdir()} == times


def test_ctrl_c_says_what_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.odds import spread

    real, calls = spread.work, []

    def work(task: Any, workers: int | None = None) -> dict[str, Any]:
        calls.append(task)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(task, workers)

    monkeypatch.setattr(spread, "work", work)
    code, out, err = spoken(capsys, "viability", *SCARCE, "--years", "64", "--no-sensitivity", "--json",
                            "--out", str(tmp_path))  # fmt: skip
    assert (code, out) == (Exit.INTERRUPTED, "")
    assert err.endswith(
        f"torpor: Interrupted: 2 of 5 parts are in {tmp_path}; the same command with --resume goes on.\n"
    )
    assert len(list((tmp_path / "parts").iterdir())) == 2


def test_the_picture_is_one(lived: Path) -> None:
    with Image.open(lived / "viability.png") as picture:
        assert picture.size == (1400, 1500)


def drawn(page: Path) -> str:
    """The page after its script has run, as headless Chromium sees it; what it complains of is an error."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this computer")
    options = "--headless --no-sandbox --disable-gpu --enable-logging=stderr --dump-dom".split()
    done = subprocess.run([CHROMIUM, *options, page.as_uri()], capture_output=True, text=True, timeout=60,
                          check=True)  # fmt: skip
    assert "CONSOLE" not in done.stderr, done.stderr
    return done.stdout


def test_the_page_draws_every_chart(lived: Path) -> None:
    page = drawn(lived / "viability.html")
    assert page.count("<svg") == 5
    assert page.count("<circle") == 13  # twelve months and the year
    tips = re.findall(r'aria-label="([^"]+)"', page)
    assert any(tip.startswith("Week of 1 Jul, lowest charge:") for tip in tips)
    assert any(tip.startswith("panel, 0.8 W: +") for tip in tips)
    assert len(re.findall('<button[^>]* aria-pressed="true"', page)) == 1


@needs_chromium
def test_on_a_phone_every_word_of_the_charts_can_be_read(lived: Path, tmp_path: Path) -> None:
    browser = Browser(tmp_path)
    found = browser.show((lived / "viability.html").as_uri(), (390, 844))
    words = "[...document.querySelectorAll('svg text')].map(one => one.getBoundingClientRect())"
    low = browser.run(f"Math.min(...{words}.map(box => box.height))")
    left, right = (browser.run(f"Math.{end}(...{words}.map(box => box.{side}))")
                   for end, side in (("min", "left"), ("max", "right")))  # fmt: skip
    browser.close()
    assert found["overflow"] <= 0
    assert low >= 12
    assert left >= 0 and right <= 390


def test_the_page_says_the_sizes_that_were_asked_for(lived: Path) -> None:
    assert "0.4 W panel, 0.9 Ah battery; Greensboro" in (lived / "viability.html").read_text("utf-8")


def test_the_page_needs_nothing_else(lived: Path) -> None:
    page = (lived / "viability.html").read_text("utf-8")
    assert not re.search(r'(src|href)="|@import|url\(|fetch\(|http://(?!www\.w3\.org)|https://', page)
    assert "prefers-color-scheme: dark" in page


def test_sizes_with_prices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    code, out, _ = spoken(
        capsys, "size", "--panels", "0.3,0.5,2", "--batteries", "1,2,6", "--price-per-W", "4",
        "--price-per-Ah", "2.5", "--years", "48", "--promise", "0.9", "--out", str(folder),
    )  # fmt: skip
    assert code == 0
    found = json.loads((folder / "size.json").read_text("utf-8"))
    assert (found["kind"], found["panels_W"], found["batteries_Ah"]) == (
        "size",
        [0.3, 0.5, 2.0],
        [1.0, 2.0, 6.0],
    )
    good = [
        (4 * W + 2.5 * Ah, W, Ah)
        for W, row in zip(found["panels_W"], found["chance"], strict=True)
        for Ah, chance in zip(found["batteries_Ah"], row, strict=True) if chance >= 0.9
    ]  # fmt: skip
    price, W, Ah = min(good)
    assert (found["best"]["price"], found["best"]["panel_W"], found["best"]["battery_Ah"]) == (price, W, Ah)
    first = " ".join(out.splitlines()[3:5])
    assert first.startswith(
        f"The cheapest that keeps 90.0 % of years without a lost hour: {W:.3g} W panel and {Ah:.3g} Ah"
    )
    with Image.open(folder / "size.png") as picture:
        assert picture.width == 1400
    page = drawn(folder / "size.html")
    assert page.count('role="img"') == 9 and "\u2605" in page
    assert f"90.0 % of years: {W:g} W and {Ah:g} Ah for {price:.2f}" in page


def test_policies_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    code, out, _ = spoken(
        capsys, "compare", "--policies", "ours,always_on", "--years", "16", "--out", str(folder)
    )
    assert code == 0
    assert out.startswith("ours: in 100 % (")
    ours, on = json.loads((folder / "compare.json").read_text("utf-8"))["rows"]
    assert (ours["name"], on["name"], on["asked"]["policy"]) == ("ours", "always_on", "always_on")
    assert ours["year"]["down_h"]["mean"] == 0.0 and on["year"]["down_h"]["mean"] > 4000.0
    with Image.open(folder / "compare.png") as picture:
        assert picture.width == 1400
    page = drawn(folder / "compare.html")
    tips = re.findall(r'aria-label="([^"]+)"', page)
    assert [tip.split(":")[0] for tip in tips] == ["ours", "always_on"]
    assert page.count("<button") == 5
    assert len(re.findall('<button[^>]* aria-pressed="true"', page)) == 1


def test_sites_in_a_table_and_on_a_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed, folder = tmp_path / "sites.csv", tmp_path / "out"
    listed.write_text("name,latitude,longitude\nOslo,59.9,10.7\nNairobi,-1.3,36.8\n")
    code, out, _ = spoken(capsys, "viability", "--sites", str(listed), "--panel", "1", "--years", "4",
                          "--out", str(folder))  # fmt: skip
    assert code == 0 and "1 of 2 sites keep it alive in 99 years of a hundred" in " ".join(out.split())
    oslo, nairobi = json.loads((folder / "sites.json").read_text("utf-8"))["sites"]
    assert oslo["chance"] < 0.5 and oslo["tightest_month"] in ("Nov", "Dec", "Jan")
    assert nairobi["chance"] == 1.0
    header, first, second = (folder / "sites.csv").read_text("utf-8").splitlines()
    assert header.startswith("name,latitude,longitude,chance") and first.startswith("Oslo,59.9,10.7,")
    assert second.startswith("Nairobi,-1.3,36.8,1.0,")
    tips = re.findall(r'aria-label="([^"]+)"', drawn(folder / "sites.html"))
    assert [tip.split(":")[0] for tip in tips] == ["Oslo", "Nairobi"]
    with Image.open(folder / "sites.png") as picture:
        assert picture.width == 1400


def test_a_site_in_the_south_is_asked_with_its_panel_to_the_north(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same place as one of many and alone, and its panel turned the wrong way by hand."""
    much = ("--panel", "0.3", "--years", "4", "--json")
    code, out, _ = spoken(capsys, "viability", "--grid=-45:-45:5,170:170:5", *much, "--out", str(tmp_path))
    (many,) = json.loads(out)["sites"]
    away = ("--azimuth", "180", *much, "--out", str(tmp_path))
    other, out, _ = spoken(capsys, "viability", "--grid=-45:-45:5,170:170:5", *away)
    (wrong,) = json.loads(out)["sites"]
    assert (code, other) == (0, 0)
    assert many["down_mean_h"] < 100.0 < 1000.0 < wrong["down_mean_h"]
    assert many["tightest_month"] in ("May", "Jun", "Jul", "Aug")


def test_sizes_of_a_grid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = spoken(
        capsys, "size", "--grid", "0:40:40,10:20:10", "--panels", "0.1,0.5,2", "--batteries", "3",
        "--years", "4", "--out", str(tmp_path), "--json",
    )  # fmt: skip
    assert code == 0
    found = json.loads(out)
    assert [one["name"] for one in found["sites"]] == ["40 10", "40 20", "0 10", "0 20"]
    assert all(one["battery_Ah"] == 3.0 for one in found["sites"])
    assert found["sites"][0]["panel_W"] >= found["sites"][2]["panel_W"]
    tips = re.findall(r'aria-label="([^"]+)"', drawn(tmp_path / "sites.html"))
    assert [tip.split(":")[0] for tip in tips] == ["40 10", "40 20", "0 10", "0 20"]
    assert f"{found['sites'][0]['panel_W']:g} W and 3 Ah" in tips[0]


def test_a_measured_profile_takes_the_place_of_prices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text("[states]\nsleep_mW = 60\n")
    code, out, _ = spoken(capsys, "viability", "--profile", str(profile), "--years", "4", "--no-sensitivity",
                          "--json", "--out", str(tmp_path / "out"))  # fmt: skip
    assert code == 0
    assert json.loads(out)["year"]["used_Wh"] == pytest.approx(0.06 * 8760, rel=0.2)


WRONG = [
    (("viability", "no-such"), "no-such"),
    (("viability", "--weather", "no.epw"), "no.epw"),
    (("viability", "--panel", "0"), "--panel"),
    (("viability", "--panel", "nan"), "--panel"),
    (("viability", "--panel", "1e300"), "--panel"),
    (("viability", "--battery", "-1"), "--battery"),
    (("viability", "--tilt", "nan"), "--tilt"),
    (("viability", "--seed", "-1"), "--seed"),
    (("viability", "--land"), "--land: wants --grid beside it."),
    (
        ("viability", "--land", "--grid=30:30:1,-40:-40:1"),
        "--land: none of the 1 places of the grid is on land.",
    ),
    (("viability", "--grid", "0:1:1,0:1:1", "--weather", "1,2"), "expected no --weather beside it."),
    (("viability", "--latitude", "50"), "--latitude and --longitude go together"),
    (("viability", "--latitude", "95", "--longitude", "0"), "--latitude"),
    (("viability", "--weather", "1,2", "--latitude", "1", "--longitude", "2"), "without --weather"),
    (("viability", "--monthly", "no.csv"), "no.csv: cannot be read"),
    (("viability", "--settings", "no.toml"), "no.toml: cannot be read"),
    (("viability", "--profile", "no.toml"), "no.toml: cannot be read"),
    (("viability", "--sites", "no.csv"), "no.csv: cannot be read"),
    (("viability", "--grid", "1:2"), "grid '1:2': expected LAT0:LAT1:STEP"),
    (("viability", "--grid", "0:1:1,0:1:1", "--sites", "a.csv"), "--sites and --grid: expected one of them."),
    (("viability", "--years", "1"), "--years"),
    (("viability", "--dask", "nowhere", "--years", "4"), "--dask nowhere: no scheduler answers there"),
    (("size", "--promise", "1.5"), "--promise"),
    (("size", "--promise", "0"), "--promise"),
    (("size", "--panels", "1,x"), "--panels 1,x: expected numbers and commas."),
    (("size", "--panels", "nan"), "panel sizes nan: expected one or more"),
    (("size", "--panels", "0,1"), "panel sizes 0, 1: expected one or more"),
    (("size", "--prices", "no.toml"), "no.toml: cannot be read"),
    (("size", "--prices", "no.toml", "--panels", "1"), "--prices: names sizes and prices"),
    (
        ("compare", "--policies", "best"),
        "policy 'best' is unknown; there are ours, ramp, fixed, greedy,",
    ),
    (("compare", "pico-w-arducam-2mp", "pico-w-arducam-2mp"), "named twice"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_what_cannot_be_is_one_sentence(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = spoken(capsys, *arguments)
    assert code in (Exit.FAILED, Exit.USAGE) and out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("torpor: ")]
    assert said in line


def test_settings_that_the_node_refuses_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    for text, said in (
        (
            "TORPOR_LOW_PCT = 5000\nTORPOR_TLS = 1\n",
            "TORPOR_LOW_PCT is 5000, expected a whole number 5",
        ),
        ("TORPOR_LOW_PCT = 60\n", "TORPOR_LOW_PCT 60 < TORPOR_HIGH_PCT"),
    ):
        path.write_text(text)
        code, out, err = spoken(capsys, "viability", "--settings", str(path))
        assert (code, out) == (Exit.USAGE, "") and said in err


def test_ctrl_c_leaves_parts_and_resume_takes_them(tmp_path: Path) -> None:
    """A real process, a real Ctrl-C; the end is that of a run that nobody stopped."""
    command = [sys.executable, "-m", "station", "viability", *SCARCE, "--years", "4800", "--no-sensitivity"]
    child = subprocess.Popen(
        [*command, "--out", "out"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    ends = time.monotonic() + 300.0  # the kernel may have to be compiled first
    while not list(tmp_path.glob("out/parts/*.json")):
        assert child.poll() is None and time.monotonic() < ends, "no part came"
        time.sleep(0.02)
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    found = re.search(r"torpor: Interrupted: (\d+) of 301 parts are in out; the same command with", err)
    assert child.returncode == Exit.INTERRUPTED and out == "" and found, err
    kept = list(tmp_path.glob("out/parts/*.json"))
    assert len(kept) == int(found[1]) >= 1
    more = ["--years", "64", "--json"]  # fewer years end sooner; their parts are the same
    first = subprocess.run([*command, *more, "--out", "out", "--resume"], cwd=tmp_path, capture_output=True)
    whole = subprocess.run([*command, *more, "--out", "other"], cwd=tmp_path, capture_output=True)
    assert first.returncode == 0 and first.stdout == whole.stdout
